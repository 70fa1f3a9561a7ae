#include "pipeline/common/pipe.h"

#include "io/base/err.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef enum { FREE, BUSY, READY, FAILED } SlotState;

typedef struct {
    SlotState state;
    Err err; /* FAILED: why */
} Slot;

struct Pipe {
    PipeSpec spec;
    Slot *slots; /* slot i % depth belongs to item number i */
    pthread_t *threads;
    int n_threads;

    pthread_mutex_t lock; /* guards all below and the slots */
    pthread_cond_t freed; /* a slot was freed, a take ended, or the pipe stops: for the workers */
    pthread_cond_t ready; /* a slot became ready or failed, or the end was found: for the caller */
    uint64_t fed;         /* items that the caller has handed to a fed pipe */
    uint64_t taken;       /* items taken so far, which is the number of the next */
    uint64_t given;       /* items given back by the caller */
    int taking;           /* a take is running */
    int closed;           /* no more takes: the end, an error, or pipe_stop */
    int holding;          /* the caller holds item `given` */
};

static void *item_at(const Pipe *p, uint64_t i)
{
    return (char *)p->spec.items + (size_t)(i % (uint64_t)p->spec.depth) * p->spec.item_size;
}

static Slot *slot_at(const Pipe *p, uint64_t i)
{
    return &p->slots[i % (uint64_t)p->spec.depth];
}

/* With the lock held: marks the slot, and closes the pipe after a failure. */
static void settle(Pipe *p, Slot *slot, SlotState state)
{
    slot->state = state;
    if (state == FAILED)
        p->closed = 1;
    pthread_cond_broadcast(&p->ready);
    pthread_cond_broadcast(&p->freed);
}

/* Takes the next item, with the lock held on entry and exit. False: there will be none. */
static int take_next(Pipe *p, uint64_t *number)
{
    while (!p->closed && (p->taking || p->taken - p->given >= (uint64_t)p->spec.depth))
        pthread_cond_wait(&p->freed, &p->lock);
    if (p->closed)
        return 0;
    uint64_t i = p->taken;
    Slot *slot = slot_at(p, i);
    p->taking = 1;
    slot->state = BUSY;
    pthread_mutex_unlock(&p->lock);
    int rc = p->spec.take(p->spec.ctx, item_at(p, i), &slot->err);
    pthread_mutex_lock(&p->lock);
    p->taking = 0;
    if (rc == 0) {
        p->closed = 1;
        settle(p, slot, FREE);
        return 0;
    }
    p->taken++;
    if (rc < 0) {
        settle(p, slot, FAILED);
        return 0;
    }
    pthread_cond_broadcast(&p->freed);
    *number = i;
    return 1;
}

/* The same for a fed pipe. */
static int take_fed(Pipe *p, uint64_t *number)
{
    int told = 0;
    while (!p->closed && p->fed == p->taken) {
        if (p->spec.idle && !told++) {
            pthread_mutex_unlock(&p->lock);
            p->spec.idle(p->spec.ctx);
            pthread_mutex_lock(&p->lock);
        } else {
            pthread_cond_wait(&p->freed, &p->lock);
        }
    }
    if (p->closed)
        return 0;
    *number = p->taken++;
    slot_at(p, *number)->state = BUSY;
    return 1;
}

static void *worker(void *arg)
{
    Pipe *p = arg;
    uint64_t i;
    pthread_mutex_lock(&p->lock);
    while (p->spec.take ? take_next(p, &i) : take_fed(p, &i)) {
        Slot *slot = slot_at(p, i);
        pthread_mutex_unlock(&p->lock);
        int rc = p->spec.work ? p->spec.work(p->spec.ctx, item_at(p, i), &slot->err) : 0;
        pthread_mutex_lock(&p->lock);
        settle(p, slot, rc ? FAILED : READY);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

Pipe *pipe_start(const PipeSpec *spec, Err *err)
{
    Pipe *p = calloc(1, sizeof *p);
    if (!p)
        goto oom;
    p->spec = *spec;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->freed, NULL);
    pthread_cond_init(&p->ready, NULL);
    p->slots = calloc((size_t)spec->depth, sizeof *p->slots);
    p->threads = calloc((size_t)spec->workers, sizeof *p->threads);
    if (!p->slots || !p->threads)
        goto oom;
    for (; p->n_threads < spec->workers; p->n_threads++) {
        int rc = pthread_create(&p->threads[p->n_threads], NULL, worker, p);
        if (rc && p->n_threads == 0) {
            err_set(err, "cannot start a thread: %s", strerror(rc));
            pipe_stop(p);
            return NULL;
        }
        if (rc) /* fewer threads do the same work */
            break;
    }
    return p;
oom:
    err_set(err, "out of memory");
    pipe_stop(p);
    return NULL;
}

int pipe_next(Pipe *p, void **item, Err *err)
{
    int rc;
    pthread_mutex_lock(&p->lock);
    if (p->holding) {
        slot_at(p, p->given)->state = FREE;
        p->given++;
        p->holding = 0;
        pthread_cond_broadcast(&p->freed);
    }
    /* A running take may still deliver an item, even into a closed pipe. */
    while ((p->given == p->taken && (!p->closed || p->taking)) ||
           (p->given != p->taken && slot_at(p, p->given)->state == BUSY))
        pthread_cond_wait(&p->ready, &p->lock);
    Slot *slot = slot_at(p, p->given);
    if (p->given == p->taken) {
        rc = 0;
    } else if (slot->state == FAILED) {
        rc = err_set(err, "%s", slot->err.text);
    } else {
        *item = item_at(p, p->given);
        p->holding = 1;
        rc = 1;
    }
    pthread_mutex_unlock(&p->lock);
    return rc;
}

void *pipe_free(Pipe *p)
{
    pthread_mutex_lock(&p->lock);
    void *item = p->fed - p->given < (uint64_t)p->spec.depth ? item_at(p, p->fed) : NULL;
    pthread_mutex_unlock(&p->lock);
    return item;
}

void pipe_give(Pipe *p, int wake)
{
    pthread_mutex_lock(&p->lock);
    p->fed++;
    pthread_mutex_unlock(&p->lock);
    if (wake)
        pipe_wake(p);
}

void pipe_wake(Pipe *p)
{
    pthread_cond_broadcast(&p->freed);
}

int pipe_ready(Pipe *p)
{
    pthread_mutex_lock(&p->lock);
    uint64_t next = p->given + (uint64_t)p->holding;
    int ready = next != p->taken && slot_at(p, next)->state != BUSY;
    pthread_mutex_unlock(&p->lock);
    return ready;
}

void pipe_stop(Pipe *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->closed = 1;
    pthread_cond_broadcast(&p->freed);
    pthread_mutex_unlock(&p->lock);
    for (int i = 0; i < p->n_threads; i++)
        pthread_join(p->threads[i], NULL);
    pthread_cond_destroy(&p->ready);
    pthread_cond_destroy(&p->freed);
    pthread_mutex_destroy(&p->lock);
    free(p->slots);
    free(p->threads);
    free(p);
}

/* --- a trial --- */

static void *pass_gate(void *gate)
{
    pthread_mutex_lock(gate);
    pthread_mutex_unlock(gate);
    return NULL;
}

int pipe_try_threads(int n)
{
    pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
    pthread_t *threads = calloc((size_t)n, sizeof *threads);
    int started = 0;
    pthread_mutex_lock(&gate);
    while (threads && started < n && pthread_create(&threads[started], NULL, pass_gate, &gate) == 0)
        started++;
    pthread_mutex_unlock(&gate);
    for (int i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    free(threads);
    return started;
}
