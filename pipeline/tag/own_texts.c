#include "pipeline/tag/own_texts.h"

#include "io/base/digest.h"
#include "io/base/hash.h"
#include "io/data/json.h"
#include "io/file/file.h"
#include "io/file/line_reader.h"
#include "pipeline/tag/form.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE_BYTES = 1 << 16 };
static const char LIST[] = ".coco-tag";

struct OwnTexts {
    Hash *folders; /* whose lists have been read */
    Hash *texts;   /* "picture's path NUL digest" */
};

OwnTexts *own_texts_open(Err *err)
{
    OwnTexts *own = calloc(1, sizeof *own);
    if (own) {
        own->folders = hash_new();
        own->texts = hash_new();
    }
    if (own && own->folders && own->texts)
        return own;
    own_texts_close(own);
    err_set(err, "out of memory");
    return NULL;
}

void own_texts_close(OwnTexts *own)
{
    if (!own)
        return;
    hash_free(own->folders);
    hash_free(own->texts);
    free(own);
}

/* The picture's folder with its slash, "" for the current one, and the name of its list. NULL: out of memory. */
static char *list_path(const char *picture, size_t *folder)
{
    char *path;
    *folder = (size_t)(form_base(picture) - picture);
    return asprintf(&path, "%.*s%s", (int)*folder, picture, LIST) < 0 ? NULL : path;
}

/* The number of a text, new or known; with `add` it becomes known. -1: it is not. -2: out of memory. */
static int32_t look(OwnTexts *own, const char *folder, size_t n, const char *name, const char *digest, bool add)
{
    char *key;
    int len = asprintf(&key, "%.*s%s/%s", (int)n, folder, name, digest);
    if (len < 0)
        return -2;
    int32_t number = add ? hash_add(own->texts, key, (size_t)len) : hash_find(own->texts, key, (size_t)len);
    free(key);
    return add && number < 0 ? -2 : number;
}

static int take_line(OwnTexts *own, const char *folder, size_t n, const char *line, size_t len)
{
    const char *name, *digest;
    int32_t number = 0;
    Json *json = json_parse_object(line, len, NULL);
    if (json && json_get_text(json, "picture", &name, NULL) > 0 && json_get_text(json, "sha256", &digest, NULL) > 0)
        number = look(own, folder, n, name, digest, true);
    json_free(json);
    return number == -2 ? -1 : 0;
}

static int read_list(OwnTexts *own, const char *path, size_t folder, Err *err)
{
    const char *line;
    size_t len;
    LineAnswer answer;
    int rc = file_exists(path, err);
    if (rc <= 0)
        return rc;
    LineReader *in = line_reader_open(path, LINE_BYTES, err);
    if (!in)
        return -1;
    for (rc = 0; !rc && (answer = line_reader_next(in, &line, &len, err)) != LINE_END;)
        if (answer == LINE_READ && take_line(own, path, folder, line, len))
            rc = err_set(err, "out of memory");
    line_reader_close(in);
    return rc;
}

/* Reads the list of the picture's folder, once. */
static int need_list(OwnTexts *own, const char *picture, Err *err)
{
    size_t folder;
    char *path = list_path(picture, &folder);
    int rc = path ? 0 : err_set(err, "out of memory");
    if (path && hash_find(own->folders, path, folder) < 0) {
        rc = read_list(own, path, folder, err);
        if (!rc && hash_add(own->folders, path, folder) < 0)
            rc = err_set(err, "out of memory");
    }
    free(path);
    return rc;
}

int own_texts_has(OwnTexts *own, const char *picture, const void *text, size_t len, Err *err)
{
    char digest[DIGEST_LEN + 1];
    if (need_list(own, picture, err))
        return -1;
    digest_hex(text, len, digest);
    const char *name = form_base(picture);
    int32_t number = look(own, picture, (size_t)(name - picture), name, digest, false);
    return number == -2 ? err_set(err, "out of memory") : number >= 0;
}

/* A torn line at the end of the list, which a full disk may have left, is ended first. */
static int append(const char *path, const char *name, const char *digest, Err *err)
{
    char *line = NULL, last = '\n';
    size_t n = 0;
    FILE *memory = open_memstream(&line, &n);
    int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0666), rc = -1;
    if (fd >= 0 && memory) {
        off_t end = lseek(fd, 0, SEEK_END);
        if (end > 0 && pread(fd, &last, 1, end - 1) == 1 && last != '\n')
            putc('\n', memory);
        fputs("{\"picture\":", memory);
        int named = json_put_text(memory, name);
        fprintf(memory, ",\"sha256\":\"%s\"}\n", digest);
        if (fflush(memory) || named)
            err_set(err, named ? "its name is not UTF-8" : "out of memory");
        else
            rc = write(fd, line, n) == (ssize_t)n ? 0
                                                  : err_set(err, "%s: %s", path, strerror(errno ? errno : ENOSPC));
    } else {
        err_set(err, "%s: %s", path, strerror(errno));
    }
    if (memory)
        fclose(memory);
    free(line);
    if (fd >= 0 && close(fd) && !rc)
        rc = err_set(err, "%s: %s", path, strerror(errno));
    return rc;
}

int own_texts_add(OwnTexts *own, const char *picture, const void *text, size_t len, Err *err)
{
    char digest[DIGEST_LEN + 1];
    size_t folder;
    int rc = own_texts_has(own, picture, text, len, err);
    if (rc)
        return rc < 0 ? -1 : 0;
    char *path = list_path(picture, &folder);
    digest_hex(text, len, digest);
    rc = path ? append(path, picture + folder, digest, err) : err_set(err, "out of memory");
    if (!rc && look(own, picture, folder, picture + folder, digest, true) < 0)
        rc = err_set(err, "out of memory");
    free(path);
    return rc;
}
