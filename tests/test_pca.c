/* Principal components, against Jacobi's method in double. */
#include "tests/support/test.h"

#include "io/data/eigen.h"
#include "model/base/rng.h"
#include "pipeline/prepare/pca.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = 300, C = 12, D = 5 };

static Err err;
static float x[N][C];

/* Rows whose numbers depend on each other, with well separated variances and a mean. */
static void fill(void)
{
    Rng rng;
    rng_seed(&rng, 7);
    for (int i = 0; i < N; i++) {
        double z[C];
        for (int j = 0; j < C; j++)
            z[j] = rng_randn(&rng) * (C - j);
        for (int j = 0; j < C; j++)
            x[i][j] = (float)(3 + j + z[j] + 0.5 * z[(j + 1) % C] - 0.25 * z[(j + 5) % C]);
    }
}

static const float *row(void *ctx, int64_t i, Err *why)
{
    (void)ctx;
    if (i < N)
        return x[i];
    err_set(why, "no row");
    return NULL;
}

/* Jacobi's rotations: a becomes diagonal, v its eigenvectors by columns. */
static void jacobi(double a[C][C], double v[C][C])
{
    for (int i = 0; i < C; i++)
        for (int j = 0; j < C; j++)
            v[i][j] = i == j;
    for (int sweep = 0; sweep < 60; sweep++)
        for (int p = 0; p < C; p++)
            for (int q = p + 1; q < C; q++) {
                double t = 0.5 * atan2(2 * a[p][q], a[q][q] - a[p][p]), c = cos(t), s = sin(t);
                for (int k = 0; k < C; k++) {
                    double kp = a[k][p], kq = a[k][q];
                    a[k][p] = c * kp - s * kq, a[k][q] = s * kp + c * kq;
                }
                for (int k = 0; k < C; k++) {
                    double pk = a[p][k], qk = a[q][k], vp = v[k][p], vq = v[k][q];
                    a[p][k] = c * pk - s * qk, a[q][k] = s * pk + c * qk;
                    v[k][p] = c * vp - s * vq, v[k][q] = s * vp + c * vq;
                }
            }
}

static void covariance(double mean[C], double a[C][C])
{
    memset(mean, 0, C * sizeof *mean);
    memset(a, 0, C * sizeof *a);
    for (int i = 0; i < N; i++)
        for (int j = 0; j < C; j++)
            mean[j] += x[i][j] / N;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < C; j++)
            for (int k = 0; k < C; k++)
                a[j][k] += (x[i][j] - mean[j]) * (x[i][k] - mean[k]) / (N - 1);
}

/* The place of the k-th largest number on the diagonal. */
static int place(double a[C][C], int k)
{
    for (int i = 0; i < C; i++) {
        int larger = 0;
        for (int j = 0; j < C; j++)
            larger += a[j][j] > a[i][i];
        if (larger == k)
            return i;
    }
    return -1;
}

static void as_jacobi_finds_them(void **state)
{
    (void)state;
    static float out[N][D];
    double mean[C], a[C][C], v[C][C], all = 0, kept = 0;
    Pca pca;
    fill();
    covariance(mean, a);
    jacobi(a, v);
    assert_ok(pca_fit(&pca, row, NULL, N, C, D, &err));
    assert_ok(pca_apply(&pca, row, NULL, N, &out[0][0], &err));
    for (int k = 0; k < C; k++)
        all += a[k][k];
    for (int d = 0; d < D; d++) {
        int at = place(a, d), most = 0;
        kept += a[at][at];
        for (int j = 0; j < C; j++)
            if (fabs(v[j][at]) > fabs(v[most][at]))
                most = j;
        double sign = v[most][at] < 0 ? -1 : 1;
        for (int j = 0; j < C; j++)
            if (fabs(pca.components[j * D + d] - sign * v[j][at]) > 2e-5)
                fail_msg("component %d, number %d: %g, not %g", d, j, (double)pca.components[j * D + d],
                         sign * v[j][at]);
        for (int i = 0; i < N; i++) {
            double want = 0;
            for (int j = 0; j < C; j++)
                want += (x[i][j] - mean[j]) * sign * v[j][at];
            if (fabs(out[i][d] - want) > 1e-3)
                fail_msg("row %d, number %d: %g, not %g", i, d, (double)out[i][d], want);
        }
    }
    for (int j = 0; j < C; j++)
        assert_true(fabs(pca.mean[j] - mean[j]) < 1e-5);
    assert_true(fabs(pca.kept - kept / all) < 1e-6);
    pca_free(&pca);
    pca_free(&pca);
}

static void rows_that_fail(void **state)
{
    (void)state;
    Pca pca;
    assert_int_equal(pca_fit(&pca, row, NULL, N + 1, C, D, &err), -1);
    assert_string_equal(err.text, "no row");
    assert_null(pca.mean);
}

static void eigenvectors(void **state)
{
    (void)state;
    /* [2 1; 1 2]: 3 with (1, 1), 1 with (1, -1). The lower triangle does not count. */
    double a[4] = {2, 1, 77, 2}, values[2], vectors[4];
    assert_ok(eigen_largest(a, 2, 2, values, vectors, &err));
    const double r = sqrt(0.5), want[4] = {r, r, r, -r};
    assert_true(fabs(values[0] - 3) < 1e-12 && fabs(values[1] - 1) < 1e-12);
    for (int i = 0; i < 4; i++)
        assert_true(fabs(vectors[i] - want[i]) < 1e-12 || (i % 2 && fabs(vectors[i] + want[i]) < 1e-12));
    double one[1] = {5}, value, vector;
    assert_ok(eigen_largest(one, 1, 1, &value, &vector, &err));
    assert_true(value == 5 && vector == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_jacobi_finds_them),
        cmocka_unit_test(rows_that_fail),
        cmocka_unit_test(eigenvectors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
