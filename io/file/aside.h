/* A copy of a file that is begun again, as TARGET.coco-part-before, until there is something in its stead. A process
 * that is killed leaves it, and the next one puts it back. The caller has the target to itself (scratch_claim) and has
 * followed its links. Any thread. */
#ifndef COCO_IO_FILE_ASIDE_H
#define COCO_IO_FILE_ASIDE_H

#include "io/base/err.h"

/* Copies the target, with its permissions. */
int aside_copy(const char *target, Err *err);
/* Replaces the target by the copy. 1: done; 0: there is no copy, or not one that this user left; -1: failed. */
int aside_back(const char *target, Err *err);
void aside_drop(const char *target);

#endif
