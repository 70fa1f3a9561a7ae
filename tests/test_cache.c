/* The cache of downloads: names, absence, renames, leftovers. */
#include "io/cache.h"

#include "io/err.h"
#include "io/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[256];
static char err[ERR_LEN];

static int setup(void **state)
{
    (void)state;
    const char *tmp = getenv("TMPDIR");
    snprintf(dir, sizeof dir, "%s/cache.XXXXXX", tmp ? tmp : "/tmp");
    return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    char command[300];
    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    return system(command);
}

static Cache *open_cache(void)
{
    Cache *cache = cache_open(dir, err, sizeof err);
    assert_non_null(cache);
    return cache;
}

static void names_are_digests(void **state)
{
    (void)state;
    Cache *cache = open_cache();
    char *path = cache_path(cache, "abc"), want[400];
    /* FIPS 180-2, appendix B.1 */
    snprintf(want, sizeof want, "%s/ba/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", dir);
    assert_string_equal(path, want);
    free(path);
    cache_close(cache);
}

static void what_is_stored_is_found(void **state)
{
    (void)state;
    Cache *cache = open_cache();
    size_t len;
    assert_null(cache_find(cache, "http://x/1"));
    assert_int_equal(cache_store(cache, "http://x/1", "bytes", 5, err, sizeof err), 0);
    char *path = cache_find(cache, "http://x/1");
    assert_non_null(path);
    char *text = file_read(path, 100, &len, err, sizeof err);
    assert_int_equal(len, 5);
    assert_string_equal(text, "bytes");
    assert_null(cache_find(cache, "http://x/2"));
    free(text);
    free(path);
    cache_close(cache);
}

static void an_empty_file_is_absent(void **state)
{
    (void)state;
    Cache *cache = open_cache();
    assert_int_equal(cache_store(cache, "http://x/1", "", 0, err, sizeof err), 0);
    assert_null(cache_find(cache, "http://x/1"));
    cache_close(cache);
}

static void only_commit_gives_the_name(void **state)
{
    (void)state;
    Cache *cache = open_cache();
    CacheFile file;
    char *path;
    assert_int_equal(cache_begin(cache, "u", &file, err, sizeof err), 0);
    fputs("half", file.file);
    assert_null(cache_find(cache, "u"));
    assert_int_equal(cache_restart(&file, err, sizeof err), 0);
    fputs("whole", file.file);
    char *temp = strdup(file.temp);
    assert_int_equal(cache_commit(&file, &path, err, sizeof err), 0);
    assert_false(file_exists(temp));
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, 5);
    free(temp);
    free(path);

    assert_int_equal(cache_begin(cache, "v", &file, err, sizeof err), 0);
    temp = strdup(file.temp);
    cache_abort(&file);
    cache_abort(&file);
    assert_false(file_exists(temp));
    assert_null(cache_find(cache, "v"));
    free(temp);
    cache_close(cache);
}

static void two_writers_leave_a_whole_file(void **state)
{
    (void)state;
    Cache *cache = open_cache();
    CacheFile a, b;
    assert_int_equal(cache_begin(cache, "u", &a, err, sizeof err), 0);
    assert_int_equal(cache_begin(cache, "u", &b, err, sizeof err), 0);
    assert_string_not_equal(a.temp, b.temp);
    fputs("first", a.file);
    fputs("second", b.file);
    assert_int_equal(cache_commit(&b, NULL, err, sizeof err), 0);
    assert_int_equal(cache_commit(&a, NULL, err, sizeof err), 0);
    char *path = cache_find(cache, "u");
    size_t len;
    char *text = file_read(path, 100, &len, err, sizeof err);
    assert_string_equal(text, "first");
    free(text);
    free(path);
    cache_close(cache);
}

static void old_leftovers_go(void **state)
{
    (void)state;
    cache_close(open_cache());
    char old[300], new[300];
    snprintf(old, sizeof old, "%s/tmp/old", dir);
    snprintf(new, sizeof new, "%s/tmp/new", dir);
    close(open(old, O_CREAT | O_WRONLY, 0600));
    close(open(new, O_CREAT | O_WRONLY, 0600));
    struct timespec times[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
    assert_int_equal(utimensat(AT_FDCWD, old, times, 0), 0);
    cache_close(open_cache());
    assert_false(file_exists(old));
    assert_true(file_exists(new));
}

static void the_default_directory(void **state)
{
    (void)state;
    char want[400];
    unsetenv("COCO_CACHE");
    setenv("XDG_CACHE_HOME", dir, 1);
    Cache *cache = cache_open(NULL, err, sizeof err);
    assert_non_null(cache);
    snprintf(want, sizeof want, "%s/coco", dir);
    assert_string_equal(cache_dir(cache), want);
    cache_close(cache);

    setenv("XDG_CACHE_HOME", "relative", 1); /* the XDG rules have it ignored */
    setenv("HOME", dir, 1);
    cache = cache_open(NULL, err, sizeof err);
    assert_non_null(cache);
    snprintf(want, sizeof want, "%s/.cache/coco", dir);
    assert_string_equal(cache_dir(cache), want);
    cache_close(cache);

    unsetenv("XDG_CACHE_HOME");
    unsetenv("HOME");
    assert_null(cache_open(NULL, err, sizeof err));
    assert_non_null(strstr(err, "HOME"));
}

static void a_directory_that_cannot_be(void **state)
{
    (void)state;
    assert_null(cache_open("/dev/null/x", err, sizeof err));
    assert_non_null(strstr(err, "/dev/null"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(names_are_digests, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_stored_is_found, setup, teardown),
        cmocka_unit_test_setup_teardown(an_empty_file_is_absent, setup, teardown),
        cmocka_unit_test_setup_teardown(only_commit_gives_the_name, setup, teardown),
        cmocka_unit_test_setup_teardown(two_writers_leave_a_whole_file, setup, teardown),
        cmocka_unit_test_setup_teardown(old_leftovers_go, setup, teardown),
        cmocka_unit_test_setup_teardown(the_default_directory, setup, teardown),
        cmocka_unit_test_setup_teardown(a_directory_that_cannot_be, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
