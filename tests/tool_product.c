/* Measures the matrix products of model/gemm.h, in GFLOP/s, or main memory, in GB/s, as medians of several runs:
 *
 *   tool_product THREADS float32|bf16         rows times weights that are laid out already (each thread 112 rows, 512
 *                                             by 512)
 *   tool_product THREADS float32|bf16 once    products that come once in an iteration of training at the course's
 *                                             sizes: a line each, by processor time, which counts threads that spin
 *   tool_product THREADS memory               four arrays are read and three of them written, as Adam does */
#include "model/base/memory.h"
#include "model/captioner.h"
#include "model/gemm.h"
#include "tests/support/number.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifdef _OPENMP
#include <omp.h>
#endif

enum { ROWS = 112, N = 512, TIMES = 40, RUNS = 15 };

static double seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int rising(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double rate[RUNS])
{
    qsort(rate, RUNS, sizeof *rate, rising);
    return rate[RUNS / 2];
}

static real *numbers(size_t n)
{
    real *x = model_alloc(n, sizeof *x);
    for (size_t i = 0; x && i < n; i++)
        x[i] = (real)((double)(i * 7919 % 1013) / 1013 - 0.5);
    if (!x) {
        fprintf(stderr, "tool_product: out of memory\n");
        exit(1);
    }
    return x;
}

static void measure_panels(int threads, Precision precision)
{
    Panels panels = {.precision = precision, .k = N, .n = N};
    size_t size = (size_t)threads * ROWS * N;
    real *weights = numbers(N * N), *A = numbers(size), *C = numbers(size);
    real *room = panels.at = numbers(panels_bytes(precision, N, N) / sizeof(real));
    panels_fill(&panels, PLAIN, weights, N);
    double rate[RUNS];
    for (int run = 0; run < RUNS; run++) {
        double began = seconds(CLOCK_MONOTONIC);
#pragma omp parallel for schedule(static) num_threads(threads)
        for (int i = 0; i < threads; i++)
            for (int k = 0; k < TIMES; k++)
                gemm_panels(ROWS, A + (size_t)i * ROWS * N, N, &panels, NULL, 0, C + (size_t)i * ROWS * N, N);
        rate[run] = 2.0 * threads * TIMES * ROWS * N * N / (seconds(CLOCK_MONOTONIC) - began) * 1e-9;
    }
    printf("%.1f\n", median(rate));
    free(weights), free(A), free(C), free(room);
}

typedef struct {
    const char *name;
    Trans ta, tb;
    int m, n, k;
} ProductSize;

static const ProductSize products[] = {
    {"dW_vocab, batch 256", TRANSPOSED, PLAIN, 512, 1004, 2088},
    {"dWh, batch 256", TRANSPOSED, PLAIN, 512, 512, 2944},
    {"dWh of lstm", TRANSPOSED, PLAIN, 512, 2048, 2944},
    {"dWx, batch 256", TRANSPOSED, PLAIN, 256, 512, 700},
    {"dW_vocab, batch 25", TRANSPOSED, PLAIN, 512, 1004, 288},
    {"dWh, batch 25", TRANSPOSED, PLAIN, 512, 512, 288},
    {"E, batch 256", PLAIN, PLAIN, 700, 512, 256},
    {"dx, batch 256", PLAIN, TRANSPOSED, 700, 256, 512},
};

static void measure_once(const ProductSize *p, Precision precision)
{
    enum { FLOP = 400 * 1000 * 1000 }; /* of a run, about */
    size_t m = (size_t)p->m, n = (size_t)p->n, k = (size_t)p->k;
    real *left = numbers(m * k), *right = numbers(k * n), *C = numbers(m * n);
    double flop = 2.0 * (double)(m * n) * (double)k, rate[RUNS];
    int times = (int)(FLOP / flop) + 1;
    for (int run = 0; run < RUNS; run++) {
        double began = seconds(CLOCK_PROCESS_CPUTIME_ID);
        for (int i = 0; i < times; i++)
            gemm_parallel(precision, p->ta, p->tb, p->m, p->n, p->k, left, p->ta ? m : k, right, p->tb ? k : n, 0,
                          C, n);
        rate[run] = flop * times / (seconds(CLOCK_PROCESS_CPUTIME_ID) - began) * 1e-9;
    }
    printf("%-20s %4d %4d %4d %7.1f\n", p->name, p->m, p->n, p->k, median(rate));
    free(left), free(right), free(C);
}

static void measure_memory(int threads)
{
    enum { ELEMENTS = 16 << 20 }; /* of each array: far more than caches hold */
    real *w = numbers(ELEMENTS), *g = numbers(ELEMENTS), *m = numbers(ELEMENTS), *v = numbers(ELEMENTS);
    double rate[RUNS];
    for (int run = 0; run < RUNS; run++) {
        double began = seconds(CLOCK_MONOTONIC);
#pragma omp parallel for simd schedule(static) num_threads(threads)
        for (size_t i = 0; i < ELEMENTS; i++) {
            m[i] = (real)0.9 * m[i] + (real)0.1 * g[i];
            v[i] = (real)0.9 * v[i] + (real)0.1 * g[i] * g[i];
            w[i] -= (real)0.01 * m[i] * v[i];
        }
        rate[run] = 7.0 * sizeof(real) * ELEMENTS / (seconds(CLOCK_MONOTONIC) - began) * 1e-9;
    }
    printf("%.1f\n", median(rate));
    free(w), free(g), free(m), free(v);
}

int main(int argc, char **argv)
{
    bool once = argc == 4 && !strcmp(argv[3], "once");
    int threads = argc == 3 || once ? whole_number(argv[1]) : 0;
    bool memory = argc == 3 && !strcmp(argv[2], "memory");
    if (threads < 1 || (!memory && strcmp(argv[2], "float32") && strcmp(argv[2], "bf16"))) {
        fprintf(stderr, "usage: tool_product THREADS float32|bf16 [once] | THREADS memory\n");
        return 2;
    }
    if (memory) {
        measure_memory(threads);
        return 0;
    }
    Precision precision = strcmp(argv[2], "bf16") ? PRECISION_FLOAT32 : PRECISION_BF16;
    if (!once) {
        measure_panels(threads, precision);
        return 0;
    }
#ifdef _OPENMP
    omp_set_num_threads(threads);
#endif
    for (size_t i = 0; i < sizeof products / sizeof *products; i++)
        measure_once(&products[i], precision);
    return 0;
}
