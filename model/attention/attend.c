#include "model/attention/attend.h"

#include "model/affine.h"
#include "model/base/memory.h"
#include "model/cell/cell.h"
#include "model/embedding.h"
#include "model/relu.h"
#include "model/simd.h"

#include <stdlib.h>
#include <string.h>

struct Attend {
    ModelShape shape;
    AttendSizes sizes;
    int K, S, GH, images; /* images in use */
    Blocks blocks;
    Dropout dropout;
    const real *b_query, *w_score;
    const real *grid;          /* (images,L,C): borrowed */
    real *values, *keys;       /* (images,L,H), (images,L,K) */
    real *word;                /* (words,H): x·Wx_sentinel + b_sentinel */
    real *query, *weights, *z; /* (positions,K), (positions,S), (positions,H) */
    real *gate, *sentinel, *sentinel_key;
    /* Backward. */
    real *dz, *dweights, *dquery, *dscore; /* as forward's */
    real *dgate, *dsentinel, *dsentinel_key;
    real *drow_keys;       /* (rows,L,K) */
    real *dvalues, *dkeys; /* (images,L,H), (images,L,K) */
    real *dword;           /* (words,H) */
    int *image_at;         /* (images+2): image m has the rows row_of[image_at[m]] ... row_of[image_at[m+1] - 1] */
    int *row_of;           /* (rows) */
    /* Packed weights; the transposed ones are for backward. */
    Panels W_query, Wz, Wh_sentinel, W_sentinel;
    Panels W_queryT, WzT, Wh_sentinelT, W_sentinelT;
};

/* --- memory --- */

static real *reals(Attend *w, int rows, int width)
{
    return blocks_room(&w->blocks, (size_t)rows * (size_t)width, sizeof(real));
}

static Panels panels(Attend *w, int k, int n)
{
    Precision precision = w->sizes.precision;
    return (Panels){precision, k, n, blocks_room(&w->blocks, panels_bytes(precision, k, n), 1)};
}

static void alloc_forward(Attend *w)
{
    const AttendSizes *z = &w->sizes;
    int H = w->shape.H, cells = z->images * z->places;
    w->values = reals(w, cells, H);
    w->keys = reals(w, cells, w->K);
    w->query = reals(w, z->positions, w->K);
    w->weights = reals(w, z->positions, w->S);
    w->z = reals(w, z->positions, H);
    w->W_query = panels(w, H, w->K);
    w->Wz = panels(w, H, w->GH);
    if (!w->shape.attention->sentinel)
        return;
    w->word = reals(w, z->words, H);
    w->gate = reals(w, z->positions, H);
    w->sentinel = reals(w, z->positions, H);
    w->sentinel_key = reals(w, z->positions, w->K);
    w->Wh_sentinel = panels(w, H, H);
    w->W_sentinel = panels(w, H, w->K);
}

static void alloc_backward(Attend *w)
{
    const AttendSizes *z = &w->sizes;
    int H = w->shape.H, cells = z->images * z->places;
    w->dz = reals(w, z->positions, H);
    w->dweights = reals(w, z->positions, w->S);
    w->dquery = reals(w, z->positions, w->K);
    w->dscore = reals(w, z->positions, w->K);
    w->drow_keys = reals(w, z->rows * z->places, w->K);
    w->dvalues = reals(w, cells, H);
    w->dkeys = reals(w, cells, w->K);
    w->image_at = blocks_room(&w->blocks, (size_t)z->images + 2, sizeof *w->image_at);
    w->row_of = blocks_room(&w->blocks, (size_t)z->rows, sizeof *w->row_of);
    w->W_queryT = panels(w, w->K, H);
    w->WzT = panels(w, w->GH, H);
    if (!w->shape.attention->sentinel)
        return;
    w->dword = reals(w, z->words, H);
    w->dgate = reals(w, z->positions, H);
    w->dsentinel = reals(w, z->positions, H);
    w->dsentinel_key = reals(w, z->positions, w->K);
    w->Wh_sentinelT = panels(w, H, H);
    w->W_sentinelT = panels(w, w->K, H);
}

Attend *attend_new(const ModelShape *shape, const AttendSizes *sizes)
{
    Attend *w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    w->shape = *shape;
    w->sizes = *sizes;
    w->K = attention_key(shape->H);
    w->S = sizes->places + shape->attention->sentinel;
    w->GH = shape->cell->gates * shape->H;
    int cells;
    w->blocks.failed = __builtin_mul_overflow(sizes->images, sizes->places, &cells) ||
                       __builtin_mul_overflow(sizes->rows, sizes->places, &cells);
    if (!w->blocks.failed)
        alloc_forward(w);
    if (!w->blocks.failed && sizes->backward)
        alloc_backward(w);
    if (w->blocks.failed) {
        attend_free(w);
        return NULL;
    }
    return w;
}

