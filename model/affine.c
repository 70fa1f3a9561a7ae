#include "model/affine.h"

#include "model/base/least.h"

Product affine_product(Precision how, real *y, const real *x, const real *w, const real *b, int n, int D, int M)
{
    return (Product){.precision = how,
                     .m = n,
                     .n = M,
                     .k = D,
                     .A = x,
                     .lda = (size_t)D,
                     .B = w,
                     .ldb = (size_t)M,
                     .base = b,
                     .C = y,
                     .ldc = (size_t)M};
}

void affine_forward(Precision how, real *y, const real *x, const real *w, const real *b, int n, int D, int M)
{
    Product product = affine_product(how, y, x, w, b, n, D, M);
    job_run(product_job(&product));
}

enum { COLUMNS = 64 }; /* of a part */

static void sum_columns(const Job *job, int part)
{
    const ColumnSums *s = job->of;
    int j = part * COLUMNS, cols = least(COLUMNS, s->M - j);
    if (!s->add)
        fill_rows(1, cols, rows_of(s->db + j, 0), NULL);
    add_column_sums(s->n, cols, rows_of(s->dy.at + j, s->dy.ld), s->db + j);
}

Job column_sums_job(const ColumnSums *sums)
{
    return (Job){.parts = (sums->M + COLUMNS - 1) / COLUMNS, .run = sum_columns, .of = sums};
}

void column_sums(bool add, real *db, int n, int M, Rows dy)
{
    const ColumnSums sums = {add, db, n, M, dy};
    job_run(column_sums_job(&sums));
}

Product affine_input_gradient(Precision how, bool add, real *dx, const real *dy, const real *w, int n, int D, int M)
{
    return (Product){.precision = how,
                     .tb = TRANSPOSED,
                     .m = n,
                     .n = D,
                     .k = M,
                     .A = dy,
                     .lda = (size_t)M,
                     .B = w,
                     .ldb = (size_t)M,
                     .base = add ? dx : NULL,
                     .base_ld = (size_t)D,
                     .C = dx,
                     .ldc = (size_t)D};
}

static Product weight_gradient(Precision how, bool add, real *dw, const real *dy, const real *x, int n, int D,
                               int M)
{
    return (Product){.precision = how,
                     .ta = TRANSPOSED,
                     .m = D,
                     .n = M,
                     .k = n,
                     .A = x,
                     .lda = (size_t)D,
                     .B = dy,
                     .ldb = (size_t)M,
                     .base = add ? dw : NULL,
                     .base_ld = (size_t)M,
                     .C = dw,
                     .ldc = (size_t)M};
}

void affine_backward_jobs(Jobs *jobs, AffineGradients *keep, Precision how, bool add, real *dx, real *dw, real *db,
                          const real *dy, const real *x, const real *w, int n, int D, int M)
{
    keep->dx = affine_input_gradient(how, add, dx, dy, w, n, D, M);
    keep->dw = weight_gradient(how, add, dw, dy, x, n, D, M);
    keep->db = (ColumnSums){add, db, n, M, rows_of(dy, (size_t)M)};
    if (dx)
        jobs_add(jobs, product_job(&keep->dx));
    jobs_add(jobs, product_job(&keep->dw));
    if (db)
        jobs_add(jobs, column_sums_job(&keep->db));
}

void affine_backward(Precision how, bool add, real *dx, real *dw, real *db, const real *dy, const real *x,
                     const real *w, int n, int D, int M)
{
    AffineGradients keep;
    Jobs jobs = {.n = 0};
    affine_backward_jobs(&jobs, &keep, how, add, dx, dw, db, dy, x, w, n, D, M);
    jobs_run(&jobs, NULL);
}
