/* The program beside the running one. Main thread. */
#ifndef COCO_PIPELINE_COMMON_PROGRAM_H
#define COCO_PIPELINE_COMMON_PROGRAM_H

#include "io/base/err.h"

/* Becomes the program `name`: that beside this one or, as 'make install' puts it, in ../libexec/coco; where nobody
 * knows which program this is, that of $PATH. Returns only if it cannot, with a line. */
void program_become(const char *name, char **argv, Err *err);

#endif
