#include "io/picture/image.h"

#include "io/base/err.h"

#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Catmull-Rom's cubic in both directions: each old row is scaled across, then the new rows are summed from these. Light
 * is averaged, not its sRGB code, so that fine detail keeps its brightness. */

void image_fit(const Image *image, int box_w, int box_h, int *w, int *h)
{
    double x = (double)box_w / image->width, y = (double)box_h / image->height;
    double scale = x < y ? x : y;
    *w = x <= y ? box_w : (int)(image->width * scale + 0.5);
    *h = y <= x ? box_h : (int)(image->height * scale + 0.5);
    *w = *w < 1 ? 1 : *w;
    *h = *h < 1 ? 1 : *h;
}

/* --- light --- */

/* Of one pixel: red, green, blue and an unused fourth, linear, 0 to 1. */
typedef float Light __attribute__((vector_size(16)));

/* sRGB (IEC 61966-2-1) to light and back. One step of code_of is a tenth of a code where codes are closest. */
enum { CODES = 1 << 14 };
static float light_of[256];
static unsigned char code_of[CODES];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void fill_tables(void)
{
    for (int i = 0; i < 256; i++)
        light_of[i] = (float)(i <= 10 ? i / 255.0 / 12.92 : pow((i / 255.0 + 0.055) / 1.055, 2.4));
    for (int i = 0; i < CODES; i++) {
        double x = i / (double)(CODES - 1);
        code_of[i] = (unsigned char)(255 * (x <= 0.0031308 ? 12.92 * x : 1.055 * pow(x, 1 / 2.4) - 0.055) + 0.5);
    }
}

/* --- taps --- */

/* Which rows (or columns) of the old picture make up each one of the new picture, and with which weights. */
typedef struct {
    int most;       /* taps of one row, at most */
    int *first;     /* (n) the first tap: a row of the old picture */
    int *count;     /* (n) */
    float *weights; /* (n, most) */
} Taps;

/* Catmull-Rom's cubic. */
static double kernel(double x)
{
    x = fabs(x);
    return x < 1 ? (1.5 * x - 2.5) * x * x + 1 : x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

static void taps_free(Taps *t)
{
    free(t->first);
    free(t->count);
    free(t->weights);
}

/* Makes n from `from`. To reduce, the kernel is stretched over all that a new pixel covers; beyond the edge, the edge
 * repeats. */
static int taps_make(Taps *t, int n, int from)
{
    double step = (double)from / n, stretch = step > 1 ? step : 1;
    double reach = 2 * stretch;
    t->most = reach * 2 + 2 < from ? (int)(reach * 2) + 2 : from;
    t->first = malloc((size_t)n * sizeof *t->first);
    t->count = malloc((size_t)n * sizeof *t->count);
    t->weights = calloc((size_t)n * (size_t)t->most, sizeof *t->weights);
    if (!t->first || !t->count || !t->weights)
        return -1;
    for (int i = 0; i < n; i++) {
        double centre = (i + 0.5) * step - 0.5, sum = 0;
        int low = (int)ceil(centre - reach), high = (int)floor(centre + reach);
        int first = low < 0 ? 0 : low, last = high < from ? high : from - 1;
        float *weights = t->weights + (size_t)i * (size_t)t->most;
        for (int k = low; k <= high; k++) {
            double weight = kernel((k - centre) / stretch);
            weights[(k < first ? first : k > last ? last : k) - first] += (float)weight;
            sum += weight;
        }
        t->first[i] = first;
        t->count[i] = last - first + 1;
        for (int k = 0; k < t->count[i]; k++)
            weights[k] /= (float)sum;
    }
    return 0;
}

/* --- passes --- */

static void row_to_light(Light *to, const unsigned char *rgb, int n)
{
    for (int x = 0; x < n; x++, rgb += 3)
        to[x] = (Light){light_of[rgb[0]], light_of[rgb[1]], light_of[rgb[2]], 0};
}

/* A row of the old picture at the new width. */
static void across(Light *to, const Light *from, int n, const Taps *t)
{
    for (int x = 0; x < n; x++) {
        const float *weights = t->weights + (size_t)x * (size_t)t->most;
        const Light *in = from + t->first[x];
        Light sum = {0};
        for (int k = 0; k < t->count[x]; k++)
            sum += in[k] * weights[k];
        to[x] = sum;
    }
}

/* A row of the new picture, summed in `sum`. `ring` holds row r of the old picture at r modulo t->most. */
static void down(Light *sum, const Light *ring, int n, const Taps *t, int y)
{
    memset(sum, 0, (size_t)n * sizeof *sum);
    for (int k = 0; k < t->count[y]; k++) {
        const Light *row = ring + (size_t)((t->first[y] + k) % t->most) * (size_t)n;
        float weight = t->weights[(size_t)y * (size_t)t->most + (size_t)k];
        for (int x = 0; x < n; x++)
            sum[x] += row[x] * weight;
    }
}

static void light_to_row(unsigned char *rgb, const Light *from, int n)
{
    for (int x = 0; x < n; x++, rgb += 3) {
        Light scaled = from[x] * (CODES - 1) + 0.5f;
        for (int c = 0; c < 3; c++) {
            int i = (int)scaled[c];
            i = i < 0 ? 0 : i;
            rgb[c] = code_of[i < CODES ? i : CODES - 1];
        }
    }
}

static int scale(Image *out, const Image *in, const Taps *columns, const Taps *rows)
{
    size_t width = (size_t)out->width;
    Light *row = malloc((size_t)in->width * sizeof *row), *sum = malloc(width * sizeof *sum),
          *ring = malloc((size_t)rows->most * width * sizeof *ring);
    int rc = row && sum && ring ? 0 : -1;
    for (int y = 0, done = 0; y < out->height && !rc; y++) {
        for (; done < rows->first[y] + rows->count[y]; done++) {
            row_to_light(row, in->rgb + (size_t)done * (size_t)in->width * 3, in->width);
            across(ring + (size_t)(done % rows->most) * width, row, out->width, columns);
        }
        down(sum, ring, out->width, rows, y);
        light_to_row(out->rgb + (size_t)y * width * 3, sum, out->width);
    }
    free(row);
    free(sum);
    free(ring);
    return rc;
}

int image_scale(Image *out, const Image *in, int w, int h, Err *err)
{
    memset(out, 0, sizeof *out);
    if (w < 1 || h < 1 || (int64_t)w * h > IMAGE_PIXELS_MAX)
        return err_set(err, "cannot scale to %d x %d pixels", w, h);
    Taps columns = {0}, rows = {0};
    pthread_once(&once, fill_tables);
    *out = (Image){w, h, malloc((size_t)w * (size_t)h * 3)};
    int rc = out->rgb ? 0 : -1;
    if (!rc && w == in->width && h == in->height)
        memcpy(out->rgb, in->rgb, (size_t)w * (size_t)h * 3);
    else if (!rc)
        rc =
            taps_make(&columns, w, in->width) || taps_make(&rows, h, in->height) || scale(out, in, &columns, &rows);
    taps_free(&columns);
    taps_free(&rows);
    if (!rc)
        return 0;
    image_free(out);
    return err_set(err, "out of memory for %d x %d pixels", w, h);
}
