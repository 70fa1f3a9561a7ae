#include "pipeline/plot/plot.h"

#include "io/base/err.h"
#include "io/file/file.h"
#include "io/picture/canvas.h"
#include "io/picture/pngwriter.h"
#include "pipeline/plot/axis.h"
#include "pipeline/plot/curves.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const Color PAPER = 0xFFFFFF, GRID = 0xE6E6E3, FRAME = 0x9A9C9F, INK = 0x1B1B1B, MUTED = 0x5F6266;
/* Distinct for most eyes, including those that confuse red and green (after Okabe and Ito). */
static const Color PALETTE[] = {0x1F6FB2, 0xD5601C, 0x1B9E77, 0xB63679, 0x7B61B0, 0x8C6D1F, 0x2FA4C7, 0x5B5B5B};
enum { N_COLORS = sizeof PALETTE / sizeof *PALETTE, TEXT_LEN = 256, MARKERS_MAX = 60 };

typedef struct {
    const PlotOptions *options;
    RunCurves *runs;
    int n_runs;
    Canvas *canvas;
    double scale;   /* of all sizes: 1 for 960 x 540 */
    int x, y, w, h; /* the area that the axes enclose */
    Axis across, up;
    TextStyle title, label, tick, legend;
    double *xy; /* room for the points of one curve */
    bool *gap;  /* whether the line is broken before the point */
} Plot;

PlotOptions plot_defaults(void)
{
    return (PlotOptions){.title = "Training loss", .width = 960, .height = 540};
}

static int px(const Plot *p, double v)
{
    return (int)(v * p->scale + 0.5);
}

/* --- legend: entries in a row below the title, wrapped --- */

typedef struct {
    char text[TEXT_LEN];
    Color color;
    bool val;
} Entry;

static Color darker(Color c)
{
    return (c >> 16 & 255) * 7 / 10 << 16 | (c >> 8 & 255) * 7 / 10 << 8 | (c & 255) * 7 / 10;
}

