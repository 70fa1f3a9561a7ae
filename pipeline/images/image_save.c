#include "pipeline/images/image_save.h"

#include "io/base/digest.h"
#include "io/base/utf8.h"
#include "io/file/file.h"
#include "io/file/sniff.h"
#include "io/picture/image.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { STEM_MAX = 120, APART_DIGITS = 8 };

static int hex_value(char c)
{
    return isdigit((unsigned char)c)    ? c - '0'
           : isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10
                                        : -1;
}

/* The last part of the URL's path, without its suffix, %XX decoded, and "_" for what file names should not have. */
static void stem_of(const char *url, char stem[STEM_MAX + 1])
{
    const char *path = strstr(url, "://"), *end, *last, *dot = NULL;
    path = path ? path + 3 : url;
    end = path + strcspn(path, "?#");
    while (end > path && end[-1] == '/')
        end--;
    for (last = end; last > path && last[-1] != '/';)
        last--;
    for (const char *s = last; s < end; s++)
        dot = *s == '.' ? s : dot;
    if (dot && dot > last && end - dot <= 5)
        end = dot;
    int n = 0;
    for (const char *s = last; s < end && n < STEM_MAX; s++) {
        bool coded = *s == '%' && end - s > 2 && hex_value(s[1]) >= 0 && hex_value(s[2]) >= 0;
        unsigned char c = (unsigned char)(coded ? hex_value(s[1]) * 16 + hex_value(s[2]) : *s);
        s += coded ? 2 : 0;
        stem[n++] = (char)(c < 32 || c == 127 || strchr("/\\:*?\"<>|", c) ? '_' : c);
    }
    stem[n] = '\0';
    if (stem[0] == '.' || stem[0] == '-')
        stem[0] = '_';
    if (!n || !utf8_valid(stem, (size_t)n))
        snprintf(stem, STEM_MAX + 1, "image");
}

static const char *suffix_of(const void *bytes, size_t len)
{
    static const char *const SUFFIXES[][2] = {{"JPEG", "jpg"},  {"PNG", "png"},   {"GIF", "gif"},
                                              {"BMP", "bmp"},   {"WebP", "webp"}, {"TIFF", "tif"},
                                              {"AVIF", "avif"}, {"HEIC", "heic"}};
    const char *kind = sniff_kind(bytes, len);
    for (size_t i = 0; kind && i < sizeof SUFFIXES / sizeof *SUFFIXES; i++)
        if (!strcmp(kind, SUFFIXES[i][0]))
            return SUFFIXES[i][1];
    return "image";
}

/* The name that the image of this URL has in a folder; with `apart`, the one with digits. The caller frees. NULL: out
 * of memory. */
static char *name_of(const char *url, const void *bytes, size_t len, int apart)
{
    char stem[STEM_MAX + 1], hex[DIGEST_LEN + 1], *name;
    stem_of(url, stem);
    digest_hex(bytes, len, hex);
    int n = apart ? asprintf(&name, "%s-%.*s.%s", stem, APART_DIGITS, hex, suffix_of(bytes, len))
                  : asprintf(&name, "%s.%s", stem, suffix_of(bytes, len));
    return n < 0 ? NULL : name;
}

/* Whether the file there has these bytes. */
static bool is_copy(const char *path, const char *bytes, size_t len)
{
    size_t n;
    char *there = file_read(path, IMAGE_FILE_MAX, &n, NULL);
    bool same = there && n == len && !memcmp(there, bytes, len);
    free(there);
    return same;
}

/* 0: the copy is there; 1: something else has the name; -1: failed. A link cannot replace what is there, as a rename
 * would. */
static int put(const char *path, const char *bytes, size_t len, Err *err)
{
    char *part;
    if (!access(path, F_OK))
        return !is_copy(path, bytes, len);
    if (asprintf(&part, "%s.coco-part-%ld", path, (long)getpid()) < 0)
        return err_set(err, "out of memory");
    int rc = file_put(part, bytes, len, err);
    if (!rc && link(part, path))
        rc = errno == EEXIST ? !is_copy(path, bytes, len) : err_set(err, "%s: %s", path, strerror(errno));
    (void)unlink(part);
    free(part);
    return rc;
}

char *image_save(const char *dir, const char *url, const char *path, Err *err)
{
    size_t len;
    char *bytes = file_read(path, IMAGE_FILE_MAX, &len, err), *copy = NULL;
    int rc = bytes ? 1 : -1;
    for (int apart = 0; apart < 2 && rc > 0; apart++) {
        free(copy);
        char *name = name_of(url, bytes, len, apart);
        copy = name ? path_join(dir, name) : NULL;
        free(name);
        rc = copy ? put(copy, bytes, len, err) : err_set(err, "out of memory");
    }
    if (rc > 0)
        err_set(err, "%s: another file has this name", copy);
    free(bytes);
    if (!rc)
        return copy;
    free(copy);
    return NULL;
}
