#include "pipeline/images/image_lookup.h"

#include "io/base/err.h"
#include "io/file/file.h"
#include "pipeline/images/image_fetch.h"
#include "pipeline/images/image_get.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

LookupSpec lookup_defaults(void)
{
    return (LookupSpec){.negative_ttl = image_fetch_defaults().negative_ttl,
                        .max_pixels = IMAGE_PIXELS_MAX,
                        .http = http_defaults()};
}

/* --- the lookup --- */

static int set_root(Lookup *lookup, int i, const char *dir, Err *err)
{
    if (!dir)
        return 0;
    lookup->root[i] = realpath(dir, NULL);
    if (!lookup->root[i])
        return err_set(err, "%s: %s", dir, strerror(errno));
    lookup->given[i] = path_absolute(dir);
    return lookup->given[i] ? 0 : err_set(err, "out of memory");
}

int lookup_open(Lookup *lookup, const LookupSpec *spec, Err *err)
{
    memset(lookup, 0, sizeof *lookup);
    lookup->negative_ttl = spec->negative_ttl;
    lookup->max_pixels = spec->max_pixels;
    if (set_root(lookup, 0, spec->images, err) || set_root(lookup, 1, spec->data, err))
        return -1;
    /* Without a cache (no home, a read-only disk) every image is downloaded each time. */
    lookup->cache = cache_open(spec->cache, NULL);
    if (spec->offline)
        return 0;
    lookup->pool = http_pool_open(&spec->http, err);
    return lookup->pool ? 0 : -1;
}

void lookup_close(Lookup *lookup)
{
    for (int i = 0; i < 2; i++) {
        free(lookup->root[i]);
        free(lookup->given[i]);
    }
    cache_close(lookup->cache);
    http_pool_close(lookup->pool);
    memset(lookup, 0, sizeof *lookup);
}

/* Whether the absolute path leads into the directory by its words, which have no "..". */
static bool is_below(const char *path, const char *root)
{
    size_t n = strlen(root);
    while (n && root[n - 1] == '/')
        n--;
    const char *rest = path + n;
    if (strncmp(path, root, n) != 0 || *rest != '/')
        return false;
    return !path_escapes(rest + strspn(rest, "/"));
}

/* The path must be a regular file: a pipe could block for ever. */
static char *read_regular(const char *path, size_t *len, Err *err)
{
    struct stat st;
    Err why;
    if (stat(path, &st) || !S_ISREG(st.st_mode)) {
        err_set(err, "not a regular file");
        return NULL;
    }
    char *bytes = file_read(path, IMAGE_FILE_MAX, len, &why);
    if (!bytes) {
        size_t n = strlen(path); /* a tile has no room for a long path */
        int named = !strncmp(why.text, path, n) && !strncmp(why.text + n, ": ", 2);
        err_set(err, "%s", named ? why.text + n + 2 : why.text);
    }
    return bytes;
}

/* 1: *bytes is the file `name` below the root; 0: there is none; -1: failed. */
static int read_below(const char *root, const char *name, char **bytes, size_t *len, Err *err)
{
    if (!root)
        return 0;
    if (path_escapes(name))
        return err_set(err, "the file's path leads out of the directory");
    char *path = path_join(root, name);
    struct stat st;
    if (!path)
        return err_set(err, "out of memory");
    int rc = 0;
    if (!stat(path, &st))
        rc = (*bytes = read_regular(path, len, err)) ? 1 : -1;
    else if (errno != ENOENT && errno != ENOTDIR)
        rc = err_set(err, "%s", strerror(errno));
    else if (!lstat(path, &st))
        rc = err_set(err, "a symbolic link to nothing");
    free(path);
    return rc;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 32);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The path of "file:///path" or "file://localhost/path" with %XX decoded; NULL for other hosts. The caller frees. */
