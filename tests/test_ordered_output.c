/* What the downloads of many images keep: lines put in order, counts of texts, jobs found by URL. */
#include "pipeline/common/counts.h"
#include "pipeline/images/in_flight.h"
#include "pipeline/images/ordered_output.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *line_of(int64_t number)
{
    char *line = NULL;
    if (asprintf(&line, "%lld\n", (long long)number) < 0)
        fail_msg("out of memory");
    return line;
}

/* Lines become ready in every order that the room allows, and come out in theirs. */
static void lines_in_order(void **state)
{
    (void)state;
    enum { ROOM = 8, N = 1000 };
    char *text = NULL, *expected = NULL;
    size_t len;
    int64_t held[ROOM];
    int n_held = 0;
    unsigned random = 1;
    FILE *out = open_memstream(&text, &len);
    Order *order = order_open(out, ROOM);
    for (int i = 0; i < N || n_held > 0;) {
        if (i < N && order_has_room(order)) {
            held[n_held++] = order_promise(order);
            assert_int_equal(held[n_held - 1], i++);
            continue;
        }
        random = random * 1664525u + 1013904223u;
        int k = (int)(random >> 16) % n_held;
        order_line(order, held[k], line_of(held[k]));
        held[k] = held[--n_held];
    }
    order_promise(order);
    int64_t last = order_promise(order);
    order_line(order, last, strdup("last\n")); /* the one before it never comes */
    order_flush(order);
    order_line(order, order_promise(order) + 1, strdup("never\n"));
    order_close(order);
    fclose(out);
    FILE *plain = open_memstream(&expected, &len);
    for (int i = 0; i < N; i++)
        fprintf(plain, "%d\n", i);
    fputs("last\n", plain);
    fclose(plain);
    assert_string_equal(text, expected);
    free(text);
    free(expected);
    order_close(NULL);
}

static void counts(void **state)
{
    (void)state;
    Tally tally = {.n_lines = 0};
    char text[200];
    for (int i = 0; i < TALLY_MAX + 20; i++)
        for (int k = 0; k <= i % 3; k++) {
            snprintf(text, sizeof text, "reason %d", i);
            tally_add(&tally, text);
        }
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    tally_add(&tally, text);
    assert_int_equal(tally.n_lines, TALLY_MAX + 1);
    tally_sort(&tally);
    assert_string_equal(tally.line[0].text, "other");
    assert_int_equal(tally.line[0].n, 40 + 1);            /* of twenty more reasons, and of the x */
    assert_string_equal(tally.line[1].text, "reason 11"); /* three of each third, by the alphabet */
    assert_int_equal(tally.line[1].n, 3);
    for (int i = 1; i < tally.n_lines; i++)
        assert_true(tally.line[i].n <= tally.line[i - 1].n);
}

static void jobs_by_url(void **state)
{
    (void)state;
    enum { PLACES = 300 };
    Jobs *jobs = jobs_open(PLACES, NULL);
    char url[32];
    assert_non_null(jobs);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < PLACES; i++) {
            snprintf(url, sizeof url, "http://h/%d", i);
            assert_null(jobs_find(jobs, url));
            assert_false(jobs_full(jobs));
            Job *job = jobs_take(jobs, strdup(url));
            for (int64_t k = 0; k < i % 5; k++)
                assert_int_equal(jobs_add_line(jobs, job, k), 0);
        }
        assert_true(jobs_full(jobs));
        for (int i = 0; i < PLACES && round < 2; i++) { /* every second first, then the others */
            snprintf(url, sizeof url, "http://h/%d", i * 2 % PLACES + (i * 2 >= PLACES));
            Job *job = jobs_find(jobs, url);
            assert_non_null(job);
            assert_string_equal(job->url, url);
            assert_int_equal(job->n_lines, (i * 2 % PLACES + (i * 2 >= PLACES)) % 5);
            jobs_give(jobs, job);
            assert_null(jobs_find(jobs, url));
        }
    }
    jobs_close(jobs); /* with what is under way */
    jobs_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_in_order),
        cmocka_unit_test(counts),
        cmocka_unit_test(jobs_by_url),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
