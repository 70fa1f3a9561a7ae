/* What a run opens that an earlier one has left: its own file, and nothing that others have put there. */
#include "tests/support/target.h"

#include "io/file/left_file.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NOBODY = 65534 };

static void put(const char *name)
{
    char *path = tmp_path(dir, name);
    tmp_write(path, "left", 4);
    free(path);
}

static void assert_refused(const char *says)
{
    assert_int_equal(left_file_open(target, &err), -1);
    assert_says(err.text, "/t: ");
    assert_says(err.text, says);
}

static void its_own(void **state)
{
    (void)state;
    char text[5] = "";
    int fd = left_file_open(target, &err); /* made */
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "left", 4), 4);
    close(fd);
    fd = left_file_open(target, &err);
    assert_true(fd >= 0);
    assert_int_equal(read(fd, text, 4), 4);
    assert_string_equal(text, "left");
    close(fd);
}

static void a_link(void **state)
{
    (void)state;
    put("other");
    make_link("other", "t");
    assert_refused("symbolic link");
    assert_int_equal(unlink(target), 0);
    make_link("none", "t");
    assert_refused("symbolic link");
    assert_false(there("none"));
}

static void a_second_name(void **state)
{
    (void)state;
    put("other");
    char *other = tmp_path(dir, "other");
    assert_int_equal(link(other, target), 0);
    assert_refused("in the way");
    assert_int_equal(unlink(other), 0);
    int fd = left_file_open(target, &err);
    assert_true(fd >= 0);
    close(fd);
    free(other);
}

static void a_pipe(void **state)
{
    (void)state;
    assert_int_equal(mkfifo(target, 0666), 0);
    assert_refused("in the way");
}

static void another_user_s(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    put("t");
    assert_int_equal(chown(target, NOBODY, (gid_t)-1), 0);
    assert_refused("in the way");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(its_own, setup, teardown),
                                       cmocka_unit_test_setup_teardown(a_link, setup, teardown),
                                       cmocka_unit_test_setup_teardown(a_second_name, setup, teardown),
                                       cmocka_unit_test_setup_teardown(a_pipe, setup, teardown),
                                       cmocka_unit_test_setup_teardown(another_user_s, setup, teardown)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