void attend_free(Attend *w)
{
    if (!w)
        return;
    blocks_free(&w->blocks);
    free(w);
}

/* --- before the steps --- */

/* Packs the weights of the steps, and for backward their transposes. */
void attend_pack(Attend *w, const Params *p)
{
    const size_t H = (size_t)w->shape.H, K = (size_t)w->K, GH = (size_t)w->GH;
    const real *query = attend_param(p, ATTEND_W_QUERY), *Wz = attend_param(p, ATTEND_WZ);
    const bool sentinel = w->shape.attention->sentinel;
    const real *Wh = sentinel ? attend_param(p, ATTEND_WH_SENTINEL) : NULL;
    const real *key = sentinel ? attend_param(p, ATTEND_W_SENTINEL) : NULL;
    const Packing plain[] = {{&w->W_query, PLAIN, query, K},
                             {&w->Wz, PLAIN, Wz, GH},
                             {&w->Wh_sentinel, PLAIN, Wh, H},
                             {&w->W_sentinel, PLAIN, key, K}};
    const Packing transposed[] = {{&w->W_queryT, TRANSPOSED, query, K},
                                  {&w->WzT, TRANSPOSED, Wz, GH},
                                  {&w->Wh_sentinelT, TRANSPOSED, Wh, H},
                                  {&w->W_sentinelT, TRANSPOSED, key, K}};
    Jobs jobs = {.n = 0};
    w->b_query = attend_param(p, ATTEND_B_QUERY);
    w->w_score = attend_param(p, ATTEND_W_SCORE);
    for (int i = 0; i < (sentinel ? 4 : 2); i++) {
        jobs_add(&jobs, packing_job(&plain[i]));
        if (w->sizes.backward)
            jobs_add(&jobs, packing_job(&transposed[i]));
    }
    jobs_run(&jobs, NULL);
}

void attend_dropout(Attend *w, const Dropout *dropout)
{
    w->dropout = *dropout;
}

void attend_images(Attend *w, const Params *p, const real *grid, int n)
{
    int H = w->shape.H, cells = n * w->sizes.places;
    w->grid = grid;
    w->images = n;
    affine_forward(w->sizes.precision, w->values, grid, attend_param(p, ATTEND_W_GRID),
                   attend_param(p, ATTEND_B_GRID), cells, w->shape.C, H);
    relu_forward(cells, H, w->values);
    affine_forward(w->sizes.precision, w->keys, w->values, attend_param(p, ATTEND_W_KEY), NULL, cells, H, w->K);
}

void attend_words(Attend *w, const Params *p, const real *x, int n)
{
    if (w->shape.attention->sentinel)
        affine_forward(PRECISION_FLOAT32, w->word, x, attend_param(p, ATTEND_WX_SENTINEL),
                       attend_param(p, ATTEND_B_SENTINEL), n, w->shape.W, w->shape.H);
}

/* --- steps --- */

AttendStep attend_step(const Attend *w, int position, const int32_t *image, int n, int row, const int *number)
{
    int H = w->shape.H, K = w->K;
    size_t keys = (size_t)w->sizes.places * (size_t)K;
    return (AttendStep){
        .n = n,
        .H = H,
        .K = K,
        .L = w->sizes.places,
        .w_score = w->w_score,
        .values = w->values,
        .keys = w->keys,
        .image = image,
        .number = number,
        .query = dense_rows(w->query, K, position),
        .weights = dense_rows(w->weights, w->S, position),
        .z = dense_rows(w->z, H, position),
        .gate = dense_rows(w->gate, H, position),
        .sentinel = dense_rows(w->sentinel, H, position),
        .sentinel_key = dense_rows(w->sentinel_key, K, position),
        .dz = dense_rows(w->dz, H, position),
        .dweights = dense_rows(w->dweights, w->S, position),
        .dquery = dense_rows(w->dquery, K, position),
        .dkeys = w->drow_keys ? w->drow_keys + (size_t)row * keys : NULL,
        .dscore = dense_rows(w->dscore, K, position),
        .dsentinel = dense_rows(w->dsentinel, H, position),
        .dsentinel_key = dense_rows(w->dsentinel_key, K, position),
        .dgate = dense_rows(w->dgate, H, position),
    };
}

