/* What the tests of files and directories that appear whole share: a directory with a target in it, `t`, which is not
 * there, and what stands beside it. For one program each. */
#ifndef COCO_TESTS_SUPPORT_TARGET_H
#define COCO_TESTS_SUPPORT_TARGET_H

#include "tests/support/test.h"

#include "io/err.h"
#include "io/file.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

static char err[ERR_LEN];
static char *dir, *target;

static int setup(void **state)
{
    (void)state;
    dir = tmp_make();
    target = tmp_path(dir, "t");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    tmp_remove(dir);
    free(target);
    return 0;
}

/* The directory dir/NAME with a file in it. */
static void put_dir(const char *name)
{
    char *path = tmp_path(dir, name), *file = tmp_path(path, "old");
    assert_int_equal(mkdir(path, 0777), 0);
    tmp_write(file, "x", 1);
    free(path), free(file);
}

static int there(const char *name)
{
    char *path = tmp_path(dir, name);
    int is = file_exists(path);
    free(path);
    return is;
}

/* How many entries the directory has. */
static int entries(void)
{
    DIR *d = opendir(dir);
    int n = -2;
    assert_non_null(d);
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

#endif
