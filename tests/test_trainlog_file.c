/* A training log that is there already: what it holds, and whether it is one. */
#include "tests/support/target.h"

#include "io/data/trainlog_file.h"
#include "io/file/file.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define EVENT(n) "{\"event\":\"iteration\",\"iteration\":" #n ",\"loss\":2}"
#define MARKED \
    "{\"event\":\"iteration\",\"iteration\":1,\"run\":\"0123456789abcdef\",\"plan\":\"fedcba9876543210\"}\n"

static LogEnds ends;

static LogContent look(const char *text)
{
    memset(&ends, 0, sizeof ends);
    tmp_write(target, text, strlen(text));
    return log_look(target, &ends, &err);
}

static void ends_of_a_log(void **state)
{
    (void)state;
    assert_int_equal(look(MARKED EVENT(2) "\n" EVENT(7) "\n"), LOG_EVENTS);
    assert_string_equal(ends.first.run, "0123456789abcdef");
    assert_string_equal(ends.first.plan, "fedcba9876543210");
    assert_int_equal(ends.last.iteration, 7);
    assert_string_equal(ends.last.run, "");
    /* The last line with an end counts; a mark of another form does not. */
    assert_int_equal(look(EVENT(3) "\n" EVENT(9)), LOG_EVENTS);
    assert_int_equal(ends.last.iteration, 3);
    assert_int_equal(look("{\"event\":\"iteration\",\"iteration\":1,\"run\":\"a name\",\"plan\":4}\n"), LOG_EVENTS);
    assert_string_equal(ends.first.run, "");
    /* Blank lines, a byte order mark, one line without an end. */
    assert_int_equal(look("\xef\xbb\xbf\n\n" MARKED "\n"), LOG_EVENTS);
    assert_string_equal(ends.first.run, "0123456789abcdef");
    assert_int_equal(look(EVENT(4)), LOG_EVENTS);
    assert_int_equal(ends.last.iteration, 4);
}

static void nothing_to_lose(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "\n", "{", "{\"ev", "{\"event\":\"itera"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_int_equal(look(texts[i]), LOG_EMPTY);
    remove(target);
    assert_int_equal(log_look(target, &ends, &err), LOG_EMPTY);
    assert_int_equal(mkfifo(target, 0600), 0);
    assert_int_equal(log_look(target, &ends, &err), LOG_EMPTY); /* and does not wait for a writer */
    assert_int_equal(log_look("/dev/null", &ends, &err), LOG_EMPTY);
    assert_int_equal(log_look("-", &ends, &err), LOG_EMPTY);
}

static void not_logs(void **state)
{
    (void)state;
    static const char *const texts[] = {"notes", "notes\n", "{\"caption\":\"a dog\"}\n", "[1,2]\n", "{\"ev\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_int_equal(look(texts[i]), LOG_BAD);
        assert_says(err.text, "/t: line 1: not a line of a training log: ");
    }
}

#define SAVED(n) "{\"event\":\"checkpoint\",\"iteration\":" #n "}\n"

/* Cuts a log of that text after the iteration: what is left must be `want`, and `lines` events have gone. */
static void assert_cut(const char *text, int64_t iteration, const char *want, int64_t lines)
{
    size_t len;
    int64_t gone = -1;
    tmp_write(target, text, strlen(text));
    assert_ok(log_cut(target, iteration, &gone, &err));
    char *left = file_read(target, 1 << 20, &len, &err);
    assert_string_equal(left, want);
    assert_int_equal(gone, lines);
    free(left);
}

static void cut_behind_an_iteration(void **state)
{
    (void)state;
    const char *whole = MARKED EVENT(2) "\n" SAVED(2);
    int64_t gone;
    assert_cut(MARKED EVENT(2) "\n" SAVED(2) EVENT(3) "\n" EVENT(4) "\n", 2, whole, 2);
    assert_cut(MARKED EVENT(2) "\n" SAVED(2) EVENT(3) "\n{\"ev", 2, whole, 1);
    assert_cut(whole, 2, whole, 0);
    assert_cut(whole, 3, whole, 0);
    assert_cut("\xef\xbb\xbf" EVENT(2) "\r\n" EVENT(3) "\r\n", 2, "\xef\xbb\xbf" EVENT(2) "\r\n", 1);
    assert_cut(EVENT(2) "\n" EVENT(3) "\n", 1, "", 2);
    /* What comes again counts where it came last. */
    assert_cut(EVENT(2) "\n" EVENT(3) "\n" EVENT(2) "\n" EVENT(3) "\n", 2,
               EVENT(2) "\n" EVENT(3) "\n" EVENT(2) "\n", 1);
    /* A later model has its lines. */
    const char *later = MARKED EVENT(2) "\n" EVENT(3) "\n" SAVED(3) EVENT(4) "\n";
    assert_int_equal(look(later), LOG_EVENTS);
    assert_int_equal(log_cut(target, 1, &gone, &err), 1);
    assert_cut(later, 3, MARKED EVENT(2) "\n" EVENT(3) "\n" SAVED(3), 1);
    remove(target);
    assert_int_equal(log_cut(target, 1, &gone, &err), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(ends_of_a_log, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_to_lose, setup, teardown),
        cmocka_unit_test_setup_teardown(not_logs, setup, teardown),
        cmocka_unit_test_setup_teardown(cut_behind_an_iteration, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
