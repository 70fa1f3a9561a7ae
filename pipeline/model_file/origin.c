#include "pipeline/model_file/origin.h"

#include "io/base/digest.h"
#include "io/base/size.h"
#include "io/base/utf8.h"
#include "pipeline/common/choice.h"
#include "pipeline/model_file/field.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char DIGEST[] = "cnn_sha256";

/* The groups of the two reductions. */
typedef struct {
    const char *group, *mean, *components;
} PcaNames;
static const PcaNames of_vector = {"/pca", "/pca/mean", "/pca/components"};
static const PcaNames of_grid = {"/grid_pca", "/grid_pca/mean", "/grid_pca/components"};
enum { SIDE_MAX = 1 << 14 /* pixels of a CNN's input */, NAME_ROOM = 256 /* a file's name */ };

#define TEXT(member) .kind = FIELD_TEXT, .at = offsetof(Origin, member), .optional = true
#define SIZE(member, most) .kind = FIELD_INT, .at = offsetof(Origin, member), .max = (most), .optional = true

static const Field fields[] = {
    {"format", TEXT(format)},
    {"cnn", TEXT(cnn)},
    {DIGEST, TEXT(sha256)},
    {"layer", TEXT(layer)},
    {"grid_layer", TEXT(grid_layer)},
    {"fit", TEXT(fit)},
    {"order", TEXT(order)},
    {"version", SIZE(version, INT32_MAX)},
    {"grid_rows", SIZE(grid_rows, DIMENSION_MAX)},
    {"grid_columns", SIZE(grid_columns, DIMENSION_MAX)},
    {"input_width", SIZE(input_width, SIDE_MAX)},
    {"input_height", SIZE(input_height, SIDE_MAX)},
    {"exact", SIZE(exact, 1)},
    {"truncated", SIZE(truncated, 1)},
};
enum { N_FIELDS = sizeof fields / sizeof *fields };

static const struct {
    const char *name;
    size_t at;
} triples[] = {{"mean", offsetof(Origin, mean)}, {"scale", offsetof(Origin, scale)}};
enum { N_TRIPLES = sizeof triples / sizeof *triples };

void origin_free(Origin *o)
{
    for (int i = 0; i < N_FIELDS; i++)
        if (fields[i].kind == FIELD_TEXT)
            free(*(char **)(void *)((char *)o + fields[i].at));
    pca_free(&o->pca);
    pca_free(&o->grid_pca);
    memset(o, 0, sizeof *o);
}

bool origin_known(const Origin *o)
{
    return o->sha256 || o->pca.C > 0 || o->grid_pca.C > 0;
}

/* --- what values may be --- */

static bool is_digest(const char *text)
{
    return strlen(text) == DIGEST_LEN && strspn(text, "0123456789abcdef") == DIGEST_LEN;
}

/* The name is looked up in a folder, and must not lead out of it. */
static bool is_file_name(const char *text)
{
    return *text && strlen(text) < NAME_ROOM && !strchr(text, '/') && strcmp(text, ".") && strcmp(text, "..");
}

static const char *refuse_text(const Origin *o)
{
    return !is_digest(o->sha256)                                   ? DIGEST
           : o->format && strcmp(o->format, ORIGIN_FORMAT)         ? "format"
           : o->cnn && !is_file_name(o->cnn)                       ? "cnn"
           : o->fit && choice_index(ORIGIN_FITS, o->fit) < 0       ? "fit"
           : o->order && choice_index(ORIGIN_ORDERS, o->order) < 0 ? "order"
                                                                   : NULL;
}

static int check_texts(const Origin *o, const H5 *h5, const char *object, Err *err)
{
    const char *root = object[1] ? ": " : "", *wrong = refuse_text(o);
    for (int i = 0; i < N_FIELDS && !wrong; i++) {
        const char *text =
            fields[i].kind == FIELD_TEXT ? *(char *const *)(const void *)((const char *)o + fields[i].at) : NULL;
        if (text && !utf8_valid(text, strlen(text)))
            wrong = fields[i].name;
    }
    if (!wrong)
        return 0;
    return err_set(err, "%s: %s%sattribute '%s' is not %s", h5_path(h5), object[1] ? object : "", root, wrong,
                   wrong == DIGEST ? "a SHA-256 in lower case" : "a value that this program knows");
}

/* --- reading --- */

static int read_triple(Origin *o, H5 *h5, const char *object, int i, Err *err)
{
    double *at = (double *)(void *)((char *)o + triples[i].at);
    int rc = h5_attr_reals(h5, object, triples[i].name, ORIGIN_CHANNELS, at, err);
    for (int c = 0; c < ORIGIN_CHANNELS; c++) {
        if (rc > 0 && !isfinite(at[c]))
            return err_set(err, "%s: %s%sattribute '%s' is not finite", h5_path(h5), object[1] ? object : "",
                           object[1] ? ": " : "", triples[i].name);
        if (rc == 0)
            at[c] = NAN;
    }
    return rc < 0 ? -1 : 0;
}

static int read_cnn(Origin *o, H5 *h5, const char *object, Err *err)
{
    char *digest = NULL;
    int there = object[1] ? h5_has(h5, object, err) : 1;
    if (there > 0)
        there = h5_attr_text(h5, object, DIGEST, &digest, err);
    free(digest);
    if (there <= 0)
        return there;
    if (fields_read(h5, object, fields, N_FIELDS, o, err))
        return -1;
    for (int i = 0; i < N_TRIPLES; i++)
        if (read_triple(o, h5, object, i, err))
            return -1;
    return check_texts(o, h5, object, err);
}

