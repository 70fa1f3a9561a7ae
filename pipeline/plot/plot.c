#include "pipeline/plot/plot.h"

#include "io/base/err.h"
#include "io/file/file.h"
#include "io/picture/canvas.h"
#include "io/picture/pngwriter.h"
#include "pipeline/common/replace.h"
#include "pipeline/plot/axis.h"
#include "pipeline/plot/curves.h"
#include "pipeline/plot/legend.h"
#include "pipeline/plot/look.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MARKERS_MAX = 60, NAME_LEN = 256 };

typedef struct {
    const PlotOptions *options;
    RunCurves *runs;
    int n_runs;
    Canvas *canvas;
    double scale;   /* of all sizes: 1 for 960 x 540 */
    int x, y, w, h; /* the area that the axes enclose */
    Axis across, up;
    TextStyle title, label, tick;
    Legend legend;
    double *xy; /* room for the points of one curve */
    bool *gap;  /* whether the line is broken before the point */
} Plot;

PlotOptions plot_defaults(void)
{
    return (PlotOptions){.title = "Training loss", .x = "iteration", .width = 960, .height = 540};
}

/* What the axis counts. */
static const char *quantity(const Plot *p)
{
    return p->options->y ? p->options->y : "loss";
}

/* Whether less of it is better. */
static bool low_is_good(const Plot *p)
{
    return strstr(quantity(p), "loss") || strstr(quantity(p), "perplexity");
}

static int px(const Plot *p, double v)
{
    return (int)(v * p->scale + 0.5);
}

/* --- layout --- */

static void ranges(const Plot *p, double *x_lo, double *x_hi, double *y_lo, double *y_hi)
{
    *x_lo = *y_lo = INFINITY;
    *x_hi = *y_hi = -INFINITY;
    for (int r = 0; r < 2 * p->n_runs; r++) {
        const Curve *c = r % 2 ? &p->runs[r / 2].val : &p->runs[r / 2].loss;
        for (size_t i = 0; i < c->n; i++) {
            *x_lo = fmin(*x_lo, c->point[i].x);
            *x_hi = fmax(*x_hi, c->point[i].x);
            *y_lo = fmin(*y_lo, c->point[i].y);
            *y_hi = fmax(*y_hi, c->point[i].y);
        }
    }
}

static void layout(Plot *p)
{
    const PlotOptions *options = p->options;
    double x_lo, x_hi, y_lo, y_hi;
    int w, h, widest = 0, tick_h, margin;
    p->scale = fmax(0.5, fmin(options->width / 960.0, options->height / 540.0));
    margin = px(p, 20);
    int text_w = options->width - 2 * margin;
    p->title = (TextStyle){.size = 17 * p->scale, .bold = 1, .width = text_w, .max_lines = 2, .color = LOOK_INK};
    p->label = (TextStyle){.size = 12.5 * p->scale, .color = LOOK_MUTED};
    p->tick = (TextStyle){.size = 12 * p->scale, .color = LOOK_MUTED};
    p->legend = (Legend){.options = options,
                         .runs = p->runs,
                         .n_runs = p->n_runs,
                         .scale = p->scale,
                         .left = margin,
                         .right = options->width - margin};
    ranges(p, &x_lo, &x_hi, &y_lo, &y_hi);
    canvas_text_size(p->canvas, &p->title, options->title, &w, &h);
    p->y = px(p, 14) + (*options->title ? h + px(p, 6) : 0);
    p->y += legend_put(&p->legend, p->canvas, 0, false);
    canvas_text_size(p->canvas, &p->label, quantity(p), &w, &h);
    p->y += px(p, 10) + h + px(p, 6);
    canvas_text_size(p->canvas, &p->tick, "0", &w, &tick_h);
    p->h = options->height - p->y - tick_h - h - px(p, 26);
    p->h = p->h < 16 ? 16 : p->h; /* a tiny picture with a long legend loses its bottom */
    int across = options->width / px(p, 110), up = p->h / px(p, 52);
    if (options->log_y)
        axis_log(&p->up, y_lo, y_hi, up < 2 ? 2 : up, false, false);
    else
        axis_linear(&p->up, y_lo > 0 && y_lo < 0.4 * y_hi ? 0 : y_lo, y_hi, up < 2 ? 2 : up, false, false);
    for (int i = 0; i < p->up.n_ticks; i++) {
        canvas_text_size(p->canvas, &p->tick, p->up.label[i], &w, &h);
        widest = w > widest ? w : widest;
    }
    p->x = margin + widest + px(p, 8);
    p->w = options->width - p->x - px(p, 28);
    if (options->log_x)
        axis_log(&p->across, x_lo, x_hi, across < 2 ? 2 : across, true, true);
    else
        axis_linear(&p->across, x_lo > 0 && x_lo < 0.1 * x_hi ? 0 : x_lo, x_hi, across < 2 ? 2 : across, true,
                    true);
}

