/* A bounded, ordered, parallel pipeline: take -> work -> next. The only file with threads of POSIX.
 *
 *      take (one at a time, in order)      work (on every thread)        pipe_next (the caller, in order)
 *   ... item 7, item 6, item 5  ───────►  item 4 │ item 3 │ item 2  ──►  item 1
 *
 * The protocol. A pipe owns `workers` threads and is lent a pool of `depth` items. A thread that finds a
 * free item calls take() on it; takes never overlap and never change order, so take() may draw random
 * numbers or read a stream. The thread then calls work() on the item, beside the other threads doing the
 * same with theirs. The caller gets the items in the order of their takes from pipe_next(), owns the one
 * it got until it asks for the next, and gives it back by asking. Hence:
 *
 *   - Memory is bounded by the pool: nobody takes while all items are taken, worked on or waiting.
 *   - Order is that of take(), whatever the threads do; the reported error is the first in that order.
 *   - An error travels in band: earlier items are delivered, then pipe_next() returns -1 with its message, and
 *     nothing more is taken. pipe_stop() joins every thread, from any state.
 *   - Only the item passes between the stages; the shared ctx may be written by take() alone.
 *
 * A caller that has other things to wait for can feed the pipe instead: then there is no take(); the caller fills the
 * item from pipe_free, hands it over with pipe_give, and checks pipe_ready before pipe_next.
 *
 * The caller computes on its own thread (OpenMP keeps one team per calling thread); pipes are for work
 * that waits on memory, disk or network, or that runs while the caller computes. */
#ifndef COCO_PIPELINE_COMMON_PIPE_H
#define COCO_PIPELINE_COMMON_PIPE_H

#include "io/base/err.h"

#include <stddef.h>

typedef struct {
    /* Fills the item with work to do: 1 an item, 0 the end, -1 failed with a message in err. NULL: the pipe is fed. */
    int (*take)(void *ctx, void *item, Err *err);
    /* Does the work: 0, or -1 with a message in err. NULL: there is none. */
    int (*work)(void *ctx, void *item, Err *err);
    /* For a fed pipe: called on a thread that runs out of work while all that was given is done or in progress. May be
     * NULL. */
    void (*idle)(void *ctx);
    void *ctx;
    void *items; /* the pool: `depth` items of item_size bytes, owned by the caller, alive until pipe_stop */
    size_t item_size;
    int depth;   /* at least 2: one in the caller's hands, one ahead */
    int workers; /* at least 1 */
} PipeSpec;

typedef struct Pipe Pipe;

/* Starts the threads. NULL: no threads or memory. */
Pipe *pipe_start(const PipeSpec *spec, Err *err);

/* The next item, in order: 1 with *item, borrowed until the next call; 0 at the end; -1 failed, permanently. */
int pipe_next(Pipe *pipe, void **item, Err *err);

/* For a fed pipe: the item to fill next, the caller's until pipe_give. NULL: all are in use. */
void *pipe_free(Pipe *pipe);
/* Hands it over. Wakes a thread only if `wake`: waking costs as much as a small piece of work. */
void pipe_give(Pipe *pipe, int wake);
void pipe_wake(Pipe *pipe); /* for items given without waking */

/* Whether pipe_next would return at once. */
int pipe_ready(Pipe *pipe);

/* How many threads, of n, can be at work at once. They are started and joined. */
int pipe_try_threads(int n);

/* Stops at any time: joins all threads and frees the pipe, not the pool. NULL is legal. */
void pipe_stop(Pipe *pipe);

#endif
