/* The pipeline engine: order, errors in band, bounded takes, and an end at any moment.
 * No OpenMP here: built with SAN=thread OMP= this is what ThreadSanitizer looks at. */
#include "pipeline/common/pipe.h"
#include "tests/support/test.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 16 };

typedef struct {
    int number, squared;
    int busy; /* written by take and work: a race would show */
} Item;

typedef struct {
    int n;                    /* items until the end */
    int fail_take, fail_work; /* the number that fails, -1 none */
    int next;                 /* take's alone */
    atomic_int taking, worked, most, out;
} Ctx;

static void dawdle(int number)
{
    for (int i = 0; i < (number * 7919 & 15); i++)
        sched_yield();
}

static int take(void *ctx, void *item, Err *err)
{
    Ctx *c = ctx;
    Item *it = item;
    if (atomic_fetch_add(&c->taking, 1) != 0)
        abort(); /* takes overlap */
    dawdle(c->next);
    int out = atomic_fetch_add(&c->out, 1) + 1;
    if (out > atomic_load(&c->most))
        atomic_store(&c->most, out);
    int rc = 1;
    if (c->next == c->fail_take) {
        err_set(err, "take %d", c->next);
        rc = -1;
    } else if (c->next == c->n) {
        rc = 0;
    } else {
        it->number = c->next++;
        it->busy = 1;
    }
    atomic_fetch_sub(&c->taking, 1);
    return rc;
}

static int work(void *ctx, void *item, Err *err)
{
    Ctx *c = ctx;
    Item *it = item;
    dawdle(it->number * 31 + 5);
    it->squared = it->number * it->number;
    it->busy = 0;
    atomic_fetch_add(&c->worked, 1);
    if (it->number == c->fail_work) {
        err_set(err, "work %d", it->number);
        return -1;
    }
    return 0;
}

static Pipe *start(Ctx *c, Item *items, int depth, int workers)
{
    Err err;
    PipeSpec spec = {.take = take,
                     .work = work,
                     .ctx = c,
                     .items = items,
                     .item_size = sizeof *items,
                     .depth = depth,
                     .workers = workers};
    Pipe *pipe = pipe_start(&spec, &err);
    assert_non_null(pipe);
    return pipe;
}

/* Takes all that comes; the number of items, checked for order. */
static int drain(Ctx *c, Pipe *pipe, int *rc, Err *err)
{
    void *item;
    int n = 0;
    while ((*rc = pipe_next(pipe, &item, err)) == 1) {
        const Item *it = item;
        assert_int_equal(it->number, n);
        assert_int_equal(it->squared, n * n);
        assert_int_equal(it->busy, 0);
        n++;
        atomic_fetch_sub(&c->out, 1);
    }
    return n;
}

static void order(void **state)
{
    (void)state;
    Err err;
    Item items[DEPTH_MAX];
    int rc;
    for (int workers = 1; workers <= 12; workers++)
        for (int depth = 2; depth <= DEPTH_MAX; depth += 7) {
            Ctx c = {.n = 300, .fail_take = -1, .fail_work = -1};
            Pipe *pipe = start(&c, items, depth, workers);
            assert_int_equal(drain(&c, pipe, &rc, &err), 300);
            assert_int_equal(rc, 0);
            void *item;
            assert_int_equal(pipe_next(pipe, &item, &err), 0); /* the end stays the end */
            pipe_stop(pipe);
            assert_in_range(atomic_load(&c.most), 1, depth + 1); /* + the take that found the end */
        }
}

static void errors_in_band(void **state)
{
    (void)state;
    Err err;
    Item items[8];
    void *item;
    int rc;
    for (int at = 0; at < 40; at += 3)
        for (int in_take = 0; in_take < 2; in_take++)
            for (int workers = 1; workers <= 5; workers += 2) {
                Ctx c = {.n = 100, .fail_take = in_take ? at : -1, .fail_work = in_take ? -1 : at};
                Pipe *pipe = start(&c, items, 8, workers);
                assert_int_equal(drain(&c, pipe, &rc, &err), at);
                assert_int_equal(rc, -1);
                char want[32];
                snprintf(want, sizeof want, "%s %d", in_take ? "take" : "work", at);
                assert_string_equal(err.text, want);
                err.text[0] = '\0';
                assert_int_equal(pipe_next(pipe, &item, &err), -1); /* for good */
                assert_string_equal(err.text, want);
                pipe_stop(pipe);
                assert_in_range(atomic_load(&c.worked), at, at + 8);
            }
}

