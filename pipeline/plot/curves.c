#include "pipeline/plot/curves.h"

#include "io/base/err.h"
#include "io/data/trainlog.h"
#include "io/file/line_reader.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int push(Curve *c, double x, double y)
{
    if (c->n == c->room) {
        size_t room = c->room ? c->room * 2 : 256;
        CurvePoint *grown = realloc(c->point, room * sizeof *grown);
        if (!grown)
            return -1;
        c->point = grown;
        c->room = room;
    }
    c->point[c->n++] = (CurvePoint){.x = x, .y = y};
    return 0;
}

/* Drops the points from x on. */
static void cut(Curve *c, double x)
{
    while (c->n && c->point[c->n - 1].x >= x)
        c->n--;
}

static int add_event(RunCurves *run, const LogEvent *e)
{
    double x = (double)e->iteration;
    if (!strcmp(e->event, "iteration") && !isnan(e->loss)) {
        cut(&run->loss, x);
        cut(&run->val, x); /* an iteration comes before its validation */
        if (push(&run->loss, x, e->loss))
            return -1;
    }
    if (!isnan(e->val_loss)) {
        cut(&run->val, x);
        return push(&run->val, x, e->val_loss);
    }
    return 0;
}

/* Of a number that both have, iterations tell more. */
static int add_value(RunCurves *run, const LogEvent *e, double value)
{
    bool of_iteration = !strcmp(e->event, "iteration");
    Curve *c = of_iteration ? &run->loss : &run->val;
    double x = (double)e->iteration;
    if (of_iteration || !isnan(value)) /* a checkpoint says nothing of the validation before it */
        cut(&run->val, x);
    if (of_iteration)
        cut(&run->loss, x);
    return isnan(value) ? 0 : push(c, x, value);
}

/* --- gaps --- */

enum { NEIGHBOURS = 8 };

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The usual step in points from..to (from < to), few of them: larger than three quarters of the steps there. */
static double usual_step(const Curve *c, size_t from, size_t to)
{
    double step[NEIGHBOURS];
    size_t n = 0;
    for (size_t i = from; i < to && n < NEIGHBOURS; i++)
        step[n++] = c->point[i + 1].x - c->point[i].x;
    qsort(step, n, sizeof *step, by_size);
    return step[(n - 1) * 3 / 4];
}

/* A step is a gap if it is larger than the usual one on both sides, so that a log may change its step. */
static void mark_gaps(Curve *c)
{
    for (size_t i = 1; i < c->n; i++) {
        double step = c->point[i].x - c->point[i - 1].x;
        size_t from = i - 1 > NEIGHBOURS ? i - 1 - NEIGHBOURS : 0;
        size_t to = c->n - 1 - i > NEIGHBOURS ? i + NEIGHBOURS : c->n - 1;
        bool left = from < i - 1, right = i < to;
        c->point[i].gap = (left || right) && (!left || step > 1.5 * usual_step(c, from, i - 1)) &&
                          (!right || step > 1.5 * usual_step(c, i, to));
    }
}

/* --- reading --- */

enum { LINE_MAX_BYTES = 16 << 20 };

typedef struct {
    LineReader *lines;
    const char *key;       /* NULL: losses */
    char *val_key;         /* the same number of validations: "val_KEY" */
    bool has_val;          /* some event has that */
    char names[LOG_NAMES]; /* of events' numbers, as long as none has the key */
    const Report *report;
    size_t lost; /* losses that are not finite numbers */
    char *first; /* where the first of them is */
} LogReader;

/* The number of an iteration, or of what follows it: that of a validation, once there is one. */
static double find_value(RunCurves *run, LogReader *r, const LogEvent *e, const char *line, size_t len)
{
    bool of_iteration = !strcmp(e->event, "iteration");
    double val = of_iteration ? NAN : log_value(line, len, r->val_key);
    if (!isnan(val) && !r->has_val) {
        r->has_val = true;
        run->val.n = 0;
    }
    return of_iteration || !r->has_val ? log_value(line, len, r->key) : val;
}

