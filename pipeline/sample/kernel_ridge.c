#include "pipeline/sample/kernel_ridge.h"

#include "model/gemm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double GAMMA = 2, LAMBDA = 0.3, EPSILON = 1e-7;

enum {
    BLOCK = 64, /* rows of the factor, and of what it is made of, that are worked on at a time */
    ROWS = 8,   /* of the factor, which a thread takes at a time */
    LANES = KERNEL_RIDGE_LANES
};

struct KernelRidge {
    int n, m;
    int *landmark; /* (m) */
    float *K;      /* (n,m) */
    double *U;     /* (m,m): Uᵀ·U is what is inverted; below its diagonal is Uᵀ */
};

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

static float kernel(float dot)
{
    return (float)exp(GAMMA * (fmin((double)dot, 1) - 1));
}

/* --- linear algebra --- */

/* to (n) += a·x. */
static void add_multiple(double *to, double a, const double *x, int n)
{
#pragma omp simd
    for (int i = 0; i < n; i++)
        to[i] += a * x[i];
}

/* to (n) += Σ_k a_k·x_k, of four rows that are m numbers apart: so `to` is read and written once for four. */
static void add_four(double *to, const double *a, const double *x, size_t m, int n)
{
    const double *x1 = x + m, *x2 = x1 + m, *x3 = x2 + m;
#pragma omp simd
    for (int i = 0; i < n; i++)
        to[i] += (a[0] * x[i] + a[1] * x1[i]) + (a[2] * x2[i] + a[3] * x3[i]);
}

/* Rows from `first` on of the upper triangle of A (m,m) += sign · Σ_k row_kᵀ·row_k, of n rows (n,m). */
static void add_products(double *A, int m, int first, const double *rows, int n, double sign)
{
    size_t M = (size_t)m;
#pragma omp parallel for schedule(dynamic, ROWS)
    for (int a = first; a < m; a++) {
        double *to = A + (size_t)a * M + a;
        const double *row = rows + a;
        int k = 0;
        for (; k + 4 <= n; k += 4, row += 4 * M)
            add_four(to, (double[]){sign * row[0], sign * row[M], sign * row[2 * M], sign * row[3 * M]}, row, M,
                     m - a);
        for (; k < n; k++, row += M)
            add_multiple(to, sign * row[0], row, m - a);
    }
}

/* The upper triangle of A becomes its factor U in place, by blocks of rows; the lower one Uᵀ. -1: A is not positive
 * definite, but for rounding. */
static int factor(double *A, int m)
{
    for (int first = 0; first < m; first += BLOCK) {
        int end = smaller(first + BLOCK, m);
        for (int k = first; k < end; k++) {
            double *row = A + (size_t)k * (size_t)m;
            for (int l = first; l < k; l++) {
                const double *above = A + (size_t)l * (size_t)m;
                add_multiple(row + k, -above[k], above + k, m - k);
            }
            double pivot = sqrt(row[k]);
            if (!(pivot > 0))
                return -1;
            for (int j = k; j < m; j++)
                row[j] /= pivot;
        }
        add_products(A, m, end, A + (size_t)first * (size_t)m, end - first, -1);
    }
    for (int i = 0; i < m; i++)
        for (int j = 0; j < i; j++)
            A[(size_t)i * (size_t)m + (size_t)j] = A[(size_t)j * (size_t)m + (size_t)i];
    return 0;
}

/* --- several vectors at once ---
 * Their numbers are side by side, `lanes` of them, which is a constant wherever these functions are inlined. */

#define INLINED static inline __attribute__((always_inline))

/* z (n,lanes) -= x (n) times those of one row, a (lanes). */
INLINED void subtract_row(double *z, const double *x, int n, const double *a, const int lanes)
{
    double row[LANES];
    memcpy(row, a, (size_t)lanes * sizeof *row);
#pragma omp simd
    for (int i = 0; i < n; i++)
        for (int l = 0; l < lanes; l++)
            z[i * lanes + l] -= x[i] * row[l];
}

/* Uᵀ·U·z = z (m,lanes), in place. */
INLINED void solve(const double *U, int m, double *z, const int lanes)
{
    for (int i = 0; i < m; i++) {
        const double *row = U + (size_t)i * (size_t)m;
        double *zi = z + i * lanes;
        for (int l = 0; l < lanes; l++)
            zi[l] /= row[i];
        subtract_row(zi + lanes, row + i + 1, m - i - 1, zi, lanes);
    }
    for (int i = m - 1; i >= 0; i--) {
        const double *row = U + (size_t)i * (size_t)m;
        double *zi = z + i * lanes;
        for (int l = 0; l < lanes; l++)
            zi[l] /= row[i];
        subtract_row(z, row, i, zi, lanes);
    }
}

