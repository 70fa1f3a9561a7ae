#include "tests/support/test.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void assert_says(const char *line, const char *part)
{
    if (!strstr(line, part))
        fail_msg("\"%s\" does not contain \"%s\"", line, part);
}

void text_add(char *text, size_t size, const char *fmt, ...)
{
    size_t n = strlen(text);
    va_list ap;
    va_start(ap, fmt);
    int more = vsnprintf(text + n, size - n, fmt, ap);
    va_end(ap);
    if (more < 0 || (size_t)more >= size - n)
        fail_msg("no room after \"%s\"", text);
}

char *tmp_make(void)
{
    const char *base = getenv("TMPDIR");
    char *dir;
    if (asprintf(&dir, "%s/coco-test.XXXXXX", base && *base ? base : "/tmp") < 0 || !mkdtemp(dir))
        fail_msg("cannot make a temporary directory");
    return dir;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

void tmp_remove(char *dir)
{
    nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(dir);
}

char *tmp_path(const char *dir, const char *name)
{
    char *path;
    if (asprintf(&path, "%s/%s", dir, name) < 0)
        fail_msg("out of memory");
    return path;
}

void tmp_write(const char *path, const void *bytes, size_t len)
{
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(bytes, 1, len, f) != len || fclose(f))
        fail_msg("cannot write %s", path);
}

char *tmp_dir;

int tmp_setup(void **state)
{
    (void)state;
    tmp_dir = tmp_make();
    return 0;
}

int tmp_teardown(void **state)
{
    (void)state;
    tmp_remove(tmp_dir);
    return 0;
}
