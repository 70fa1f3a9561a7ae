/* Images' names: paths as captions files, lists and features give them. Results are borrowed from the path. Any
 * thread. */
#ifndef COCO_PIPELINE_PREPARE_IMAGE_NAMES_H
#define COCO_PIPELINE_PREPARE_IMAGE_NAMES_H

/* "./x.jpg" is "x.jpg". */
const char *plain_name(const char *path);
/* The last part of a path. */
const char *base_name(const char *path);

#endif
