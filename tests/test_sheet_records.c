/* Records put aside and sorted: orders, their reverse, records without a key, facts of all; bytes on the disk. */
#include "io/file/spool.h"
#include "model/rng.h"
#include "pipeline/sheet/sheet_records.h"
#include "tests/support/test.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void spool_gives_back(void **state)
{
    enum { N = 300 };
    (void)state;
    Err err;
    int64_t place[N];
    static char bytes[200000];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 7);
    Spool *spool = spool_open(&err);
    assert_non_null(spool);
    for (int i = 0; i < N; i++)
        assert_ok(spool_add(spool, bytes + i, (size_t)i * (size_t)i, &place[i], &err));
    assert_ok(spool_rewind(spool, &err));
    for (int k = 0; k < N; k++) {
        int i = k * 7 % N;
        size_t len;
        char *out = spool_read(spool, place[i], &len, &err);
        assert_non_null(out);
        assert_int_equal(len, i * i);
        assert_memory_equal(out, bytes + i, len);
        assert_int_equal(out[len], 0);
        free(out);
    }
    spool_close(spool);
    spool_close(NULL);
}

static void spool_without_a_place(void **state)
{
    (void)state;
    Err err;
    char *old = getenv("TMPDIR") ? strdup(getenv("TMPDIR")) : NULL;
    setenv("TMPDIR", "/no/such/directory", 1);
    assert_null(spool_open(&err));
    assert_says(err.text, "temporary file in /no/such/directory: ");
    if (old)
        setenv("TMPDIR", old, 1);
    else
        unsetenv("TMPDIR");
    free(old);
}

/* A shelf of these lines, in a file of its own. */
static Shelf *shelf_of(const char *lines, ShelfOrder by, bool reverse, Err *err)
{
    char *dir = tmp_make(), *path = tmp_path(dir, "r.jsonl");
    ShelfSort sort = {.by = by, .reverse = reverse, .seed = 231};
    tmp_write(path, lines, strlen(lines));
    Shelf *shelf = shelf_read(path, &sort, err);
    tmp_remove(dir);
    free(path);
    return shelf;
}

/* The image ids in the order of the shelf, as text. */
static void check_order(const char *lines, ShelfOrder by, bool reverse, const char *want)
{
    Err err;
    char ids[256] = "";
    Shelf *shelf = shelf_of(lines, by, reverse, &err);
    if (!shelf)
        fail_msg("%s", err);
    for (int64_t i = 0; i < shelf_facts(shelf)->n; i++) {
        Record r;
        assert_ok(shelf_record(shelf, i, &r, &err));
        text_add(ids, sizeof ids, i ? " %" PRId64 : "%" PRId64, r.image_id);
        record_free(&r);
    }
    assert_string_equal(ids, want);
    shelf_free(shelf);
}

static const char SCORED[] = "{\"image_id\":1,\"caption\":\"a\",\"score\":0.5,\"logprob\":-3}\n"
                             "{\"image_id\":2,\"caption\":\"b\",\"logprob\":-1}\n"
                             "{\"image_id\":3,\"caption\":\"c\",\"CIDEr\":0.9,\"logprob\":-2}\n"
                             "{\"image_id\":4,\"caption\":\"d\",\"score\":0.5,\"CIDEr\":7}\n"
                             "{\"image_id\":5,\"caption\":\"e\",\"score\":\"high\",\"logprob\":-1}\n"
                             "{\"image_id\":6,\"caption\":\"f\",\"score\":null,\"CIDEr\":-1}\n";

static void orders(void **state)
{
    (void)state;
    check_order(SCORED, SHELF_AS_READ, false, "1 2 3 4 5 6");
    check_order(SCORED, SHELF_AS_READ, true, "6 5 4 3 2 1");
    /* Of equal scores the first comes first, either way; those without come last, as they were. */
    check_order(SCORED, SHELF_SCORE, false, "3 1 4 6 2 5");
    check_order(SCORED, SHELF_SCORE, true, "6 1 4 3 2 5");
    check_order(SCORED, SHELF_LOGPROB, false, "2 5 3 1 4 6");
    check_order(SCORED, SHELF_LOGPROB, true, "1 3 2 5 4 6");
}

