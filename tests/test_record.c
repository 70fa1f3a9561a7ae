/* Caption records: what is read, what is refused and why, and that what is written reads back unchanged. */
#include "io/data/record.h"
#include "tests/support/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void whole_record(void **state)
{
    (void)state;
    Err err;
    Record r;
    const char *line =
        "{\"image_id\":391895,\"split\":\"val\",\"row\":0,\"file\":\"images/x.jpg\",\"url\":\"http://h/x\","
        "\"caption\":\"a man \\u00e9 \\ud83d\\ude00\",\"logprob\":-7.31,\"references\":[\"one\",\"two\"],"
        "\"other\":{\"a\":[1,2]}}";
    assert_ok(record_parse(&r, line, strlen(line), &err));
    assert_int_equal(r.image_id, 391895);
    assert_int_equal(r.row, 0);
    assert_string_equal(r.split, "val");
    assert_string_equal(r.file, "images/x.jpg");
    assert_string_equal(r.url, "http://h/x");
    assert_string_equal(r.caption, "a man \xc3\xa9 \xf0\x9f\x98\x80");
    assert_true(r.logprob == -7.31);
    assert_int_equal(r.n_references, 2);
    assert_string_equal(r.references[1], "two");
    record_free(&r);
    record_free(&r); /* legal on a freed one */
}

static void absent_members(void **state)
{
    (void)state;
    Err err;
    Record r;
    const char *line = "{\"image_id\":9007199254740992,\"caption\":\"\",\"url\":null,\"references\":[]}";
    assert_ok(record_parse(&r, line, strlen(line), &err));
    assert_true(r.image_id == 9007199254740992);
    assert_int_equal(r.row, -1);
    assert_true(isnan(r.logprob));
    assert_null(r.url);
    assert_null(r.file);
    assert_true(r.has_references);
    assert_int_equal(r.n_references, 0);
    record_free(&r);
    line = "{\"image_id\":1,\"caption\":\"a\",\"caption\":\"b\"}";
    assert_ok(record_parse(&r, line, strlen(line), &err));
    assert_string_equal(r.caption, "b"); /* the last of equal keys */
    assert_false(r.has_references);
    assert_true(isnan(r.score));
    record_free(&r);
}