static char *file_url_path(const char *url)
{
    const char *s = url + strlen("file://");
    if (!strncmp(s, "localhost/", 10))
        s += 9;
    if (*s != '/')
        return NULL;
    char *path = strdup(s), *out = path;
    for (const char *in = path; path && *in; in++) {
        if (*in == '%' && hex_digit(in[1]) >= 0 && hex_digit(in[2]) >= 0) {
            *out++ = (char)(hex_digit(in[1]) * 16 + hex_digit(in[2]));
            in += 2;
        } else {
            *out++ = *in;
        }
    }
    if (path)
        *out = '\0';
    return path;
}

/* An absolute path, which must lead into one of the two directories; `outside` is the error if it does not. 1 or -1. */
static int read_absolute(const Lookup *l, const char *path, const char *outside, char **bytes, size_t *len,
                         Err *err)
{
    char *real = path ? realpath(path, NULL) : NULL;
    int rc = -1, there = real != NULL, below = 0;
    for (int i = 0; i < 2 && real; i++)
        if (l->root[i])
            below |= is_below(real, l->root[i]) || is_below(path, l->root[i]) || is_below(path, l->given[i]);
    if (below) {
        *bytes = read_regular(real, len, err);
        rc = *bytes ? 1 : -1;
    } else if (there) {
        err_set(err, "%s", outside);
    } else {
        err_set(err, "no such file, or outside the images and the dataset");
    }
    free(real);
    return rc;
}

static int read_file_url(const Lookup *l, const char *url, char **bytes, size_t *len, Err *err)
{
    char *path = file_url_path(url);
    int rc = read_absolute(l, path, "a file:// URL outside the images and the dataset", bytes, len, err);
    free(path);
    return rc;
}

static int read_url(const Lookup *l, const char *url, char **bytes, size_t *len, Err *err)
{
    if (!strncmp(url, "file://", 7))
        return read_file_url(l, url, bytes, len, err);
    return image_get(l->cache, l->pool, l->negative_ttl, url, bytes, len, err) ? -1 : 1;
}

/* The names that COCO gives to the image of this id. 1, 0 or -1 as from read_below. */
static int read_by_id(const char *root, int64_t id, char **bytes, size_t *len, Err *err)
{
    static const char *const PREFIXES[] = {"", "COCO_val2014_", "COCO_train2014_", "COCO_test2014_",
                                           "COCO_test2015_"};
    int rc = 0;
    for (size_t i = 0; i < sizeof PREFIXES / sizeof *PREFIXES && rc == 0; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s%012" PRId64 ".jpg", PREFIXES[i], id);
        rc = read_below(root, name, bytes, len, err);
    }
    return rc;
}

/* 1: *bytes is the image; -1: failed. */
static int find_bytes(const Lookup *l, const Record *r, char **bytes, size_t *len, bool *at_url, Err *err)
{
    int rc = 0;
    if (r->file && *r->file == '/' && (l->root[0] || l->root[1]))
        rc = read_absolute(l, r->file, "the file's path leads out of the directory", bytes, len, err);
    for (int i = 0; i < 2 && r->file && rc == 0; i++)
        rc = read_below(l->root[i], r->file, bytes, len, err);
    if (!r->file)
        rc = read_by_id(l->root[0], r->image_id, bytes, len, err);
    *at_url = rc == 0 && r->url;
    if (*at_url)
        rc = read_url(l, r->url, bytes, len, err);
    if (rc == 0 && r->file)
        rc = err_set(err, "no such file%s", l->root[0] || l->root[1] ? "" : ": --images says where to look");
    else if (rc == 0)
        rc = err_set(err, "the record names no file and no url");
    return rc;
}

int lookup_image(const Lookup *l, const Record *record, int box_w, int box_h, bool enlarge, LookupImage *out,
                 Err *err)
{
    ImageWish wish = {
        .box_w = box_w, .box_h = box_h, .enlarge = enlarge, .max_pixels = l->max_pixels, .draw_cut = true};
    char *bytes;
    size_t len;
    memset(out, 0, sizeof *out);
    if (find_bytes(l, record, &bytes, &len, &out->at_url, err) < 0)
        return -1;
    int rc = image_decode(&out->image, bytes, len, &wish, &out->cut, err);
    free(bytes);
    return rc;
}
