#include "pipeline/plot/legend.h"

#include "pipeline/plot/look.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_LEN = 256 };

typedef struct {
    char text[TEXT_LEN];
    Color color;
    bool val;
} Entry;

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

/* Entry i. False: there are no more. */
static bool entry(const Legend *l, int i, Entry *e)
{
    for (int r = 0; r < l->n_runs; r++)
        for (int val = 0; val < 2; val++) {
            const Curve *c = val ? &l->runs[r].val : &l->runs[r].loss;
            if (!c->n || i--)
                continue;
            e->color = look_curve(r, val);
            e->val = val;
            snprintf(e->text, sizeof e->text, "%s, %s", run_name(l->options, r), val ? "validation" : "training");
            return true;
        }
    return false;
}

static int px(const Legend *l, double v)
{
    return (int)(v * l->scale + 0.5);
}

/* A piece of the curve, `sample` wide, on a line of text line_h high. */
static void draw_sample(const Legend *l, Canvas *canvas, const Entry *e, int x, int y, int line_h, int sample)
{
    double line[] = {x, y + line_h / 2.0, x + sample, y + line_h / 2.0};
    if (e->val)
        canvas_dashes(canvas, 5 * l->scale, 3 * l->scale);
    canvas_polyline(canvas, line, 2, 2 * l->scale, e->color);
    canvas_dashes(canvas, 0, 0);
    if (e->val)
        look_marker(canvas, l->scale, x + sample / 2.0, y + line_h / 2.0, e->color);
}

int legend_put(const Legend *l, Canvas *canvas, int top, bool draw)
{
    Entry e;
    int x = l->left, y = top, line_h = 0, w, sample = px(l, 26), after = sample + px(l, 6);
    for (int i = 0; entry(l, i, &e); i++) {
        TextStyle style = {.size = 12.5 * l->scale, .color = LOOK_INK};
        canvas_text_size(canvas, &style, e.text, &w, &line_h);
        int most = l->right - l->left - after;
        if (w > most) { /* a name longer than the line ends in an ellipsis */
            style.width = w = most > 1 ? most : 1;
            style.max_lines = 1;
        }
        if (x > l->left && x + after + w > l->right) {
            x = l->left;
            y += line_h + px(l, 3);
        }
        if (draw) {
            draw_sample(l, canvas, &e, x, y, line_h, sample);
            canvas_text(canvas, &style, x + after, y, e.text);
        }
        x += after + w + px(l, 18);
    }
    return line_h ? y + line_h - top : 0;
}
