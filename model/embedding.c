#include "model/embedding.h"

#include "model/base/least.h"
#include "model/kernels.h"

enum {
    ROWS = 32,   /* of a gather's part */
    COLUMNS = 64 /* of a scatter's part */
};

static void gather_part(const Job *job, int part)
{
    const Gather *g = job->of;
    int i = part * ROWS;
    gather_rows(least(ROWS, g->n - i), g->D, dense_rows(g->out, g->D, i), g->W, g->x + i);
}

Job gather_job(const Gather *gather)
{
    return (Job){.parts = (gather->n + ROWS - 1) / ROWS, .run = gather_part, .of = gather};
}

/* Each part has columns of its own, which all rows add to in their order. */
static void scatter_part(const Job *job, int part)
{
    const Scatter *s = job->of;
    int j = part * COLUMNS, cols = least(COLUMNS, s->D - j);
    Rows dW = rows_of(s->dW + j, (size_t)s->D), dout = rows_of(s->dout + j, (size_t)s->D);
    fill_rows(s->zeroed, cols, dW, NULL);
    for (int i = 0; i < s->n; i++)
        add_rows(1, cols, rows_at(dW, s->x[i]), rows_at(dout, i));
}

Job scatter_job(const Scatter *scatter)
{
    return (Job){.parts = (scatter->D + COLUMNS - 1) / COLUMNS, .run = scatter_part, .of = scatter};
}
