/* The running program, once more, or the one beside it. Main thread. */
#ifndef COCO_PIPELINE_COMMON_PROGRAM_H
#define COCO_PIPELINE_COMMON_PROGRAM_H

#include "io/base/err.h"

/* Becomes the program `name`: that beside this one or, as 'make install' puts it, in ../libexec/coco; where nobody
 * knows which program this is, that of $PATH. Returns only if it cannot, with a line. */
void program_become(const char *name, char **argv, Err *err);
/* Runs this program with other arguments, argv[1] and so on up to NULL, and waits for it. -1: it failed. */
int program_again(char **argv);

#endif