/* Integers of 64 bits, however deep they are and whatever is beside them, and strings of digits. */
static void exact_ids(void **state)
{
    static const struct {
        const char *members;
        int64_t id, row;
    } CASES[] = {
        {"\"image_id\":9007199254740993,\"row\":3", 9007199254740993, 3},
        {"\"image_id\":9223372036854775807", INT64_MAX, -1},
        {"\"image_id\":\"9223372036854775807\"", INT64_MAX, -1},
        {"\"image_id\":\"000000391895\"", 391895, -1},
        {"\"image_id\":1e3", 1000, -1},
        {"\"1\":\"-7 "
         "\\\"8\",\"o\":[1,{\"2\":-3e2,\"n\":[]},12345678901234567890,0.5],\"image_id\":9007199254740995,"
         "\"row\":9007199254740997",
         9007199254740995, 9007199254740997},
        {"\"image_id\":1,\"image_id\":9007199254740993", 9007199254740993, -1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        Err err;
        char line[256], *text;
        Record r;
        snprintf(line, sizeof line, "{\"caption\":\"a\",%s}", CASES[i].members);
        if (record_parse(&r, line, strlen(line), &err))
            fail_msg("%s: %s", line, err.text);
        assert_true(r.image_id == CASES[i].id);
        assert_true(r.row == CASES[i].row);
        record_free(&r);
        /* Printed again, digits are what they were. */
        Json *json = json_parse(line, strlen(line), &err);
        text = json_print(json);
        json_free(json);
        assert_ok(record_parse(&r, text, strlen(text), &err));
        assert_true(r.image_id == CASES[i].id);
        record_free(&r);
        free(text);
    }
}

/* A record's score, or else coco-eval's; a value that is not a number is not an error. */
static void scores(void **state)
{
    static const struct {
        const char *members;
        double score;
    } CASES[] = {
        {"\"score\":0.25", 0.25},          {"\"score\":-1,\"CIDEr\":3", -1},      {"\"CIDEr\":3", 3},
        {"\"score\":null,\"CIDEr\":3", 3}, {"\"score\":\"high\",\"CIDEr\":3", 3}, {"\"score\":[1]", NAN},
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        Err err;
        char line[128];
        Record r;
        snprintf(line, sizeof line, "{\"image_id\":1,\"caption\":\"a\",%s}", CASES[i].members);
        assert_ok(record_parse(&r, line, strlen(line), &err));
        assert_true(isnan(CASES[i].score) ? isnan(r.score) : r.score == CASES[i].score);
        record_free(&r);
    }
}

static const struct {
    const char *line, *why;
} BAD[] = {
    {"", "empty"},
    {"hello", "not JSON"},
    {"[]", "not a JSON object"},
    {"\"text\"", "not a JSON object"},
    {"{\"image_id\":1}", "no \"caption\""},
    {"{\"caption\":\"x\"}", "no \"image_id\""},
    {"{\"image_id\":null,\"caption\":\"x\"}", "no \"image_id\""},
    {"{\"image_id\":\"\",\"caption\":\"x\"}", "\"image_id\": '' is not a whole number"},
    {"{\"image_id\":\"1a\",\"caption\":\"x\"}", "\"image_id\": '1a' is not a whole number"},
    {"{\"image_id\":\" 1\",\"caption\":\"x\"}", "\"image_id\": ' 1' is not a whole number"},
    {"{\"image_id\":\"-1\",\"caption\":\"x\"}", "\"image_id\": '-1' is not a whole number"},
    {"{\"image_id\":\"9223372036854775808\",\"caption\":\"x\"}",
     "\"image_id\": '9223372036854775808' is too large"},
    {"{\"image_id\":9223372036854775808,\"caption\":\"x\"}", "\"image_id\": 9223372036854775808 is too large"},
    {"{\"image_id\":-9223372036854775809,\"caption\":\"x\"}", "\"image_id\": -9223372036854775809 is too small"},
    {"{\"image_id\":-9007199254740993,\"caption\":\"x\"}", "\"image_id\": -9007199254740993 is below 0"},
    {"{\"image_id\":1,\"caption\":\"x\",\"row\":99999999999999999999}",
     "\"row\": 99999999999999999999 is too large"},
    {"{\"image_id\":1,\"caption\":12345678901234567890}", "\"caption\": not a string"},
    {"{\"image_id\":1.5,\"caption\":\"x\"}", "\"image_id\": not a whole number"},
    {"{\"image_id\":true,\"caption\":\"x\"}", "\"image_id\": not a whole number"},
    {"{\"image_id\":1e400,\"caption\":\"x\"}", "\"image_id\": inf is too large"},
    {"{\"image_id\":1e17,\"caption\":\"x\"}", "\"image_id\": 1e+17 is too large"},
    {"{\"image_id\":9007199254740993.0,\"caption\":\"x\"}", "is too large, unless all its digits are written"},
    {"{\"image_id\":-1,\"caption\":\"x\"}", "\"image_id\": -1 is below 0"},
    {"{\"image_id\":01,\"caption\":\"x\"}", "bad number at byte 13"},
    {"{\"image_id\":+1,\"caption\":\"x\"}", "not JSON"},
    {"{\"image_id\":1.,\"caption\":\"x\"}", "bad number"},
    {"{\"image_id\":NaN,\"caption\":\"x\"}", "not JSON"},
    {"{\"image_id\":0x10,\"caption\":\"x\"}", "not JSON"},
    {"{\"image_id\":1,\"caption\":7}", "\"caption\": not a string"},
    {"{\"image_id\":1,\"caption\":[\"x\"]}", "\"caption\": not a string"},
    {"{\"image_id\":1,\"caption\":\"x\",\"row\":-1}", "\"row\""},
    {"{\"image_id\":1,\"caption\":\"x\",\"row\":\"3\"}", "\"row\""},
    {"{\"image_id\":1,\"caption\":\"x\",\"logprob\":\"-1\"}", "\"logprob\""},
    {"{\"image_id\":1,\"caption\":\"x\",\"logprob\":-1e999}", "\"logprob\": not a finite number"},
    {"{\"image_id\":1,\"caption\":\"x\",\"file\":3}", "\"file\": not a string"},
    {"{\"image_id\":1,\"caption\":\"x\",\"references\":\"y\"}", "\"references\": not a list"},
    {"{\"image_id\":1,\"caption\":\"x\",\"references\":[\"y\",2]}", "element 2"},
    {"{\"image_id\":1,\"caption\":\"x\"} x", "not JSON"},
    {"{\"image_id\":1,\"caption\":\"x\"}{}", "not JSON"},
    {"{\"image_id\":1,\"caption\":\"x\"", "ends early"},
    {"{\"image_id\":1,\"caption\":\"x", "unterminated string"},
    {"{\"image_id\":1,\"caption\":\"x\\", "unterminated string"},
    {"{\"image_id\":1,\"caption\":\"x\",}", "not JSON"},
    {"{\"image_id\":1 \"caption\":\"x\"}", "not JSON"},
    {"{\"image_id\":1,\"caption\":\"a\\u0000b\"}", "NUL"},
    {"{\"image_id\":1,\"caption\":\"a\\ud800b\"}", "not JSON"},
    {"{\"image_id\":1,\"caption\":\"a\\qb\"}", "not JSON"},
    {"{\"image_id\":1,\"caption\":\"a\x01\"}", "control character"},
    {"\v{\"image_id\":1,\"caption\":\"a\"}", "control character"},
    {"{\"image_id\":1,\"caption\":\"\xff\"}", "not UTF-8"},
    {"{\"image_id\":1,\"caption\":\"\xc0\xaf\"}", "not UTF-8"},
    {"{\"image_id\":1,\"caption\":\"\xed\xa0\x80\"}", "not UTF-8"},
    {"{\"image_id\":1,\"caption\":\"\xf4\x90\x80\x80\"}", "not UTF-8"},
    {"{\"image_id\":1,\"caption\":\"\xe2\x82\"}", "not UTF-8"},
};

static void bad_lines(void **state)
{
    (void)state;
    Err err;
    Record r;
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        size_t len = strlen(BAD[i].line);
        char *line = malloc(len + 1); /* of its own, so that reading past the end is seen */
        memcpy(line, BAD[i].line, len);
        line = realloc(line, len ? len : 1);
        if (record_parse(&r, line, len, &err) != -1)
            fail_msg("accepted: %s", BAD[i].line);
        if (!strstr(err.text, BAD[i].why))
            fail_msg("%s: \"%s\" does not say \"%s\"", BAD[i].line, err.text, BAD[i].why);
        assert_null(strchr(err.text, '\n'));
        free(line);
    }
}

