/* The pictures that a command line asks for, as paths. One thread per PictureList. */
#ifndef COCO_PIPELINE_FEATURES_PICTURE_LIST_H
#define COCO_PIPELINE_FEATURES_PICTURE_LIST_H

#include "io/base/err.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    char **path; /* as they are opened */
    char **name; /* as they are called in what comes out */
    int64_t n, room;
} PictureList;

/* Adds an operand. A folder: the files below it with a picture's suffix, folder by folder in the order of their sorted
 * names; hidden ones, links to folders, pipes and the like are left out. "-": paths from standard input, one a line
 * or, with `nul`, each ended by a NUL; a line that begins with { is a caption record, whose "file" counts. Anything
 * else: the path itself. */
int picture_list_add(PictureList *list, const char *operand, bool nul, Err *err);
/* Adds what the dataset's list of a split names, S_images.txt or S2014_images.txt, in its order. The
 * pictures are below `images`, or below `data` where that is NULL. */
int picture_list_add_split(PictureList *list, const char *data, const char *split, const char *images, Err *err);
void picture_list_free(PictureList *list); /* legal on a zeroed one */

#endif
