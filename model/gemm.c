/* A product is cut into blocks of C, and these into blocks of k:
 *
 *          k                     n                 B: laid out in panels, at most BLOCK numbers deep
 *      ┌───┬───┐           ┌───┬───┬───┐
 *    m │ A │   │    ·    k │ B │   │   │  ─►  C    A: its rows as they are, or rounded, or in tiles (simd.h)
 *      └───┴───┘           └───┴───┴───┘                                                               */
#include "model/gemm.h"

#include "model/base/least.h"
#include "model/simd.h"

#include <stdbool.h>

enum {
    BLOCK = 512, /* of k: a block of a panel and of a tile's rows stay in a core's caches; even */
    /* For floats; twice as many for pairs, which take half the room: */
    CHUNK = 112,  /* rows of A that are laid out at a time, at most */
    ROWS = 56,    /* the same where B's panels are in the cache beside them: whole tiles of AVX-512's 14 rows */
    COLUMNS = 128 /* of a block of C: a block of k of their panels takes half of a second cache of 512 KiB */
};

static int parts(int n, int of)
{
    return (n + of - 1) / of;
}

/* An unpacked matrix op(X): where its elements are. */
typedef struct {
    const real *at;
    size_t row, col; /* distance of neighbours down and across, one of them 1 */
} View;

static View view(Trans t, const real *at, size_t ld)
{
    return t == PLAIN ? (View){at, ld, 1} : (View){at, 1, ld};
}

static View from(View v, int i, int j)
{
    return (View){v.at + (size_t)i * v.row + (size_t)j * v.col, v.row, v.col};
}

/* --- factors as the inner loops take them: floats or, where the processor multiplies bfloat16, pairs of those --- */

static bool in_pairs(Precision precision)
{
    return precision == PRECISION_BF16 && simd->product_pairs;
}

/* Floats, or pairs, along k. */
static size_t depth(Precision precision, int k)
{
    return in_pairs(precision) ? (size_t)parts(k, 2 * simd->pair_step) * (size_t)simd->pair_step : (size_t)k;
}

/* Rows that are multiplied at a time. */
static int tile(Precision precision)
{
    return in_pairs(precision) ? simd->pair_rows : simd->tile;
}

/* The most rows or columns of that precision where floats have `most`. */
static int room_for(Precision precision, int most)
{
    return in_pairs(precision) ? 2 * most : most;
}

static int most_rows(Precision precision, int most)
{
    int rows = room_for(precision, most);
    return rows - rows % tile(precision);
}

/* The panels have room for `deep` rows. */
static void fill_panels(Precision precision, View B, int k, int n, int deep, real *panels)
{
    size_t apart = depth(precision, deep);
    if (in_pairs(precision)) {
        simd->pack_pairs(k, n, B.at, B.row, B.col, (Bf16Pair *)panels, apart);
        return;
    }
    simd->pack(k, n, B.at, B.row, B.col, panels, apart);
    for (int j = 0; j < n && precision == PRECISION_BF16; j += simd->panel) {
        real *panel = panels + (size_t)j * apart;
        simd->round_row(k * simd->panel, panel, panel);
    }
}

/* Rows of a factor A: floats or pairs, `ld` apart; 0: in tiles. */
typedef struct {
    const void *at;
    size_t ld;
} Left;

static Left rounded_pairs(int m, int k, View A, Bf16Pair *room)
{
    if (A.col == 1) {
        simd->round_pairs(m, k, A.at, A.row, room);
        return (Left){room, depth(PRECISION_BF16, k)};
    }
    simd->round_tiles(m, k, A.at, A.col, room);
    return (Left){room, 0};
}

/* The rows where they are if that will do, else laid out in `room` (m,k). */
static Left left_factor(Precision precision, int m, int k, View A, real *room)
{
    if (in_pairs(precision))
        return rounded_pairs(m, k, A, (Bf16Pair *)room);
    if (A.col != 1) {
        simd->pack_tiles(m, k, A.at, A.col, room);
        if (precision == PRECISION_BF16)
            simd->round_row(m * k, room, room);
        return (Left){room, 0};
    }
    if (precision == PRECISION_FLOAT32)
        return (Left){A.at, A.row};
    for (int i = 0; i < m; i++)
        simd->round_row(k, from(A, i, 0).at, room + (size_t)i * (size_t)k);
    return (Left){room, (size_t)k};
}

