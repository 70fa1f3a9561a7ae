#include "pipeline/plot/axis.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The smallest number of the form 1, 2 or 5 times a power of ten that is at least x. */
static double round_up(double x)
{
    double power = pow(10, floor(log10(x))), m = x / power;
    return power * (m <= 1 + 1e-9 ? 1 : m <= 2 + 1e-9 ? 2 : m <= 5 + 1e-9 ? 5 : 10);
}

/* A tick's label: thousands and millions are abbreviated if all ticks allow it. */
static void write_label(char *label, double v, double step, double largest)
{
    if (v == 0)
        snprintf(label, AXIS_LABEL_LEN, "0");
    else if (largest >= 1e6 && largest < 1e12 && fmod(step, 1e5) == 0)
        snprintf(label, AXIS_LABEL_LEN, "%gM", v / 1e6);
    else if (largest >= 1e4 && largest < 1e9 && fmod(step, 100) == 0)
        snprintf(label, AXIS_LABEL_LEN, "%gk", v / 1e3);
    else if (largest >= 1e-4 && largest < 1e6 && step >= 1e-6)
        snprintf(label, AXIS_LABEL_LEN, "%.*f", step < 1 ? (int)ceil(-log10(step) - 1e-9) : 0, v);
    else
        snprintf(label, AXIS_LABEL_LEN, "%.6g", v);
}

void axis_linear(Axis *a, double lo, double hi, int wanted, bool whole, bool tight)
{
    memset(a, 0, sizeof *a);
    if (!(hi - lo > fabs(hi) * 1e-9)) { /* a single value, or nearly so */
        double room = fabs(hi) > 0 ? fabs(hi) * 0.1 : 1;
        room = whole && room < 1 ? 1 : room;
        lo -= room;
        hi += room;
        if (whole && lo < 0)
            lo = 0;
    }
    double step = round_up((hi - lo) / (wanted < 1 ? 1 : wanted));
    if (whole && step < 1)
        step = 1;
    double first = tight ? ceil(lo / step - 1e-9) : floor(lo / step + 1e-9);
    double last = tight ? floor(hi / step + 1e-9) : ceil(hi / step - 1e-9);
    a->lo = tight ? lo : first * step;
    a->hi = tight ? hi : last * step;
    double largest = fmax(fabs(first), fabs(last)) * step;
    for (double k = first; k <= last && a->n_ticks < AXIS_TICKS_MAX; k++) {
        a->tick[a->n_ticks] = k * step;
        write_label(a->label[a->n_ticks++], k * step, step, largest);
    }
}

/* Ticks at these mantissas, times every step-th power of ten. Returns their number. */
static int log_ticks(Axis *a, int step, const double *mantissa, int n, bool whole)
{
    int from = (int)floor(log10(a->lo)), to = (int)ceil(log10(a->hi));
    a->n_ticks = 0;
    for (int p = from; p <= to; p += step)
        for (int i = 0; i < n; i++) {
            double v = mantissa[i] * pow(10, p);
            if (v < a->lo * (1 - 1e-9) || v > a->hi * (1 + 1e-9) || a->n_ticks == AXIS_TICKS_MAX ||
                (whole && v != floor(v)))
                continue;
            a->tick[a->n_ticks] = v;
            if (whole)
                write_label(a->label[a->n_ticks++], v, pow(10, p), a->hi);
            else
                snprintf(a->label[a->n_ticks++], AXIS_LABEL_LEN, "%g", v);
        }
    return a->n_ticks;
}

/* The ticks of a linear axis on this one. */
static void linear_ticks(Axis *a, int wanted, bool whole)
{
    Axis linear;
    axis_linear(&linear, a->lo, a->hi, wanted, whole, true);
    linear.lo = a->lo;
    linear.hi = a->hi;
    linear.log = true;
    *a = linear;
}

void axis_log(Axis *a, double lo, double hi, int wanted, bool whole, bool tight)
{
    static const double mantissas[] = {1, 2, 5}, fine[] = {1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9};
    memset(a, 0, sizeof *a);
    a->log = true;
    if (hi < lo * (tight ? 1 + 1e-9 : 1.2)) { /* nearly a single value */
        double middle = sqrt(lo) * sqrt(hi);
        lo = middle / 2;
        hi = middle * 2;
    }
    double margin = tight ? 1 : pow(hi / lo, 0.02);
    a->lo = lo / margin;
    a->hi = hi * margin;
    int ticks = log_ticks(a, 1, fine, 10, whole);
    if (tight && ticks < 2)
        linear_ticks(a, wanted, whole);
    if (ticks <= wanted + 2)
        return;
    if (log_ticks(a, 1, mantissas, 3, whole) <= wanted + 2)
        return;
    for (int step = 1; log_ticks(a, step, mantissas, 1, whole) > wanted + 1; step++)
        ;
}

double axis_place(const Axis *a, double v)
{
    return a->log ? (log(v) - log(a->lo)) / (log(a->hi) - log(a->lo)) : (v - a->lo) / (a->hi - a->lo);
}
