/* Lines: where they end, how long they may be, and what a reader does that must not wait. */
#include "tests/support/test.h"

#include "io/file/input_lines.h"
#include "io/file/line_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static Err err;
static char *dir, *path;

static int setup(void **state)
{
    (void)state;
    dir = tmp_make();
    path = tmp_path(dir, "lines");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    tmp_remove(dir);
    free(path);
    return 0;
}

static LineReader *reader_of(const char *text, size_t len, size_t max_bytes)
{
    tmp_write(path, text, len);
    LineReader *reader = line_reader_open(path, max_bytes, &err);
    assert_non_null(reader);
    return reader;
}

static void assert_line(LineReader *reader, const char *want)
{
    const char *line;
    size_t len;
    assert_int_equal(line_reader_next(reader, &line, &len, &err), LINE_READ);
    assert_string_equal(line, want);
    assert_int_equal(len, strlen(want));
}

static void assert_end(LineReader *reader)
{
    const char *line;
    size_t len;
    assert_int_equal(line_reader_next(reader, &line, &len, &err), LINE_END);
    assert_int_equal(line_reader_next(reader, &line, &len, &err), LINE_END);
}

static void line_ends(void **state)
{
    (void)state;
    static const char text[] = "\xef\xbb\xbfone\ntwo\r\n\n \r\n\xef\xbb\xbf\rthree\r\r\nlast";
    LineReader *reader = reader_of(text, sizeof text - 1, 100);
    assert_line(reader, "one");
    assert_line(reader, "two");
    assert_int_equal(line_reader_offset(reader), strlen("\xef\xbb\xbfone\ntwo\r\n"));
    assert_line(reader, "");
    assert_line(reader, " ");
    assert_line(reader, "\xef\xbb\xbf\rthree\r"); /* a mark elsewhere is text, and so is a lone CR */
    assert_string_equal(line_reader_place(reader) + strlen(dir), "/lines: line 5");
    assert_line(reader, "last");
    assert_int_equal(line_reader_offset(reader), sizeof text - 1);
    assert_end(reader);
    line_reader_close(reader);
    line_reader_close(NULL);
}

static void short_inputs(void **state)
{
    (void)state;
    static const char *const TEXTS[][2] = {
        {"", NULL},  {"\xef\xbb\xbf", NULL}, {"\n", ""}, {"\xef\xbb", "\xef\xbb"}, {"\xef\xbb\xbf\n", ""},
        {"a\n", "a"}};
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        LineReader *reader = reader_of(TEXTS[i][0], strlen(TEXTS[i][0]), 100);
        if (TEXTS[i][1])
            assert_line(reader, TEXTS[i][1]);
        assert_end(reader);
        line_reader_close(reader);
    }
}

/* Lines of every length around the size of a read, and one above the limit between two that are not. */
static void long_lines(void **state)
{
    (void)state;
    enum { MOST = 1 << 20, FILL = 3 * MOST };
    char *text = malloc(FILL + 100);
    const char *line;
    size_t len, n = 0;
    assert_non_null(text);
    memset(text, 'x', FILL + 100);
    for (size_t i = 1; n + i < FILL; i = 2 * i + 1) {
        n += i;
        text[n++] = '\n';
    }
    LineReader *reader = reader_of(text, n, 4 * MOST);
    for (size_t i = 1, at = 0; at < n; at += i + 1, i = 2 * i + 1) {
        assert_int_equal(line_reader_next(reader, &line, &len, &err), LINE_READ);
        assert_int_equal(len, i);
        assert_memory_equal(line, text + at, i);
    }
    assert_end(reader);
    line_reader_close(reader);

    memset(text, 'x', FILL);
    memcpy(text, "a\n", 2);
    memcpy(text + MOST + 2, "\n", 1); /* just MOST */
    memcpy(text + FILL - 1, "\nb", 2);
    reader = reader_of(text, FILL + 1, MOST);
    assert_line(reader, "a");
    assert_int_equal(line_reader_next(reader, &line, &len, &err), LINE_READ);
    assert_int_equal(len, MOST);
    assert_int_equal(line_reader_next(reader, &line, &len, &err), LINE_BAD);
    assert_says(err.text, "lines: line 3: longer than 1 MiB");
    assert_line(reader, "b");
    assert_says(line_reader_place(reader), "line 4");
    assert_end(reader);
    line_reader_close(reader);
    free(text);
}