static Color fainter(Color c)
{
    return (255 * 3 + (c >> 16 & 255)) / 4 << 16 | (255 * 3 + (c >> 8 & 255)) / 4 << 8 | (255 * 3 + (c & 255)) / 4;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

/* A run's name: its label, else the name of its file, with directories if two runs share that name. */
static const char *run_name(const PlotOptions *options, int i)
{
    if (i < options->n_labels)
        return options->labels[i];
    if (!strcmp(options->inputs[i], "-"))
        return "standard input";
    for (int k = 0; k < options->n_inputs; k++)
        if (k != i && !strcmp(base_name(options->inputs[k]), base_name(options->inputs[i])))
            return options->inputs[i];
    return base_name(options->inputs[i]);
}

/* Entry i of the legend, which has one for each training and validation curve. False: there are no more. */
static bool legend_entry(const Plot *p, int i, Entry *e)
{
    for (int r = 0; r < p->n_runs; r++)
        for (int val = 0; val < 2; val++) {
            const Curve *c = val ? &p->runs[r].val : &p->runs[r].loss;
            if (!c->n || i--)
                continue;
            Color color = PALETTE[r % N_COLORS];
            e->color = val ? darker(color) : color;
            e->val = val;
            snprintf(e->text, sizeof e->text, "%s, %s", run_name(p->options, r), val ? "validation" : "training");
            return true;
        }
    return false;
}

static void draw_marker(Plot *p, double x, double y, Color color)
{
    canvas_ellipse(p->canvas, x, y, 4.4 * p->scale, 4.4 * p->scale, PAPER);
    canvas_ellipse(p->canvas, x, y, 3.2 * p->scale, 3.2 * p->scale, color);
}

static void draw_entry(Plot *p, const Entry *e, int x, int y, int line_h, int sample)
{
    double line[] = {x, y + line_h / 2.0, x + sample, y + line_h / 2.0};
    if (e->val)
        canvas_dashes(p->canvas, 5 * p->scale, 3 * p->scale);
    canvas_polyline(p->canvas, line, 2, 2 * p->scale, e->color);
    canvas_dashes(p->canvas, 0, 0);
    if (e->val)
        draw_marker(p, x + sample / 2.0, y + line_h / 2.0, e->color);
    canvas_text(p->canvas, &p->legend, x + sample + px(p, 6), y, e->text);
}

/* Draws the legend from left, top (or only measures it if `draw` is false). Returns its height. */
static int legend(Plot *p, int left, int top, int right, bool draw)
{
    Entry e;
    int x = left, y = top, line_h = 0, w, sample = px(p, 26), gap = px(p, 18);
    TextStyle style = p->legend;
    for (int i = 0; legend_entry(p, i, &e); i++) {
        p->legend.width = 0;
        canvas_text_size(p->canvas, &p->legend, e.text, &w, &line_h);
        int most = right - left - sample - px(p, 6);
        if (w > most) { /* a name longer than the line ends in an ellipsis */
            p->legend.width = w = most > 1 ? most : 1;
            p->legend.max_lines = 1;
        }
        if (x > left && x + sample + px(p, 6) + w > right) {
            x = left;
            y += line_h + px(p, 3);
        }
        if (draw)
            draw_entry(p, &e, x, y, line_h, sample);
        x += sample + px(p, 6) + w + gap;
        p->legend = style;
    }
    return line_h ? y + line_h - top : 0;
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
    p->title = (TextStyle){.size = 17 * p->scale, .bold = 1, .width = text_w, .max_lines = 2, .color = INK};
    p->label = (TextStyle){.size = 12.5 * p->scale, .color = MUTED};
    p->tick = (TextStyle){.size = 12 * p->scale, .color = MUTED};
    p->legend = (TextStyle){.size = 12.5 * p->scale, .color = INK};
    ranges(p, &x_lo, &x_hi, &y_lo, &y_hi);
    canvas_text_size(p->canvas, &p->title, options->title, &w, &h);
    p->y = px(p, 14) + (*options->title ? h + px(p, 6) : 0);
    p->y += legend(p, margin, 0, options->width - margin, false);
    canvas_text_size(p->canvas, &p->label, "loss", &w, &h);
    p->y += px(p, 10) + h + px(p, 6);
    canvas_text_size(p->canvas, &p->tick, "0", &w, &tick_h);
    p->h = options->height - p->y - tick_h - h - px(p, 26);
    p->h = p->h < 16 ? 16 : p->h; /* a tiny picture with a long legend loses its bottom */
    int across = options->width / px(p, 110), up = p->h / px(p, 52);
    if (options->log_y)
        axis_log(&p->up, y_lo, y_hi, up < 2 ? 2 : up);
    else
        axis_linear(&p->up, y_lo > 0 && y_lo < 0.4 * y_hi ? 0 : y_lo, y_hi, up < 2 ? 2 : up, false, false);
    for (int i = 0; i < p->up.n_ticks; i++) {
        canvas_text_size(p->canvas, &p->tick, p->up.label[i], &w, &h);
        widest = w > widest ? w : widest;
    }
    p->x = margin + widest + px(p, 8);
    p->w = options->width - p->x - px(p, 28);
    axis_linear(&p->across, x_lo > 0 && x_lo < 0.1 * x_hi ? 0 : x_lo, x_hi, across < 2 ? 2 : across, true, true);
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

static void draw_axes(Plot *p)
{
    int w, h;
    TextStyle tick = p->tick, label = p->label;
    for (int i = 0; i < p->up.n_ticks; i++) {
        double y = floor(at_y(p, p->up.tick[i]) + 0.5);
        canvas_rect(p->canvas, p->x, y, p->w, fmax(1, floor(p->scale)), GRID);
        canvas_text_size(p->canvas, &tick, p->up.label[i], &w, &h);
        canvas_text(p->canvas, &tick, p->x - px(p, 8) - w, (int)y - h / 2, p->up.label[i]);
    }
    double bottom = p->y + p->h;
    tick.align = 1;
    for (int i = 0; i < p->across.n_ticks; i++) {
        double x = floor(at_x(p, p->across.tick[i]) + 0.5);
        canvas_rect(p->canvas, x, bottom, fmax(1, floor(p->scale)), px(p, 5), FRAME);
        canvas_text(p->canvas, &tick, (int)x, (int)bottom + px(p, 7), p->across.label[i]);
    }
    canvas_rect(p->canvas, p->x, bottom, p->w, fmax(1, floor(p->scale)), FRAME);
    label.align = 1;
    canvas_text_size(p->canvas, &label, "iteration", &w, &h);
    canvas_text(p->canvas, &label, p->x + p->w / 2, p->options->height - h - px(p, 7), "iteration");
    label.align = 0;
    canvas_text_size(p->canvas, &label, "loss", &w, &h);
    canvas_text(p->canvas, &label, px(p, 20), p->y - h - px(p, 8), p->options->log_y ? "loss (log scale)" : "loss");
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
        draw_line(p, trace(p, c), 1.2 * p->scale, fainter(color));
        top = &smooth;
    }
    int n = trace(p, top);
    draw_line(p, n, (p->options->smooth > 1 ? 2 : 1.5) * p->scale, color);
    if (n == 1) /* a line needs two points */
        draw_marker(p, p->xy[0], p->xy[1], color);
    free(smooth.point);
    return 0;
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
        draw_marker(p, p->xy[2 * i], p->xy[2 * i + 1], color);
    return 0;
}

static int draw(Plot *p, Err *err)
{
    int margin = px(p, 20), y = px(p, 14);
    canvas_clear(p->canvas, PAPER);
    if (*p->options->title)
        y += canvas_text(p->canvas, &p->title, margin, y, p->options->title) + px(p, 6);
    legend(p, margin, y, p->options->width - margin, true);
    draw_axes(p);
    for (int r = 0; r < p->n_runs; r++)
        if (draw_loss(p, &p->runs[r].loss, PALETTE[r % N_COLORS], err))
            return -1;
    for (int r = 0; r < p->n_runs; r++)
        if (draw_val(p, &p->runs[r].val, darker(PALETTE[r % N_COLORS]), err))
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
        canvas_rows(p->canvas, y, 1, row);
        rc = pngwriter_rows(png, row, 1, err);
    }
    if (!rc)
        rc = pngwriter_end(png, err);
    pngwriter_free(png);
    free(row);
    return rc;
}

