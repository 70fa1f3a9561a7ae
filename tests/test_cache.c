/* The cache of downloads: names, absent files, renames, leftovers. */
#include "io/net/cache.h"

#include "io/base/err.h"
#include "io/file/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char dir[256];
static Err err;

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
    Cache *cache = cache_open(dir, false, &err);
    assert_non_null(cache);
    return cache;
}

/* The path of the URL's file, which this makes. */
static char *stored(const Cache *cache, const char *url)
{
    assert_int_equal(cache_store(cache, url, "bytes", 5, &err), 0);
    char *path = cache_find(cache, url);
    assert_non_null(path);
    return path;
}

static void names_are_digests(void **state)
{
    (void)state;
    Cache *cache = open_cache();
    char *path = stored(cache, "abc"), want[400];
    /* FIPS 180-2, appendix B.1 */
    snprintf(want, sizeof want, "%s/b/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", dir);
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
    assert_int_equal(cache_store(cache, "http://x/1", "bytes", 5, &err), 0);
    char *path = cache_find(cache, "http://x/1");
    assert_non_null(path);
    char *text = file_read(path, 100, &len, &err);
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
    assert_int_equal(cache_store(cache, "http://x/1", "", 0, &err), 0);
    assert_null(cache_find(cache, "http://x/1"));
    cache_close(cache);
}

/* How many files are in tmp/. */
static int n_temporary(void)
{
    char path[400];
    snprintf(path, sizeof path, "%s/tmp", dir);
    DIR *d = opendir(path);
    int n = 0;
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d));)
        n += e->d_name[0] != '.';
    closedir(d);
    return n;
}

static void put(CacheFile *file, const char *text)
{
    assert_int_equal(cache_write(file, text, strlen(text), &err), 0);
}

static void only_commit_gives_the_name(void **state)
{
    (void)state;
    Cache *cache = open_cache();
    CacheFile file;
    char *path;
    assert_int_equal(cache_begin(cache, "u", &file, &err), 0);
    put(&file, "half");
    assert_null(cache_find(cache, "u"));
    cache_restart(&file);
    put(&file, "whole");
    assert_int_equal(cache_commit(&file, &path, &err), 0);
    assert_int_equal(n_temporary(), 0);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, 5);
    free(path);

    assert_int_equal(cache_begin(cache, "v", &file, &err), 0);
    cache_abort(&file);
    cache_abort(&file);
    assert_null(cache_find(cache, "v"));
    cache_close(cache);
}

/* Files too large to stay in memory: read back, restarted, and with the usual permissions. */
static void large_files(void **state)
{
    (void)state;
    Cache *cache = open_cache();
    enum { SIZE = 5000000 };
    unsigned char *bytes = malloc(SIZE);
    CacheFile file;
    size_t len;
    for (size_t i = 0; i < SIZE; i++)
        bytes[i] = (unsigned char)(i * 2654435761u >> 13);
    assert_int_equal(cache_begin(cache, "big", &file, &err), 0);
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < SIZE; i += 50000)
            assert_int_equal(cache_write(&file, bytes + i, 50000, &err), 0);
        assert_int_equal(n_temporary(), 1);
        const void *seen = cache_look(&file, &len, &err);
        assert_int_equal(len, SIZE);
        assert_memory_equal(seen, bytes, SIZE);
        if (round == 0)
            cache_restart(&file);
    }
    mode_t mask = umask(0);
    umask(mask);
    char *path;
    struct stat st;
    assert_int_equal(cache_commit(&file, &path, &err), 0);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0666 & ~mask);
    char *text = file_read(path, SIZE, &len, &err);
    assert_int_equal(len, SIZE);
    assert_memory_equal(text, bytes, SIZE);
    assert_int_equal(cache_begin(cache, "gone", &file, &err), 0);
    assert_int_equal(cache_write(&file, bytes, SIZE, &err), 0);
    assert_int_equal(cache_write(&file, bytes, SIZE, &err), 0);
    cache_abort(&file);
    assert_int_equal(n_temporary(), 0);
    free(text);
    free(path);
    free(bytes);
    cache_close(cache);
}

static void two_writers_leave_a_whole_file(void **state)
{
    (void)state;
    Cache *cache = open_cache();
    CacheFile a, b;
    assert_int_equal(cache_begin(cache, "u", &a, &err), 0);
    assert_int_equal(cache_begin(cache, "u", &b, &err), 0);
    put(&a, "first");
    put(&b, "second");
    assert_int_equal(cache_commit(&b, NULL, &err), 0);
    assert_int_equal(cache_commit(&a, NULL, &err), 0);
    char *path = cache_find(cache, "u");
    size_t len;
    char *text = file_read(path, 100, &len, &err);
    assert_string_equal(text, "first");
    free(text);
    free(path);
    cache_close(cache);
}