static double at_x(const Plot *p, double v)
{
    return p->x + p->w * axis_place(&p->across, v);
}

static double at_y(const Plot *p, double v)
{
    return p->y + p->h * (1 - axis_place(&p->up, v));
}

/* --- drawing --- */

/* What an axis counts: below the horizontal one, or above the vertical one. */
static void draw_name(Plot *p, const char *name, bool log, bool below)
{
    TextStyle style = p->label;
    char text[NAME_LEN];
    int w, h;
    if (log && snprintf(text, sizeof text, "%s (log scale)", name) < NAME_LEN)
        name = text;
    canvas_text_size(p->canvas, &style, name, &w, &h);
    style.align = below;
    if (below)
        canvas_text(p->canvas, &style, p->x + p->w / 2, p->options->height - h - px(p, 7), name);
    else
        canvas_text(p->canvas, &style, px(p, 20), p->y - h - px(p, 8), name);
}

static void draw_axes(Plot *p)
{
    int w, h;
    TextStyle tick = p->tick;
    for (int i = 0; i < p->up.n_ticks; i++) {
        double y = floor(at_y(p, p->up.tick[i]) + 0.5);
        canvas_rect(p->canvas, p->x, y, p->w, fmax(1, floor(p->scale)), LOOK_GRID);
        canvas_text_size(p->canvas, &tick, p->up.label[i], &w, &h);
        canvas_text(p->canvas, &tick, p->x - px(p, 8) - w, (int)y - h / 2, p->up.label[i]);
    }
    double bottom = p->y + p->h;
    tick.align = 1;
    for (int i = 0; i < p->across.n_ticks; i++) {
        double x = floor(at_x(p, p->across.tick[i]) + 0.5);
        canvas_rect(p->canvas, x, bottom, fmax(1, floor(p->scale)), px(p, 5), LOOK_FRAME);
        canvas_text(p->canvas, &tick, (int)x, (int)bottom + px(p, 7), p->across.label[i]);
    }
    canvas_rect(p->canvas, p->x, bottom, p->w, fmax(1, floor(p->scale)), LOOK_FRAME);
    draw_name(p, p->options->x, p->options->log_x, true);
    draw_name(p, quantity(p), p->options->log_y, false);
}

/* Stores the line of a curve in p->xy: of the points in each column of pixels the first, lowest, highest and last, in
 * their order. Returns the number of points. */
static int trace(Plot *p, const Curve *c)
{
    int n = 0;
    for (size_t i = 0; i < c->n;) {
        double column = floor(at_x(p, c->point[i].x));
        size_t end = i, keep[4] = {i, i, i, i}; /* first, lowest, highest, last */
        for (; end < c->n && floor(at_x(p, c->point[end].x)) == column; end++) {
            if (c->point[end].y < c->point[keep[1]].y)
                keep[1] = end;
            if (c->point[end].y > c->point[keep[2]].y)
                keep[2] = end;
            keep[3] = end;
        }
        if (keep[1] > keep[2]) {
            size_t k = keep[1];
            keep[1] = keep[2];
            keep[2] = k;
        }
        for (int k = 0; k < 4; k++) {
            if (k && keep[k] == keep[k - 1])
                continue;
            p->xy[2 * n] = at_x(p, c->point[keep[k]].x);
            p->xy[2 * n + 1] = at_y(p, c->point[keep[k]].y);
            p->gap[n] = k == 0 && c->point[i].gap; /* one inside a column is too small to be seen */
            n++;
        }
        i = end;
    }
    return n;
}

