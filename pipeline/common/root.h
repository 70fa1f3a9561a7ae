/* A directory that files named by data must be in. Any thread. */
#ifndef COCO_PIPELINE_COMMON_ROOT_H
#define COCO_PIPELINE_COMMON_ROOT_H

#include "io/base/err.h"

#include <stdbool.h>

typedef struct {
    char *real;  /* its path without symbolic links; NULL: there is no such directory */
    char *given; /* its absolute path, as it was given */
} Root;

/* The directory must exist. root_close is safe on a zeroed one, and after a failure. */
int root_open(Root *root, const char *dir, Err *err);
void root_close(Root *root);
/* Whether an absolute path, which leads to `real` once its links are followed, is below the directory by the one or
 * the other. Symbolic links below it are its owner's: they may lead anywhere. */
bool root_holds(const Root *root, const char *path, const char *real);

#endif
