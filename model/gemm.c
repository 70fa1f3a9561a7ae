#include "model/gemm.h"

#include "model/simd.h"

#include <string.h>
#ifdef _OPENMP
#include <omp.h>
#endif

enum {
    BLOCK = 512,    /* of k: a block of a panel and of a tile's rows stay in a core's caches; even */
    CHUNK = 112,    /* rows that are rounded to bf16 at a time: whole tiles of every set */
    PANEL_MOST = 64 /* columns of a panel, at most */
};

static int least(int a, int b)
{
    return a < b ? a : b;
}

static int threads(void)
{
#ifdef _OPENMP
    return omp_get_max_threads();
#else
    return 1;
#endif
}

static size_t pairs_of(int k)
{
    return ((size_t)k + 1) / 2;
}

static int panel_count(int n)
{
    return (n + simd->panel - 1) / simd->panel;
}

/* An unpacked matrix op(X): where its elements are. */
typedef struct {
    const real *at;
    size_t row, col; /* distance of neighbours down and across */
} View;

static View view(Trans t, const real *at, size_t ld)
{
    return t == PLAIN ? (View){at, ld, 1} : (View){at, 1, ld};
}

static const real *element(View v, int i, int j)
{
    return v.at + (size_t)i * v.row + (size_t)j * v.col;
}

/* --- panels --- */

static size_t panel_bytes(Precision precision, int k)
{
    size_t rows = precision == PRECISION_BF16 ? pairs_of(k) : (size_t)k;
    return rows * (size_t)simd->panel * (precision == PRECISION_BF16 ? sizeof(Bf16Pair) : sizeof(real));
}

size_t panels_bytes(Precision precision, int k, int n)
{
    return (size_t)panel_count(n) * panel_bytes(precision, k);
}

static void fill_panel(Precision precision, View B, int k, int cols, void *panel)
{
    if (precision == PRECISION_BF16)
        simd->pack_bf16(k, cols, B.at, B.row, B.col, panel);
    else
        simd->pack(k, cols, B.at, B.row, B.col, panel);
}

void panels_fill(const Panels *p, Trans tb, const real *B, size_t ldb)
{
    View b = view(tb, B, ldb);
    size_t bytes = panel_bytes(p->precision, p->k);
#pragma omp parallel for schedule(static)
    for (int j = 0; j < p->n; j += simd->panel)
        fill_panel(p->precision, (View){element(b, 0, j), b.row, b.col}, p->k, least(simd->panel, p->n - j),
                   (char *)p->at + (size_t)(j / simd->panel) * bytes);
}

/* What a block of k, from p on, is added to: the caller's base, or what the blocks before have left in C. */
typedef struct {
    const real *at;
    size_t ld;
} Base;

static Base base_of(const real *base, size_t base_ld, int p, int j, const real *C, size_t ldc)
{
    return p > 0 ? (Base){C + j, ldc} : (Base){base ? base + j : NULL, base_ld};
}

static void rows_times_panels(int m, const real *A, size_t lda, const Panels *B, const real *base, size_t base_ld,
                              real *C, size_t ldc)
{
    for (int p = 0; p < B->k; p += BLOCK)
        for (int j = 0; j < B->n; j += simd->panel) {
            const real *panel = (const real *)B->at + (size_t)j * (size_t)B->k + (size_t)p * (size_t)simd->panel;
            Base from = base_of(base, base_ld, p, j, C, ldc);
            simd->product(m, least(simd->panel, B->n - j), least(BLOCK, B->k - p), A + p, lda, 1, panel, from.at,
                          from.ld, C + j, ldc);
        }
}

static void rows_times_panels_bf16(int m, const real *A, size_t lda, const Panels *B, const real *base,
                                   size_t base_ld, real *C, size_t ldc)
{
    _Alignas(64) Bf16Pair a[CHUNK * BLOCK / 2];
    for (int p = 0; p < B->k; p += BLOCK) {
        int k = least(BLOCK, B->k - p), pairs = (int)pairs_of(k);
        simd->round_bf16(m, k, A + p, lda, 1, a, (size_t)pairs);
        for (int j = 0; j < B->n; j += simd->panel) {
            const Bf16Pair *panel =
                (const Bf16Pair *)B->at + (size_t)j * pairs_of(B->k) + (size_t)(p / 2) * (size_t)simd->panel;
            Base from = base_of(base, base_ld, p, j, C, ldc);
            simd->product_bf16(m, least(simd->panel, B->n - j), pairs, a, (size_t)pairs, 1, panel, from.at, from.ld,
                               C + j, ldc);
        }
    }
}

static void put_base(int m, int n, const real *base, size_t base_ld, real *C, size_t ldc)
{
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++)
            C[(size_t)i * ldc + j] = base ? base[(size_t)i * base_ld + j] : 0;
}