const real *attend_alphas(const Attend *w, int position)
{
    return w->weights + (size_t)position * (size_t)w->S;
}

void attend_forward(const Attend *w, AttendStep *s, const int32_t *pick, Rows prev_h, Rows c, Rows a)
{
    s->prev_h = prev_h;
    s->carried = c;
    gemm_panels(s->n, prev_h.at, prev_h.ld, &w->W_query, w->b_query, 0, s->query.at, s->query.ld);
    if (w->shape.attention->sentinel) {
        for (int i = 0; i < s->n; i++)
            memcpy(row_at(s->gate, i), row_at(dense_rows(w->word, s->H, 0), pick ? pick[i] : i),
                   (size_t)s->H * sizeof(real));
        gemm_panels(s->n, prev_h.at, prev_h.ld, &w->Wh_sentinel, s->gate.at, s->gate.ld, s->gate.at, s->gate.ld);
        w->shape.attention->gate(s);
        gemm_panels(s->n, s->sentinel.at, s->sentinel.ld, &w->W_sentinel, NULL, 0, s->sentinel_key.at,
                    s->sentinel_key.ld);
    }
    w->shape.attention->forward(s);
    dropout_rows(&w->dropout, DROP_CONTEXT, s->number, s->n, s->H, s->z, s->z);
    gemm_panels(s->n, s->z.at, s->z.ld, &w->Wz, a.at, a.ld, a.at, a.ld);
}

void attend_backward(const Attend *w, AttendStep *s, Rows prev_h, Rows c, Rows da, Rows dprev_h, Rows dc)
{
    s->prev_h = prev_h;
    s->carried = c;
    s->dprevious = dprev_h;
    s->dcarried = dc;
    gemm_panels(s->n, da.at, da.ld, &w->WzT, NULL, 0, s->dz.at, s->dz.ld);
    dropout_rows(&w->dropout, DROP_CONTEXT, s->number, s->n, s->H, s->dz, s->dz);
    w->shape.attention->backward(s);
    if (w->shape.attention->sentinel) {
        gemm_panels(s->n, s->dsentinel_key.at, s->dsentinel_key.ld, &w->W_sentinelT, s->dsentinel.at,
                    s->dsentinel.ld, s->dsentinel.at, s->dsentinel.ld);
        w->shape.attention->gate_backward(s);
        gemm_panels(s->n, s->dgate.at, s->dgate.ld, &w->Wh_sentinelT, dprev_h.at, dprev_h.ld, dprev_h.at,
                    dprev_h.ld);
    }
    gemm_panels(s->n, s->dquery.at, s->dquery.ld, &w->W_queryT, dprev_h.at, dprev_h.ld, dprev_h.at, dprev_h.ld);
}

/* --- the gradients of the weights --- */

void attend_begin_backward(const Attend *w, int row, int n)
{
    size_t keys = (size_t)w->sizes.places * (size_t)w->K;
    memset(w->drow_keys + (size_t)row * keys, 0, (size_t)n * keys * sizeof(real));
}

/* What the job of summing up by images works on. */
typedef struct {
    Attend *attend;
    const Plan *plan;
} ImageSums;

/* Lists each image's rows, in their order. */
static void list_rows(Attend *w, const Plan *plan)
{
    int *at_image = w->image_at;
    memset(at_image, 0, ((size_t)w->images + 2) * sizeof *at_image);
    for (int i = 0; i < plan->N; i++)
        at_image[plan->image[i] + 2]++;
    for (int m = 2; m < w->images + 2; m++)
        at_image[m] += at_image[m - 1];
    for (int i = 0; i < plan->N; i++)
        w->row_of[at_image[plan->image[i] + 1]++] = i;
}

/* Adds α_i dz of all steps of a row to the gradients of its image's values. */
static void add_values(const Attend *w, const Plan *plan, int row, real *dvalues)
{
    int H = w->shape.H, tile = plan->tile_of[row], j = row - plan->tile_at[tile];
    const int *first = plan_first(plan, tile);
    for (int t = 0; t < plan->T && first[t + 1] - first[t] > j; t++) {
        const real *dz = w->dz + (size_t)(first[t] + j) * (size_t)H;
        simd->add_outer(w->sizes.places, H, attend_alphas(w, first[t] + j), dz, dvalues);
    }
}

