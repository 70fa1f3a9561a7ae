/* A directory that appears complete or not at all.
 *
 * Begin makes an empty directory beside the target (io/file/scratch.h); the caller fills it; commit renames it to the
 * target. Until then the target is untouched, whatever happens to the process; what a killed process has left is
 * removed by the next one. One thread at a time per OutDir. */
#ifndef COCO_IO_FILE_OUTDIR_H
#define COCO_IO_FILE_OUTDIR_H

#include "io/base/err.h"

#include <stddef.h>

typedef struct {
    char *target; /* where the directory will be: absolute, symbolic links resolved */
    char *path;   /* where to fill it */
    int lock;     /* the descriptor that holds the lock, or -1; undefined without a path */
} OutDir;

/* Whether outdir_begin can succeed, as far as can be seen without making anything: for work that takes long before it
 * begins its directory. */
int outdir_check(const char *target, Err *err);
/* Also makes the parents of the target, and sweeps. A target that is a symbolic link stands for what it leads to,
 * whether or not that exists. */
int outdir_begin(OutDir *out, const char *target, Err *err);
/* Ends the OutDir and frees it. A target that exists and is not empty is removed if `replace` is set, and otherwise
 * refused. A commit that fails has aborted. */
int outdir_commit(OutDir *out, int replace, Err *err);
void outdir_abort(OutDir *out); /* removes what was written; safe on a zero-initialized or ended OutDir */

/* Removes what killed processes have left beside the target. */
void outdir_sweep(const char *target);

/* Whether the path is an empty directory, or not a directory. One that cannot be read counts as full. */
int dir_vacant(const char *path);

#endif
