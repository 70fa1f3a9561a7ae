/* Features at every step, in double: gradients against centred differences, the equations, and captions whose
 * probability is that of the loss. */
#include "model/attention/attention.h"
#include "model/decode/search.h"
#include "model/gradcheck.h"
#include "model/inject.h"
#include "model/kernels.h"
#include "model/loss.h"
#include "tests/support/unit.h"

#include <math.h>

#ifdef _OPENMP
#include <omp.h>
#else
#define omp_set_num_threads(n) (void)0
#define omp_get_max_threads() 1
#endif

enum { N = 5, T = 4, D = 3, W = 4, H = 6, V = 8, C = 3, PLACES = 4 };

typedef struct {
    Params params, grads;
    LossWork *work;
    real *features, *grid;
    int32_t *captions, *image;
    LossBatch batch;
} Problem;

static const int32_t captions[N * (T + 1)] = {1, 4, 5, 6, 2, 1, 7, 2, 0, 0, 1, 2, 0,
                                              0, 0, 1, 4, 4, 2, 0, 1, 3, 5, 7, 2};
static const int32_t image[N] = {0, 1, 2, 1, 0};

/* The captions, over and over. */
static void take_rows(Problem *p, int rows)
{
    p->captions = malloc((size_t)rows * (T + 1) * sizeof *p->captions);
    p->image = malloc((size_t)rows * sizeof *p->image);
    assert_true(p->captions && p->image);
    for (int i = 0; i < rows; i++) {
        memcpy(p->captions + i * (T + 1), captions + i % N * (T + 1), (T + 1) * sizeof *captions);
        p->image[i] = image[i % N];
    }
}

static Problem problem_new(const Cell *cell, const Attention *attention, double dropout, int rows)
{
    const ModelShape shape = {.cell = cell,
                              .D = D,
                              .W = W,
                              .H = H,
                              .V = V,
                              .attention = attention,
                              .C = attention ? C : 0,
                              .inject = true};
    Problem p = {
        .work = loss_work_new(&shape, rows, T, &(LossOptions){.places = PLACES, .dropout = dropout, .seed = 3})};
    Rng rng;
    rng_seed(&rng, 5);
    assert_non_null(p.work);
    assert_int_equal(params_alloc(&p.params, &shape), 0);
    assert_int_equal(params_alloc(&p.grads, &shape), 0);
    for (size_t i = 0; i < p.params.n; i++)
        p.params.data[i] = 0.6 * rng_randn(&rng);
    p.features = randn(&rng, (size_t)rows * D);
    p.grid = randn(&rng, (size_t)3 * PLACES * C);
    take_rows(&p, rows);
    p.batch = (LossBatch){.features = p.features,
                          .captions = p.captions,
                          .grid = attention ? p.grid : NULL,
                          .image = p.image,
                          .images = 3,
                          .N = rows,
                          .T = T,
                          .mode = LOSS_TRAINING,
                          .iteration = 1};
    return p;
}

static void problem_free(Problem *p)
{
    params_free(&p->params);
    params_free(&p->grads);
    loss_work_free(p->work);
    free(p->features);
    free(p->grid);
    free(p->captions);
    free(p->image);
}

typedef struct {
    Problem *p;
    Params grads; /* nobody reads them */
} Difference;

static double loss_of(void *ctx)
{
    Difference *d = ctx;
    return captioner_loss(&d->p->params, d->p->work, &d->p->batch, &d->grads);
}

static void check_gradient(const Cell *cell, const Attention *attention, double dropout)
{
    TensorCheck check[32];
    Problem p = problem_new(cell, attention, dropout, N);
    Difference d = {.p = &p};
    assert_int_equal(params_alloc(&d.grads, &p.params.shape), 0);
    captioner_loss(&p.params, p.work, &p.batch, &p.grads);
    assert_true(p.params.n_tensors <= 32);
    compare_gradients(loss_of, &d, &p.params, &p.grads, 1, check);
    for (int i = 0; i < p.params.n_tensors; i++)
        if (!(check[i].error <= GRADIENT_ERROR_MAX))
            fail_msg("%s: error %g", check[i].name, check[i].error);
    for (int i = 0; i < INJECT_TENSORS; i++) {
        const Tensor *t = &p.grads.tensor[p.grads.inject + i];
        double largest = 0;
        for (size_t k = 0; k < t->size; k++)
            largest = fmax(largest, fabs(p.grads.data[t->offset + k]));
        assert_true(largest > 1e-4);
    }
    params_free(&d.grads);
    problem_free(&p);
}

