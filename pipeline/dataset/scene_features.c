#include "pipeline/dataset/scene_features.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    NEAR = 45, /* distance in RGB from a pure colour; the nearest two are 73 apart */
    FEWEST_PIXELS = 40
};

/* What is known about one colour's pixels. */
typedef struct {
    int colour;
    int64_t n, sum_x, sum_y;
    int left, right, top, bottom;
    double x, y;     /* their mean */
    double farthest; /* squared distance of a pixel from it */
} Patch;

/* The colour that a pixel counts for; -1: none. */
static int nearest_colour(const unsigned char *rgb)
{
    int best = -1, least = NEAR * NEAR;
    for (int c = 0; c < SCENE_COLOURS; c++) {
        int dr = rgb[0] - (int)(scene_palette[c] >> 16 & 255), dg = rgb[1] - (int)(scene_palette[c] >> 8 & 255);
        int db = rgb[2] - (int)(scene_palette[c] & 255), d = dr * dr + dg * dg + db * db;
        if (d < least) {
            least = d;
            best = c;
        }
    }
    return best;
}

static void take_pixel(Patch *p, int x, int y)
{
    if (p->n == 0) {
        p->left = p->right = x;
        p->top = p->bottom = y;
    }
    p->n++;
    p->sum_x += x;
    p->sum_y += y;
    p->left = x < p->left ? x : p->left;
    p->right = x > p->right ? x : p->right;
    p->top = y < p->top ? y : p->top;
    p->bottom = y > p->bottom ? y : p->bottom;
}

static void find_patches(const unsigned char *rgb, int side, Patch patch[SCENE_COLOURS])
{
    for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++) {
            int c = nearest_colour(rgb + 3 * ((size_t)y * side + x));
            if (c >= 0)
                take_pixel(&patch[c], x, y);
        }
    for (int c = 0; c < SCENE_COLOURS; c++) {
        Patch *p = &patch[c];
        p->colour = c;
        if (p->n < FEWEST_PIXELS) {
            p->n = 0;
            continue;
        }
        p->x = (double)p->sum_x / (double)p->n;
        p->y = (double)p->sum_y / (double)p->n;
    }
}

static void find_farthest(const unsigned char *rgb, int side, Patch patch[SCENE_COLOURS])
{
    for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++) {
            int c = nearest_colour(rgb + 3 * ((size_t)y * side + x));
            if (c < 0 || patch[c].n == 0)
                continue;
            double dx = x - patch[c].x, dy = y - patch[c].y;
            patch[c].farthest = fmax(patch[c].farthest, dx * dx + dy * dy);
        }
}

/* How similar the patch's form is to each kind's; sums to 1. */
static void compare_forms(const Patch *p, float out[SCENE_KINDS])
{
    static const double spread = 0.1; /* s: a little less than half the smallest distance between two kinds, 0.26 */
    double area = (double)p->n, w = p->right - p->left + 1, h = p->bottom - p->top + 1;
    double radius = sqrt(p->farthest) + 0.5; /* to the pixel's edge */
    double fills_box = area / (w * h), fills_circle = area / (M_PI * radius * radius);
    double low = 4 * (p->y - 0.5 * (p->top + p->bottom)) / h;
    double similar[SCENE_KINDS], sum = 0;
    for (int k = 0; k < SCENE_KINDS; k++) {
        const SceneForm *f = &scene_form[k];
        double a = fills_box - f->fills_box, b = fills_circle - f->fills_circle, c = low - f->low;
        similar[k] = exp(-(a * a + b * b + c * c) / (2 * spread * spread));
        sum += similar[k];
    }
    for (int k = 0; k < SCENE_KINDS; k++)
        out[k] = sum > 0 ? (float)(similar[k] / sum) : 0;
}

static void describe(const Patch *p, int side, float out[FEATURES_PER_PATCH])
{
    float *rest = out + 1 + SCENE_COLOURS + SCENE_KINDS;
    out[0] = 1;
    out[1 + p->colour] = 1;
    compare_forms(p, out + 1 + SCENE_COLOURS);
    rest[0] = (float)(sqrt((double)p->n) / 32);
    rest[1] = (float)(2 * (p->x + 0.5) / side - 1);
    rest[2] = (float)(2 * (p->y + 0.5) / side - 1);
    rest[3] = (float)((p->right - p->left + 1) / 64.0);
    rest[4] = (float)((p->bottom - p->top + 1) / 64.0);
}

static void relate(const Patch *a, const Patch *b, float out[2])
{
    double dx = b->x - a->x, dy = b->y - a->y, length = fabs(dx) + fabs(dy);
    if (length > 0) {
        out[0] = (float)tanh(5 * (dx + dy) / length);
        out[1] = (float)tanh(5 * (dx - dy) / length);
    }
}

/* Largest first; of equal ones the first colour. */
static int by_size(const void *a, const void *b)
{
    const Patch *p = a, *q = b;
    return p->n != q->n ? (p->n < q->n) - (p->n > q->n) : p->colour - q->colour;
}

void scene_features(const unsigned char *rgb, int side, float *out)
{
    Patch patch[SCENE_COLOURS];
    float *next = out;
    memset(patch, 0, sizeof patch);
    memset(out, 0, SCENE_FEATURES * sizeof *out);
    find_patches(rgb, side, patch);
    find_farthest(rgb, side, patch);
    qsort(patch, SCENE_COLOURS, sizeof *patch, by_size);
    for (int a = 0; a < SCENE_SHAPES; a++, next += FEATURES_PER_PATCH)
        if (patch[a].n)
            describe(&patch[a], side, next);
    for (int a = 0; a < SCENE_SHAPES; a++)
        for (int b = a + 1; b < SCENE_SHAPES; b++, next += 2)
            if (patch[a].n && patch[b].n)
                relate(&patch[a], &patch[b], next);
}

static void shift_and_scale(float *at, int64_t n, double mean, double scale)
{
    for (int64_t i = 0; i < n; i++, at += SCENE_FEATURES)
        *at = (float)((*at - mean) * scale);
}

void scene_standardise(float *train, int64_t n, float *val, int64_t n_val)
{
    for (int d = 0; d < SCENE_FEATURES; d++) {
        double sum = 0, squares = 0;
        for (int64_t i = 0; i < n; i++)
            sum += train[i * SCENE_FEATURES + d];
        double mean = n ? sum / (double)n : 0;
        for (int64_t i = 0; i < n; i++) {
            double off = train[i * SCENE_FEATURES + d] - mean;
            squares += off * off;
        }
        double deviation = n ? sqrt(squares / (double)n) : 0;
        double scale = deviation > 1e-6 ? 1 / deviation : 1;
        shift_and_scale(train + d, n, mean, scale);
        shift_and_scale(val + d, n_val, mean, scale);
    }
}