static int add_line(RunCurves *run, LogReader *r, const char *line, size_t len, Err *err)
{
    LogEvent e;
    if (log_parse(&e, line, len, err)) {
        err_prefix(err, "%s: ", line_reader_place(r->lines));
        if (!line_reader_torn(r->lines))
            return -1;
        report_warn(r->report, "%s; the line is cut off and left out", err->text);
        return 0;
    }
    if (r->key && run->loss.n + run->val.n == 0)
        log_names(line, len, r->names);
    if (r->key)
        return add_value(run, &e, find_value(run, r, &e, line, len))
                   ? err_set(err, "%s: out of memory", line_reader_place(r->lines))
                   : 0;
    bool lost = e.not_finite ? strstr(e.not_finite, "loss") != NULL
                             : !strcmp(e.event, "iteration") && isnan(e.loss) && isnan(e.val_loss);
    if (lost && !r->lost++)
        r->first = strdup(line_reader_place(r->lines));
    return add_event(run, &e) || (lost && !r->first)
               ? err_set(err, "%s: out of memory", line_reader_place(r->lines))
               : 0;
}

static int read_log(RunCurves *run, LogReader *r, Err *err)
{
    const char *line;
    size_t len;
    LineAnswer answer;
    while ((answer = line_reader_next(r->lines, &line, &len, err)) == LINE_READ)
        if (!line_is_blank(line, len) && add_line(run, r, line, len, err))
            return -1;
    if (answer == LINE_BAD)
        return -1;
    if (r->lost == 1)
        report_warn(r->report, "%s: the loss is not a finite number; it is left out", r->first);
    else if (r->lost)
        report_warn(r->report, "%s: the loss is not a finite number; %zu such losses are left out", r->first,
                    r->lost);
    if (run->loss.n + run->val.n == 0)
        return r->key ? err_set(err, "%s: no event has \"%s\"; there %s%s", line_reader_name(r->lines), r->key,
                                r->names[0] ? "are " : "are no numbers", r->names)
                      : err_set(err, "%s: no losses", line_reader_name(r->lines));
    if (r->key && run->loss.n && !r->has_val)
        run->val.n = 0;
    mark_gaps(&run->loss);
    mark_gaps(&run->val);
    return 0;
}

int curves_read(RunCurves *run, const char *path, const char *key, const Report *report, Err *err)
{
    LogReader r = {.lines = line_reader_open(path, LINE_MAX_BYTES, err), .key = key, .report = report};
    Err why;
    memset(run, 0, sizeof *run);
    if (!r.lines)
        return -1;
    int rc = key && asprintf(&r.val_key, "val_%s", key) < 0 ? err_set(err, "out of memory")
                                                            : read_log(run, &r, err ? err : &why);
    line_reader_close(r.lines);
    free(r.val_key);
    free(r.first);
    if (rc < 0)
        curves_free(run);
    return rc;
}

void curves_free(RunCurves *run)
{
    free(run->loss.point);
    free(run->val.point);
    memset(run, 0, sizeof *run);
}

int curves_smooth(Curve *out, const Curve *in, size_t n)
{
    memset(out, 0, sizeof *out);
    out->point = malloc((in->n ? in->n : 1) * sizeof *out->point);
    if (!out->point)
        return -1;
    out->n = out->room = in->n;
    size_t half = n / 2, lo = 0, hi = 0; /* the window is [lo, hi) */
    double sum = 0;
    for (size_t i = 0; i < in->n; i++) {
        size_t before = i < half ? i : half, after = in->n - 1 - i < before ? in->n - 1 - i : before;
        while (hi < i + after + 1)
            sum += in->point[hi++].y;
        while (lo < i - before)
            sum -= in->point[lo++].y;
        out->point[i] = (CurvePoint){in->point[i].x, sum / (double)(hi - lo), in->point[i].gap};
    }
    return 0;
}

size_t curves_keep_positive(Curve *c, bool log_x, bool log_y)
{
    size_t kept = 0, n = c->n;
    bool gap = false; /* before a point that is dropped */
    for (size_t i = 0; i < n; i++) {
        gap = gap || c->point[i].gap;
        if ((log_x && !(c->point[i].x > 0)) || (log_y && !(c->point[i].y > 0)))
            continue;
        c->point[kept] = c->point[i];
        c->point[kept++].gap = gap;
        gap = false;
    }
    c->n = kept;
    return n - kept;
}