void gemm_panels(int m, const real *A, size_t lda, const Panels *B, const real *base, size_t base_ld, real *C,
                 size_t ldc)
{
    if (B->k == 0)
        put_base(m, B->n, base, base_ld, C, ldc);
    for (int i = 0; i < m; i += CHUNK) {
        const real *a = A + (size_t)i * lda, *from = base ? base + (size_t)i * base_ld : NULL;
        real *c = C + (size_t)i * ldc;
        if (B->precision == PRECISION_BF16)
            rows_times_panels_bf16(least(CHUNK, m - i), a, lda, B, from, base_ld, c, ldc);
        else
            rows_times_panels(least(CHUNK, m - i), a, lda, B, from, base_ld, c, ldc);
    }
}

/* --- products that come once --- */

size_t bf16_scratch(int m, int k)
{
    return (size_t)m * pairs_of(k) * sizeof(Bf16Pair);
}

/* Columns of one panel of C: the panel of B is laid out on the way, a block of k at a time. */
static void columns(Precision precision, int m, int cols, int k, View A, const Bf16Pair *pairs, View B, int add,
                    real *C, size_t ldc)
{
    _Alignas(64) real panel[BLOCK * PANEL_MOST];
    for (int p = 0; p < k; p += BLOCK) {
        int n = least(BLOCK, k - p);
        fill_panel(precision, (View){element(B, p, 0), B.row, B.col}, n, cols, panel);
        if (precision == PRECISION_BF16)
            simd->product_bf16(m, cols, (int)pairs_of(n), pairs + (size_t)(p / 2) * A.col, A.row, A.col,
                               (const Bf16Pair *)panel, add || p > 0 ? C : NULL, ldc, C, ldc);
        else
            simd->product(m, cols, n, element(A, 0, p), A.row, A.col, panel, add || p > 0 ? C : NULL, ldc, C, ldc);
    }
}

void gemm(Trans ta, Trans tb, int m, int n, int k, const real *A, size_t lda, const real *B, size_t ldb, int add,
          real *C, size_t ldc)
{
    View a = view(ta, A, lda), b = view(tb, B, ldb);
    if (k <= 0 && !add)
        put_base(m, n, NULL, 0, C, ldc);
    for (int j = 0; j < n; j += simd->panel)
        columns(PRECISION_FLOAT32, m, least(simd->panel, n - j), k, a, NULL, (View){element(b, 0, j), b.row, b.col},
                add, C + j, ldc);
}

/* op(A) in pairs along k, as the View that it returns says: elements are pairs then. */
static View round_all(int m, int k, View A, Bf16Pair *out)
{
    enum { ROWS = 64 };
    View v = A.col == 1 ? (View){NULL, pairs_of(k), 1} : (View){NULL, 1, (size_t)m};
    int down = A.col == 1 ? m : k; /* rows in memory */
#pragma omp parallel for schedule(static)
    for (int i = 0; i < down; i += ROWS) {
        int n = least(ROWS, down - i);
        if (A.col == 1)
            simd->round_bf16(n, k, element(A, i, 0), A.row, A.col, out + (size_t)i * v.row, v.row);
        else
            simd->round_bf16(m, n, element(A, 0, i), A.row, A.col, out + (size_t)(i / 2) * v.col, v.col);
    }
    return v;
}

void gemm_parallel(Gemm how, Trans ta, Trans tb, int m, int n, int k, const real *A, size_t lda, const real *B,
                   size_t ldb, int add, real *C, size_t ldc)
{
    View a = view(ta, A, lda), b = view(tb, B, ldb);
    int panels = panel_count(n), bands = 1;
    if (m <= 0 || n <= 0)
        return;
    if (k <= 0 && !add)
        put_base(m, n, NULL, 0, C, ldc);
    if (how.precision == PRECISION_BF16)
        a = round_all(m, k, a, how.scratch);
    /* Bands of rows too, if there are too few panels for the threads. */
    if (panels < 2 * threads())
        bands = least((m + 63) / 64, (2 * threads() + panels - 1) / panels);
    int rows = (m + bands - 1) / bands;
#pragma omp parallel for schedule(static) collapse(2)
    for (int j = 0; j < n; j += simd->panel)
        for (int i = 0; i < m; i += rows)
            columns(how.precision, least(rows, m - i), least(simd->panel, n - j), k,
                    (View){a.at ? element(a, i, 0) : NULL, a.row, a.col},
                    (const Bf16Pair *)how.scratch + (how.scratch ? (size_t)i * a.row : 0),
                    (View){element(b, 0, j), b.row, b.col}, add, C + (size_t)i * ldc + j, ldc);
}

int tile_rows(int m, int most)
{
    int tiles = (m + most * threads() - 1) / (most * threads()) * threads();
    return tiles > 0 ? (m + tiles - 1) / tiles : 1;
}
