/* A directory that appears complete or not at all: begin, commit, abort, locks and sweeping. */
#include "tests/support/target.h"

#include "io/file/outdir.h"
#include "io/file/scratch.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static void put_new(const OutDir *out)
{
    char *file = tmp_path(out->path, "new");
    tmp_write(file, "x", 1);
    free(file);
}

static void complete_or_not_at_all(void **state)
{
    (void)state;
    OutDir out;
    assert_ok(outdir_begin(&out, target, &err));
    put_new(&out);
    assert_false(there("t"));
    outdir_abort(&out);
    outdir_abort(&out);
    assert_int_equal(entries(), 0);

    assert_ok(outdir_begin(&out, target, &err));
    put_new(&out);
    assert_ok(outdir_commit(&out, 0, &err));
    outdir_abort(&out);
    assert_true(there("t/new"));
    assert_int_equal(entries(), 1);
}

static void replaced_if_asked(void **state)
{
    (void)state;
    OutDir out;
    put_dir("t");
    assert_ok(outdir_begin(&out, target, &err));
    put_new(&out);
    assert_int_equal(outdir_commit(&out, 0, &err), -1);
    assert_says(err.text, "/t: ");
    assert_true(there("t/old"));
    assert_int_equal(entries(), 1);

    assert_ok(outdir_begin(&out, target, &err));
    put_new(&out);
    assert_ok(outdir_commit(&out, 1, &err));
    assert_true(there("t/new") && !there("t/old"));
    assert_int_equal(entries(), 1);
}

/* Process ids recur. */
static void the_name_of_a_killed_process(void **state)
{
    (void)state;
    OutDir out;
    char name[32];
    snprintf(name, sizeof name, "t.coco-part-%ld", (long)getpid());
    put_dir(name);
    assert_ok(outdir_begin(&out, target, &err));
    put_new(&out);
    assert_ok(outdir_commit(&out, 0, &err));
    assert_true(there("t/new") && !there("t/old"));
    assert_int_equal(entries(), 1);
}

/* As a signal's handler does it: with folders, links and many files in it. */
static void all_that_is_unfinished(void **state)
{
    (void)state;
    OutDir out, done;
    char *second = tmp_path(dir, "second");
    put_dir("kept");
    assert_ok(outdir_begin(&done, target, &err));
    put_new(&done);
    assert_ok(outdir_commit(&done, 0, &err));
    assert_ok(outdir_begin(&out, second, &err));
    char *deep = tmp_path(out.path, "a/b/c"), *link = tmp_path(out.path, "a/link"), *kept = tmp_path(dir, "kept");
    assert_ok(file_mkdirs(deep, &err));
    assert_int_equal(symlink(kept, link), 0);
    for (int i = 0; i < 600; i++) {
        char name[32];
        snprintf(name, sizeof name, "a/b/c/file-%d", i);
        char *path = tmp_path(out.path, name);
        tmp_write(path, "x", 1);
        free(path);
    }
    scratch_remove_all();
    assert_int_equal(entries(), 2);
    assert_true(there("t/new") && there("kept/old"));
    outdir_abort(&out);
    free(second), free(deep), free(link), free(kept);
}

static int write_and_abort(bool kill_yourself)
{
    OutDir out;
    if (outdir_begin(&out, target, NULL))
        return 1;
    put_new(&out);
    if (kill_yourself)
        raise(SIGKILL);
    char *file = tmp_path(out.path, "new");
    int untouched = file_exists(file, NULL) > 0;
    free(file);
    outdir_abort(&out);
    return !untouched ? 2 : file_exists(target, NULL) > 0 ? 3 : 0;
}

/* Many processes at once, some of them killed: the others find their directories untouched. */
static void sweepers_and_writers_at_once(void **state)
{
    (void)state;
    at_once(8, 60, true, write_and_abort);
    outdir_sweep(target);
    assert_int_equal(entries(), 0);
}

static void put_file(const char *name)
{
    char *path = tmp_path(dir, name);
    tmp_write(path, "x", 1);
    free(path);
}

/* Files in a folder below the test's directory. */
enum { MANY = 2000 };
static void put_many(const char *folder)
{
    char *path = tmp_path(dir, folder);
    assert_ok(file_mkdirs(path, &err));
    for (int i = 0; i < MANY; i++) {
        char name[32];
        snprintf(name, sizeof name, "%s/%d", folder, i);
        put_file(name);
    }
    free(path);
}

/* Waits until something is removed from the folder, and then puts the link in its place. */
static _Noreturn void swap_when_it_changes(const char *folder, const char *link, time_t unchanged)
{
    struct stat st;
    alarm(60);
    while (stat(folder, &st) == 0 && st.st_mtime == unchanged)
        ;
    _exit(renameat2(AT_FDCWD, folder, AT_FDCWD, link, RENAME_EXCHANGE) != 0);
}