static void the_dead_are_remembered(void **state)
{
    (void)state;
    Cache *cache = open_cache();
    char why[200], *path = stored(cache, "u"), dead[500];
    long code = -1;
    assert_int_equal(unlink(path), 0);
    assert_false(cache_is_dead(cache, "u", 100, &code, why, sizeof why));
    cache_mark_dead(cache, "u", 404, "HTTP 404");
    assert_true(cache_is_dead(cache, "u", 100, &code, why, sizeof why));
    assert_int_equal(code, 404);
    assert_string_equal(why, "HTTP 404");
    assert_false(cache_is_dead(cache, "u", 0, &code, why, sizeof why)); /* marked longer ago than that */
    assert_null(cache_find(cache, "u"));
    cache_mark_dead(cache, "u", 0, "an HTML page, not an image"); /* the last mark counts */
    assert_true(cache_is_dead(cache, "u", 100, &code, why, sizeof why));
    assert_int_equal(code, 0);
    assert_string_equal(why, "an HTML page, not an image");
    assert_false(cache_is_dead(cache, "v", 100, &code, why, sizeof why));

    struct timespec past[2] = {{.tv_sec = time(NULL) - 1000}, {.tv_sec = time(NULL) - 1000}};
    snprintf(dead, sizeof dead, "%s.dead", path);
    assert_int_equal(utimensat(AT_FDCWD, dead, past, AT_SYMLINK_NOFOLLOW), 0);
    assert_false(cache_is_dead(cache, "u", 999, &code, why, sizeof why));
    assert_true(cache_is_dead(cache, "u", 2000, &code, why, sizeof why));
    /* Marked before the clock was set back. */
    struct timespec future[2] = {{.tv_sec = time(NULL) + 1000}, {.tv_sec = time(NULL) + 1000}};
    assert_int_equal(utimensat(AT_FDCWD, dead, future, AT_SYMLINK_NOFOLLOW), 0);
    assert_false(cache_is_dead(cache, "u", 2000, &code, why, sizeof why));
    assert_int_equal(cache_store(cache, "u", "alive", 5, &err), 0);
    char *found = cache_find(cache, "u");
    assert_non_null(found);
    free(found);
    free(path);
    cache_close(cache);
}

static void insecure_downloads_stay_apart(void **state)
{
    long code;
    char why[64];
    (void)state;
    Cache *cache = open_cache(), *insecure = cache_open(dir, true, &err);
    assert_non_null(insecure);
    assert_int_equal(cache_store(insecure, "u", "forged", 6, &err), 0);
    cache_mark_dead(insecure, "v", 404, "HTTP 404");
    assert_null(cache_find(cache, "u"));
    assert_false(cache_is_dead(cache, "v", 100, &code, why, sizeof why));
    char *found = cache_find(insecure, "u");
    assert_non_null(found);
    assert_non_null(strstr(found, "/insecure/"));
    free(found);
    assert_true(cache_is_dead(insecure, "v", 100, &code, why, sizeof why));
    /* What was verified serves both, and comes first. */
    assert_int_equal(cache_store(cache, "u", "true", 4, &err), 0);
    cache_mark_dead(cache, "w", 410, "HTTP 410");
    found = cache_find(insecure, "u");
    assert_non_null(found);
    assert_null(strstr(found, "/insecure/"));
    free(found);
    assert_true(cache_is_dead(insecure, "w", 100, &code, why, sizeof why));
    cache_close(insecure);
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
    assert_int_equal(file_exists(old, NULL), 0);
    assert_true(file_exists(new, NULL) > 0);
    /* Not through a link that somebody has put in the place of tmp/. */
    char tmp[300], elsewhere[300], far_away[300];
    snprintf(tmp, sizeof tmp, "%s/tmp", dir);
    snprintf(elsewhere, sizeof elsewhere, "%s/elsewhere", dir);
    snprintf(far_away, sizeof far_away, "%s/elsewhere/new", dir);
    assert_int_equal(utimensat(AT_FDCWD, new, times, 0), 0);
    assert_int_equal(rename(tmp, elsewhere), 0);
    assert_int_equal(symlink(elsewhere, tmp), 0);
    cache_close(open_cache());
    assert_true(file_exists(far_away, NULL) > 0);
}

static void assert_in(const Cache *cache, const char *want)
{
    char *path = stored(cache, "abc");
    assert_int_equal(strncmp(path, want, strlen(want)), 0);
    assert_int_equal(strncmp(path + strlen(want), "/b/", 3), 0);
    free(path);
}

static void the_default_directory(void **state)
{
    (void)state;
    char want[400];
    unsetenv("COCO_CACHE");
    setenv("XDG_CACHE_HOME", dir, 1);
    Cache *cache = cache_open(NULL, false, &err);
    assert_non_null(cache);
    snprintf(want, sizeof want, "%s/coco", dir);
    assert_in(cache, want);
    cache_close(cache);

    setenv("XDG_CACHE_HOME", "relative", 1); /* ignored, as the XDG rules say */
    setenv("HOME", dir, 1);
    cache = cache_open(NULL, false, &err);
    assert_non_null(cache);
    snprintf(want, sizeof want, "%s/.cache/coco", dir);
    assert_in(cache, want);
    cache_close(cache);

    unsetenv("XDG_CACHE_HOME");
    unsetenv("HOME");
    assert_null(cache_open(NULL, false, &err));
    assert_non_null(strstr(err.text, "HOME"));
}

static void a_directory_that_cannot_be_made(void **state)
{
    (void)state;
    assert_null(cache_open("/dev/null/x", false, &err));
    assert_non_null(strstr(err.text, "/dev/null"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(names_are_digests, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_stored_is_found, setup, teardown),
        cmocka_unit_test_setup_teardown(an_empty_file_is_absent, setup, teardown),
        cmocka_unit_test_setup_teardown(only_commit_gives_the_name, setup, teardown),
        cmocka_unit_test_setup_teardown(large_files, setup, teardown),
        cmocka_unit_test_setup_teardown(the_dead_are_remembered, setup, teardown),
        cmocka_unit_test_setup_teardown(two_writers_leave_a_whole_file, setup, teardown),
        cmocka_unit_test_setup_teardown(insecure_downloads_stay_apart, setup, teardown),
        cmocka_unit_test_setup_teardown(old_leftovers_go, setup, teardown),
        cmocka_unit_test_setup_teardown(the_default_directory, setup, teardown),
        cmocka_unit_test_setup_teardown(a_directory_that_cannot_be_made, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