/* out[l] = x (m) · z (m,lanes), each in several sums, which do not wait for each other. */
INLINED void products(const float *x, const double *z, int m, double *out, const int lanes)
{
    enum { SUMS = 4 };
    double sum[SUMS * LANES] = {0};
    int i = 0;
    for (; i + SUMS <= m; i += SUMS)
        for (int k = 0; k < SUMS; k++)
            for (int l = 0; l < lanes; l++)
                sum[k * lanes + l] += (double)x[i + k] * z[(i + k) * lanes + l];
    for (; i < m; i++)
        for (int l = 0; l < lanes; l++)
            sum[l] += (double)x[i] * z[i * lanes + l];
    for (int l = 0; l < lanes; l++)
        out[l] = (sum[l] + sum[lanes + l]) + (sum[2 * lanes + l] + sum[3 * lanes + l]);
}

/* --- the regression --- */

static int take_kernel(KernelRidge *r, const float *x, int D, Err *err)
{
    size_t row = (size_t)D, size = (size_t)r->n * (size_t)r->m;
    float *landmarks = malloc((size_t)r->m * row * sizeof *landmarks);
    if (!landmarks)
        return err_set(err, "no memory to compare %d images", r->n);
    for (int l = 0; l < r->m; l++) {
        r->landmark[l] = (int)((int64_t)l * r->n / r->m);
        memcpy(landmarks + (size_t)l * row, x + (size_t)r->landmark[l] * row, row * sizeof *x);
    }
    gemm_parallel(PRECISION_FLOAT32, PLAIN, TRANSPOSED, r->n, r->m, D, x, row, landmarks, row, 0, r->K,
                  (size_t)r->m);
    free(landmarks);
#pragma omp parallel for
    for (size_t i = 0; i < size; i++)
        r->K[i] = kernel(r->K[i]);
    return 0;
}

static int take_factor(KernelRidge *r, Err *err)
{
    size_t m = (size_t)r->m;
    double *rows = malloc(BLOCK * m * sizeof *rows), diagonal = 0;
    if (!rows)
        return err_set(err, "no memory to compare %d images", r->n);
    for (size_t i = 0; i < m * m; i++)
        r->U[i] = LAMBDA * (double)r->K[(size_t)r->landmark[i / m] * m + i % m];
    for (int first = 0; first < r->n; first += BLOCK) {
        int n = smaller(BLOCK, r->n - first);
        for (size_t i = 0; i < (size_t)n * m; i++)
            rows[i] = (double)r->K[(size_t)first * m + i];
        add_products(r->U, r->m, 0, rows, n, 1);
    }
    free(rows);
    for (size_t i = 0; i < m; i++)
        diagonal += r->U[i * m + i] / (double)m;
    for (size_t i = 0; i < m; i++)
        r->U[i * m + i] += EPSILON * diagonal;
    return factor(r->U, r->m) ? err_set(err, "%d images look too much alike to learn from", r->n) : 0;
}

static int alloc(KernelRidge *r, int n, int m)
{
    r->n = n;
    r->m = m;
    r->landmark = malloc((size_t)m * sizeof *r->landmark);
    r->K = malloc((size_t)n * (size_t)m * sizeof *r->K);
    r->U = malloc((size_t)m * (size_t)m * sizeof *r->U);
    return r->landmark && r->K && r->U ? 0 : -1;
}

KernelRidge *kernel_ridge_new(const float *x, int n, int D, int landmarks, Err *err)
{
    KernelRidge *r = calloc(1, sizeof *r);
    if (!r || alloc(r, n, smaller(n, landmarks)))
        err_set(err, "no memory to compare %d images", n);
    else if (take_kernel(r, x, D, err) == 0 && take_factor(r, err) == 0)
        return r;
    kernel_ridge_free(r);
    return NULL;
}

void kernel_ridge_free(KernelRidge *r)
{
    if (!r)
        return;
    free(r->landmark);
    free(r->K);
    free(r->U);
    free(r);
}

INLINED void take_weights(const KernelRidge *r, const float *dots, double *z, double *weight, const int lanes)
{
    const size_t n = (size_t)r->n;
    double out[LANES];
    for (int i = 0; i < r->m; i++)
        for (int l = 0; l < lanes; l++)
            z[i * lanes + l] = (double)kernel(dots[(size_t)l * n + (size_t)r->landmark[i]]);
    solve(r->U, r->m, z, lanes);
    for (size_t i = 0; i < n; i++) {
        products(r->K + i * (size_t)r->m, z, r->m, out, lanes);
        for (int l = 0; l < lanes; l++)
            weight[(size_t)l * n + i] = out[l];
    }
}

int kernel_ridge_weights(const KernelRidge *r, int count, const float *dots, double *weight, Err *err)
{
    const size_t n = (size_t)r->n;
    double *z = malloc((size_t)r->m * LANES * sizeof *z);
    if (!z)
        return err_set(err, "out of memory");
    for (int i = 0, lanes; i < count; i += lanes) {
        lanes = count - i >= LANES ? LANES : count - i >= 4 ? 4 : 1;
        const float *d = dots + (size_t)i * n;
        double *w = weight + (size_t)i * n;
        if (lanes == LANES)
            take_weights(r, d, z, w, LANES);
        else if (lanes == 4)
            take_weights(r, d, z, w, 4);
        else
            take_weights(r, d, z, w, 1);
    }
    free(z);
    return 0;
}