static int make_room(Plot *p, const Curve *c, Err *err)
{
    size_t columns = 4 * ((size_t)p->w + 2), n = c->n < columns ? c->n : columns;
    double *grown = realloc(p->xy, (n ? n : 1) * 2 * sizeof *grown);
    if (grown)
        p->xy = grown;
    bool *gap = realloc(p->gap, n ? n : 1);
    if (gap)
        p->gap = gap;
    return grown && gap ? 0 : err_set(err, "out of memory");
}

/* Draws the n points of p->xy as lines, one from each gap to the next; a point between two gaps becomes a dot. */
static void draw_line(Plot *p, int n, double width, Color color)
{
    for (int i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && !p->gap[end];)
            end++;
        if (end - i > 1)
            canvas_polyline(p->canvas, p->xy + 2 * i, end - i, width, color);
        else if (n > 1)
            canvas_ellipse(p->canvas, p->xy[2 * i], p->xy[2 * i + 1], width, width, color);
    }
}

static int draw_loss(Plot *p, const Curve *c, Color color, Err *err)
{
    Curve smooth = {NULL, 0, 0};
    const Curve *top = c;
    if (!c->n)
        return 0;
    if (make_room(p, c, err))
        return -1;
    if (p->options->smooth > 1) {
        if (curves_smooth(&smooth, c, (size_t)p->options->smooth))
            return err_set(err, "out of memory");
        draw_line(p, trace(p, c), 1.2 * p->scale, look_faint(color));
        top = &smooth;
    }
    int n = trace(p, top);
    draw_line(p, n, (p->options->smooth > 1 ? 2 : 1.5) * p->scale, color);
    if (n == 1) /* a line needs two points */
        look_marker(p->canvas, p->scale, p->xy[0], p->xy[1], color);
    free(smooth.point);
    return 0;
}

/* A ring around the best point, the first of equal ones, and its value. */
static void draw_best(Plot *p, const Curve *c, Color color)
{
    const CurvePoint *best = &c->point[0];
    TextStyle style = {.size = 11.5 * p->scale, .bold = 1, .color = color};
    char text[32];
    int w, h;
    for (size_t i = 1; i < c->n; i++)
        if (low_is_good(p) ? c->point[i].y < best->y : c->point[i].y > best->y)
            best = &c->point[i];
    double x = at_x(p, best->x), y = at_y(p, best->y), r = 7 * p->scale;
    canvas_ellipse(p->canvas, x, y, r, r, color);
    canvas_ellipse(p->canvas, x, y, 0.7 * r, 0.7 * r, LOOK_PAPER);
    look_marker(p->canvas, p->scale, x, y, color);
    snprintf(text, sizeof text, "%.4g", best->y);
    canvas_text_size(p->canvas, &style, text, &w, &h);
    double left = fmin(x - w / 2.0, p->x + p->w - w), above = y - r - h - px(p, 2);
    canvas_text(p->canvas, &style, (int)left, (int)(above < p->y ? y + r + px(p, 2) : above), text);
}

static int draw_val(Plot *p, const Curve *c, Color color, Err *err)
{
    if (!c->n)
        return 0;
    if (make_room(p, c, err))
        return -1;
    int n = trace(p, c);
    canvas_dashes(p->canvas, 6 * p->scale, 4 * p->scale);
    draw_line(p, n, 2 * p->scale, color);
    canvas_dashes(p->canvas, 0, 0);
    for (int i = 0; i < n && n <= MARKERS_MAX; i++)
        look_marker(p->canvas, p->scale, p->xy[2 * i], p->xy[2 * i + 1], color);
    if (p->options->best)
        draw_best(p, c, color);
    return 0;
}

