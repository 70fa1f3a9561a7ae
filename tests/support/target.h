/* For tests of files and directories that appear complete or not at all: a directory in which the target, `t`, does not
 * exist yet. Include it in one file per program. */
#ifndef COCO_TESTS_SUPPORT_TARGET_H
#define COCO_TESTS_SUPPORT_TARGET_H

#include "tests/support/test.h"

#include "io/base/err.h"
#include "io/file/file.h"

#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static Err err;
static char *dir, *target;

static inline int setup(void **state)
{
    (void)state;
    dir = tmp_make();
    target = tmp_path(dir, "t");
    return 0;
}

static inline int teardown(void **state)
{
    (void)state;
    tmp_remove(dir);
    free(target);
    return 0;
}

/* Makes the directory dir/NAME with a file in it. */
static inline void put_dir(const char *name)
{
    char *path = tmp_path(dir, name), *file = tmp_path(path, "old");
    assert_int_equal(mkdir(path, 0777), 0);
    tmp_write(file, "x", 1);
    free(path), free(file);
}

/* Makes dir/NAME a symbolic link. */
static inline void make_link(const char *to, const char *name)
{
    char *link = tmp_path(dir, name);
    assert_int_equal(symlink(to, link), 0);
    free(link);
}

static inline int there(const char *name)
{
    char *path = tmp_path(dir, name);
    int is = file_exists(path, NULL) > 0;
    free(path);
    return is;
}

/* The number of entries in the directory. */
static inline int entries(void)
{
    DIR *d = opendir(dir);
    int n = -2;
    assert_non_null(d);
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

/* Runs so many processes at once, each of which calls one() repeatedly; that returns 0, or a number for what went
 * wrong. With `kills`, every fourth process is to kill itself half-way, in the call with kill_yourself. */
static inline void at_once(int processes, int rounds, bool kills, int (*one)(bool kill_yourself))
{
    enum { MOST = 16 };
    pid_t child[MOST];
    assert_in_range(processes, 1, MOST);
    for (int c = 0; c < processes; c++) {
        child[c] = fork();
        assert_true(child[c] >= 0);
        int wrong = 0;
        for (int i = 0; child[c] == 0 && !wrong && i < rounds; i++)
            wrong = one(kills && c % 4 == 3 && i == rounds / 2);
        if (child[c] == 0)
            _exit(wrong);
    }
    for (int c = 0; c < processes; c++) {
        int status;
        assert_int_equal(waitpid(child[c], &status, 0), child[c]);
        if (kills && c % 4 == 3)
            assert_true(WIFSIGNALED(status));
        else
            assert_int_equal(status, 0);
    }
}

#endif
