/* Defaults that several commands share. */
#ifndef COCO_PIPELINE_COMMON_DEFAULTS_H
#define COCO_PIPELINE_COMMON_DEFAULTS_H

#define DEFAULT_DATASET "data/coco_captioning" /* the dataset directory, where coco-fetch puts it */

#endif
