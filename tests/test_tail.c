/* The end of a file that is appended to: a torn last line is cut off, a whole one gets its end, all else stays. */
#include "tests/support/target.h"

#include "io/file/tail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Whether a line ends in a full stop. */
static bool is_sentence(const char *line, size_t len)
{
    return len && line[len - 1] == '.';
}

/* Appends "X.\n" to a file with this text. */
static void append(const char *text, size_t len, int64_t *cut)
{
    tmp_write(target, text, len);
    FILE *f = tail_append(target, is_sentence, cut, &err);
    assert_non_null(f);
    assert_true(fputs("X.\n", f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static void check(const char *text, const char *after, int64_t cut_wanted)
{
    int64_t cut = -1;
    size_t len;
    append(text, strlen(text), &cut);
    char *got = file_read(target, 1 << 24, &len, &err);
    assert_string_equal(got, after);
    assert_int_equal(cut, cut_wanted);
    free(got);
}

static void last_lines(void **state)
{
    (void)state;
    check("", "X.\n", 0);
    check("a.\n", "a.\nX.\n", 0);
    check("a.\nb.", "a.\nb.\nX.\n", 0);
    check("a.\nb", "a.\nX.\n", 1);
    check("torn", "X.\n", 4);
    check("a.", "a.\nX.\n", 0);
    check("no sentence\n", "no sentence\nX.\n", 0); /* it has its end */
    check("a.\n\n", "a.\n\nX.\n", 0);
}

static void zeros_after_a_crash(void **state)
{
    (void)state;
    static const char text[] = "a.\n\0\0\0\0";
    int64_t cut;
    size_t len;
    append(text, sizeof text - 1, &cut);
    char *got = file_read(target, 1 << 24, &len, &err);
    assert_int_equal(len, 6);
    assert_string_equal(got, "a.\nX.\n");
    assert_int_equal(cut, 4);
    free(got);
}

/* A file of `lines` lines of `length` bytes each, their ends counted, then a torn one. */
static char *long_text(size_t lines, size_t length, size_t torn)
{
    char *text = malloc(lines * length + torn + 1);
    assert_non_null(text);
    memset(text, 'a', lines * length + torn);
    for (size_t i = 1; i <= lines; i++)
        memcpy(text + i * length - 2, ".\n", 2);
    text[lines * length + torn] = '\0';
    return text;
}

static void long_files(void **state)
{
    (void)state;
    size_t len;
    int64_t cut;
    char *text = long_text(40000, 100, 70);
    append(text, 4000070, &cut);
    assert_int_equal(cut, 70);
    char *got = file_read(target, 1 << 24, &len, &err);
    assert_int_equal(len, 4000003);
    assert_memory_equal(got, text, 4000000);
    free(got);
    free(text);
    /* A last line that is too long for a record is left alone. */
    text = long_text(1, 100, TAIL_BYTES + 1);
    tmp_write(target, text, TAIL_BYTES + 101);
    assert_null(tail_append(target, is_sentence, &cut, &err));
    assert_says(err.text, "/t: its last line is longer than 1 MiB");
    got = file_read(target, 1 << 24, &len, &err);
    assert_int_equal(len, TAIL_BYTES + 101);
    free(got);
    free(text);
}

static void last_whole_line(void **state)
{
    (void)state;
    static const char *const cases[][2] = {{"a.\nb.\n", "b."},    {"a.\nb.\nc", "b."}, {"a.\r\n", "a."},
                                           {"a.\n\n \n\n", "a."}, {"\n", NULL},        {"", NULL},
                                           {"a", NULL},           {"\n\nb\n", "b"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t len;
        tmp_write(target, cases[i][0], strlen(cases[i][0]));
        char *line = tail_line(target, &len);
        if (!cases[i][1]) {
            assert_null(line);
            continue;
        }
        assert_non_null(line);
        assert_string_equal(line, cases[i][1]);
        assert_int_equal(len, strlen(cases[i][1]));
        free(line);
    }
    size_t len;
    char *text = long_text(1, TAIL_BYTES + 100, 0);
    tmp_write(target, text, TAIL_BYTES + 100);
    assert_null(tail_line(target, &len)); /* it begins before what is looked at */
    free(text);
}

static void not_regular(void **state)
{
    (void)state;
    int64_t cut = -1;
    FILE *f = tail_append("/dev/null", is_sentence, &cut, &err);
    assert_non_null(f);
    assert_int_equal(cut, 0);
    fclose(f);
    assert_null(tail_append(dir, is_sentence, &cut, &err));
    char *nowhere = tmp_path(dir, "no/t");
    assert_null(tail_append(nowhere, is_sentence, &cut, &err));
    assert_says(err.text, "/no/t: No such file");
    free(nowhere);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(last_lines, setup, teardown),
        cmocka_unit_test_setup_teardown(zeros_after_a_crash, setup, teardown),
        cmocka_unit_test_setup_teardown(long_files, setup, teardown),
        cmocka_unit_test_setup_teardown(last_whole_line, setup, teardown),
        cmocka_unit_test_setup_teardown(not_regular, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