/* The earliest error is reported, even if a later item failed first. */
static int fail_all(void *ctx, void *item, Err *err)
{
    Item *it = item;
    (void)ctx;
    if (it->number == 0)
        for (int i = 0; i < 2000; i++)
            sched_yield();
    err_set(err, "work %d", it->number);
    return it->number % 2 ? -1 : 0;
}

static void earliest_error(void **state)
{
    (void)state;
    Err err;
    Item items[8];
    void *item;
    for (int round = 0; round < 50; round++) {
        Ctx c = {.n = 100, .fail_take = -1, .fail_work = -1};
        PipeSpec spec = {.take = take,
                         .work = fail_all,
                         .ctx = &c,
                         .items = items,
                         .item_size = sizeof *items,
                         .depth = 8,
                         .workers = 6};
        Pipe *pipe = pipe_start(&spec, &err);
        assert_non_null(pipe);
        assert_int_equal(pipe_next(pipe, &item, &err), 1);
        assert_int_equal(((Item *)item)->number, 0);
        assert_int_equal(pipe_next(pipe, &item, &err), -1);
        assert_string_equal(err.text, "work 1");
        pipe_stop(pipe);
    }
}

static void no_items(void **state)
{
    (void)state;
    Err err;
    Item items[2];
    int rc;
    Ctx c = {.n = 0, .fail_take = -1, .fail_work = -1};
    Pipe *pipe = start(&c, items, 2, 4);
    assert_int_equal(drain(&c, pipe, &rc, &err), 0);
    assert_int_equal(rc, 0);
    pipe_stop(pipe);
    pipe_stop(NULL);
}

static void without_work(void **state)
{
    (void)state;
    Err err;
    Item items[4];
    void *item;
    Ctx c = {.n = 50, .fail_take = -1, .fail_work = -1};
    PipeSpec spec = {.take = take, .ctx = &c, .items = items, .item_size = sizeof *items, .depth = 4, .workers = 3};
    Pipe *pipe = pipe_start(&spec, &err);
    int n = 0;
    while (pipe_next(pipe, &item, &err) == 1)
        assert_int_equal(((Item *)item)->number, n++);
    assert_int_equal(n, 50);
    pipe_stop(pipe);
}

/* Opened and closed thousands of times: at once, after some items, while a take or work is under way. */
static void thrash(void **state)
{
    (void)state;
    Err err;
    Item items[DEPTH_MAX];
    void *item;
    for (int round = 0; round < 3000; round++) {
        Ctx c = {.n = round % 40,
                 .fail_take = round % 11 == 0 ? round % 7 : -1,
                 .fail_work = round % 13 == 0 ? round % 5 : -1};
        Pipe *pipe = start(&c, items, 2 + round % (DEPTH_MAX - 1), 1 + round % 6);
        for (int i = 0; i < round % 9; i++)
            if (pipe_next(pipe, &item, &err) != 1)
                break;
        if (round % 3 == 0)
            dawdle(round);
        pipe_stop(pipe);
        assert_int_equal(atomic_load(&c.taking), 0); /* nobody is left */
    }
}

/* All can start, and again: those of the first trial are gone. */
static void trial(void **state)
{
    (void)state;
    assert_int_equal(pipe_try_threads(1), 1);
    for (int i = 0; i < 20; i++)
        assert_int_equal(pipe_try_threads(40), 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order),    cmocka_unit_test(errors_in_band), cmocka_unit_test(earliest_error),
        cmocka_unit_test(no_items), cmocka_unit_test(without_work),   cmocka_unit_test(thrash),
        cmocka_unit_test(trial),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
