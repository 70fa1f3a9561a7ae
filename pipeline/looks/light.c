#include "pipeline/looks/light.h"

#include "io/base/err.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The dark keeps this share of the photograph's grey. */
static const double SHADE = 0.4;
/* White is added where it is brightest. */
static const double GLOW = 0.12;
/* Weights that are all alike should look so: a place needs this many times an equal share of their sum to shine
 * fully. */
static const double SHARES = 2;

/* The values at t, 0 to 1, of the four pieces of the cubic B-spline that overlap there. */
static void spline(double t, double b[4])
{
    double s = 1 - t;
    b[0] = s * s * s / 6;
    b[1] = (3 * t * t * t - 6 * t * t + 4) / 6;
    b[2] = (3 * s * s * s - 6 * s * s + 4) / 6;
    b[3] = t * t * t / 6;
}

/* One axis: which four of n places each pixel has, and how much of each. */
typedef struct {
    int place[4];
    double share[4];
} Reach;

/* `size` pixels, of which the places cover `covered` in the middle. Outside, the light ends
 * within a quarter of a place. */
static void axis(Reach *reach, int size, double covered, int n)
{
    for (int x = 0; x < size; x++) {
        double at = (x + 0.5 - (size - covered) / 2) / covered * n - 0.5;
        int first = (int)floor(at) - 1;
        double beyond = at < -0.5      ? -0.5 - at
                        : at > n - 0.5 ? at - (n - 0.5)
                                       : 0,
               fade = beyond < 0.25 ? 1 - 4 * beyond : 0;
        spline(at - floor(at), reach[x].share);
        for (int k = 0; k < 4; k++) {
            int place = first + k;
            reach[x].place[k] = place < 0 ? 0 : place >= n ? n - 1 : place;
            reach[x].share[k] *= fade;
        }
    }
}

/* The smooth surface (height, width) over the picture, and its highest value. */
static double surface(float *light, const Image *p, const LightGrid *grid, const float *weights,
                      const Reach *across, const Reach *down)
{
    double most = 0;
    for (int y = 0; y < p->height; y++)
        for (int x = 0; x < p->width; x++) {
            double sum = 0;
            for (int r = 0; r < 4; r++) {
                const float *row = weights + (size_t)down[y].place[r] * (size_t)grid->across;
                double line = 0;
                for (int c = 0; c < 4; c++)
                    line += across[x].share[c] * (double)row[across[x].place[c]];
                sum += down[y].share[r] * line;
            }
            most = sum > most ? sum : most;
            light[(size_t)y * (size_t)p->width + (size_t)x] = (float)sum;
        }
    return most;
}

static void shine(Image *out, const Image *p, const float *light, double most)
{
    const unsigned char *in = p->rgb;
    unsigned char *to = out->rgb;
    for (size_t i = 0; i < (size_t)p->width * (size_t)p->height; i++, in += 3, to += 3) {
        double L = (double)light[i] / most, grey = 0.2126 * in[0] + 0.7152 * in[1] + 0.0722 * in[2];
        for (int c = 0; c < 3; c++) {
            double v = L * in[c] + (1 - L) * SHADE * grey;
            to[c] = (unsigned char)(v + (255 - v) * GLOW * L * L + 0.5);
        }
    }
}

/* The part of the picture that the places cover, in pixels. */
static void covered(const Image *p, double aspect, double *w, double *h)
{
    *w = p->width;
    *h = p->height;
    if (aspect > 0 && *w > *h * aspect)
        *w = *h * aspect;
    else if (aspect > 0)
        *h = *w / aspect;
}

int light_draw(Image *out, const Image *p, const LightGrid *grid, const float *weights, Err *err)
{
    size_t pixels = (size_t)p->width * (size_t)p->height;
    float *light = malloc(pixels * sizeof *light);
    Reach *across = malloc((size_t)p->width * sizeof *across), *down = malloc((size_t)p->height * sizeof *down);
    *out = (Image){p->width, p->height, malloc(pixels * 3)};
    int rc = light && across && down && out->rgb ? 0 : err_set(err, "out of memory");
    if (!rc) {
        int places = grid->down * grid->across;
        double w, h, sum = 0;
        for (int i = 0; i < places; i++)
            sum += (double)weights[i];
        double least = SHARES * (sum > 0 ? sum : 1) / places;
        covered(p, grid->aspect, &w, &h);
        axis(across, p->width, w, grid->across);
        axis(down, p->height, h, grid->down);
        double most = surface(light, p, grid, weights, across, down);
        shine(out, p, light, most > least ? most : least);
    } else {
        image_free(out);
    }
    free(light);
    free(across);
    free(down);
    return rc;
}
