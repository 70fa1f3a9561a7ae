/* A file or directory that is written beside its target until it is complete: TARGET.coco-part-NUMBER. For
 * io/file/file.c, io/file/outdir.c, and whoever lets a library make files.
 *
 * It is locked while its process works on it. What killed processes have left is thus recognised, and removed by the
 * next one; on file systems without locks it stays. Any thread. */
#ifndef COCO_IO_FILE_SCRATCH_H
#define COCO_IO_FILE_SCRATCH_H

#include "io/base/err.h"

typedef enum { SCRATCH_FILE, SCRATCH_DIR } ScratchKind;

/* Makes a new, empty one under a name of its own. The caller frees *path, and closes the descriptor *lock and calls
 * scratch_forget once the scratch is renamed or removed. -1: failed, with errno. Does not wait. */
int scratch_make(const char *target, ScratchKind kind, char **path, int *lock);
/* From now on scratch_remove_all leaves the path alone. */
void scratch_forget(const char *path);
/* Removes all that this process has made and not forgotten (of more than SCRATCH_MAX at once, the first ones): for the
 * handler of a signal that ends the process. Async-signal-safe. */
enum { SCRATCH_MAX = 16 };
void scratch_remove_all(void);
/* Claims the target for this process, with a scratch file of a fixed name, until scratch_release or the process's
 * end, however that comes. 1: ours; 0: another process has it; -1: failed, with errno. Where nobody can lock,
 * everybody gets it. */
typedef struct {
    char *path; /* NULL: nothing is claimed */
    int lock;
} ScratchClaim;
int scratch_claim(const char *target, ScratchClaim *claim);
void scratch_release(ScratchClaim *claim); /* safe on a zeroed or released one */
/* Opens TARGET.coco-part-WORD, or makes it: a file that a killed process leaves for the next one. WORD is not a
 * number, so that no sweep takes it. 1: ours until *fd is closed (the caller frees *path); 0: another process has
 * it; -1: failed, or not ours alone (io/file/left_file.h). Where nobody can lock, everybody gets it. */
int scratch_keep(const char *target, const char *word, char **path, int *fd, Err *err);
/* Removes what killed processes of this user have left beside the target. Best effort: failures are ignored. */
void scratch_sweep(const char *target);
/* Removes a directory with everything in it. The second waits until no other process has it locked. */
void scratch_remove(const char *path);
void scratch_remove_other(const char *path);

#endif
