/* Which pictures of a directory the images of captions are. Main thread. */
#ifndef COCO_PIPELINE_PREPARE_PICTURE_FILES_H
#define COCO_PIPELINE_PREPARE_PICTURE_FILES_H

#include "io/base/err.h"
#include "pipeline/prepare/caption_set.h"

/* Gives each image that is used the name of its picture below the directory: the image's own name, what follows the
 * directory in it, or its last part; a name without folders also finds a picture in the subfolders, if one alone has
 * it; if they cannot all be read, that is a warning, and nothing is found there. Images whose pictures are not there are
 * left out. -1: none is there. */
int picture_files_find(CaptionSet *set, const char *dir, Err *err);

#endif
