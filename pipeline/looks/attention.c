#include "pipeline/looks/attention.h"

#include "io/base/err.h"
#include "io/base/hash.h"
#include "io/hdf5/h5.h"
#include "pipeline/common/caption_checksum.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Rounding leaves sums of weights this far from what they should be; a sentinel's share below it counts as none. */
static const double SLACK = 1e-3;

struct Attention {
    char *path, *split;
    int64_t n; /* captions */
    int steps, places, longest;
    bool sentinel;
    LightGrid grid;
    H5Rows weights;    /* (n, steps·places) */
    int32_t *row;      /* (n) */
    int32_t *checksum; /* (n) of captions; NULL: the file does not say them */
    char **file;       /* (n_files), or NULL */
    int64_t n_files;
    Hash *keys;     /* of captions: rows, or files if there are any */
    int64_t *first; /* (keys) the first caption with the key */
};

/* --- opening --- */

static int read_shape(Attention *a, H5 *h5, Err *err)
{
    H5Info info;
    if (h5_info(h5, "attention", &info, err))
        return -1;
    if (info.rank != 3 || info.dim[0] < 1 || info.dim[1] < 1 || info.dim[2] < 1 || info.dim[1] > INT16_MAX ||
        info.dim[2] > INT32_MAX / INT16_MAX)
        return err_set(err, "%s: attention: not of a shape (captions, steps, places)", a->path);
    a->n = info.dim[0];
    a->steps = (int)info.dim[1];
    a->places = (int)info.dim[2];
    if (h5_map_rows(h5, "attention", 3, info.dim, &a->weights, err)) /* looks whether the file has as many */
        return -1;
    a->row = malloc((size_t)a->n * sizeof *a->row);
    return a->row ? h5_read_ints(h5, "rows", 1, &a->n, a->row, err) : err_set(err, "out of memory");
}

/* A file that does not say its grid's shape may have a square one. */
static int read_grid(Attention *a, H5 *h5, Err *err)
{
    int64_t down = 0, across = 0;
    double aspect = 0;
    int said = h5_attr_int(h5, "/", "grid_rows", &down, err);
    if (said < 0 || h5_attr_int(h5, "/", "grid_columns", &across, err) < 0 ||
        h5_attr_real(h5, "/", "crop_aspect", &aspect, err) < 0)
        return -1;
    int side = (int)lround(sqrt(a->places));
    if (!said && side * side == a->places)
        down = across = side;
    if (!down && !across)
        return err_set(err, "%s: %d places, but no grid_rows and grid_columns to arrange them by", a->path,
                       a->places);
    if (down < 1 || across < 1 || down > a->places || across > a->places || down * across != a->places)
        return err_set(err, "%s: a grid of %" PRId64 " x %" PRId64 " does not have %d places", a->path, down,
                       across, a->places);
    if (aspect < 0 || aspect > 1e3)
        return err_set(err, "%s: crop_aspect %g is not a picture's", a->path, aspect);
    a->grid = (LightGrid){(int)down, (int)across, aspect};
    return 0;
}

static int read_checksums(Attention *a, H5 *h5, Err *err)
{
    int said = h5_has(h5, CAPTION_CHECKSUMS, err);
    if (said <= 0)
        return said;
    a->checksum = malloc((size_t)a->n * sizeof *a->checksum);
    return a->checksum ? h5_read_ints(h5, CAPTION_CHECKSUMS, 1, &a->n, a->checksum, err)
                       : err_set(err, "out of memory");
}

static int read_file(Attention *a, H5 *h5, Err *err)
{
    char *format = NULL;
    int rc = h5_attr_text(h5, "/", "format", &format, err);
    bool right = rc > 0 && !strcmp(format, "coco-attention");
    free(format);
    if (rc < 0)
        return -1;
    if (!right)
        return err_set(err, "%s: not an attention file: coco-sample --attention writes one", a->path);
    if (h5_attr_text(h5, "/", "split", &a->split, err) < 0 || read_shape(a, h5, err) || read_grid(a, h5, err) ||
        read_checksums(a, h5, err))
        return -1;
    int files = h5_has(h5, "files", err);
    if (files <= 0)
        return files;
    if (h5_read_strings(h5, "files", &a->file, &a->n_files, err))
        return -1;
    return a->n_files == a->n
               ? 0
               : err_set(err, "%s: %" PRId64 " captions, but %" PRId64 " files", a->path, a->n, a->n_files);
}

static int make_keys(Attention *a, Err *err)
{
    a->keys = hash_new();
    a->first = malloc((size_t)a->n * sizeof *a->first);
    for (int64_t i = 0; i < a->n && a->keys && a->first; i++) {
        int32_t known = hash_count(a->keys);
        int32_t key = a->file ? hash_add(a->keys, a->file[i], strlen(a->file[i]))
                              : hash_add(a->keys, &a->row[i], sizeof a->row[i]);
        if (key < 0)
            return err_set(err, "out of memory");
        if (hash_count(a->keys) > known)
            a->first[key] = i;
    }
    return a->keys && a->first ? 0 : err_set(err, "out of memory");
}

Attention *attention_open(const char *path, Err *err)
{
    Attention *a = calloc(1, sizeof *a);
    if (!a || !(a->path = strdup(path))) {
        free(a);
        err_set(err, "out of memory");
        return NULL;
    }
    H5 *h5 = h5_open(path, err);
    int rc = h5 ? read_file(a, h5, err) : -1;
    h5_close(h5, NULL);
    if (rc == 0 && make_keys(a, err) == 0)
        return a;
    attention_close(a);
    return NULL;
}

