/* Attention of every kind with every cell, in double: the loss against the equations of model/attention/attention.h
 * written out, its gradients against centred differences, and captions against the same equations. */
#include "model/attention/attention.h"
#include "model/decode/search.h"
#include "model/loss.h"
#include "tests/support/unit.h"

#include <string.h>
#ifdef _OPENMP
#include <omp.h>
#endif

enum { N = 7, T = 5, D = 4, W = 5, H = 8, V = 9, C = 3, P = 5, K = 2, IMAGES = 3, GH_MOST = 4 * H };

typedef struct {
    Params params, grads;
    LossWork *work;
    real *features, *grid;
    int32_t captions[N * (T + 1)], image[N];
} Problem;

static Problem problem_with(double dropout, const Cell *cell, const Attention *attention)
{
    ModelShape shape = {.cell = cell, .D = D, .W = W, .H = H, .V = V, .attention = attention, .C = C};
    Problem p = {.work = loss_work_new(&shape, N, T, &(LossOptions){.places = P, .dropout = dropout, .seed = 3})};
    Rng rng;
    rng_seed(&rng, 5);
    assert_int_equal(attention_key(H), K);
    assert_int_equal(params_alloc(&p.params, &shape), 0);
    assert_int_equal(params_alloc(&p.grads, &shape), 0);
    assert_non_null(p.work);
    for (size_t i = 0; i < p.params.n; i++)
        p.params.data[i] = 0.6 * rng_randn(&rng);
    p.features = randn(&rng, N * D);
    p.grid = randn(&rng, IMAGES * P * C);
    /* Lengths of 0 to T; rows that share a grid, in different tiles too. */
    for (int r = 0; r < N; r++) {
        p.image[r] = r * 2 % IMAGES;
        for (int t = 0; t <= T; t++)
            p.captions[r * (T + 1) + t] = t <= r % (T + 1) ? 1 + (int32_t)rng_randint(&rng, V - 1) : WORD_NULL;
    }
    return p;
}

static Problem problem_new(const Cell *cell, const Attention *attention)
{
    return problem_with(0, cell, attention);
}

static void problem_free(Problem *p)
{
    params_free(&p->params);
    params_free(&p->grads);
    loss_work_free(p->work);
    free(p->features);
    free(p->grid);
}

static double loss_in(Problem *p, LossMode mode)
{
    LossBatch batch = {.features = p->features,
                       .captions = p->captions,
                       .grid = p->grid,
                       .image = p->image,
                       .images = IMAGES,
                       .N = N,
                       .T = T,
                       .mode = mode,
                       .iteration = 1};
    return captioner_loss(&p->params, p->work, &batch, mode == LOSS_TRAINING ? &p->grads : NULL);
}

/* 0: as many as at first. */
static void set_threads(int n)
{
#ifdef _OPENMP
    static int most;
    most = most ? most : omp_get_max_threads();
    omp_set_num_threads(n ? n : most);
#endif
    (void)n;
}

static double loss_of(void *ctx)
{
    return loss_in(ctx, LOSS_TRAINING);
}

/* --- the equations, one number at a time --- */

static const real *named(const Params *p, const char *name)
{
    for (int i = 0; i < p->n_tensors; i++)
        if (!strcmp(p->tensor[i].name, name))
            return param(p, i);
    fail_msg("no tensor %s", name);
    return NULL;
}

/* y (m) = b + x (n)·w (n,m) */
static void affine(int n, int m, const real *x, const real *w, const real *b, real *y)
{
    for (int j = 0; j < m; j++) {
        y[j] = b ? b[j] : 0;
        for (int i = 0; i < n; i++)
            y[j] += x[i] * w[i * m + j];
    }
}

static double logistic(double x)
{
    return 1 / (1 + exp(-x));
}

static double score(const Params *p, const real *key, const real *q)
{
    double e = 0;
    for (int k = 0; k < K; k++)
        e += named(p, "w_score")[k] * tanh(key[k] + q[k]);
    return e;
}

/* s and its key. */
static void sentinel(const Params *p, const real *x, const real *h, const real *c, real *s, real *key)
{
    real byx[H], byh[H];
    affine(W, H, x, named(p, "Wx_sentinel"), named(p, "b_sentinel"), byx);
    affine(H, H, h, named(p, "Wh_sentinel"), NULL, byh);
    for (int j = 0; j < H; j++)
        s[j] = logistic(byx[j] + byh[j]) * (p->shape.cell->carried ? tanh(c[j]) : h[j]);
    affine(H, K, s, named(p, "W_sentinel"), NULL, key);
}

