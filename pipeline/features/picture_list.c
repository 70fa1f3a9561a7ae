#include "pipeline/features/picture_list.h"

#include "io/data/record.h"
#include "io/file/file.h"
#include "io/file/line_reader.h"
#include "io/file/sniff.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LINE_MAX_BYTES = 1 << 20 };

static int add(PictureList *list, const char *path, const char *name, Err *err)
{
    if (list->n == list->room) {
        int64_t room = list->room ? 2 * list->room : 256;
        char **paths = realloc(list->path, (size_t)room * sizeof *paths);
        list->path = paths ? paths : list->path;
        char **names = paths ? realloc(list->name, (size_t)room * sizeof *names) : NULL;
        if (!names)
            return err_set(err, "out of memory");
        list->name = names;
        list->room = room;
    }
    char *p = strdup(path), *n = strdup(name);
    if (!p || !n) {
        free(p);
        free(n);
        return err_set(err, "out of memory");
    }
    list->path[list->n] = p;
    list->name[list->n++] = n;
    return 0;
}

static int visible(const struct dirent *e)
{
    return e->d_name[0] != '.';
}

/* By bytes, whatever the locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int add_folder(PictureList *list, const char *dir, Err *err);

static int add_entry(PictureList *list, const char *dir, const char *name, Err *err)
{
    struct stat st;
    char *path = path_join(dir, name);
    int rc = path ? 0 : err_set(err, "out of memory");
    bool known = !rc && !lstat(path, &st);
    if (!rc && !known && errno != ENOENT) /* a folder of pictures, perhaps */
        rc = err_set(err, "%s: %s", path, strerror(errno));
    else if (known && S_ISDIR(st.st_mode))
        rc = add_folder(list, path, err);
    else if (!rc && sniff_picture_name(name) && (stat(path, &st) || S_ISREG(st.st_mode))) /* a pipe would block */
        rc = add(list, path, path, err);
    free(path);
    return rc;
}

static int add_folder(PictureList *list, const char *dir, Err *err)
{
    struct dirent **entry;
    int n = scandir(dir, &entry, visible, by_name), rc = 0;
    if (n < 0)
        return err_set(err, "%s: %s", dir, strerror(errno));
    for (int i = 0; i < n; i++) {
        if (!rc)
            rc = add_entry(list, dir, entry[i]->d_name, err);
        free(entry[i]);
    }
    free(entry);
    return rc;
}

static int add_line(PictureList *list, const char *line, size_t len, const char *place, Err *err)
{
    Record record;
    if (line_is_blank(line, len))
        return 0;
    if (*line != '{')
        return add(list, line, line, err);
    if (record_parse(&record, line, len, err))
        return err_prefix(err, "%s: ", place);
    int rc = record.file ? add(list, record.file, record.file, err) : err_set(err, "%s: no \"file\"", place);
    record_free(&record);
    return rc;
}

static int add_lines(PictureList *list, Err *err)
{
    const char *line;
    size_t len;
    LineAnswer answer = LINE_READ;
    LineReader *in = line_reader_open("-", LINE_MAX_BYTES, err);
    int rc = in ? 0 : -1;
    while (!rc && (answer = line_reader_next(in, &line, &len, err)) == LINE_READ)
        rc = add_line(list, line, len, line_reader_place(in), err);
    line_reader_close(in);
    return rc || answer == LINE_BAD ? -1 : 0;
}

static int add_nul_separated(PictureList *list, Err *err)
{
    char *path = NULL;
    size_t room = 0;
    ssize_t n;
    int rc = 0;
    while (!rc && (n = getdelim(&path, &room, '\0', stdin)) > 0)
        rc = *path ? add(list, path, path, err) : 0;
    if (!rc && ferror(stdin))
        rc = err_set(err, "standard input: %s", strerror(errno));
    free(path);
    return rc;
}

int picture_list_add(PictureList *list, const char *operand, bool nul, Err *err)
{
    struct stat st;
    if (!strcmp(operand, "-"))
        return nul ? add_nul_separated(list, err) : add_lines(list, err);
    if (!stat(operand, &st) && S_ISDIR(st.st_mode))
        return add_folder(list, operand, err);
    return add(list, operand, operand, err);
}

int picture_list_add_split(PictureList *list, const char *data, const char *split, const char *images, Err *err)
{
    static const char *const NAMES[] = {"%s/%s_images.txt", "%s/%s2014_images.txt"};
    Lines lines = {0};
    char *path = NULL;
    int rc = 0;
    for (int i = 0; i < 2 && !path; i++) {
        if (asprintf(&path, NAMES[i], data, split) < 0)
            return err_set(err, "out of memory");
        if (i == 0 && file_exists(path, NULL) == 0) {
            free(path);
            path = NULL;
        }
    }
    rc = lines_read(&lines, path, err);
    for (size_t i = 0; i < lines.n && !rc; i++) {
        char *picture = path_join(images ? images : data, lines.line[i]);
        rc = picture ? add(list, picture, lines.line[i], err) : err_set(err, "out of memory");
        free(picture);
    }
    lines_free(&lines);
    free(path);
    return rc;
}

void picture_list_free(PictureList *list)
{
    for (int64_t i = 0; i < list->n; i++) {
        free(list->path[i]);
        free(list->name[i]);
    }
    free(list->path);
    free(list->name);
    memset(list, 0, sizeof *list);
}