void attention_close(Attention *a)
{
    if (!a)
        return;
    h5_unmap_rows(&a->weights);
    if (a->file)
        h5_free_strings(a->file, a->n_files);
    hash_free(a->keys);
    free(a->first);
    free(a->row);
    free(a->checksum);
    free(a->split);
    free(a->path);
    free(a);
}

const LightGrid *attention_grid(const Attention *a)
{
    return &a->grid;
}

bool attention_sentinel(const Attention *a)
{
    return a->sentinel;
}

int attention_longest(const Attention *a)
{
    return a->longest;
}

/* --- records --- */

/* The file's caption that is the record's; -1: there is none. */
static int64_t find(const Attention *a, const Record *r)
{
    int32_t row = r->row > INT32_MAX ? -1 : (int32_t)r->row, key;
    if (a->file)
        key = r->file ? hash_find(a->keys, r->file, strlen(r->file)) : -1;
    else
        key = row >= 0 ? hash_find(a->keys, &row, sizeof row) : -1;
    return key < 0 ? -1 : a->first[key];
}

/* How many steps a caption has weights for: NaN follows them. */
static int count_steps(const Attention *a, const float *weights)
{
    int n = 0;
    while (n < a->steps && !isnan(weights[(size_t)n * (size_t)a->places]))
        n++;
    return n;
}

/* The weights of a caption, which begin a row of all steps. -1: out of memory. The caller frees in either case. */
static int take_looks(Looks *looks, const Attention *a, int64_t at, const Record *r, int *n)
{
    *looks = (Looks){.places = a->places, .weights = malloc(a->weights.numbers * sizeof *looks->weights)};
    if (!looks->weights)
        return -1;
    (void)h5_row(&a->weights, at, looks->weights); /* not all are numbers */
    *n = count_steps(a, looks->weights);
    return caption_steps(&looks->steps, r->caption, *n);
}

static int check_weights(Attention *a, const Looks *looks, int64_t at, Err *err)
{
    for (int step = 0; step < looks->steps.n; step++) {
        const float *w = looks_weights(looks, step);
        bool numbers = true;
        for (int p = 0; p < a->places; p++)
            numbers &= w[p] >= 0; /* false for NaN */
        double share = looks_share(looks, step);
        if (!numbers || share > 1 + SLACK)
            return err_set(
                err, "%s: caption %" PRId64 ", step %d: not weights, which are from 0 to 1 and sum to at most 1",
                a->path, at, step);
        a->sentinel |= share < 1 - SLACK;
    }
    a->longest = looks->steps.n > a->longest ? looks->steps.n : a->longest;
    return 0;
}

static int not_there(const Attention *a, const Record *r, Err *err)
{
    if (a->file && !r->file)
        return err_set(err, "%s names the files of its pictures, but the record of image %" PRId64 " has none",
                       a->path, r->image_id);
    if (a->file)
        return err_set(err, "%s: has no file '%.200s'; it belongs to another run", a->path, r->file);
    if (r->row < 0)
        return err_set(err, "%s goes by rows, but the record of image %" PRId64 " has none", a->path, r->image_id);
    return err_set(err, "%s: has no row %" PRId64 "; it belongs to another run", a->path, r->row);
}

int attention_match(Attention *a, const Record *r, Err *err)
{
    int64_t at = find(a, r);
    Looks looks;
    int n;
    if (a->split && r->split && strcmp(a->split, r->split) != 0)
        return err_set(err, "%s: is of split '%.64s', but the record of image %" PRId64 " of '%.64s'", a->path,
                       a->split, r->image_id, r->split);
    if (at < 0)
        return not_there(a, r, err);
    int rc = take_looks(&looks, a, at, r, &n);
    if (rc < 0)
        rc = err_set(err, "out of memory");
    else if (rc == 0 || (!looks.steps.ends && n < a->steps)) /* only the last step cuts a caption off */
        rc = err_set(
            err,
            "%s: has weights for %d steps of caption %" PRId64
            ", but '%.80s' has neither as many words nor as many characters: it belongs to another run, or to a "
            "model of pieces",
            a->path, n, at, r->caption);
    else if (a->checksum && a->checksum[at] != caption_checksum(r->caption))
        rc = err_set(err,
                     "%s: caption %" PRId64 " is not '%.80s', which the record of image %" PRId64
                     " has: it belongs to another run",
                     a->path, at, r->caption, r->image_id);
    else
        rc = check_weights(a, &looks, at, err);
    looks_free(&looks);
    return rc;
}

int attention_looks(Looks *looks, const Attention *a, const Record *r)
{
    int n;
    return take_looks(looks, a, find(a, r), r, &n) > 0 ? 0 : -1;
}

void looks_free(Looks *looks)
{
    free(looks->steps.step);
    free(looks->weights);
    memset(looks, 0, sizeof *looks);
}

const float *looks_weights(const Looks *looks, int step)
{
    return looks->weights + (size_t)step * (size_t)looks->places;
}

double looks_share(const Looks *looks, int step)
{
    const float *w = looks_weights(looks, step);
    double sum = 0;
    for (int p = 0; p < looks->places; p++)
        sum += (double)w[p];
    return sum;
}
