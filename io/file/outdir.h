/* A directory that appears whole or not at all.
 *
 * Begin makes an empty directory beside the target (io/file/scratch.h); the caller fills it; commit renames it onto the
 * target. Until then the target is untouched, whatever happens to the process, and what a killed one has left is
 * removed by whoever comes next. One thread at a time per OutDir. */
#ifndef COCO_IO_FILE_OUTDIR_H
#define COCO_IO_FILE_OUTDIR_H

#include "io/base/err.h"

#include <stddef.h>

typedef struct {
    char *target; /* where it shall be, absolute, symbolic links resolved */
    char *path;   /* where to write meanwhile */
    int lock;     /* the descriptor that holds the lock, or -1; of no meaning without a path */
} OutDir;

/* Makes the parents of the target too, and sweeps. */
int outdir_begin(OutDir *out, const char *target, Err *err);
/* Ends it, and frees. A target that is there and not empty is exchanged and removed where `replace` is set,
 * else refused. A failed commit has aborted. */
int outdir_commit(OutDir *out, int replace, Err *err);
void outdir_abort(OutDir *out); /* removes what was written; legal on a zeroed or ended OutDir */

/* Removes what killed processes have left beside the target. */
void outdir_sweep(const char *target);

/* 1 where the path is no directory or an empty one, else 0. */
int dir_vacant(const char *path);

#endif
