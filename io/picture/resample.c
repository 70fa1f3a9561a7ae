#include "io/picture/resample.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* in ──across──► as wide as out ──down──► out. Each pass sums in 32-bit fixed point and rounds to 8 bits, as Pillow's
 * libImaging/Resample.c does: the weights' last bit, and so the picture's, depends on it. */

enum { WEIGHT_BITS = 32 - 8 - 2 }; /* a sum of weights may leave 0 to 1: two bits more than a pixel's eight */

/* Which old pixels make up each new one, along one axis. */
typedef struct {
    int most;         /* old pixels of one new pixel, at most */
    int *first;       /* (n) */
    int *count;       /* (n) */
    int32_t *weights; /* (n, most), in units of 2^-WEIGHT_BITS */
} Taps;

/* Keys' cubic with a = -1/2. */
static double kernel(double x)
{
    x = fabs(x);
    if (x < 1)
        return ((-0.5 + 2.0) * x - (-0.5 + 3.0)) * x * x + 1;
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0;
}

static void taps_free(Taps *t)
{
    free(t->first);
    free(t->count);
    free(t->weights);
}

/* The weights of one new pixel, whose middle is at `centre`. */
static void weigh(int32_t *to, double *w, int first, int count, double centre, double per_pixel)
{
    double sum = 0;
    for (int k = 0; k < count; k++) {
        w[k] = kernel((k + first - centre + 0.5) * per_pixel);
        sum += w[k];
    }
    for (int k = 0; k < count; k++) {
        double x = sum != 0 ? w[k] / sum : w[k];
        to[k] = (int32_t)((x < 0 ? -0.5 : 0.5) + x * (1 << WEIGHT_BITS));
    }
}

/* Makes n from `from`. To reduce, the kernel is stretched over what a new pixel covers; it ends at the picture's edge. */
static int taps_make(Taps *t, int n, int from)
{
    double step = (double)from / n, stretch = step < 1 ? 1 : step, reach = 2 * stretch;
    t->most = (int)ceil(reach) * 2 + 1;
    t->first = malloc((size_t)n * sizeof *t->first);
    t->count = malloc((size_t)n * sizeof *t->count);
    t->weights = calloc((size_t)n, (size_t)t->most * sizeof *t->weights);
    double *w = malloc((size_t)t->most * sizeof *w);
    int rc = t->first && t->count && t->weights && w ? 0 : -1;
    for (int i = 0; i < n && !rc; i++) {
        double centre = (i + 0.5) * step;
        int first = (int)(centre - reach + 0.5), end = (int)(centre + reach + 0.5);
        t->first[i] = first < 0 ? 0 : first;
        t->count[i] = (end > from ? from : end) - t->first[i];
        weigh(t->weights + (size_t)i * (size_t)t->most, w, t->first[i], t->count[i], centre, 1 / stretch);
    }
    free(w);
    return rc;
}

static unsigned char clip(int32_t sum)
{
    sum >>= WEIGHT_BITS;
    return (unsigned char)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
}

/* to (height, t's n, 3) from `from` (height, width, 3). */
static void across(unsigned char *to, const unsigned char *from, int height, int width, int n, const Taps *t)
{
    for (int y = 0; y < height; y++, from += (size_t)width * 3)
        for (int x = 0; x < n; x++, to += 3) {
            const unsigned char *in = from + (size_t)t->first[x] * 3;
            const int32_t *weights = t->weights + (size_t)x * (size_t)t->most;
            int32_t r = 1 << (WEIGHT_BITS - 1), g = r, b = r;
            for (int k = 0; k < t->count[x]; k++, in += 3) {
                r += in[0] * weights[k];
                g += in[1] * weights[k];
                b += in[2] * weights[k];
            }
            to[0] = clip(r);
            to[1] = clip(g);
            to[2] = clip(b);
        }
}

/* to (n, row bytes) from `from` (…, row bytes). `sum` is a row of sums. */
static void down(unsigned char *to, const unsigned char *from, size_t row, int n, const Taps *t, int32_t *sum)
{
    for (int y = 0; y < n; y++, to += row) {
        for (size_t x = 0; x < row; x++)
            sum[x] = 1 << (WEIGHT_BITS - 1);
        for (int k = 0; k < t->count[y]; k++) {
            const unsigned char *in = from + (size_t)(t->first[y] + k) * row;
            int32_t weight = t->weights[(size_t)y * (size_t)t->most + (size_t)k];
            for (size_t x = 0; x < row; x++)
                sum[x] += in[x] * weight;
        }
        for (size_t x = 0; x < row; x++)
            to[x] = clip(sum[x]);
    }
}

/* Both passes; one along which nothing changes is left out. */
static int resample(Image *out, const Image *in)
{
    Taps columns = {0}, rows = {0};
    size_t row = (size_t)out->width * 3;
    bool wide = out->width != in->width, high = out->height != in->height;
    unsigned char *middle = wide && high ? malloc(row * (size_t)in->height) : NULL;
    int32_t *sum = malloc(row * sizeof *sum);
    int rc = !sum || (wide && high && !middle) || (wide && taps_make(&columns, out->width, in->width)) ||
                     (high && taps_make(&rows, out->height, in->height))
                 ? -1
                 : 0;
    if (!rc && wide)
        across(high ? middle : out->rgb, in->rgb, in->height, in->width, out->width, &columns);
    if (!rc && high)
        down(out->rgb, wide ? middle : in->rgb, row, out->height, &rows, sum);
    if (!rc && !wide && !high)
        memcpy(out->rgb, in->rgb, row * (size_t)in->height);
    free(middle);
    free(sum);
    taps_free(&columns);
    taps_free(&rows);
    return rc;
}

int image_resample(Image *out, const Image *in, int w, int h, Err *err)
{
    memset(out, 0, sizeof *out);
    if (w < 1 || h < 1 || (int64_t)w * h > IMAGE_PIXELS_MAX)
        return err_set(err, "cannot scale to %d x %d pixels", w, h);
    *out = (Image){w, h, malloc((size_t)w * (size_t)h * 3)};
    if (out->rgb && !resample(out, in))
        return 0;
    image_free(out);
    return err_set(err, "out of memory for %d x %d pixels", w, h);
}