static void every_prefix_is_refused(void **state)
{
    (void)state;
    Err err;
    Record r;
    const char *line = "{\"image_id\":12,\"caption\":\"a \\u00e9\\n\",\"logprob\":-1.5e0,\"references\":[\"x\"]}";
    for (size_t n = 0; n < strlen(line); n++) {
        char *copy = malloc(n ? n : 1);
        memcpy(copy, line, n);
        assert_int_equal(record_parse(&r, copy, n, &err), -1);
        free(copy);
    }
    assert_int_equal(record_parse(&r, "{\"image_id\":1,\"caption\":\"x\"}\0", 29, &err), -1);
}

static void deep_nesting(void **state)
{
    (void)state;
    enum { DEPTH = 200000 };
    Err err;
    char *line = malloc(DEPTH);
    Record r;
    memset(line, '[', DEPTH);
    assert_int_equal(record_parse(&r, line, DEPTH, &err), -1);
    free(line);
}

static void writes_what_it_reads(void **state)
{
    (void)state;
    Err err;
    char *text = NULL;
    size_t len;
    char quoted[] = "say \"hi\" \\ there", tabbed[] = "tab\there", split[] = "val", caption[] = "a \xe2\x82\xac\nb";
    char *references[] = {quoted, tabbed};
    Record r = {.image_id = 9007199254740992,
                .row = 3,
                .split = split,
                .caption = caption,
                .logprob = -0.1 - 0.2,
                .references = references,
                .n_references = 2,
                .has_references = 1},
           back;
    FILE *out = open_memstream(&text, &len);
    assert_ok(record_write(out, &r, &err));
    fclose(out);
    assert_string_equal(
        text, "{\"image_id\":9007199254740992,\"split\":\"val\",\"row\":3,\"caption\":\"a \xe2\x82\xac\\nb\","
              "\"logprob\":-0.30000000000000004,\"references\":[\"say \\\"hi\\\" \\\\ there\","
              "\"tab\\there\"]}\n");
    assert_ok(record_parse(&back, text, len - 1, &err));
    assert_true(back.logprob == r.logprob);
    assert_string_equal(back.references[0], references[0]);
    assert_string_equal(back.caption, r.caption);
    record_free(&back);
    free(text);
}

static void refuses_to_write(void **state)
{
    (void)state;
    Err err;
    char caption[] = "\xff";
    Record r = {.row = -1, .caption = caption, .logprob = NAN};
    FILE *out = fopen("/dev/full", "w");
    assert_int_equal(record_write(out, &r, &err), -1);
    assert_says(err.text, "not UTF-8");
    caption[0] = 'x';
    r.logprob = -INFINITY;
    assert_int_equal(record_write(out, &r, &err), -1);
    assert_says(err.text, "infinite");
    r.logprob = NAN;
    setvbuf(out, NULL, _IONBF, 0);
    assert_int_equal(record_write(out, &r, &err), -1);
    fclose(out);
}

static void streams_name_their_lines(void **state)
{
    (void)state;
    Err err;
    char *dir = tmp_make(), *path = tmp_path(dir, "c.jsonl");
    const char text[] =
        "{\"image_id\":1,\"caption\":\"x\"}\r\n\n  \n{\"image_id\":2,\"caption\":\"y\"}\n{\"image_id\":3}";
    Record r;
    const char *line;
    size_t len;
    tmp_write(path, text, strlen(text));
    RecordReader *reader = record_open(path, &err);
    assert_non_null(reader);
    assert_int_equal(record_next(reader, &r, &line, &len, &err), 1);
    record_free(&r);
    assert_int_equal(record_next(reader, &r, &line, &len, &err), 1);
    assert_int_equal(r.image_id, 2);
    record_free(&r);
    assert_int_equal(record_next(reader, &r, &line, &len, &err), -1);
    assert_says(err.text, "c.jsonl: line 5: no \"caption\"");
    record_close(reader);
    assert_null(record_open("/no/such", &err));
    assert_says(err.text, "/no/such: ");
    record_close(NULL);
    free(path);
    tmp_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_record),     cmocka_unit_test(absent_members),
        cmocka_unit_test(exact_ids),        cmocka_unit_test(scores),
        cmocka_unit_test(bad_lines),        cmocka_unit_test(every_prefix_is_refused),
        cmocka_unit_test(deep_nesting),     cmocka_unit_test(writes_what_it_reads),
        cmocka_unit_test(refuses_to_write), cmocka_unit_test(streams_name_their_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