static void what_is_not_read_by_lines(void **state)
{
    (void)state;
    size_t len;
    LineReader *reader = reader_of("\xef\xbb\xbf\n \r\n\t[1,\n2]\n", 15, 100);
    assert_int_equal(line_reader_peek(reader), '[');
    assert_null(line_reader_rest(reader, 6, &len, &err));
    assert_says(err.text, "larger than 6 bytes");
    char *rest = line_reader_rest(reader, 100, &len, &err);
    assert_string_equal(rest, "[1,\n2]\n");
    assert_int_equal(len, 7);
    assert_int_equal(line_reader_peek(reader), EOF);
    assert_end(reader);
    free(rest);
    line_reader_close(reader);

    reader = reader_of("one\n\n two\nthree", 15, 100);
    assert_line(reader, "one");
    assert_int_equal(line_reader_peek(reader), 't');
    assert_line(reader, "two");
    assert_says(line_reader_place(reader), "line 3");
    rest = line_reader_rest(reader, 5, &len, &err);
    assert_string_equal(rest, "three");
    free(rest);
    line_reader_close(reader);
}

static void bad_inputs(void **state)
{
    (void)state;
    const char *line;
    size_t len;
    assert_null(line_reader_open("/no/such", 100, &err));
    assert_string_equal(err.text, "/no/such: No such file or directory");
    LineReader *reader = line_reader_open(dir, 100, &err);
    assert_non_null(reader);
    assert_int_equal(line_reader_next(reader, &line, &len, &err), LINE_BAD);
    assert_says(err.text, "Is a directory");
    assert_end(reader);
    line_reader_close(reader);
    reader = line_reader_open(dir, 100, &err);
    assert_int_equal(line_reader_peek(reader), EOF);
    assert_null(line_reader_rest(reader, 100, &len, &err));
    assert_says(err.text, "Is a directory");
    line_reader_close(reader);
}

/* A pipe whose writer is slow, then a file that is missing, then one that is not. */
static void nobody_waits(void **state)
{
    (void)state;
    int ends[2];
    char pipe_path[64];
    const char *line;
    size_t len;
    assert_int_equal(pipe(ends), 0);
    snprintf(pipe_path, sizeof pipe_path, "/proc/self/fd/%d", ends[0]);
    tmp_write(path, "\nfile\n", 6);
    const char *paths[] = {pipe_path, "/no/such", path};
    InputLines *in = input_lines_open(paths, 3, &err);
    assert_int_equal(input_lines_fd(in), -1);
    assert_int_equal(input_lines_next(in, &line, &len, &err), LINE_NOT_YET);
    assert_true(input_lines_fd(in) >= 0);
    assert_int_equal(write(ends[1], "\n \t\nha", 6), 6);
    assert_int_equal(input_lines_next(in, &line, &len, &err), LINE_NOT_YET);
    assert_int_equal(write(ends[1], "lf\n", 3), 3);
    assert_int_equal(input_lines_next(in, &line, &len, &err), LINE_READ);
    assert_string_equal(line, "half");
    assert_says(input_lines_place(in), "line 3");
    close(ends[1]);
    assert_int_equal(input_lines_next(in, &line, &len, &err), LINE_BAD);
    assert_says(err.text, "/no/such: ");
    assert_int_equal(input_lines_next(in, &line, &len, &err), LINE_READ);
    assert_string_equal(line, "file");
    assert_says(input_lines_place(in), "lines: line 2");
    assert_int_equal(input_lines_next(in, &line, &len, &err), LINE_END);
    input_lines_close(in);
    input_lines_close(NULL);
    close(ends[0]);
}

static void whole_files(void **state)
{
    (void)state;
    Lines lines;
    tmp_write(path, "\xef\xbb\xbf a\t\r\n\nb", 10);
    assert_ok(lines_read(&lines, path, &err));
    assert_int_equal(lines.n, 3);
    assert_string_equal(lines.line[0], "a");
    assert_string_equal(lines.line[1], "");
    assert_string_equal(lines.line[2], "b");
    lines_free(&lines);
    lines_free(&lines);
    tmp_write(path, "a\0b\n", 4);
    assert_int_equal(lines_read(&lines, path, &err), -1);
    assert_says(err.text, "NUL");
    tmp_write(path, "", 0);
    assert_ok(lines_read(&lines, path, &err));
    assert_int_equal(lines.n, 0);
    lines_free(&lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(line_ends),   cmocka_unit_test(short_inputs),
        cmocka_unit_test(long_lines),  cmocka_unit_test(what_is_not_read_by_lines),
        cmocka_unit_test(bad_inputs),  cmocka_unit_test(nobody_waits),
        cmocka_unit_test(whole_files),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
