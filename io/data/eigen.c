#include "io/data/eigen.h"

#include "io/base/libraries.h"

#include <lapacke.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Column j of z, of length n, with the sign that the header promises, into column `to` of vectors. */
static void put_column(const double *z, int n, double *vectors, int k, int to)
{
    int most = 0;
    for (int i = 1; i < n; i++)
        if (fabs(z[i]) > fabs(z[most]))
            most = i;
    double sign = z[most] < 0 ? -1 : 1;
    for (int i = 0; i < n; i++)
        vectors[(size_t)i * (size_t)k + (size_t)to] = sign * z[i];
}

int eigen_largest(double *a, int n, int k, double *values, double *vectors, Err *err)
{
    size_t columns = (size_t)k;
    double *w = malloc((size_t)n * sizeof *w), *z = malloc((size_t)n * columns * sizeof *z);
    lapack_int *support = malloc(2 * columns * sizeof *support), found = 0, info = -1;
    if (w && z && support)
        /* The matrix is symmetric: its upper triangle by rows is its lower one by columns, LAPACK's own order. */
        info = LAPACKE_dsyevr(LAPACK_COL_MAJOR, 'V', 'I', 'L', n, a, n, 0, 0, n - k + 1, n, 0, &found, w, z, n,
                              support);
    for (int j = 0; info == 0 && found == k && j < k; j++) {
        values[j] = w[k - 1 - j];
        put_column(z + (size_t)(k - 1 - j) * (size_t)n, n, vectors, k, j);
    }
    int rc = !w || !z || !support || info < 0 ? err_set(err, "out of memory")
             : info > 0 || found != k         ? err_set(err, "the eigenvectors did not converge")
                                              : 0;
    free(w), free(z), free(support);
    return rc;
}

void library_lapack(char version[LIBRARY_VERSION])
{
    lapack_int major, minor, patch;
    LAPACKE_ilaver(&major, &minor, &patch);
    snprintf(version, LIBRARY_VERSION, "%d.%d.%d", (int)major, (int)minor, (int)patch);
}
