/* A file that appears complete or not at all, and what killed processes leave beside it. */
#include "tests/support/target.h"

#include "io/file/scratch.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static void put(const char *name, const char *text)
{
    char *path = tmp_path(dir, name);
    tmp_write(path, text, strlen(text));
    free(path);
}

static void assert_holds(const char *path, const char *text)
{
    size_t len;
    char *bytes = file_read(path, 1000, &len, &err);
    assert_non_null(bytes);
    assert_string_equal(bytes, text);
    free(bytes);
}

static void complete_or_not_at_all(void **state)
{
    (void)state;
    OutFile out;
    put("t", "old");
    assert_ok(outfile_begin(&out, target, &err));
    tmp_write(out.path, "half", 4);
    assert_holds(target, "old");
    char *path = strdup(out.path);
    outfile_abort(&out);
    outfile_abort(&out);
    assert_false(file_exists(path));
    assert_holds(target, "old");
    assert_ok(outfile_begin(&out, target, &err));
    assert_string_equal(out.path, path);
    tmp_write(out.path, "new", 3);
    assert_ok(outfile_commit(&out, &err));
    assert_false(file_exists(path));
    assert_holds(target, "new");
    free(path);
}

static void through_a_link(void **state)
{
    (void)state;
    OutFile out;
    char *link = tmp_path(dir, "link");
    struct stat st;
    put("t", "old");
    assert_int_equal(symlink("t", link), 0);
    assert_ok(outfile_begin(&out, link, &err));
    tmp_write(out.path, "new", 3);
    assert_ok(outfile_commit(&out, &err));
    assert_holds(target, "new");
    assert_int_equal(lstat(link, &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    free(link);
}

static void impossible_places(void **state)
{
    (void)state;
    OutFile out;
    assert_int_equal(outfile_begin(&out, dir, &err), -1);
    assert_says(err.text, "is a directory");
    assert_int_equal(outfile_begin(&out, "/dev/null/x", &err), -1);
    assert_says(err.text, "/dev/null/x: ");
    assert_ok(outfile_begin(&out, "/dev/null", &err)); /* in place */
    assert_string_equal(out.path, "/dev/null");
    assert_ok(outfile_commit(&out, &err));
}

/* Only unlocked scratch files are removed; files of others stay, such as those that split(1) makes. */
static void unlocked_leftovers_are_swept(void **state)
{
    (void)state;
    static const char *const kept[] = {"t.part-00",          "t.part-1",       "t.coco-part-", "t.coco-part-12x",
                                       "t.coco-part-12.old", "u.coco-part-12", "t.coco-part",  "xt.coco-part-1"};
    OutFile out;
    char *held = tmp_path(dir, "t.coco-part-4"), *link = tmp_path(dir, "t.coco-part-6");
    put("t.coco-part-1", "half");
    put("t.coco-part-4194304", "half");
    put_dir("t.coco-part-5");
    put("t.coco-part-4", "going on");
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        put(kept[i], "kept");
    assert_int_equal(symlink("u.coco-part-12", link), 0);
    struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd = open(held, O_RDWR);
    assert_int_equal(fcntl(fd, F_OFD_SETLK, &all), 0);

    assert_ok(outfile_begin(&out, target, &err));
    assert_false(there("t.coco-part-1") || there("t.coco-part-4194304") || there("t.coco-part-5"));
    assert_true(there("t.coco-part-4") && there("t.coco-part-6"));
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        assert_true(there(kept[i]));
    close(fd);
    scratch_sweep(target); /* does not remove a file that is being written */
    assert_true(file_exists(out.path));
    assert_false(there("t.coco-part-4"));
    outfile_abort(&out);
    free(held), free(link);
}

/* Two files at once with the same process id, as in different containers: each has its own file, and neither waits. */
static void the_same_process_id(void **state)
{
    (void)state;
    OutFile first, second;
    put("t", "old");
    assert_ok(outfile_begin(&first, target, &err));
    assert_ok(outfile_begin(&second, target, &err));
    assert_string_not_equal(first.path, second.path);
    tmp_write(first.path, "first", 5);
    tmp_write(second.path, "second", 6);
    scratch_sweep(target);
    assert_ok(outfile_commit(&second, &err));
    assert_holds(target, "second");
    assert_ok(outfile_commit(&first, &err));
    assert_holds(target, "first");
}

/* HDF5 locks the files that it reads with flock, and fails if it cannot: our lock must not be in its way once a file has
 * its name. */
static void readers_that_lock(void **state)
{
    (void)state;
    OutFile out;
    assert_ok(outfile_begin(&out, target, &err));
    tmp_write(out.path, "new", 3);
    int fd = open(out.path, O_RDONLY);
    assert_int_equal(flock(fd, LOCK_SH | LOCK_NB), 0);
    assert_ok(outfile_commit(&out, &err));
    close(fd);
}

static int write_and_look(bool kill_yourself)
{
    OutFile out;
    size_t len;
    if (outfile_begin(&out, target, NULL))
        return 1;
    tmp_write(out.path, "whole", 5);
    if (kill_yourself)
        raise(SIGKILL);
    if (outfile_commit(&out, NULL))
        return 2;
    char *text = file_read(target, 1000, &len, NULL);
    int whole = text && !strcmp(text, "whole");
    free(text);
    return whole ? 0 : 3;
}

/* Many processes at once, some of them killed: the target is always the complete file of one of them, and in the end the
 * only file. */
static void writers_at_once(void **state)
{
    (void)state;
    at_once(8, 60, true, write_and_look);
    scratch_sweep(target);
    assert_true(there("t"));
    assert_int_equal(entries(), 1);
}

static void names_from_a_file(void **state)
{
    (void)state;
    static const char *const cases[][3] = {{"a/m", "a/log", "log"},     {"m", "a/log", "a/log"},
                                           {"a/m", "log", "../log"},    {"a/b/m", "c/log", "../../c/log"},
                                           {"a/m", "a/b/log", "b/log"}, {"a/m", "ab/log", "../ab/log"},
                                           {"link/m", "a/log", "log"}};
    assert_int_equal(chdir(dir), 0);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(mkdir((const char *const[]){"a", "a/b", "c", "ab"}[i], 0700), 0);
    assert_int_equal(symlink("a", "link"), 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *name = path_from(cases[i][0], cases[i][1]);
        assert_string_equal(name, cases[i][2]);
        free(name);
    }
    assert_null(path_from("a/m", "nowhere/log"));
    assert_int_equal(chdir("/"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(complete_or_not_at_all, setup, teardown),
        cmocka_unit_test_setup_teardown(names_from_a_file, setup, teardown),
        cmocka_unit_test_setup_teardown(through_a_link, setup, teardown),
        cmocka_unit_test_setup_teardown(impossible_places, setup, teardown),
        cmocka_unit_test_setup_teardown(unlocked_leftovers_are_swept, setup, teardown),
        cmocka_unit_test_setup_teardown(the_same_process_id, setup, teardown),
        cmocka_unit_test_setup_teardown(readers_that_lock, setup, teardown),
        cmocka_unit_test_setup_teardown(writers_at_once, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
