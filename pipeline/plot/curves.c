#include "pipeline/plot/curves.h"

#include "io/base/err.h"
#include "io/data/record.h"
#include "io/data/trainlog.h"

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
    c->point[c->n++] = (CurvePoint){x, y};
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

int curves_read(RunCurves *run, const char *path, Err *err)
{
    const char *line;
    size_t len;
    LogEvent event;
    int rc;
    memset(run, 0, sizeof *run);
    RecordReader *reader = record_open(path, err);
    if (!reader)
        return -1;
    while ((rc = record_line(reader, &line, &len, err)) > 0) {
        if (log_parse(&event, line, len, err))
            rc = err_prefix(err, "%s: ", record_place(reader));
        else if (add_event(run, &event))
            rc = err_set(err, "%s: out of memory", record_place(reader));
        if (rc < 0)
            break;
    }
    record_close(reader);
    if (rc == 0 && run->loss.n + run->val.n == 0)
        rc = err_set(err, "%s: no losses", strcmp(path, "-") ? path : "standard input");
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
        out->point[i] = (CurvePoint){in->point[i].x, sum / (double)(hi - lo)};
    }
    return 0;
}

size_t curves_keep_positive(Curve *c)
{
    size_t kept = 0, n = c->n;
    for (size_t i = 0; i < n; i++)
        if (c->point[i].y > 0)
            c->point[kept++] = c->point[i];
    c->n = kept;
    return n - kept;
}