static void gradients(void **state)
{
    (void)state;
    for (int i = 0; cell_at(i); i++) {
        check_gradient(cell_at(i), NULL, 0);
        check_gradient(cell_at(i), NULL, 0.3);
        check_gradient(cell_at(i), attention_at(2), 0);
    }
}

/* With v·W_inject, worked out by hand, added to b and W_inject zeroed, the loss is the same. */
static void equations(void **state)
{
    (void)state;
    Problem p = problem_new(cell_named("lstm"), NULL, 0, N);
    int GH = 4 * H;
    const real *w_image = param(&p.params, p.params.inject + INJECT_W_IMAGE);
    const real *b_image = param(&p.params, p.params.inject + INJECT_B_IMAGE);
    real *w_inject = param(&p.params, p.params.inject + INJECT_W_INJECT);
    p.batch.N = 1;
    p.batch.mode = LOSS_VALIDATION;
    double loss = captioner_loss(&p.params, p.work, &p.batch, NULL);
    for (int j = 0; j < GH; j++)
        for (int k = 0; k < H; k++) {
            real v = b_image[k];
            for (int i = 0; i < D; i++)
                v += p.features[i] * w_image[i * H + k];
            param(&p.params, B)[j] += (v > 0 ? v : 0) * w_inject[k * GH + j];
        }
    memset(w_inject, 0, (size_t)(H * GH) * sizeof *w_inject);
    assert_true(fabs(captioner_loss(&p.params, p.work, &p.batch, NULL) - loss) < 1e-12);
    problem_free(&p);
}

/* The probability of a caption found with a beam is that of the loss. */
static void captions_found(const Cell *cell, const Attention *attention)
{
    enum { IMAGES = 3, BEAM = 3 };
    Problem p = problem_new(cell, attention, 0, N);
    const SearchOptions options = {.sampler = sampler_named("best"),
                                   .max_length = T,
                                   .places = attention ? PLACES : 0,
                                   .beam = BEAM,
                                   .nbest = BEAM};
    const int64_t number[IMAGES] = {0, 1, 2};
    int32_t words[IMAGES * BEAM][T];
    SearchResult results[IMAGES * BEAM];
    for (int i = 0; i < IMAGES * BEAM; i++)
        results[i] = (SearchResult){.words = words[i]};
    Search *search = search_new(&p.params, &options, IMAGES);
    assert_non_null(search);
    search_run(search, &(SearchInput){p.features, p.grid, number, IMAGES}, results);
    for (int i = 0; i < IMAGES * BEAM; i++) {
        int32_t found[T + 1] = {WORD_START}, own = i / BEAM;
        bool null = false;
        for (int t = 0; t < results[i].n; t++) {
            found[t + 1] = words[i][t];
            null |= words[i][t] == WORD_NULL;
        }
        p.batch.features = p.features + (size_t)own * D;
        p.batch.captions = found;
        p.batch.image = &own;
        p.batch.N = 1;
        p.batch.mode = LOSS_VALIDATION;
        if (!null)
            assert_true(fabs(captioner_loss(&p.params, p.work, &p.batch, NULL) + results[i].logprob) < 1e-6);
    }
    search_free(search);
    problem_free(&p);
}

static void captions_are_as_likely_as_the_loss_says(void **state)
{
    (void)state;
    for (int i = 0; cell_at(i); i++) {
        captions_found(cell_at(i), NULL);
        captions_found(cell_at(i), attention_at(1));
    }
}

static void threads_change_no_bit(void **state)
{
    (void)state;
    enum { SEVERAL_TILES = 90 };
    const int before = omp_get_max_threads();
    Problem p = problem_new(cell_named("gru"), attention_at(2), 0.3, SEVERAL_TILES);
    real *first = array(p.grads.n);
    omp_set_num_threads(1);
    captioner_loss(&p.params, p.work, &p.batch, &p.grads);
    memcpy(first, p.grads.data, p.grads.n * sizeof *first);
    omp_set_num_threads(4);
    captioner_loss(&p.params, p.work, &p.batch, &p.grads);
    omp_set_num_threads(before);
    assert_memory_equal(first, p.grads.data, p.grads.n * sizeof *first);
    free(first);
    problem_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients),
        cmocka_unit_test(equations),
        cmocka_unit_test(captions_are_as_likely_as_the_loss_says),
        cmocka_unit_test(threads_change_no_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
