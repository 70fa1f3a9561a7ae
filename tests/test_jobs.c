/* Jobs: each part is run once, by whatever number of threads. */
#include "model/base/jobs.h"
#include "tests/support/unit.h"

#ifdef _OPENMP
#include <omp.h>
#endif

enum { KINDS = 5, MOST_PARTS = 100 };

typedef struct {
    int count[KINDS][MOST_PARTS];
    int order[KINDS * MOST_PARTS], n; /* with one thread: kind·MOST_PARTS + part */
} Seen;

static void note(const Job *job, int part)
{
    Seen *seen = (Seen *)job->of;
    int at;
#pragma omp atomic update
    seen->count[job->which][part]++;
#pragma omp atomic capture
    at = seen->n++;
    seen->order[at] = job->which * MOST_PARTS + part;
}

static void each_part_once(void **state)
{
    const int parts[KINDS] = {3, 0, 1, MOST_PARTS, 7};
    (void)state;
    for (int threads = 1; threads <= 5; threads++)
        for (int first = 0; first <= KINDS; first++) { /* so many kinds in the first list, the others beside it */
            Seen seen = {.n = 0};
            Jobs jobs = {.n = 0}, beside = {.n = 0};
#ifdef _OPENMP
            omp_set_num_threads(threads);
#endif
            for (int k = 0; k < KINDS; k++)
                jobs_add(k < first ? &jobs : &beside, (Job){parts[k], note, &seen, k});
            jobs_run(&jobs, &beside);
            assert_int_equal(jobs.n + beside.n, 0);
            for (int k = 0; k < KINDS; k++)
                for (int i = 0; i < MOST_PARTS; i++)
                    assert_int_equal(seen.count[k][i], i < parts[k]);
        }
}

static void one_thread_takes_them_in_order(void **state)
{
    Seen seen = {.n = 0};
    Jobs jobs = {.n = 0}, beside = {.n = 0};
    (void)state;
#ifdef _OPENMP
    omp_set_num_threads(1);
#endif
    jobs_add(&beside, (Job){2, note, &seen, 2});
    jobs_add(&jobs, (Job){2, note, &seen, 0});
    jobs_add(&jobs, (Job){1, note, &seen, 1});
    jobs_run(&jobs, &beside);
    const int expected[] = {0, 1, MOST_PARTS, 2 * MOST_PARTS, 2 * MOST_PARTS + 1};
    assert_int_equal(seen.n, 5);
    assert_memory_equal(seen.order, expected, sizeof expected);
}

static void none(void **state)
{
    Jobs jobs = {.n = 0};
    (void)state;
    jobs_run(&jobs, NULL);
    job_run((Job){.parts = 0});
    assert_int_equal(jobs.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_part_once),
        cmocka_unit_test(one_thread_takes_them_in_order),
        cmocka_unit_test(none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
