#include "pipeline/model_file/field.h"

#include "pipeline/common/choice.h"

#include <math.h>
#include <stdlib.h>

double field_number(const Field *f, const void *base)
{
    const void *at = (const char *)base + f->at;
    switch (f->kind) {
    case FIELD_INT:
    case FIELD_PERIOD:
        return (double)*(const int64_t *)at;
    case FIELD_INT32:
        return *(const int32_t *)at;
    case FIELD_BOOL:
        return *(const bool *)at;
    case FIELD_REAL:
        return *(const double *)at;
    case FIELD_WORD:
        return *(const int *)at;
    case FIELD_TEXT:
        break;
    }
    return NAN;
}

/* --- writing --- */

bool field_absent(const Field *f, const void *base)
{
    return f->sparse && field_number(f, base) == f->absent;
}

int field_write(H5 *h5, const char *object, const Field *f, const void *base, Err *err)
{
    const void *at = (const char *)base + f->at;
    const char *text;
    char word[CHOICE_WORD];
    double v;
    if (field_absent(f, base))
        return 0;
    switch (f->kind) {
    case FIELD_INT:
    case FIELD_PERIOD:
        return h5_put_int(h5, object, f->name, *(const int64_t *)at, err);
    case FIELD_INT32:
        return h5_put_int(h5, object, f->name, *(const int32_t *)at, err);
    case FIELD_BOOL:
        return h5_put_int(h5, object, f->name, *(const bool *)at, err);
    case FIELD_REAL:
        v = *(const double *)at;
        return f->optional && isnan(v) ? 0 : h5_put_real(h5, object, f->name, v, err);
    case FIELD_WORD:
        return h5_put_text(h5, object, f->name, choice_word(f->words(), *(const int *)at, word), err);
    case FIELD_TEXT:
        break;
    }
    text = *(const char *const *)at;
    return f->optional && !text ? 0 : h5_put_text(h5, object, f->name, text, err);
}

int fields_write(H5 *h5, const char *object, const Field *fields, int n, const void *base, Err *err)
{
    for (int i = 0; i < n; i++)
        if (field_write(h5, object, &fields[i], base, err))
            return -1;
    return 0;
}

/* --- reading --- */

/* Puts the file and the object, unless it is the root, before what is wrong with an attribute. Returns -1. */
static int locate(H5 *h5, const char *object, Err *err)
{
    int root = !object[1];
    return err_prefix(err, "%s: %s%s", h5_path(h5), root ? "" : object, root ? "" : ": ");
}

/* After a look-up that answered rc: 0 if the attribute is missing. */
static int missing(H5 *h5, const char *object, const Field *f, int rc, Err *err)
{
    if (rc < 0 || f->optional || f->sparse)
        return rc;
    err_set(err, "no attribute '%s'", f->name);
    return locate(h5, object, err);
}

static int read_int(H5 *h5, const char *object, const Field *f, int64_t *out, Err *err)
{
    int rc = h5_attr_int(h5, object, f->name, out, err);
    if (rc <= 0) {
        *out = f->absent;
        return missing(h5, object, f, rc, err);
    }
    if ((double)*out >= f->min && (double)*out <= f->max)
        return 0;
    err_set(err, "attribute '%s' is %lld, expected %.0f to %.0f", f->name, (long long)*out, f->min, f->max);
    return locate(h5, object, err);
}

static int read_real(H5 *h5, const char *object, const Field *f, double *out, Err *err)
{
    int rc = h5_attr_real(h5, object, f->name, out, err);
    if (rc <= 0) {
        *out = f->sparse ? (double)f->absent : (double)NAN;
        return missing(h5, object, f, rc, err);
    }
    if (*out >= f->min && *out <= f->max)
        return 0;
    err_set(err, "attribute '%s' is %g, expected %g to %g", f->name, *out, f->min, f->max);
    return locate(h5, object, err);
}

/* The caller frees; NULL if it is missing and may be. */
static int read_text(H5 *h5, const char *object, const Field *f, char **out, Err *err)
{
    int rc = h5_attr_text(h5, object, f->name, out, err);
    return rc > 0 ? 0 : missing(h5, object, f, rc, err);
}

static int read_word(H5 *h5, const char *object, const Field *f, int *out, Err *err)
{
    char *text = NULL;
    *out = 0;
    if (read_text(h5, object, f, &text, err))
        return -1;
    if (!text) /* sparse */
        return 0;
    int index = choice_index(f->words(), text);
    if (index < 0) {
        err_set(err, "attribute '%s' is '%.40s', expected %s", f->name, text, f->words());
        locate(h5, object, err);
    }
    free(text);
    *out = index;
    return index < 0 ? -1 : 0;
}

int field_read(H5 *h5, const char *object, const Field *f, void *base, Err *err)
{
    void *at = (char *)base + f->at;
    char *text;
    int64_t v;
    switch (f->kind) {
    case FIELD_INT:
    case FIELD_PERIOD:
        return read_int(h5, object, f, at, err);
    case FIELD_INT32:
        if (read_int(h5, object, f, &v, err))
            return -1;
        *(int32_t *)at = (int32_t)v;
        return 0;
    case FIELD_BOOL:
        if (read_int(h5, object, f, &v, err))
            return -1;
        *(bool *)at = v != 0;
        return 0;
    case FIELD_REAL:
        return read_real(h5, object, f, at, err);
    case FIELD_WORD:
        return read_word(h5, object, f, at, err);
    case FIELD_TEXT:
        break;
    }
    if (read_text(h5, object, f, &text, err))
        return -1;
    *(const char **)at = text;
    return 0;
}

int fields_read(H5 *h5, const char *object, const Field *fields, int n, void *base, Err *err)
{
    for (int i = 0; i < n; i++)
        if (field_read(h5, object, &fields[i], base, err))
            return -1;
    return 0;
}
