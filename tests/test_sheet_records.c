/* The records of a sheet: orders and their reverse, records without a key, facts about all, which references are
 * kept. */
#include "model/base/rng.h"
#include "pipeline/sheet/sheet_records.h"
#include "tests/support/test.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The records of these lines, with all their references. */
static SheetRecords *records_of(const char *lines, SheetOrder by, bool reverse, Err *err)
{
    char *dir = tmp_make(), *path = tmp_path(dir, "r.jsonl");
    SheetSort sort = {.by = by, .reverse = reverse, .seed = 231};
    tmp_write(path, lines, strlen(lines));
    SheetRecords *records = sheet_records_read(path, NULL, &sort, INT_MAX, err);
    tmp_remove(dir);
    free(path);
    return records;
}

/* Checks the image ids, as text. */
static void check_order(const char *lines, SheetOrder by, bool reverse, const char *want)
{
    Err err;
    char ids[256] = "";
    SheetRecords *records = records_of(lines, by, reverse, &err);
    if (!records)
        fail_msg("%s", err.text);
    for (int64_t i = 0; i < sheet_records_facts(records)->n; i++) {
        text_add(ids, sizeof ids, i ? " %" PRId64 : "%" PRId64, sheet_records_at(records, i)->image_id);
    }
    assert_string_equal(ids, want);
    sheet_records_free(records);
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
    check_order(SCORED, SHEET_AS_READ, false, "1 2 3 4 5 6");
    check_order(SCORED, SHEET_AS_READ, true, "6 5 4 3 2 1");
    /* Equal scores keep the order of the input, reversed or not; records without a score come last, in that order. */
    check_order(SCORED, SHEET_BY_SCORE, false, "3 1 4 6 2 5");
    check_order(SCORED, SHEET_BY_SCORE, true, "6 1 4 3 2 5");
    check_order(SCORED, SHEET_BY_LOGPROB, false, "2 5 3 1 4 6");
    check_order(SCORED, SHEET_BY_LOGPROB, true, "1 3 2 5 4 6");
}

static void random_order_is_that_of_numpy(void **state)
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
    check_order(SCORED, SHEET_SHUFFLED, false, there);
    check_order(SCORED, SHEET_SHUFFLED, true, back);
}

/* The facts about the records of these lines, borrowed until sheet_records_free(*records). */
static const SheetFacts *facts_of(const char *lines, SheetOrder by, SheetRecords **records)
{
    Err err;
    *records = records_of(lines, by, false, &err);
    if (!*records)
        fail_msg("%s", err.text);
    return sheet_records_facts(*records);
}

static const char TWO_SPLITS[] = "{\"image_id\":1,\"caption\":\"a\",\"references\":[\"b\",\"a\"],\"split\":\"val\","
                                 "\"url\":\"file:///x\"}\n"
                                 "{\"image_id\":2,\"caption\":\"c\",\"references\":[\"c\"],\"split\":\"train\"}\n"
                                 "{\"image_id\":3,\"caption\":\"c\",\"references\":[\"c\"],\"split\":\"val\"}\n";
static const char MANY_SPLITS[] = "{\"image_id\":1,\"caption\":\"a\",\"split\":\"1\",\"url\":\"http://h/x\"}\n"
                                  "{\"image_id\":1,\"caption\":\"a\",\"split\":\"2\"}\n"
                                  "{\"image_id\":1,\"caption\":\"a\",\"split\":\"3\"}\n"
                                  "{\"image_id\":1,\"caption\":\"a\",\"split\":\"4\"}\n"
                                  "{\"image_id\":1,\"caption\":\"a\"}\n";

static void facts(void **state)
{
    (void)state;
    SheetRecords *records;
    const SheetFacts *f = facts_of(SCORED, SHEET_BY_SCORE, &records);
    assert_int_equal(f->n, 6);
    assert_int_equal(f->keyed, 4);
    assert_int_equal(f->n_splits, 1);
    assert_null(f->split[0]);
    assert_true(f->sampled);
    assert_false(f->references || f->truth_alone || f->network);
    sheet_records_free(records);
    f = facts_of(TWO_SPLITS, SHEET_AS_READ, &records);
    assert_int_equal(f->n_splits, 2);
    assert_string_equal(f->split[0], "val");
    assert_int_equal(f->in_split[0], 2);
    assert_true(f->references && f->truth_alone);
    assert_false(f->sampled || f->network);
    sheet_records_free(records);
    f = facts_of(MANY_SPLITS, SHEET_AS_READ, &records);
    assert_int_equal(f->n_splits, SHEET_SPLITS + 1);
    assert_true(f->network);
    sheet_records_free(records);
}

/* The first record's references, joined, when so many are kept beside one that equals the caption. */
static void check_kept(const char *lines, int references, const char *want)
{
    Err err;
    char *dir = tmp_make(), *path = tmp_path(dir, "r.jsonl"), kept[64] = "";
    tmp_write(path, lines, strlen(lines));
    SheetRecords *records = sheet_records_read(path, NULL, &(SheetSort){.by = SHEET_AS_READ}, references, &err);
    if (!records)
        fail_msg("%s", err.text);
    const Record *r = sheet_records_at(records, 0);
    for (int i = 0; i < r->n_references; i++)
        text_add(kept, sizeof kept, "%s|", r->references[i]);
    assert_string_equal(kept, want);
    assert_true(sheet_records_facts(records)->references); /* whether or not they are kept */
    sheet_records_free(records);
    tmp_remove(dir);
    free(path);
}

static void references_that_are_kept(void **state)
{
    (void)state;
    static const char NONE_EQUAL[] = "{\"image_id\":1,\"caption\":\"x\",\"references\":[\"a\",\"b\",\"c\"]}\n",
                      EQUAL[] = "{\"image_id\":1,\"caption\":\"c\",\"references\":[\"a\",\"b\",\"c\",\"d\"]}\n";
    check_kept(NONE_EQUAL, 0, "");
    check_kept(NONE_EQUAL, 2, "a|b|");
    check_kept(NONE_EQUAL, INT_MAX, "a|b|c|");
    check_kept(EQUAL, 0, "c|");
    check_kept(EQUAL, 1, "a|c|");
    check_kept(EQUAL, 3, "a|b|c|d|");
}

static void bad_input(void **state)
{
    (void)state;
    Err err;
    assert_null(
        records_of("{\"image_id\":1,\"caption\":\"a\"}\n\n{\"image_id\":1}\n", SHEET_BY_SCORE, false, &err));
    assert_says(err.text, "r.jsonl: line 3: no \"caption\"");
    assert_null(records_of(" \n", SHEET_SHUFFLED, false, &err));
    assert_says(err.text, "r.jsonl: no records");
    assert_null(sheet_records_read("/no/such/file", NULL, &(SheetSort){.by = SHEET_AS_READ}, 1, &err));
    assert_says(err.text, "/no/such/file: ");
    sheet_records_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders),    cmocka_unit_test(random_order_is_that_of_numpy),
        cmocka_unit_test(facts),     cmocka_unit_test(references_that_are_kept),
        cmocka_unit_test(bad_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
