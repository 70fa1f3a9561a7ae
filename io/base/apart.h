/* Work on bytes that may be hostile, in a process of its own: a library that crashes on them, or never ends, or
 * takes all memory, is an error there. It is no defence against bytes that take the process over. */
#ifndef COCO_IO_BASE_APART_H
#define COCO_IO_BASE_APART_H

#include "io/base/err.h"

#include <stddef.h>
#include <stdint.h>

/* Calls fn in a forked process, with so many seconds of computing and so many bytes of memory more than this one
 * has, and copies what it has put at `result` from there to here. -1: it came to no end; err says how that was.
 * What else fn changes is lost. The caller waits; that process ignores signals and ends with this one. */
int apart_run(void (*fn)(void *ctx, void *result), void *ctx, void *result, size_t bytes, int64_t seconds,
              int64_t memory, Err *err);

/* --- for a forked process that stays: parts of the above --- */

/* Ignores the terminal's signals, which its parent handles; leaves the parent's handlers, and standard streams,
 * behind. Crashes leave no core. */
void apart_settle(void);
/* The bytes of this process's own data; 0: not known. */
int64_t apart_memory(void);
/* From now on, at most so many seconds of computing, and, unless memory is 0, so many bytes of data. */
void apart_limit(int64_t seconds, int64_t memory);

#endif