/* Sums what the rows of an image have. */
static void image_part(const Job *job, int m)
{
    const ImageSums *sums = job->of;
    Attend *w = sums->attend;
    size_t values = (size_t)w->sizes.places * (size_t)w->shape.H, keys = (size_t)w->sizes.places * (size_t)w->K;
    memset(w->dvalues + (size_t)m * values, 0, values * sizeof(real));
    memset(w->dkeys + (size_t)m * keys, 0, keys * sizeof(real));
    for (int i = w->image_at[m]; i < w->image_at[m + 1]; i++) {
        add_values(w, sums->plan, w->row_of[i], w->dvalues + (size_t)m * values);
        add_rows(1, (int)keys, rows_of(w->dkeys + (size_t)m * keys, 0),
                 rows_of(w->drow_keys + (size_t)w->row_of[i] * keys, 0));
    }
}

/* What needs the steps alone. */
static void step_gradients(const ImageSums *sums, Precision how, AttendInputs in, Params *g)
{
    Attend *w = sums->attend;
    int H = w->shape.H, K = w->K, n = sums->plan->P;
    AffineGradients query, context, sentinel, state;
    const ColumnSums score = {false, attend_param(g, ATTEND_W_SCORE), n, K, rows_of(w->dscore, (size_t)K)};
    const Scatter words = {w->dword, sums->plan->U, sums->plan->slot, w->dgate, n, H};
    Jobs jobs = {.n = 0};
    jobs_add(&jobs, (Job){.parts = w->images, .run = image_part, .of = sums});
    affine_backward_jobs(&jobs, &query, how, false, NULL, attend_param(g, ATTEND_W_QUERY),
                         attend_param(g, ATTEND_B_QUERY), w->dquery, in.prev_h, NULL, n, H, K);
    affine_backward_jobs(&jobs, &context, how, false, NULL, attend_param(g, ATTEND_WZ), NULL, in.da, w->z, NULL, n,
                         H, w->GH);
    if (w->shape.attention->sentinel) {
        affine_backward_jobs(&jobs, &sentinel, how, false, NULL, attend_param(g, ATTEND_W_SENTINEL), NULL,
                             w->dsentinel_key, w->sentinel, NULL, n, H, K);
        affine_backward_jobs(&jobs, &state, how, false, NULL, attend_param(g, ATTEND_WH_SENTINEL), NULL, w->dgate,
                             in.prev_h, NULL, n, H, H);
        jobs_add(&jobs, scatter_job(&words));
    }
    jobs_add(&jobs, column_sums_job(&score));
    jobs_run(&jobs, NULL);
}

/* Back to the images' values and the words' vectors. */
static void input_gradients(Attend *w, const Plan *plan, Precision how, const Params *p, AttendInputs in, Params *g)
{
    int H = w->shape.H, W = w->shape.W, K = w->K, cells = w->images * w->sizes.places;
    AffineGradients keys, words;
    Product values =
        affine_input_gradient(how, true, w->dvalues, w->dkeys, attend_param(p, ATTEND_W_KEY), cells, H, K);
    Product vectors;
    Jobs jobs = {.n = 0};
    jobs_add(&jobs, product_job(&values));
    affine_backward_jobs(&jobs, &keys, how, false, NULL, attend_param(g, ATTEND_W_KEY), NULL, w->dkeys, w->values,
                         NULL, cells, H, K);
    if (w->shape.attention->sentinel) {
        vectors =
            affine_input_gradient(how, true, in.dx, w->dword, attend_param(p, ATTEND_WX_SENTINEL), plan->U, W, H);
        jobs_add(&jobs, product_job(&vectors));
        affine_backward_jobs(&jobs, &words, how, false, NULL, attend_param(g, ATTEND_WX_SENTINEL),
                             attend_param(g, ATTEND_B_SENTINEL), w->dword, in.x, NULL, plan->U, W, H);
    }
    jobs_run(&jobs, NULL);
}

void attend_gradients(Attend *w, const Params *p, const Plan *plan, AttendInputs in, Params *g)
{
    const ImageSums sums = {w, plan};
    const Precision how = w->sizes.precision;
    int H = w->shape.H, cells = w->images * w->sizes.places;
    list_rows(w, plan);
    step_gradients(&sums, how, in, g);
    input_gradients(w, plan, how, p, in, g);
    relu_backward(cells, H, w->values, w->dvalues);
    affine_backward(how, false, NULL, attend_param(g, ATTEND_W_GRID), attend_param(g, ATTEND_B_GRID), w->dvalues,
                    w->grid, NULL, cells, w->shape.C, H);
}
