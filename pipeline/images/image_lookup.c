#include "pipeline/images/image_lookup.h"

#include "io/base/err.h"
#include "io/file/base_names.h"
#include "io/file/file.h"
#include "pipeline/images/image_fetch.h"
#include "pipeline/images/image_get.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

LookupSpec lookup_defaults(void)
{
    return (LookupSpec){.negative_ttl = image_fetch_defaults().negative_ttl,
                        .max_pixels = IMAGE_PIXELS_MAX,
                        .http = http_defaults()};
}

/* --- the subfolders of --images --- */

struct LookupTree {
    pthread_mutex_t mutex; /* of all: whoever needs the names first reads them */
    bool read;
    BaseNames names;
    Err why; /* they could not be read */
};

static LookupTree *tree_new(Err *err)
{
    LookupTree *t = calloc(1, sizeof *t);
    if (t)
        pthread_mutex_init(&t->mutex, NULL);
    else
        err_set(err, "out of memory");
    return t;
}

static void tree_free(LookupTree *t)
{
    if (!t)
        return;
    base_names_free(&t->names);
    pthread_mutex_destroy(&t->mutex);
    free(t);
}

/* From then on the tree is only read. */
static void tree_read(LookupTree *t, const char *dir)
{
    pthread_mutex_lock(&t->mutex);
    if (!t->read && base_names_read(&t->names, dir, &t->why))
        err_prefix(&t->why, "no such file, and not all folders can be searched: ");
    t->read = true;
    pthread_mutex_unlock(&t->mutex);
}

/* --- the lookup --- */

int lookup_open(Lookup *lookup, const LookupSpec *spec, Err *err)
{
    memset(lookup, 0, sizeof *lookup);
    lookup->negative_ttl = spec->negative_ttl;
    lookup->max_pixels = spec->max_pixels;
    if ((spec->images && root_open(&lookup->root[0], spec->images, err)) ||
        (spec->data && root_open(&lookup->root[1], spec->data, err)) ||
        (spec->images && !(lookup->tree = tree_new(err))))
        return -1;
    /* Without a cache (no home, a read-only disk) every image is downloaded each time. */
    lookup->cache = cache_open(spec->cache, spec->http.insecure, NULL);
    if (spec->offline)
        return 0;
    lookup->pool = http_pool_open(&spec->http, err);
    return lookup->pool ? 0 : -1;
}

void lookup_close(Lookup *lookup)
{
    for (int i = 0; i < 2; i++)
        root_close(&lookup->root[i]);
    tree_free(lookup->tree);
    cache_close(lookup->cache);
    http_pool_close(lookup->pool);
    memset(lookup, 0, sizeof *lookup);
}

/* One image that is looked for. */
typedef struct {
    const Lookup *lookup;
    char *bytes; /* the file that was found */
    size_t len;
    char *path;         /* its absolute path, if it was not at a URL */
    const char *absent; /* what is said if it is nowhere */
    ImageReason reason; /* why there is none; err says it in full */
    Err *err;
} Search;

static int fail(Search *s, ImageReason reason, const char *text)
{
    s->reason = reason;
    return err_set(s->err, "%s", text);
}

/* The path must be a regular file: a pipe could block for ever. 1 or -1. */
static int read_regular(Search *s, const char *path)
{
    struct stat st;
    Err why;
    if (stat(path, &st) || !S_ISREG(st.st_mode))
        return fail(s, REASON_NOT_A_FILE, "not a regular file");
    s->bytes = file_read(path, IMAGE_FILE_MAX, &s->len, &why);
    if (s->bytes) {
        s->path = realpath(path, NULL);
        return 1;
    }
    size_t n = strlen(path); /* the record names the file already */
    int named = !strncmp(why.text, path, n) && !strncmp(why.text + n, ": ", 2);
    return fail(s, access(path, R_OK) ? REASON_ACCESS : REASON_UNREADABLE, named ? why.text + n + 2 : why.text);
}

static int fail_at(Search *s, int code)
{
    return fail(s, code == EACCES || code == EPERM ? REASON_ACCESS : REASON_UNREADABLE, strerror(code));
}

/* 1: the file `name` below the root is read; 0: there is none; -1: failed. */
static int read_below(Search *s, const char *root, const char *name)
{
    if (!root)
        return 0;
    if (path_escapes(name))
        return fail(s, REASON_ACCESS, "the file's path leads out of the directory");
    char *path = path_join(root, name);
    struct stat st;
    if (!path)
        return fail(s, REASON_MEMORY, "out of memory");
    int rc = 0;
    if (!stat(path, &st))
        rc = read_regular(s, path);
    else if (errno != ENOENT && errno != ENOTDIR)
        rc = fail_at(s, errno);
    else if (!lstat(path, &st))
        rc = fail(s, REASON_BROKEN_SYMLINK, "a symbolic link to nothing");
    free(path);
    return rc;
}

/* A name without folders, of which one picture alone is in the subfolders of --images. 1, 0 or -1 as from
 * read_below. */