static void random_order_is_numpys(void **state)
{
    (void)state;
    char there[64] = "", back[64] = "";
    int64_t order[6];
    Rng rng;
    rng_seed(&rng, 231);
    rng_permutation(&rng, 6, order);
    for (int i = 0; i < 6; i++) {
        text_add(there, sizeof there, i ? " %d" : "%d", (int)order[i] + 1);
        text_add(back, sizeof back, i ? " %d" : "%d", (int)order[5 - i] + 1);
    }
    check_order(SCORED, SHELF_RANDOM, false, there);
    check_order(SCORED, SHELF_RANDOM, true, back);
}

static void facts(void **state)
{
    (void)state;
    Err err;
    Shelf *shelf = shelf_of(SCORED, SHELF_SCORE, false, &err);
    const ShelfFacts *f = shelf_facts(shelf);
    assert_int_equal(f->n, 6);
    assert_int_equal(f->keyed, 4);
    assert_int_equal(f->n_splits, 1);
    assert_null(f->split[0]);
    assert_true(f->sampled);
    assert_false(f->references || f->truth_alone || f->network);
    shelf_free(shelf);
    shelf = shelf_of("{\"image_id\":1,\"caption\":\"a\",\"references\":[\"b\",\"a\"],\"split\":\"val\","
                     "\"url\":\"file:///x\"}\n"
                     "{\"image_id\":2,\"caption\":\"c\",\"references\":[\"c\"],\"split\":\"train\"}\n"
                     "{\"image_id\":3,\"caption\":\"c\",\"references\":[\"c\"],\"split\":\"val\"}\n",
                     SHELF_AS_READ, false, &err);
    f = shelf_facts(shelf);
    assert_int_equal(f->n_splits, 2);
    assert_string_equal(f->split[0], "val");
    assert_int_equal(f->in_split[0], 2);
    assert_true(f->references && f->truth_alone);
    assert_false(f->sampled || f->network);
    shelf_free(shelf);
    shelf = shelf_of("{\"image_id\":1,\"caption\":\"a\",\"split\":\"1\",\"url\":\"http://h/x\"}\n"
                     "{\"image_id\":1,\"caption\":\"a\",\"split\":\"2\"}\n"
                     "{\"image_id\":1,\"caption\":\"a\",\"split\":\"3\"}\n"
                     "{\"image_id\":1,\"caption\":\"a\",\"split\":\"4\"}\n{\"image_id\":1,\"caption\":\"a\"}\n",
                     SHELF_AS_READ, false, &err);
    f = shelf_facts(shelf);
    assert_int_equal(f->n_splits, SHELF_SPLITS + 1);
    assert_true(f->network);
    shelf_free(shelf);
}

static void bad_input(void **state)
{
    (void)state;
    Err err;
    assert_null(shelf_of("{\"image_id\":1,\"caption\":\"a\"}\n\n{\"image_id\":1}\n", SHELF_SCORE, false, &err));
    assert_says(err.text, "r.jsonl: line 3: no \"caption\"");
    assert_null(shelf_of(" \n", SHELF_RANDOM, false, &err));
    assert_says(err.text, "r.jsonl: no records");
    assert_null(shelf_read("/no/such/file", &(ShelfSort){.by = SHELF_AS_READ}, &err));
    assert_says(err.text, "/no/such/file: ");
    shelf_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spool_gives_back),
        cmocka_unit_test(spool_without_a_place),
        cmocka_unit_test(orders),
        cmocka_unit_test(random_order_is_numpys),
        cmocka_unit_test(facts),
        cmocka_unit_test(bad_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
