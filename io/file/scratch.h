/* What is written beside its target until it is whole, a file or a directory: TARGET.coco-part-NUMBER. For io/file/file.c and
 * io/file/outdir.c.
 *
 * It is locked as long as its process is at it, so that those of killed ones can be told, and are removed by whoever
 * comes next; where nothing can be locked, they stay. Any thread. */
#ifndef COCO_IO_FILE_SCRATCH_H
#define COCO_IO_FILE_SCRATCH_H

typedef enum { SCRATCH_FILE, SCRATCH_DIR } ScratchKind;

/* Makes a new one, empty, of a name that nobody else has. The caller frees *path, and closes the descriptor *lock once
 * it has its name or is removed. -1 failed, with errno. Waits for nobody. */
int scratch_make(const char *target, ScratchKind kind, char **path, int *lock);
/* Removes the files and directories beside the target that killed processes have left. Nothing depends on it. */
void scratch_sweep(const char *target);
/* Removes a directory with all that is in it; one that may be another process's, once that lets go of it. */
void scratch_remove(const char *path);
void scratch_remove_other(const char *path);

#endif