static int check_finite(const H5 *h5, const char *name, const float *v, size_t n, Err *err)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(v[i]))
            return err_set(err, "%s: %s: number %zu is not finite", h5_path(h5), name, i);
    return 0;
}

static int read_pca(Pca *p, H5 *h5, PcaNames names, Err *err)
{
    H5Info info;
    int there = h5_has(h5, names.mean, err);
    if (there == 0)
        there = h5_has(h5, names.components, err);
    if (there <= 0)
        return there;
    if (h5_info(h5, names.components, &info, err))
        return -1;
    const int64_t *dim = info.dim;
    if (info.rank != 2 || dim[0] < 1 || dim[0] > DIMENSION_MAX || dim[1] < 1 || dim[1] > dim[0] ||
        dim[0] * dim[1] > INT_MAX)
        return err_set(err, "%s: %s: not of a shape (C, D)", h5_path(h5), names.components);
    if (h5_expect_floats(h5, names.components, 2, dim, err) || h5_expect_floats(h5, names.mean, 1, dim, err))
        return -1;
    if (pca_alloc(p, (int)dim[0], (int)dim[1]))
        return err_set(err, "%s: no memory for its PCA", h5_path(h5));
    if (h5_read_floats(h5, names.mean, 1, dim, p->mean, err) ||
        h5_read_floats(h5, names.components, 2, dim, p->components, err))
        return -1;
    return check_finite(h5, names.mean, p->mean, (size_t)dim[0], err) ||
                   check_finite(h5, names.components, p->components, (size_t)(dim[0] * dim[1]), err)
               ? -1
               : 0;
}

int origin_read(Origin *o, H5 *h5, const char *object, Err *err)
{
    memset(o, 0, sizeof *o);
    if (read_cnn(o, h5, object, err) == 0 && read_pca(&o->pca, h5, of_vector, err) == 0 &&
        read_pca(&o->grid_pca, h5, of_grid, err) == 0)
        return 0;
    origin_free(o);
    return -1;
}

int origin_read_file(Origin *o, const char *path, Err *err)
{
    memset(o, 0, sizeof *o);
    H5 *h5 = h5_open(path, err);
    int rc = h5 ? origin_read(o, h5, "/", err) : -1;
    h5_close(h5, NULL);
    return rc;
}

/* --- writing --- */

static int write_cnn(const Origin *o, H5 *h5, const char *object, Err *err)
{
    if ((object[1] && h5_make_group(h5, object, err)) || fields_write(h5, object, fields, N_FIELDS, o, err))
        return -1;
    for (int i = 0; i < N_TRIPLES; i++) {
        const double *at = (const double *)(const void *)((const char *)o + triples[i].at);
        if (!isnan(at[0]) && h5_put_reals(h5, object, triples[i].name, ORIGIN_CHANNELS, at, err))
            return -1;
    }
    return 0;
}

static int write_pca(const Pca *pca, H5 *h5, PcaNames names, Err *err)
{
    const int64_t C = pca->C, dim[2] = {C, pca->D};
    if (h5_make_group(h5, names.group, err) || h5_write_floats(h5, names.mean, 1, &C, pca->mean, err))
        return -1;
    return h5_write_floats(h5, names.components, 2, dim, pca->components, err);
}

int origin_write_pca(const Pca *pca, H5 *h5, Err *err)
{
    return write_pca(pca, h5, of_vector, err);
}

int origin_write_grid_pca(const Pca *pca, H5 *h5, Err *err)
{
    return write_pca(pca, h5, of_grid, err);
}

int origin_write(const Origin *o, H5 *h5, const char *object, Err *err)
{
    if (o->sha256 && write_cnn(o, h5, object, err))
        return -1;
    if (o->pca.C && origin_write_pca(&o->pca, h5, err))
        return -1;
    return o->grid_pca.C ? origin_write_grid_pca(&o->grid_pca, h5, err) : 0;
}

/* --- comparing --- */

static int gives(const Pca *pca, int64_t D, PcaNames names, const char *path, const char *what, Err *err)
{
    if (!pca->C || pca->D == D)
        return 0;
    return err_set(err, "%s: %s: reduces to %d numbers, but %s is %lld", path, names.components, pca->D, what,
                   (long long)D);
}

int origin_gives(const Origin *o, int64_t D, const char *path, const char *what, Err *err)
{
    return gives(&o->pca, D, of_vector, path, what, err);
}

int origin_gives_grid(const Origin *o, int64_t C, const char *path, const char *what, Err *err)
{
    return gives(&o->grid_pca, C, of_grid, path, what, err);
}

int origin_same_cnn(const Origin *model, const char *model_path, const Origin *features, const char *path, Err *err)
{
    if (!model->sha256 || !features->sha256 || !strcmp(model->sha256, features->sha256))
        return 0;
    return err_set(err, "%s: features of the network %s (SHA-256 %.12s), but %s takes those of %s (%.12s)", path,
                   features->cnn ? features->cnn : "?", features->sha256, model_path, model->cnn ? model->cnn : "?",
                   model->sha256);
}

static bool other_pca(const Pca *a, const Pca *b)
{
    return a->C && b->C && !pca_same(a, b);
}

int origin_agree(const Origin *model, const char *model_path, const Origin *features, const char *path, Err *err)
{
    if (origin_same_cnn(model, model_path, features, path, err))
        return -1;
    if (other_pca(&model->pca, &features->pca) || other_pca(&model->grid_pca, &features->grid_pca))
        return err_set(err, "%s: features reduced by another PCA than those that %s was trained on", path,
                       model_path);
    return 0;
}
