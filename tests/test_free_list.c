/* io/base/free_list.h: nothing is lost, nothing is handed to two. */
#include "tests/support/unit.h"

#include "io/base/free_list.h"

#include <pthread.h>
#include <stdatomic.h>

static void test_one_thread(void **state)
{
    static Spares spares;
    static int thing[SPARES_MAX + 1];
    (void)state;
    assert_null(spare_take(&spares));
    for (int i = 0; i < SPARES_MAX; i++)
        assert_true(spare_give(&spares, &thing[i]));
    assert_false(spare_give(&spares, &thing[SPARES_MAX]));
    for (int i = 0; i < SPARES_MAX; i++) {
        int *taken = spare_take(&spares);
        assert_non_null(taken);
        assert_int_equal(++*taken, 1);
    }
    assert_null(spare_take(&spares));
}

enum { THREADS = 4, THINGS = 3, TURNS = 20000 };

typedef struct {
    Spares spares;
    atomic_int holders[THINGS];
    atomic_int doubled;
} Shared;

static void *borrow(void *arg)
{
    Shared *s = arg;
    for (int i = 0; i < TURNS; i++) {
        atomic_int *thing = spare_take(&s->spares);
        if (!thing)
            continue;
        if (atomic_fetch_add(thing, 1) != 0)
            atomic_fetch_add(&s->doubled, 1);
        atomic_fetch_sub(thing, 1);
        if (!spare_give(&s->spares, thing))
            atomic_fetch_add(&s->doubled, 1);
    }
    return NULL;
}

static void test_threads(void **state)
{
    static Shared s;
    pthread_t thread[THREADS];
    int n = 0;
    (void)state;
    for (int i = 0; i < THINGS; i++)
        assert_true(spare_give(&s.spares, &s.holders[i]));
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, borrow, &s), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    assert_int_equal(s.doubled, 0);
    while (spare_take(&s.spares))
        n++;
    assert_int_equal(n, THINGS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_thread),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
