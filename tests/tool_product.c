/* Measures the matrix products of model/gemm.h: `tool_product THREADS float32|bf16` prints GFLOP/s, the median of
 * several runs, of rows times weights that are laid out already (each thread 112 rows, 512 by 512). */
#include "model/base/memory.h"
#include "model/captioner.h"
#include "model/gemm.h"
#include "tests/support/number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROWS = 112, N = 512, TIMES = 40, RUNS = 15 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int rising(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    int threads = argc == 3 ? whole_number(argv[1]) : 0;
    if (threads < 1 || (strcmp(argv[2], "float32") && strcmp(argv[2], "bf16"))) {
        fprintf(stderr, "usage: tool_product THREADS float32|bf16\n");
        return 2;
    }
    Panels panels = {.precision = strcmp(argv[2], "bf16") ? PRECISION_FLOAT32 : PRECISION_BF16, .k = N, .n = N};
    real *weights = model_alloc(N * N, sizeof *weights), *A = model_alloc((size_t)threads * ROWS * N, sizeof *A);
    real *C = model_alloc((size_t)threads * ROWS * N, sizeof *C);
    panels.at = model_alloc(panels_bytes(panels.precision, N, N), 1);
    if (!weights || !A || !C || !panels.at) {
        fprintf(stderr, "tool_product: out of memory\n");
        return 1;
    }
    panels_fill(&panels, PLAIN, weights, N);
    double rate[RUNS];
    for (int run = 0; run < RUNS; run++) {
        double began = now();
#pragma omp parallel for schedule(static) num_threads(threads)
        for (int i = 0; i < threads; i++)
            for (int k = 0; k < TIMES; k++)
                gemm_panels(ROWS, A + (size_t)i * ROWS * N, N, &panels, NULL, 0, C + (size_t)i * ROWS * N, N);
        rate[run] = 2.0 * threads * TIMES * ROWS * N * N / (now() - began) * 1e-9;
    }
    qsort(rate, RUNS, sizeof *rate, rising);
    printf("%.1f\n", rate[RUNS / 2]);
    free(weights), free(A), free(C), free(panels.at);
    return 0;
}
