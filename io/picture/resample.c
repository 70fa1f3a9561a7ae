#include "io/picture/resample.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* in ──across──► as wide as out ──down──► out. Each pass sums in 32-bit fixed point and rounds to 8 bits, as Pillow's
 * libImaging/Resample.c does: the weights' last bit, and so the picture's, depends on it. */

/* Two pixels, each of red, green, blue and an unused fourth. */
typedef int32_t Pair __attribute__((vector_size(32)));
typedef int32_t Pixel __attribute__((vector_size(16)));
typedef unsigned char PixelBytes __attribute__((vector_size(16)));
enum { LANES = 4 };

/* Both passes are compiled twice: AVX2 multiplies integers of 32 bits, which SSE2 does not. */
#define INLINE static inline __attribute__((always_inline))
#ifdef __x86_64__
#define AVX2 __attribute__((target("avx2")))
#define HAS_AVX2 __builtin_cpu_supports("avx2")
#else
#define AVX2
#define HAS_AVX2 0
#endif

enum { WEIGHT_BITS = 32 - 8 - 2 }; /* a sum of weights may leave 0 to 1: two bits more than a pixel's eight */

/* Which old pixels make up each new one, along one axis. */
typedef struct {
    int most;         /* old pixels of one new pixel, at most; even */
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

/* Makes n from `from`. To reduce, the kernel is stretched over what a new pixel covers; it ends at the picture's
 * edge. */
static int taps_make(Taps *t, int n, int from)
{
    double step = (double)from / n, stretch = step < 1 ? 1 : step, reach = 2 * stretch;
    t->most = (int)ceil(reach) * 2 + 2;
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

INLINE unsigned char clip(int32_t sum)
{
    sum >>= WEIGHT_BITS;
    return (unsigned char)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
}

/* The sum of both, rounded to bytes. */
INLINE void put_pixel(unsigned char *to, const Pair *sums)
{
    Pixel v = __builtin_shufflevector(*sums, *sums, 0, 1, 2, 3) + __builtin_shufflevector(*sums, *sums, 4, 5, 6, 7);
    v >>= WEIGHT_BITS;
    v &= ~(v < 0);
    v |= v > 255;
    PixelBytes bytes = (PixelBytes)v;
    bytes = __builtin_shufflevector(bytes, bytes, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12);
    to[0] = bytes[0];
    to[1] = bytes[1];
    to[2] = bytes[2];
}

/* A weight for each number of a pair of pixels, t's n times `pairs`, zeros after a pixel's last; in new memory. */
static Pair *pair_weights(const Taps *t, int n, int pairs)
{
    Pair *out = aligned_alloc(sizeof *out, (size_t)n * (size_t)pairs * sizeof *out), *to = out;
    for (int i = 0; out && i < n; i++)
        for (int k = 0; k < 2 * pairs; k += 2) {
            const int32_t *w = t->weights + (size_t)i * (size_t)t->most + (size_t)k;
            *to++ = (Pair){w[0], w[0], w[0], w[0], w[1], w[1], w[1], w[1]};
        }
    return out;
}

INLINE void widen(int32_t *to, const unsigned char *from, int width)
{
    for (int x = 0; x < width; x++, to += LANES, from += 3) {
        to[0] = from[0];
        to[1] = from[1];
        to[2] = from[2];
    }
}

/* One pass along the rows. */
typedef struct {
    const Image *in;
    const int *first; /* (n) */
    int n;            /* pixels of a new row */
    int pairs;        /* of old pixels that make up a new one */
    Pair *weights;    /* (n, pairs) */
    int32_t *wide;    /* an old row, of LANES numbers a pixel, and zeros after it */
} Across;

/* to (height, n, 3). Each new pixel takes as many pairs: a loop of one length is foreseen by the processor. */
INLINE void across_any(unsigned char *to, const Across *a)
{
    const int32_t half = 1 << (WEIGHT_BITS - 1);
    const int pairs = a->pairs, n = a->n;
    const unsigned char *from = a->in->rgb;
    for (int y = 0; y < a->in->height; y++, from += (size_t)a->in->width * 3) {
        const Pair *w = a->weights;
        widen(a->wide, from, a->in->width);
        for (int x = 0; x < n; x++, to += 3, w += pairs) {
            const int32_t *in = a->wide + (size_t)a->first[x] * LANES;
            Pair sums = {half, half, half, 0};
            for (int k = 0; k < pairs; k++, in += 2 * LANES) {
                Pair two;
                memcpy(&two, in, sizeof two);
                sums += two * w[k];
            }
            put_pixel(to, &sums);
        }
    }
}

/* to (n, row bytes) from `from` (…, row bytes). `sum` is a row of sums. */
INLINE void down_any(unsigned char *to, const unsigned char *from, size_t row, int n, const Taps *t, int32_t *sum)
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

AVX2 static void across_avx2(unsigned char *to, const Across *a)
{
    across_any(to, a);
}

AVX2 static void down_avx2(unsigned char *to, const unsigned char *from, size_t row, int n, const Taps *t,
                           int32_t *sum)
{
    down_any(to, from, row, n, t, sum);
}

static int across(unsigned char *to, const Image *in, int n, const Taps *t)
{
    int count = 0;
    for (int i = 0; i < n; i++)
        count = t->count[i] > count ? t->count[i] : count;
    Across a = {.in = in, .first = t->first, .n = n, .pairs = (count + 1) / 2};
    a.weights = pair_weights(t, n, a.pairs);
    a.wide = calloc((size_t)in->width + 2 * (size_t)a.pairs, LANES * sizeof *a.wide);
    int rc = a.weights && a.wide ? 0 : -1;
    if (!rc && HAS_AVX2)
        across_avx2(to, &a);
    else if (!rc)
        across_any(to, &a);
    free(a.weights);
    free(a.wide);
    return rc;
}

static void down(unsigned char *to, const unsigned char *from, size_t row, int n, const Taps *t, int32_t *sum)
{
    if (HAS_AVX2)
        down_avx2(to, from, row, n, t, sum);
    else
        down_any(to, from, row, n, t, sum);
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
        rc = across(high ? middle : out->rgb, in, out->width, &columns);
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
