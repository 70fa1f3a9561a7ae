#include "model/cell/step.h"

#include <string.h>

static void load(StepInput in, int n, int width, Rows a)
{
    for (int i = 0; i < n; i++) {
        if (in.table.at != a.at)
            memcpy(row_at(a, i), row_at(in.table, in.pick ? in.pick[i] : i), (size_t)width * sizeof(real));
        if (in.injected.at)
            add_rows(1, width, rows_at(a, i), rows_at(in.injected, in.source ? in.source[i] : i));
    }
}

void step_forward(const Recurrence *r, StepInput in, CellStep *s, AttendStep *look)
{
    int GH = r->cell->gates * r->H, add = !r->cell->separate;
    Rows sum = add ? s->a : s->ah;
    s->H = r->H;
    s->own = r->own;
    load(in, s->n, GH, s->a);
    if (r->attend)
        attend_forward(r->attend, look, in.pick, s->prev_h, s->prev_c, s->a);
    if (r->Wh)
        gemm_panels(s->n, s->prev_h.at, s->prev_h.ld, r->Wh, add ? sum.at : NULL, sum.ld, sum.at, sum.ld);
    else
        gemm(PLAIN, PLAIN, s->n, GH, r->H, s->prev_h.at, s->prev_h.ld, r->plain, (size_t)GH, add, sum.at, sum.ld);
    r->cell->forward(s);
}

void step_backward(const Recurrence *r, CellStep *s, AttendStep *look)
{
    int GH = r->cell->gates * r->H;
    Rows d = r->cell->separate ? s->dah : s->da, dprev = s->dprev_h;
    s->H = r->H;
    s->own = r->own;
    r->cell->backward(s);
    if (r->attend)
        attend_backward(r->attend, look, s->prev_h, s->prev_c, s->da, dprev, s->dc);
    if (r->WhT)
        gemm_panels(s->n, d.at, d.ld, r->WhT, dprev.at, dprev.ld, dprev.at, dprev.ld);
    else
        gemm(PLAIN, TRANSPOSED, s->n, r->H, GH, d.at, d.ld, r->plain, (size_t)GH, 1, dprev.at, dprev.ld);
}
