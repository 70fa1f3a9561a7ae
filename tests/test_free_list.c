/* io/base/free_list.h: nothing is lost, nothing is handed out twice. */
#include "tests/support/unit.h"

#include "io/base/free_list.h"

#include <pthread.h>
#include <stdatomic.h>

static void test_one_thread(void **state)
{
    FreeList *list = free_list_new();
    static int thing[FREE_LIST_MAX + 1];
    (void)state;
    assert_non_null(list);
    assert_null(free_list_take(list));
    for (int i = 0; i < FREE_LIST_MAX; i++)
        assert_true(free_list_give(list, &thing[i]));
    assert_false(free_list_give(list, &thing[FREE_LIST_MAX]));
    for (int i = 0; i < FREE_LIST_MAX; i++) {
        int *taken = free_list_take(list);
        assert_non_null(taken);
        assert_int_equal(++*taken, 1);
    }
    assert_null(free_list_take(list));
    free_list_free(list, free);
    free_list_free(NULL, free);
}

static int disposed;

static void dispose(void *thing)
{
    disposed += *(int *)thing;
}

static void test_what_is_left(void **state)
{
    FreeList *list = free_list_new();
    int thing[] = {1, 20, 300};
    (void)state;
    for (int i = 0; i < 3; i++)
        assert_true(free_list_give(list, &thing[i]));
    assert_ptr_equal(free_list_take(list), &thing[2]);
    free_list_free(list, dispose);
    assert_int_equal(disposed, 21);
}

enum { THREADS = 4, THINGS = 3, TURNS = 20000 };

typedef struct {
    FreeList *list;
    atomic_int holders[THINGS];
    atomic_int doubled;
} Shared;

static void *borrow(void *arg)
{
    Shared *s = arg;
    for (int i = 0; i < TURNS; i++) {
        atomic_int *thing = free_list_take(s->list);
        if (!thing)
            continue;
        if (atomic_fetch_add(thing, 1) != 0)
            atomic_fetch_add(&s->doubled, 1);
        atomic_fetch_sub(thing, 1);
        if (!free_list_give(s->list, thing))
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
    s.list = free_list_new();
    assert_non_null(s.list);
    for (int i = 0; i < THINGS; i++)
        assert_true(free_list_give(s.list, &s.holders[i]));
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, borrow, &s), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    assert_int_equal(s.doubled, 0);
    while (free_list_take(s.list))
        n++;
    assert_int_equal(n, THINGS);
    free_list_free(s.list, free);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_thread),
        cmocka_unit_test(test_what_is_left),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
