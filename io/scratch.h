/* What is written beside its target until it is whole, a file or a directory: TARGET.coco-part-PID. For io/file.c and
 * io/outdir.c.
 *
 * It is locked (flock) as long as its process is at it, so that those of killed ones can be told, and are removed by
 * whoever comes next; where nothing can be locked, nothing is removed. */
#ifndef COCO_IO_SCRATCH_H
#define COCO_IO_SCRATCH_H

typedef enum { SCRATCH_FILE, SCRATCH_DIR } ScratchKind;

/* The path of this process's, which the caller frees. NULL: out of memory. */
char *scratch_path(const char *target);
/* Makes it, empty, and takes its lock. *lock: a descriptor to close once it has its name or is removed, -1 where nothing
 * can be locked. -1 failed, with errno. What is there already is emptied if it is a file, else that fails. */
int scratch_make(const char *path, ScratchKind kind, int *lock);
/* Removes the files and directories beside the target that killed processes have left. Nothing depends on it. */
void scratch_sweep(const char *target);
/* Removes one, waiting until nobody holds it. */
void scratch_remove(const char *path);
/* Removes a directory with all that is in it. */
void scratch_remove_tree(const char *path);

#endif