static int read_in_subfolders(Search *s, const char *name)
{
    const char *dir = s->lookup->root[0].real, *path;
    LookupTree *t = s->lookup->tree;
    if (!dir || strchr(name, '/'))
        return 0;
    tree_read(t, dir);
    BaseNameFound found = *t->why.text ? BASE_NAME_NONE : base_names_find(&t->names, name, &path);
    if (*t->why.text)
        s->absent = t->why.text;
    else if (found == BASE_NAME_SEVERAL)
        s->absent = "no such file, but several in subfolders have this name";
    return found == BASE_NAME_ONE ? read_below(s, dir, path) : 0;
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
static int read_absolute(Search *s, const char *path, const char *outside)
{
    const Lookup *l = s->lookup;
    char *real = path ? realpath(path, NULL) : NULL;
    bool below = false;
    int rc;
    for (int i = 0; i < 2 && real; i++)
        below |= root_holds(&l->root[i], path, real);
    if (below)
        rc = read_regular(s, real);
    else if (real)
        rc = fail(s, REASON_ACCESS, outside);
    else
        rc = fail(s, REASON_NO_FILE, "no such file, or outside the images and the dataset");
    free(real);
    return rc;
}

static int read_file_url(Search *s, const char *url)
{
    char *path = file_url_path(url);
    int rc = read_absolute(s, path, "a file:// URL outside the images and the dataset (--images and -d name them)");
    free(path);
    return rc;
}

static int read_url(Search *s, const char *url)
{
    const Lookup *l = s->lookup;
    if (!strncmp(url, "file://", 7))
        return read_file_url(s, url);
    return image_get(l->cache, l->pool, l->negative_ttl, url, &s->bytes, &s->len, &s->reason, s->err) ? -1 : 1;
}

/* The names that COCO gives to the image of this id. 1, 0 or -1 as from read_below. */
static int read_by_id(Search *s, const char *root, int64_t id)
{
    static const char *const PREFIXES[] = {"", "COCO_val2014_", "COCO_train2014_", "COCO_test2014_",
                                           "COCO_test2015_"};
    int rc = 0;
    for (size_t i = 0; i < sizeof PREFIXES / sizeof *PREFIXES && rc == 0; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s%012" PRId64 ".jpg", PREFIXES[i], id);
        rc = read_below(s, root, name);
    }
    return rc;
}

/* 1: the image's bytes are there; -1: failed. */
static int find_bytes(Search *s, const Record *r, bool *at_url)
{
    const Root *root = s->lookup->root;
    bool rooted = root[0].real || root[1].real;
    int rc = 0;
    if (r->file && *r->file == '/' && rooted)
        rc = read_absolute(s, r->file, "the file's path leads out of the directory");
    for (int i = 0; i < 2 && r->file && rc == 0; i++)
        rc = read_below(s, root[i].real, r->file);
    if (rc == 0 && r->file)
        rc = read_in_subfolders(s, r->file);
    if (rc == 0 && r->file && !root[0].real && !path_escapes(r->file))
        rc = read_below(s, ".", r->file);
    if (!r->file)
        rc = read_by_id(s, root[0].real, r->image_id);
    *at_url = rc == 0 && r->url;
    if (*at_url)
        rc = read_url(s, r->url);
    if (rc == 0 && r->file)
        rc = fail(s, REASON_NO_FILE,
                  rooted            ? s->absent
                  : *r->file == '/' ? "not below the current folder: --images says where to look"
                                    : "no such file: --images says where to look");
    else if (rc == 0)
        rc = fail(s, REASON_NO_NAME, "the record names no file and no url");
    return rc;
}

static ImageReason reason_of_state(ImageState state)
{
    static const ImageReason REASONS[] = {
        [IMAGE_WHOLE] = REASON_NONE,          [IMAGE_CUT] = REASON_CUT,
        [IMAGE_NOT_ONE] = REASON_NOT_IMAGE,   [IMAGE_UNSUPPORTED] = REASON_FORMAT,
        [IMAGE_TOO_LARGE] = REASON_TOO_LARGE, [IMAGE_UNDECODED] = REASON_UNDECODED};
    return REASONS[state];
}

int lookup_image(const Lookup *l, const Record *record, int box_w, int box_h, bool enlarge, LookupImage *out,
                 Err *err)
{
    ImageWish wish = {
        .box_w = box_w, .box_h = box_h, .enlarge = enlarge, .max_pixels = l->max_pixels, .draw_cut = true};
    Search s = {.lookup = l, .absent = "no such file", .err = err};
    ImageState state;
    memset(out, 0, sizeof *out);
    if (find_bytes(&s, record, &out->at_url) < 0) {
        out->reason = s.reason;
        return -1;
    }
    out->path = s.path;
    int rc = image_decode(&out->image, s.bytes, s.len, &wish, &state, err);
    free(s.bytes);
    out->cut = !rc && state == IMAGE_CUT;
    out->reason = rc ? reason_of_state(state) : REASON_NONE;
    return rc;
}