/* --- the whole --- */

static int read_runs(Plot *p, const Report *report, Err *err)
{
    size_t shown = 0;
    p->runs = calloc((size_t)p->options->n_inputs, sizeof *p->runs);
    if (!p->runs)
        return err_set(err, "out of memory");
    for (; p->n_runs < p->options->n_inputs; p->n_runs++) {
        RunCurves *run = &p->runs[p->n_runs];
        if (curves_read(run, p->options->inputs[p->n_runs], report, err))
            return -1;
        size_t dropped = p->options->log_y ? curves_keep_positive(&run->loss) + curves_keep_positive(&run->val) : 0;
        if (dropped)
            report_warn(report, "%s: %zu losses are not above 0, so a log scale cannot show them",
                        p->options->inputs[p->n_runs], dropped);
        shown += run->loss.n + run->val.n;
    }
    return shown ? 0 : err_set(err, "no loss is above 0: nothing to show on a log scale");
}

int plot_render(const PlotOptions *options, const Report *report, bool *reader_gone, Err *err)
{
    Plot p = {.options = options};
    *reader_gone = false;
    int rc = read_runs(&p, report, err);
    if (!rc && !(p.canvas = canvas_new(options->width, options->height, PAPER, err)))
        rc = -1;
    if (!rc) {
        layout(&p);
        rc = draw(&p, err);
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