/* A folder that becomes a link while it is emptied: what the link leads to stays. */
static void a_link_is_not_followed(void **state)
{
    (void)state;
    char *folder = tmp_path(dir, "t.coco-part-1/sub"), *link = tmp_path(dir, "link"), *kept = tmp_path(dir, "kept"),
         name[32];
    const struct timespec long_ago[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
    put_many("kept");
    put_many("t.coco-part-1/sub");
    make_link(kept, "link");
    assert_int_equal(utimensat(AT_FDCWD, folder, long_ago, 0), 0);
    pid_t child = fork();
    if (child == 0)
        swap_when_it_changes(folder, link, long_ago[1].tv_sec);
    outdir_sweep(target);
    assert_int_equal(waitpid(child, NULL, 0), child); /* it may have been too slow */
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "kept/%d", i);
        assert_true(there(name));
    }
    free(folder), free(link), free(kept);
}

/* Leaves what a killed process of this user would leave: a file and a folder. */
static void leave_as(uid_t user, const char *file, const char *folder)
{
    char *file_path = tmp_path(dir, file), *folder_path = tmp_path(dir, folder);
    put_file(file);
    put_dir(folder);
    assert_int_equal(chown(file_path, user, (gid_t)-1), 0);
    assert_int_equal(chown(folder_path, user, (gid_t)-1), 0);
    free(file_path), free(folder_path);
}

/* In a folder of many users each sweeps what is his own, root too. */
static void what_others_left_stays(void **state)
{
    (void)state;
    enum { NOBODY = 65534 };
    if (geteuid() != 0)
        skip();
    leave_as(NOBODY, "t.coco-part-1", "t.coco-part-2");
    leave_as(0, "t.coco-part-3", "t.coco-part-4");
    outdir_sweep(target);
    assert_true(there("t.coco-part-1") && there("t.coco-part-2/old"));
    assert_false(there("t.coco-part-3") || there("t.coco-part-4"));
}

static int write_and_replace(bool kill_yourself)
{
    OutDir out;
    (void)kill_yourself;
    if (outdir_begin(&out, target, NULL))
        return 1;
    put_new(&out);
    return outdir_commit(&out, 1, NULL) ? 2 : 0;
}

/* Each process replaces the directory of another, sometimes just as that one unlocks it. */
static void replacing_at_once(void **state)
{
    (void)state;
    put_dir("t");
    at_once(6, 40, false, write_and_replace);
    assert_true(there("t/new"));
    assert_int_equal(entries(), 1);
}

static void impossible_places(void **state)
{
    (void)state;
    OutDir out;
    assert_int_equal(outdir_begin(&out, "", &err), -1);
    assert_int_equal(outdir_begin(&out, "/dev/null", &err), -1);
    assert_says(err.text, "is not a directory");
    assert_int_equal(outdir_begin(&out, "/dev/null/x", &err), -1);
    outdir_abort(&out);
    outdir_sweep("/no/such/place/t");
    char *deep = tmp_path(dir, "a/b/t/");
    assert_ok(outdir_begin(&out, deep, &err));
    put_new(&out);
    assert_ok(outdir_commit(&out, 0, &err));
    assert_true(there("a/b/t/new"));
    free(deep);
}

/* The link stays; what it leads to is made, with its parents, then replaced. */
static void through_links(void **state)
{
    (void)state;
    OutDir out;
    struct stat st;
    char *link = tmp_path(dir, "link/"), *loop = tmp_path(dir, "loop");
    make_link("far/away/t", "first");
    make_link("first", "link");
    for (int i = 0; i < 2; i++) {
        assert_ok(outdir_begin(&out, link, &err));
        assert_says(out.path, "/far/away/t.coco-part-");
        put_new(&out);
        assert_ok(outdir_commit(&out, i, &err));
        assert_true(there("far/away/t/new") && there("link/new"));
    }
    link[strlen(link) - 1] = '\0';
    assert_int_equal(lstat(link, &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    make_link("loop", "loop");
    assert_int_equal(outdir_begin(&out, loop, &err), -1);
    assert_says(err.text, "loop: Too many levels of symbolic links");
    assert_int_equal(entries(), 4);
    free(link), free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(complete_or_not_at_all, setup, teardown),
        cmocka_unit_test_setup_teardown(replaced_if_asked, setup, teardown),
        cmocka_unit_test_setup_teardown(the_name_of_a_killed_process, setup, teardown),
        cmocka_unit_test_setup_teardown(sweepers_and_writers_at_once, setup, teardown),
        cmocka_unit_test_setup_teardown(a_link_is_not_followed, setup, teardown),
        cmocka_unit_test_setup_teardown(what_others_left_stays, setup, teardown),
        cmocka_unit_test_setup_teardown(replacing_at_once, setup, teardown),
        cmocka_unit_test_setup_teardown(all_that_is_unfinished, setup, teardown),
        cmocka_unit_test_setup_teardown(through_links, setup, teardown),
        cmocka_unit_test_setup_teardown(impossible_places, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