/* z, and the weights (P+1), for one row. */
static void look(const Params *p, const real *grid, const real *x, const real *h, const real *c, real *z,
                 real *weight)
{
    real v[P + 1][H], key[P + 1][K], q[K];
    double e[P + 1], sum = 0;
    int n = P + p->shape.attention->sentinel;
    affine(H, K, h, named(p, "W_query"), named(p, "b_query"), q);
    for (int i = 0; i < P; i++) {
        affine(C, H, grid + i * C, named(p, "W_grid"), named(p, "b_grid"), v[i]);
        for (int j = 0; j < H; j++)
            v[i][j] = fmax(v[i][j], 0);
        affine(H, K, v[i], named(p, "W_key"), NULL, key[i]);
    }
    if (n > P)
        sentinel(p, x, h, c, v[P], key[P]);
    for (int i = 0; i < n; i++)
        sum += e[i] = exp(score(p, key[i], q));
    memset(z, 0, H * sizeof *z);
    for (int i = 0; i < n; i++) {
        weight[i] = e[i] / sum;
        for (int j = 0; j < H; j++)
            z[j] += weight[i] * v[i][j];
    }
}

/* One step of one row; h and c are replaced. */
static void step(const Params *p, const real *grid, int32_t word, real *h, real *c, real *weight)
{
    const Cell *cell = p->shape.cell;
    int GH = cell->gates * H;
    const real *x = param(p, W_EMBED) + word * W;
    real z[H], a[GH_MOST], byz[GH_MOST], ah[GH_MOST], next_h[H], next_c[H];
    look(p, grid, x, h, c, z, weight);
    affine(W, GH, x, param(p, WX), param(p, B), a);
    affine(H, GH, z, named(p, "Wz"), NULL, byz);
    affine(H, GH, h, param(p, WH), NULL, ah);
    for (int j = 0; j < GH; j++)
        a[j] += byz[j] + (cell->separate ? 0 : ah[j]);
    CellStep s = {.n = 1,
                  .H = H,
                  .own = cell_params(p),
                  .a = {a, 0},
                  .ah = {ah, 0},
                  .prev_h = {h, 0},
                  .prev_c = {c, 0},
                  .next_h = {next_h, 0},
                  .next_c = {next_c, 0}};
    cell->forward(&s);
    memcpy(h, next_h, sizeof next_h);
    if (cell->carried)
        memcpy(c, next_c, sizeof next_c);
}

/* log p of each word; scores (V) are replaced. */
static void log_probabilities(const Params *p, const real *h, real *scores)
{
    double sum = 0;
    affine(H, V, h, param(p, W_VOCAB), param(p, B_VOCAB), scores);
    for (int j = 0; j < V; j++)
        sum += exp(scores[j]);
    for (int j = 0; j < V; j++)
        scores[j] -= log(sum);
}

static double plain_loss(const Problem *p)
{
    double loss = 0;
    for (int r = 0; r < N; r++) {
        real h[H], c[H] = {0}, weight[P + 1], scores[V];
        const int32_t *caption = p->captions + r * (T + 1);
        affine(D, H, p->features + r * D, param(&p->params, W_PROJ), param(&p->params, B_PROJ), h);
        for (int t = 0; t < T && caption[t + 1] != WORD_NULL; t++) {
            step(&p->params, p->grid + p->image[r] * P * C, caption[t], h, c, weight);
            log_probabilities(&p->params, h, scores);
            loss -= scores[caption[t + 1]];
        }
    }
    return loss / N;
}

static void each(void (*check)(const Cell *, const Attention *))
{
    for (int i = 0; cell_at(i); i++)
        for (int k = 1; attention_at(k); k++)
            check(cell_at(i), attention_at(k));
}

/* --- the loss and its gradients --- */

static void check_loss(const Cell *cell, const Attention *attention)
{
    Problem p = problem_new(cell, attention);
    double fused = loss_in(&p, LOSS_VALIDATION), plain = plain_loss(&p);
    printf("# %s, %s: loss %.12g, by the equations %.12g\n", cell->name, attention->name, fused, plain);
    assert_true(plain > 1 && fabs(fused - plain) < 1e-11 * plain);
    problem_free(&p);
}

static void loss_is_that_of_the_equations(void **state)
{
    (void)state;
    each(check_loss);
}

