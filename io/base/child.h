/* Programs that run beside this one and answer lines with lines.
 *
 * All pipes are written while they are read, so that neither side waits for the other, however much there is to say. A
 * child is ended with all that it started. It does not outlive this process, whatever ends that. */
#ifndef COCO_IO_BASE_CHILD_H
#define COCO_IO_BASE_CHILD_H

#include "io/base/err.h"

#include <stddef.h>
#include <stdint.h>

typedef struct Child Child;

/* Starts the program argv[0] (ended by NULL), sought in $PATH unless a slash is in it. NULL: it cannot be run. Any
 * thread: the child ends with the thread that started it. */
Child *child_start(const char *const *argv, Err *err);
/* Kills the program and waits for its end. NULL is legal. */
void child_stop(Child *child);

/* What to say to a child, and what it said. */
typedef struct {
    Child *child;
    const char *text; /* (len), borrowed; the last of it is a line break */
    size_t len;
    int64_t lines; /* how many it has to answer */
    char *answer;  /* out: these lines, ended by NUL; the caller frees, also after a failure */
} ChildTalk;

/* Talks with n children at once, until each has answered all its lines. -1: one of them ended, or answered and read
 * nothing for so many seconds although it had to, or answered more than it was asked for; the error has the first
 * line of its standard error. No child can be talked to after that. */
int children_talk(ChildTalk *talk, int n, double seconds, Err *err);

#endif
