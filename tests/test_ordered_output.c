/* What the download of many images keeps: lines put in order, counts of texts, downloads found by URL. */
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

/* Lines become ready in random order, as far as the room allows, and are written in order. */
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
    OrderedOutput *ordered = ordered_new(out, ROOM);
    for (int i = 0; i < N || n_held > 0;) {
        if (i < N && ordered_has_room(ordered)) {
            held[n_held++] = ordered_reserve(ordered);
            assert_int_equal(held[n_held - 1], i++);
            continue;
        }
        random = random * 1664525u + 1013904223u;
        int k = (int)(random >> 16) % n_held;
        ordered_put(ordered, held[k], line_of(held[k]));
        held[k] = held[--n_held];
    }
    ordered_reserve(ordered);
    int64_t last = ordered_reserve(ordered);
    ordered_put(ordered, last, strdup("last\n")); /* the line before it never comes */
    ordered_flush(ordered);
    ordered_put(ordered, ordered_reserve(ordered) + 1, strdup("never\n"));
    ordered_free(ordered);
    fclose(out);
    FILE *plain = open_memstream(&expected, &len);
    for (int i = 0; i < N; i++)
        fprintf(plain, "%d\n", i);
    fputs("last\n", plain);
    fclose(plain);
    assert_string_equal(text, expected);
    free(text);
    free(expected);
    ordered_free(NULL);
}

static void counts(void **state)
{
    (void)state;
    TextCounts tally = {.n_lines = 0};
    char text[200];
    for (int i = 0; i < COUNTS_MAX + 20; i++)
        for (int k = 0; k <= i % 3; k++) {
            snprintf(text, sizeof text, "reason %d", i);
            counts_add(&tally, text);
        }
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    counts_add(&tally, text);
    assert_int_equal(tally.n_lines, COUNTS_MAX + 1);
    counts_sort(&tally);
    assert_string_equal(tally.line[0].text, "other");
    assert_int_equal(tally.line[0].n, 40 + 1);            /* the twenty reasons too many, and the x's */
    assert_string_equal(tally.line[1].text, "reason 11"); /* every third has three; alphabetical order */
    assert_int_equal(tally.line[1].n, 3);
    for (int i = 1; i < tally.n_lines; i++)
        assert_true(tally.line[i].n <= tally.line[i - 1].n);
}

static void in_flight_by_url(void **state)
{
    (void)state;
    enum { PLACES = 300 };
    InFlight *all = in_flight_new(PLACES, NULL);
    char url[32];
    assert_non_null(all);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < PLACES; i++) {
            snprintf(url, sizeof url, "http://h/%d", i);
            assert_null(in_flight_find(all, url));
            assert_false(in_flight_is_full(all));
            ImageDownload *download = in_flight_add(all, strdup(url));
            for (int64_t k = 0; k < i % 5; k++)
                assert_int_equal(in_flight_add_line(all, download, k), 0);
        }
        assert_true(in_flight_is_full(all));
        for (int i = 0; i < PLACES && round < 2; i++) { /* those with even numbers, then the others */
            snprintf(url, sizeof url, "http://h/%d", i * 2 % PLACES + (i * 2 >= PLACES));
            ImageDownload *download = in_flight_find(all, url);
            assert_non_null(download);
            assert_string_equal(download->url, url);
            assert_int_equal(download->n_lines, (i * 2 % PLACES + (i * 2 >= PLACES)) % 5);
            in_flight_remove(all, download);
            assert_null(in_flight_find(all, url));
        }
    }
    assert_int_equal(in_flight_lines(all), 2 * PLACES);
    in_flight_free(all); /* with downloads in it */
    in_flight_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_in_order),
        cmocka_unit_test(counts),
        cmocka_unit_test(in_flight_by_url),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