/* The error is measured against the tensor's largest gradient. */
static void check_gradients_with(double dropout, const Cell *cell, const Attention *attention)
{
    Problem p = problem_with(dropout, cell, attention);
    real *grads = array(p.grads.n);
    assert_true(p.params.n_tensors >= COURSE_TENSORS + (attention->sentinel ? 11 : 7));
    set_threads(1); /* thousands of small losses */
    loss_in(&p, LOSS_TRAINING);
    memcpy(grads, p.grads.data, p.grads.n * sizeof *grads);
    for (int i = 0; i < p.params.n_tensors; i++) {
        const Tensor *t = &p.params.tensor[i];
        const real *g = grads + t->offset;
        real *numeric = array(t->size), largest = 0, worst = 0;
        eval_numerical_gradient(loss_of, &p, p.params.data + t->offset, t->size, 1e-5, numeric);
        for (size_t k = 0; k < t->size; k++) {
            largest = fmax(largest, fabs(g[k]));
            worst = fmax(worst, fabs(g[k] - numeric[k]));
        }
        printf("# %s, %s, %s: largest gradient %.3g, error %.3g of it\n", cell->name, attention->name, t->name,
               largest, worst / largest);
        assert_true(largest > 1e-4 && worst <= 1e-7 * largest);
        free(numeric);
    }
    set_threads(0);
    free(grads);
    problem_free(&p);
}

static void check_gradients(const Cell *cell, const Attention *attention)
{
    check_gradients_with(0, cell, attention);
    check_gradients_with(0.3, cell, attention);
}

static void gradients(void **state)
{
    (void)state;
    each(check_gradients);
}

static void check_threads(const Cell *cell, const Attention *attention)
{
    Problem p = problem_new(cell, attention);
    real *first = array(p.grads.n);
    set_threads(1);
    double loss = loss_in(&p, LOSS_TRAINING);
    memcpy(first, p.grads.data, p.grads.n * sizeof *first);
    set_threads(4);
    double again = loss_in(&p, LOSS_TRAINING);
    assert_memory_equal(&loss, &again, sizeof loss);
    assert_memory_equal(first, p.grads.data, p.grads.n * sizeof *first);
    set_threads(0);
    free(first);
    problem_free(&p);
}

static void threads_change_no_bit(void **state)
{
    (void)state;
    each(check_threads);
}

/* --- captions --- */

/* A beam's caption, its probability and its weights are those of the equations, word by word. */
static void check_captions(const Cell *cell, const Attention *attention)
{
    enum { LONGEST = 8 };
    Problem p = problem_new(cell, attention);
    SearchOptions options = {
        .sampler = sampler_named("best"), .max_length = LONGEST, .places = P, .attention = true};
    const int64_t number[IMAGES] = {0, 1, 2};
    for (options.beam = 1; options.beam <= 3; options.beam += 2) {
        int32_t words[IMAGES][LONGEST];
        float weights[IMAGES][LONGEST][P];
        SearchResult results[IMAGES];
        for (int m = 0; m < IMAGES; m++)
            results[m] = (SearchResult){.words = words[m], .attention = weights[m][0]};
        Search *search = search_new(&p.params, &options, IMAGES);
        assert_non_null(search);
        search_run(search, &(SearchInput){p.features, p.grid, number, IMAGES}, results);
        search_free(search);
        for (int m = 0; m < IMAGES; m++) {
            real h[H], c[H] = {0}, weight[P + 1], scores[V];
            double logprob = 0;
            affine(D, H, p.features + m * D, param(&p.params, W_PROJ), param(&p.params, B_PROJ), h);
            for (int t = 0; t < results[m].n; t++) {
                step(&p.params, p.grid + m * P * C, t ? words[m][t - 1] : WORD_START, h, c, weight);
                for (int i = 0; i < P; i++)
                    assert_true(fabs(weight[i] - (real)weights[m][t][i]) < 1e-6);
                log_probabilities(&p.params, h, scores);
                logprob += scores[words[m][t]];
                for (int j = 0; options.beam == 1 && j < V; j++)
                    assert_true(scores[j] <= scores[words[m][t]]);
            }
            assert_true(fabs(logprob - results[m].logprob) < 1e-10);
        }
    }
    problem_free(&p);
}

static void captions_are_those_of_the_equations(void **state)
{
    (void)state;
    each(check_captions);
}

/* --- names --- */

static void names(void **state)
{
    (void)state;
    assert_string_equal(attention_names(), "none|soft|adaptive");
    assert_null(attention_named("none"));
    assert_null(attention_at(0));
    assert_null(attention_at(3));
    assert_int_equal(attention_index(NULL), 0);
    assert_int_equal(attention_index(attention_named("adaptive")), 2);
    assert_string_equal(attention_at(2)->name, "adaptive");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loss_is_that_of_the_equations),
        cmocka_unit_test(gradients),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(captions_are_those_of_the_equations),
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