static int draw(Plot *p, Err *err)
{
    int margin = px(p, 20), y = px(p, 14);
    canvas_clear(p->canvas, LOOK_PAPER);
    if (*p->options->title)
        y += canvas_text(p->canvas, &p->title, margin, y, p->options->title) + px(p, 6);
    legend_put(&p->legend, p->canvas, y, true);
    draw_axes(p);
    for (int r = 0; r < p->n_runs; r++)
        if (draw_loss(p, &p->runs[r].loss, look_curve(r, false), err))
            return -1;
    for (int r = 0; r < p->n_runs; r++)
        if (draw_val(p, &p->runs[r].val, look_curve(r, true), err))
            return -1;
    return 0;
}

/* --- the picture's file --- */

static int write_png(void *ctx, FILE *out, Err *err)
{
    const Plot *p = ctx;
    int w = p->options->width, h = p->options->height, rc = 0;
    unsigned char *row = malloc((size_t)w * 3);
    if (!row)
        return err_set(err, "out of memory");
    PngWriter *png = pngwriter_new(out, w, h, err);
    if (!png)
        rc = -1;
    for (int y = 0; y < h && !rc; y++) {
        rc = canvas_rows(p->canvas, y, 1, row, err);
        if (!rc)
            rc = pngwriter_rows(png, row, 1, err);
    }
    if (!rc)
        rc = pngwriter_end(png, err);
    pngwriter_free(png);
    free(row);
    return rc;
}

/* --- the whole --- */

static void keep_positive(const Plot *p, RunCurves *run, const char *input, const Report *report)
{
    const PlotOptions *o = p->options;
    static const char *const NAMES[][2] = {
        {"value is", "values are"}, {"loss is", "losses are"}, {"point is", "points are"}};
    const char *const *name = NAMES[o->log_x ? 2 : !o->y];
    size_t dropped =
        curves_keep_positive(&run->loss, o->log_x, o->log_y) + curves_keep_positive(&run->val, o->log_x, o->log_y);
    if (dropped)
        report_warn(report, "%s: %zu %s not above 0, so a log scale cannot show %s", input, dropped,
                    name[dropped > 1], dropped > 1 ? "them" : "it");
}

static int read_runs(Plot *p, const Report *report, Err *err)
{
    size_t shown = 0;
    p->runs = calloc((size_t)p->options->n_inputs, sizeof *p->runs);
    if (!p->runs)
        return err_set(err, "out of memory");
    for (; p->n_runs < p->options->n_inputs; p->n_runs++) {
        RunCurves *run = &p->runs[p->n_runs];
        report_wait(report, true);
        int rc = curves_read(run, p->options->inputs[p->n_runs], p->options->y, report, err);
        report_wait(report, false);
        if (rc)
            return -1;
        keep_positive(p, run, p->options->inputs[p->n_runs], report);
        shown += run->loss.n + run->val.n;
    }
    return shown ? 0
                 : err_set(err, "no %s is above 0: nothing to show on a log scale",
                           p->options->log_x ? "point" : quantity(p));
}

int plot_render(const PlotOptions *options, const Report *report, bool *reader_gone, Err *err)
{
    Plot p = {.options = options};
    *reader_gone = false;
    int rc = replace_check_inputs(options->output, options->inputs, options->n_inputs, err);
    if (!rc)
        rc = read_runs(&p, report, err);
    if (!rc && !(p.canvas = canvas_new(options->width, options->height, LOOK_PAPER, err)))
        rc = -1;
    if (!rc) {
        layout(&p);
        rc = draw(&p, err) || canvas_check(p.canvas, err) ? -1 : 0;
    }
    if (!rc)
        rc = file_write(options->output, write_png, &p, reader_gone, err);
    for (int r = 0; p.runs && r < options->n_inputs; r++)
        curves_free(&p.runs[r]);
    free(p.runs);
    free(p.xy);
    free(p.gap);
    canvas_free(p.canvas);
    return rc;
}
