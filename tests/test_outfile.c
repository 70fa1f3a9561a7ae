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
    assert_int_equal(file_exists(path, NULL), 0);
    assert_holds(target, "old");
    assert_ok(outfile_begin(&out, target, &err));
    assert_string_equal(out.path, path);
    tmp_write(out.path, "new", 3);
    assert_ok(outfile_commit(&out, &err));
    assert_int_equal(file_exists(path, NULL), 0);
    assert_holds(target, "new");
    free(path);
}

/* Writes through the link `name` and looks for the bytes at `place`; the link stays, and nothing is left. */
static void write_through(const char *name, const char *place, const char *text)
{
    OutFile out;
    struct stat st;
    char *link = tmp_path(dir, name), *file = tmp_path(dir, place);
    assert_ok(outfile_begin(&out, link, &err));
    assert_false(out.in_place);
    tmp_write(out.path, text, strlen(text));
    char *path = strdup(out.path), *slash = strrchr(path, '/');
    assert_ok(outfile_commit(&out, &err));
    assert_int_equal(file_exists(path, NULL), 0);
    *slash = '\0'; /* it was beside the file, not beside the link */
    char *its_dir = path_absolute(path), *file_dir = strdup(file);
    *strrchr(file_dir, '/') = '\0';
    assert_true(path_same(its_dir, file_dir));
    assert_holds(file, text);
    assert_int_equal(lstat(link, &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    free(link), free(file), free(path), free(its_dir), free(file_dir);
}

static void through_links(void **state)
{
    (void)state;
    char *absolute = tmp_path(dir, "far/absolute");
    put("t", "old");
    put_dir("far");
    make_link("t", "link");
    write_through("link", "t", "new");
    make_link("far/chained", "far-link"); /* the target of a link is relative to its own folder */
    make_link("far-link", "link-to-it");
    make_link("../far/near", "far/up");
    make_link("far", "folder");
    make_link("folder/up", "link-to-up");
    make_link(absolute, "absolute-link");
    for (int i = 0; i < 2; i++) { /* the target is made, then replaced */
        write_through("link-to-it", "far/chained", i ? "again" : "made");
        write_through("link-to-up", "far/near", i ? "again" : "made");
        write_through("absolute-link", "far/absolute", i ? "again" : "made");
    }
    free(absolute);
}

static void links_that_lead_nowhere(void **state)
{
    (void)state;
    OutFile out;
    char *loop = tmp_path(dir, "a"), *lost = tmp_path(dir, "lost"), *folder = tmp_path(dir, "folder");
    make_link("b", "a");
    make_link("a", "b");
    assert_int_equal(outfile_begin(&out, loop, &err), -1);
    assert_says(err.text, "a: Too many levels of symbolic links");
    make_link("no/such/folder", "lost");
    assert_int_equal(outfile_begin(&out, lost, &err), -1);
    assert_says(err.text, "lost, which leads to ");
    assert_says(err.text, "no/such/folder: No such file");
    make_link(".", "folder");
    assert_int_equal(outfile_begin(&out, folder, &err), -1);
    assert_says(err.text, "is a directory");
    outfile_abort(&out);
    assert_int_equal(entries(), 4);
    free(loop), free(lost), free(folder);
}

/* As /dev/stdout leads to a temporary file that its owner has removed: there is no name to replace. */
static void a_file_without_a_name(void **state)
{
    (void)state;
    OutFile out;
    char text[8] = "", link[64];
    put("t", "old");
    int fd = open(target, O_RDWR);
    assert_int_equal(unlink(target), 0);
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    assert_ok(outfile_begin(&out, link, &err));
    tmp_write(out.path, "new", 3);
    assert_ok(outfile_commit(&out, &err));
    assert_int_equal(pread(fd, text, sizeof text - 1, 0), 3);
    assert_string_equal(text, "new");
    assert_int_equal(entries(), 0);
    close(fd);
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
    assert_true(file_exists(out.path, NULL) > 0);
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

/* HDF5 locks the files that it reads with flock, and fails if it cannot: our lock must not be in its way once a file
 * has its name. */
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

/* A handler of a signal removes what is unfinished in its own process, and that alone. */
static void all_that_is_unfinished(void **state)
{
    (void)state;
    OutFile mine, done, other;
    put("t", "old");
    char *more = tmp_path(dir, "more"), *third = tmp_path(dir, "third");
    assert_ok(outfile_begin(&mine, target, &err));
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int wrong = outfile_begin(&other, more, NULL) || outfile_begin(&done, third, NULL);
        tmp_write(done.path, "done", 4);
        wrong |= outfile_commit(&done, NULL) || entries() != 4;
        scratch_remove_all();
        _exit(wrong || entries() != 3);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_true(file_exists(mine.path, NULL) > 0 && there("t") && there("third"));
    assert_ok(outfile_begin(&other, "/dev/null", &err)); /* in place: nothing to remove */
    scratch_remove_all();
    assert_true(file_exists("/dev/null", NULL) > 0);
    outfile_abort(&other);
    assert_int_equal(entries(), 2);
    outfile_abort(&mine);
    free(more), free(third);
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

/* Many processes at once, some of them killed: the target is always the complete file of one of them, and in the end
 * the only file. */
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

/* A link that leads nowhere or in a circle is not absence; a name below a file is. */
static void absent_and_unknown(void **state)
{
    (void)state;
    make_link("gone", "dangling");
    make_link("loop", "loop");
    char *path = tmp_path(dir, "nothing"), *dangling = tmp_path(dir, "dangling"), *loop = tmp_path(dir, "loop");
    assert_int_equal(file_exists(path, &err), 0);
    assert_int_equal(file_exists("/dev/null/x", &err), 0);
    assert_int_equal(file_exists(dangling, &err), -1);
    assert_non_null(strstr(err.text, "dangling: is a link that leads nowhere"));
    assert_int_equal(file_exists(loop, &err), -1);
    assert_non_null(strstr(err.text, "loop: "));
    free(path);
    free(dangling);
    free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(complete_or_not_at_all, setup, teardown),
        cmocka_unit_test_setup_teardown(through_links, setup, teardown),
        cmocka_unit_test_setup_teardown(links_that_lead_nowhere, setup, teardown),
        cmocka_unit_test_setup_teardown(a_file_without_a_name, setup, teardown),
        cmocka_unit_test_setup_teardown(names_from_a_file, setup, teardown),
        cmocka_unit_test_setup_teardown(impossible_places, setup, teardown),
        cmocka_unit_test_setup_teardown(unlocked_leftovers_are_swept, setup, teardown),
        cmocka_unit_test_setup_teardown(the_same_process_id, setup, teardown),
        cmocka_unit_test_setup_teardown(readers_that_lock, setup, teardown),
        cmocka_unit_test_setup_teardown(all_that_is_unfinished, setup, teardown),
        cmocka_unit_test_setup_teardown(writers_at_once, setup, teardown),
        cmocka_unit_test_setup_teardown(absent_and_unknown, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