/* What a product is added to. NULL: nothing. */
typedef struct {
    const real *at;
    size_t ld;
} Base;

static Base base_from(Base b, int i, int j)
{
    return (Base){b.at ? b.at + (size_t)i * b.ld + j : NULL, b.ld};
}

/* C (m,n) = A·panels + base. The panels have room for `deep` rows. */
static void multiply(Precision precision, int m, int n, int k, Left A, const real *panels, int deep, Base base,
                     real *C, size_t ldc)
{
    size_t apart = depth(precision, deep);
    if (in_pairs(precision))
        simd->product_pairs(m, n, (int)depth(precision, k), A.at, A.ld, (const Bf16Pair *)panels, apart, base.at,
                            base.ld, C, ldc);
    else
        simd->product(m, n, k, A.at, A.ld, panels, apart, base.at, base.ld, C, ldc);
}

static void put_base(int m, int n, Base base, real *C, size_t ldc)
{
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++)
            C[(size_t)i * ldc + j] = base.at ? base.at[(size_t)i * base.ld + j] : 0;
}

/* --- panels --- */

/* Where the panel that begins at column j has its p-th row. */
static real *panel_at(const Panels *B, int p, int j)
{
    return (real *)B->at + (size_t)j * depth(B->precision, B->k) + depth(B->precision, p) * (size_t)simd->panel;
}

size_t panels_bytes(Precision precision, int k, int n)
{
    return (size_t)parts(n, simd->panel) * (size_t)simd->panel * depth(precision, k) * sizeof(real);
}

/* Columns of a packing's part: four panels. */
static int packed_columns(void)
{
    return 4 * simd->panel;
}

static void pack_part(const Job *job, int part)
{
    const Packing *f = job->of;
    const Panels *p = f->panels;
    int cols = packed_columns(), j = part * cols;
    fill_panels(p->precision, from(view(f->tb, f->B, f->ldb), 0, j), p->k, least(cols, p->n - j), p->k,
                panel_at(p, 0, j));
}

Job packing_job(const Packing *packing)
{
    return (Job){.parts = parts(packing->panels->n, packed_columns()), .run = pack_part, .of = packing};
}

void panels_fill(const Panels *panels, Trans tb, const real *B, size_t ldb)
{
    const Packing packing = {panels, tb, B, ldb};
    job_run(packing_job(&packing));
}

/* At most CHUNK rows, of pairs twice as many. */
static void rows_times_panels(int m, View A, const Panels *B, Base base, real *C, size_t ldc)
{
    _Alignas(64) real room[CHUNK * BLOCK];
    for (int p = 0; p < B->k; p += BLOCK) {
        int k = least(BLOCK, B->k - p);
        Left a = left_factor(B->precision, m, k, from(A, 0, p), room);
        multiply(B->precision, m, B->n, k, a, panel_at(B, p, 0), B->k, p > 0 ? (Base){C, ldc} : base, C, ldc);
    }
}

void gemm_panels(int m, const real *A, size_t lda, const Panels *B, const real *base, size_t base_ld, real *C,
                 size_t ldc)
{
    if (B->k == 0)
        put_base(m, B->n, (Base){base, base_ld}, C, ldc);
    const int rows = most_rows(B->precision, CHUNK);
    for (int i = 0; i < m; i += rows)
        rows_times_panels(least(rows, m - i), (View){A + (size_t)i * lda, lda, 1}, B,
                          base_from((Base){base, base_ld}, i, 0), C + (size_t)i * ldc, ldc);
}

/* --- single elements --- */

/* At most SIMD_DOTS pairs; the first fills the places left. */
static void few_dots(int n, int k, const real *const *x, const real *const *y, real *out)
{
    for (int p = 0; p < k; p += BLOCK) {
        const real *left[SIMD_DOTS], *right[SIMD_DOTS];
        real sum[SIMD_DOTS];
        for (int i = 0; i < SIMD_DOTS; i++) {
            left[i] = x[i < n ? i : 0] + p;
            right[i] = y[i < n ? i : 0] + p;
        }
        simd->dots(least(BLOCK, k - p), left, right, sum);
        for (int i = 0; i < n; i++)
            out[i] += sum[i];
    }
}

