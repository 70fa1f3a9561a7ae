/* The gated recurrent unit, in the form of cuDNN and PyTorch, which resets after the product; blocks r, z, n:
 *
 *   r, z = σ(x·Wx + b + h·Wh);  n = tanh(x·Wxn + b_n + r∘(h·Whn + b_hn));  h' = (1-z)∘n + z∘h
 *
 * PyTorch's two biases of r and of z are one here, their sum: only that of n is inside the reset. */
#include "model/affine.h"
#include "model/cell/cell.h"
#include "model/simd/exp.h"
#include "model/simd/name.h"

/* a leaves as r, z, n; the block n of ah as h·Whn + b_hn. */
static void forward_row(int H, const real *restrict b_hn, real *restrict a, real *restrict ah,
                        const real *restrict prev_h, real *restrict next_h)
{
    real *r = a, *z = a + H, *n = a + 2 * H, *hn = ah + 2 * H;
#pragma omp simd
    for (int j = 0; j < 2 * H; j++)
        a[j] = fast_sigmoid(a[j] + ah[j]);
#pragma omp simd
    for (int j = 0; j < H; j++) {
        hn[j] += b_hn[j];
        n[j] = fast_tanh(n[j] + r[j] * hn[j]);
        next_h[j] = n[j] + z[j] * (prev_h[j] - n[j]);
    }
}

/* dn = dh'∘(1-z)∘(1-n²);  da = (dn∘hn∘r(1-r), dh'∘(h-n)∘z(1-z), dn);  dah the same but for dn∘r;  dh += dh'∘z */
static void backward_row(int H, const real *restrict a, const real *restrict ah, const real *restrict prev_h,
                         const real *restrict dh, real *restrict da, real *restrict dah, real *restrict dprev_h)
{
    const real *hn = ah + 2 * H;
#pragma omp simd
    for (int j = 0; j < H; j++) {
        real r = a[j], z = a[H + j], n = a[2 * H + j], d = dh[j];
        real dn = d * (1 - z) * (1 - n * n);
        da[j] = dah[j] = dn * hn[j] * r * (1 - r);
        da[H + j] = dah[H + j] = d * (prev_h[j] - n) * z * (1 - z);
        da[2 * H + j] = dn;
        dah[2 * H + j] = dn * r;
        dprev_h[j] += d * z;
    }
}

static void forward(const CellStep *s)
{
    for (int r = 0; r < s->n; r++)
        forward_row(s->H, s->own, row_at(s->a, r), row_at(s->ah, r), row_at(s->prev_h, r), row_at(s->next_h, r));
}

static void backward(const CellStep *s)
{
    for (int r = 0; r < s->n; r++)
        backward_row(s->H, row_at(s->a, r), row_at(s->ah, r), row_at(s->prev_h, r), row_at(s->dnext_h, r),
                     row_at(s->da, r), row_at(s->dah, r), row_at(s->dprev_h, r));
}

static int add_tensors(Params *params, int H)
{
    return tensor_add(params, "b_hn", 1, &H, START_ZERO) < 0 ? -1 : 0;
}

/* db_hn = Σ of the block n of dah */
static void own_gradients(bool add, int n, int H, const real *da, const real *dah, real *own)
{
    (void)da;
    column_sums(add, own, n, H, rows_of(dah + 2 * H, 3 * (size_t)H));
}

extern const Cell SIMD_NAME(cell_gru);
const Cell SIMD_NAME(cell_gru) = {
    .name = "gru",
    .gates = 3,
    .separate = true,
    .add_tensors = add_tensors,
    .forward = forward,
    .backward = backward,
    .own_gradients = own_gradients,
};
