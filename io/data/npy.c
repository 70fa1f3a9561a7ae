#include "io/data/npy.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_RANK = 8, HEAD_MAX = 1 << 16 };

typedef struct {
    bool swapped; /* the other byte order than this machine's */
    bool fortran; /* the first dimension runs fastest */
    int size;     /* bytes of a float */
    int rank;
    int64_t dim[MAX_RANK];
} Head;

static bool little_endian(void)
{
    const uint16_t one = 1;
    return *(const unsigned char *)&one == 1;
}

/* --- the head: a Python dict, {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), } --- */

/* What follows a key and its colon, or NULL. */
static const char *value_of(const char *head, const char *key)
{
    const char *s = strstr(head, key);
    if (!s)
        return NULL;
    s += strlen(key);
    s += strspn(s, "'\" ");
    return *s == ':' ? s + 1 + strspn(s + 1, " ") : NULL;
}

static int read_type(const char *head, Head *h, const char *name, Err *err)
{
    const char *s = value_of(head, "descr");
    if (!s || (*s != '\'' && *s != '"'))
        return err_set(err, "%s: not an array of numbers", name);
    s++;
    if (!strchr("<>=|", *s) || s[1] != 'f' || !strchr("248", s[2]) || (s[3] != '\'' && s[3] != '"'))
        return err_set(err, "%s: holds '%.*s', not floats", name, (int)strcspn(s, "'\""), s);
    h->size = s[2] - '0';
    h->swapped = *s == (little_endian() ? '>' : '<');
    return 0;
}

static int read_shape(const char *head, Head *h, const char *name, Err *err)
{
    const char *s = value_of(head, "shape"), *order = value_of(head, "fortran_order");
    if (!s || *s++ != '(' || !order)
        return err_set(err, "%s: a damaged head", name);
    h->fortran = !strncmp(order, "True", 4);
    for (s += strspn(s, " "); *s && *s != ')'; s += strspn(s, ", L")) {
        char *end;
        if (h->rank == MAX_RANK || *s < '0' || *s > '9')
            return err_set(err, "%s: a damaged shape", name);
        h->dim[h->rank++] = strtoll(s, &end, 10);
        s = end;
    }
    return 0;
}

static int read_head(const unsigned char *bytes, size_t len, Head *h, size_t *at, const char *name, Err *err)
{
    char text[HEAD_MAX];
    if (len < 10 || memcmp(bytes, "\x93NUMPY", 6) != 0)
        return err_set(err, "%s: is not a .npy array", name);
    bool wide = bytes[6] >= 2; /* four bytes of length, not two */
    size_t n = bytes[8] | (size_t)bytes[9] << 8, skip = wide ? 12 : 10;
    if (wide && len >= skip)
        n |= (size_t)bytes[10] << 16 | (size_t)bytes[11] << 24;
    if (bytes[6] > 3 || n >= sizeof text || len < skip || len - skip < n)
        return err_set(err, "%s: a damaged head, or a version of .npy above 3", name);
    memcpy(text, bytes + skip, n);
    text[n] = '\0';
    *at = skip + n;
    *h = (Head){.size = 0};
    return read_type(text, h, name, err) || read_shape(text, h, name, err) ? -1 : 0;
}

/* --- the numbers --- */

/* IEEE 754 half to single. */
static float half(uint16_t b)
{
    uint32_t sign = (uint32_t)(b & 0x8000) << 16, exponent = b >> 10 & 31, fraction = b & 1023, bits;
    float out;
    if (exponent == 0) { /* zero, or subnormal: fraction * 2^-24 */
        out = (float)fraction / 16777216.0f;
        return sign ? -out : out;
    }
    bits = sign | (exponent == 31 ? 255u : exponent + 112) << 23 | fraction << 13;
    memcpy(&out, &bits, sizeof out);
    return out;
}

static float number(const unsigned char *at, const Head *h)
{
    unsigned char b[8];
    uint16_t h16;
    float f;
    double d;
    for (int i = 0; i < h->size; i++)
        b[i] = at[h->swapped ? h->size - 1 - i : i];
    if (h->size == 2)
        return memcpy(&h16, b, sizeof h16), half(h16);
    if (h->size == 4)
        return memcpy(&f, b, sizeof f), f;
    return memcpy(&d, b, sizeof d), (float)d;
}

/* Whether the shape is that of n vectors. */
static bool is_vectors(const Head *h, int64_t *rows, int64_t *columns)
{
    int wide = 0;
    *rows = h->rank > 0 ? h->dim[0] : 0;
    *columns = 1;
    for (int i = 1; i < h->rank; i++)
        if (h->dim[i] != 1) {
            *columns = h->dim[i];
            wide++;
        }
    return h->rank >= 2 && wide <= 1;
}

static void print_shape(const Head *h, char *out, size_t room)
{
    size_t n = (size_t)snprintf(out, room, "(");
    for (int i = 0; i < h->rank && n < room; i++)
        n += (size_t)snprintf(out + n, room - n, "%s%lld", i ? "," : "", (long long)h->dim[i]);
    if (n < room)
        snprintf(out + n, room - n, ")");
}

int npy_matrix(const void *bytes, size_t len, const char *name, float **out, int64_t *rows, int64_t *columns,
               Err *err)
{
    Head h;
    size_t at, n;
    char shape[128];
    *out = NULL;
    if (read_head(bytes, len, &h, &at, name, err))
        return -1;
    print_shape(&h, shape, sizeof shape);
    if (!is_vectors(&h, rows, columns) || *rows < 1 || *columns < 1)
        return err_set(err, "%s: shape %s, expected (images, features)", name, shape);
    if (__builtin_mul_overflow((size_t)*rows, (size_t)*columns, &n) || n > (len - at) / (size_t)h.size)
        return err_set(err, "%s: is cut off: %s needs more bytes", name, shape);
    float *m = malloc(n * sizeof *m);
    if (!m)
        return err_set(err, "%s: no memory for %s numbers", name, shape);
    const unsigned char *data = (const unsigned char *)bytes + at;
    for (int64_t i = 0; i < *rows; i++)
        for (int64_t j = 0; j < *columns; j++) {
            size_t from = (size_t)(h.fortran ? j * *rows + i : i * *columns + j);
            m[i * *columns + j] = number(data + from * (size_t)h.size, &h);
        }
    *out = m;
    return 0;
}