void gemm_dots(int n, int k, const real *const *x, const real *const *y, const real *base, real *out)
{
    for (int i = 0; i < n; i++)
        out[i] = base[i];
    for (int i = 0; i < n; i += SIMD_DOTS)
        few_dots(least(SIMD_DOTS, n - i), k, x + i, y + i, out + i);
}

/* --- products that come once --- */

/* A block of C, at most COLUMNS wide, of pairs twice as many. A block of k at a time, B's panels are laid out, and then
 * rows of A, each time for all of the panels. */
static void block(Precision precision, int m, int n, int k, View A, View B, Base base, real *C, size_t ldc)
{
    _Alignas(64) real panels[COLUMNS * BLOCK], room[ROWS * BLOCK];
    const int rows = most_rows(precision, ROWS);
    for (int p = 0; p < k; p += BLOCK) {
        int deep = least(BLOCK, k - p);
        Base to = p > 0 ? (Base){C, ldc} : base;
        fill_panels(precision, from(B, p, 0), deep, n, BLOCK, panels);
        for (int i = 0; i < m; i += rows) {
            int high = least(rows, m - i);
            Left a = left_factor(precision, high, deep, from(A, i, p), room);
            multiply(precision, high, n, deep, a, panels, BLOCK, base_from(to, i, 0), C + (size_t)i * ldc, ldc);
        }
    }
    if (k <= 0)
        put_base(m, n, base, C, ldc);
}

void gemm(Trans ta, Trans tb, int m, int n, int k, const real *A, size_t lda, const real *B, size_t ldb, int add,
          real *C, size_t ldc)
{
    View a = view(ta, A, lda), b = view(tb, B, ldb);
    Base base = {add ? C : NULL, ldc};
    for (int j = 0; j < n; j += COLUMNS)
        block(PRECISION_FLOAT32, m, least(COLUMNS, n - j), k, a, from(b, 0, j), base_from(base, 0, j), C + j, ldc);
}

/* How C is shared: in blocks as wide as may be, but several for each thread, so that a thread that other processes slow
 * down takes fewer. */
static void cut(Product *p)
{
    enum { BLOCKS = 4 };
    int wanted = BLOCKS * jobs_threads(), high = tile(p->precision);
    p->cols = room_for(p->precision, COLUMNS);
    int bands = least(parts(wanted, parts(p->n, p->cols)), parts(p->m, most_rows(p->precision, ROWS)));
    p->rows = parts(parts(p->m, bands), high) * high;
    int across = least(parts(wanted, bands), parts(p->n, simd->panel));
    p->cols = least(p->cols, parts(parts(p->n, across), simd->panel) * simd->panel);
}

static void product_part(const Job *job, int part)
{
    const Product *p = job->of;
    int down = parts(p->m, p->rows), i = part % down * p->rows, j = part / down * p->cols;
    View a = view(p->ta, p->A, p->lda), b = view(p->tb, p->B, p->ldb);
    block(p->precision, least(p->rows, p->m - i), least(p->cols, p->n - j), p->k, from(a, i, 0), from(b, 0, j),
          base_from((Base){p->base, p->base_ld}, i, j), p->C + (size_t)i * p->ldc + j, p->ldc);
}

Job product_job(Product *p)
{
    if (p->m <= 0 || p->n <= 0)
        return (Job){.parts = 0};
    cut(p);
    return (Job){.parts = parts(p->m, p->rows) * parts(p->n, p->cols), .run = product_part, .of = p};
}

void gemm_parallel(Precision precision, Trans ta, Trans tb, int m, int n, int k, const real *A, size_t lda,
                   const real *B, size_t ldb, int add, real *C, size_t ldc)
{
    Product p = {.precision = precision,
                 .ta = ta,
                 .tb = tb,
                 .m = m,
                 .n = n,
                 .k = k,
                 .A = A,
                 .lda = lda,
                 .B = B,
                 .ldb = ldb,
                 .base = add ? C : NULL,
                 .base_ld = ldc,
                 .C = C,
                 .ldc = ldc};
    job_run(product_job(&p));
}

int tile_rows(int m, int most)
{
    int tiles = (m + most * jobs_threads() - 1) / (most * jobs_threads()) * jobs_threads();
    return tiles > 0 ? (m + tiles - 1) / tiles : 1;
}
