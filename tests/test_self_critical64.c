/* Self-critical training and scheduled sampling, in double: the weighted loss against centred differences, the sampled
 * gradient against that of the expected reward of a model whose captions can be enumerated, and the words drawn. */
#include "model/advantage.h"
#include "model/attention/attention.h"
#include "model/decode/draw.h"
#include "model/decode/network.h"
#include "model/decode/search.h"
#include "model/kernels.h"
#include "model/loss.h"
#include "tests/support/unit.h"

#include <math.h>

/* The most that a problem here has. */
enum { ROWS = 12, T = 5, D = 3, W = 4, H = 8, V = 7, C = 3, PLACES = 4 };

typedef struct {
    Params params, grads;
    LossWork *work;
    Draw *draw;
    real *features, *grid;
    LossBatch batch;
} Problem;

/* In place: draw borrows the parameters. */
static void problem_init(Problem *p, const Cell *cell, const Attention *attention, int words, double dropout)
{
    const ModelShape shape = {
        .cell = cell, .D = D, .W = W, .H = H, .V = words, .attention = attention, .C = C, .inject = dropout > 0};
    *p = (Problem){.work = loss_work_new(&shape, ROWS, T, &(LossOptions){.places = PLACES, .dropout = dropout})};
    Rng rng;
    rng_seed(&rng, 11);
    assert_int_equal(params_alloc(&p->params, &shape), 0);
    assert_int_equal(params_alloc(&p->grads, &shape), 0);
    p->draw = draw_new(&p->params, &(DrawSizes){ROWS, T, PLACES, dropout, PRECISION_FLOAT32});
    assert_true(p->work && p->draw);
    for (size_t i = 0; i < p->params.n; i++)
        p->params.data[i] = 0.7 * rng_randn(&rng);
    param(&p->params, B_VOCAB)[WORD_NULL] = -60; /* nothing puts <NULL> into captions */
    p->features = randn(&rng, (size_t)ROWS * D);
    p->grid = randn(&rng, (size_t)ROWS * PLACES * C);
    p->batch = (LossBatch){.features = p->features,
                           .grid = attention ? p->grid : NULL,
                           .images = 1,
                           .T = T,
                           .mode = LOSS_TRAINING,
                           .iteration = 1};
    draw_refresh(p->draw);
}

static void problem_free(Problem *p)
{
    params_free(&p->params);
    params_free(&p->grads);
    loss_work_free(p->work);
    draw_free(p->draw);
    free(p->features);
    free(p->grid);
}

/* The loss alone; with dropout too, whose masks act in training. */
static double loss_of(void *ctx)
{
    Problem *p = ctx;
    real *kept = array(p->grads.n);
    memcpy(kept, p->grads.data, p->grads.n * sizeof *kept);
    double loss = captioner_loss(&p->params, p->work, &p->batch, &p->grads);
    memcpy(p->grads.data, kept, p->grads.n * sizeof *kept);
    free(kept);
    return loss;
}

/* Every parameter's gradient of `loss` against the one given, the error measured against a tensor's largest. */
static void check_gradient(Problem *p, double (*loss)(void *), const real *gradient)
{
    for (int i = 0; i < p->params.n_tensors; i++) {
        const Tensor *t = &p->params.tensor[i];
        real *numeric = array(t->size), largest = 0, worst = 0;
        eval_numerical_gradient(loss, p, p->params.data + t->offset, t->size, 1e-5, numeric);
        for (size_t k = 0; k < t->size; k++) {
            largest = fmax(largest, fabs(gradient[t->offset + k]));
            worst = fmax(worst, fabs(gradient[t->offset + k] - numeric[k]));
        }
        if (!(largest > 1e-4 && worst <= 1e-7 * largest))
            fail_msg("%s: largest gradient %g, error %g", t->name, largest, worst);
        free(numeric);
    }
}

/* --- the weighted loss, and words that go in --- */

/* Captions of all lengths; with `own`, other words go in than the captions'. */
static void weighted_gradient(const Cell *cell, const Attention *attention, double dropout, bool own)
{
    enum { N = 5 };
    static const real weight[N] = {0.5, -1.25, 2, 0, -0.125};
    int32_t captions[N * (T + 1)], inputs[N * T], image[N] = {0};
    Problem p;
    problem_init(&p, cell, attention, V, dropout);
    Rng rng;
    rng_seed(&rng, 2);
    for (int r = 0; r < N; r++)
        for (int t = 0; t <= T; t++) {
            captions[r * (T + 1) + t] = t <= 1 + r ? 1 + (int32_t)rng_randint(&rng, V - 1) : WORD_NULL;
            if (t < T)
                inputs[r * T + t] = (int32_t)rng_randint(&rng, V);
        }
    p.batch.captions = captions;
    p.batch.weight = weight;
    p.batch.inputs = own ? inputs : NULL;
    p.batch.image = image;
    p.batch.N = N;
    captioner_loss(&p.params, p.work, &p.batch, &p.grads);
    check_gradient(&p, loss_of, p.grads.data);
    problem_free(&p);
}

static void gradients_of_the_weighted_loss(void **state)
{
    (void)state;
    for (int i = 0; cell_at(i); i++)
        weighted_gradient(cell_at(i), NULL, i == 1 ? 0.3 : 0, i == 2);
    for (int i = 1; attention_at(i); i++)
        weighted_gradient(cell_named("lstm"), attention_at(i), 0, i == 1);
}

/* -log p of captions (n,T+1) of whole rows, step by step as words are drawn, with dropout: rows from number `first`. */
static double loss_of_steps(const Problem *p, double dropout, int first, int n, const int32_t *captions)
{
    Network *w = network_new(&p->params, &(NetworkSizes){.images = n,
                                                         .rows = n,
                                                         .training = true,
                                                         .dropout = true,
                                                         .places = PLACES,
                                                         .precision = PRECISION_FLOAT32});
    int number[ROWS];
    int32_t word[ROWS], image[ROWS] = {0}, same[ROWS];
    double sum = 0;
    assert_non_null(w);
    for (int r = 0; r < n; r++)
        number[r] = first + (same[r] = r);
    network_dropout(w, &(Dropout){.rate = dropout, .iteration = p->batch.iteration});
    network_begin(w, p->features, n, p->batch.grid, 1, 1, number);
    for (int t = 0; t < T; t++) {
        for (int r = 0; r < n; r++) {
            word[r] = captions[r * (T + 1) + t];
            number[r] = (first + r) * T + t;
        }
        network_words(w, word, n, number);
        network_step(w, 0, n - 1, word, image);
        network_step(w, n - 1, 1, word, image);
        for (int r = 0; r < n; r++) {
            const real *scores = network_scores(w, r);
            double total = 0;
            for (int v = 0; v < V; v++)
                total += exp(scores[v]);
            sum += log(total) - scores[captions[r * (T + 1) + t + 1]];
        }
        network_gather(w, same, n);
    }
    network_free(w);
    return sum;
}

/* Captions are drawn from the distribution whose loss is differentiated: the same masks. */
static void steps_drop_what_the_loss_drops(void **state)
{
    (void)state;
    enum { N = 4, FIRST = 3 };
    int32_t captions[N * (T + 1)], image[N] = {0};
    for (int i = 0; i < N * (T + 1); i++)
        captions[i] = i % (T + 1) ? 2 + i * i % (V - 2) : WORD_START;
    for (int kind = 0; kind < 4; kind++) {
        Problem p;
        problem_init(&p, cell_at(kind % 3),
                     kind == 1   ? attention_at(2)
                     : kind == 3 ? attention_at(1)
                                 : NULL,
                     V, 0.5);
        p.batch.captions = captions;
        p.batch.image = image;
        p.batch.N = p.batch.of = N;
        p.batch.first = FIRST;
        double loss = N * captioner_loss(&p.params, p.work, &p.batch, &p.grads);
        double steps = loss_of_steps(&p, 0.5, FIRST, N, captions);
        assert_true(fabs(loss - steps) < 1e-10 * loss);
        assert_true(fabs(loss - loss_of_steps(&p, 0.5, FIRST + 1, N, captions)) > 1e-3 * loss);
        problem_free(&p);
    }
}

/* A weight multiplies a row's loss: (1/N) Σ weight·loss of the row alone; in parts of the minibatch, too. */
static void weights_multiply_rows(void **state)
{
    (void)state;
    enum { N = 4 };
    static const real weight[N] = {1, -0.5, 3, 0};
    int32_t captions[N * (T + 1)] = {0};
    double sum = 0;
    Problem p;
    problem_init(&p, cell_named("gru"), NULL, V, 0);
    for (int i = 0; i < N; i++)
        for (int t = 0; t <= i + 1; t++)
            captions[i * (T + 1) + t] = 1 + (3 * i + 2 * t) % (V - 1);
    for (int i = 0; i < N; i++) {
        p.batch.features = p.features + (size_t)i * D;
        p.batch.captions = captions + (size_t)i * (T + 1);
        p.batch.N = 1;
        sum += weight[i] * loss_of(&p) / N;
    }
    p.batch.features = p.features;
    p.batch.captions = captions;
    p.batch.weight = weight;
    p.batch.N = N;
    assert_true(fabs(loss_of(&p) - sum) < 1e-13);
    p.batch.of = N;
    for (int i = 0; i < N; i += N / 2) {
        p.batch.first = i;
        p.batch.N = N / 2;
        p.batch.features = p.features + (size_t)i * D;
        p.batch.captions = captions + (size_t)i * (T + 1);
        p.batch.weight = weight + i;
        sum -= loss_of(&p);
    }
    assert_true(fabs(sum) < 1e-13);
    problem_free(&p);
}

/* --- a model whose captions can be enumerated: <NULL>, <START>, <END> and <UNK>, two steps --- */

enum { FEW = 4, STEPS = 2, CAPTIONS = 10, WIDTH = STEPS + 1 };
static const int32_t ALL[CAPTIONS][WIDTH] = {{1, 2, 0}, {1, 1, 1}, {1, 1, 2}, {1, 1, 3}, {1, 3, 1},
                                             {1, 3, 2}, {1, 3, 3}, {1, 0, 0}, {1, 1, 0}, {1, 3, 0}};
static const double REWARD[CAPTIONS] = {0.3, 1.5, 0.1, 0.9, 0.05, 2.1, 0.7, 0, 0.4, 1.2};

static void toy_init(Problem *p)
{
    problem_init(p, cell_named("lstm"), NULL, FEW, 0);
    param(&p->params, B_VOCAB)[WORD_NULL] = -0.5;
    draw_refresh(p->draw);
    p->batch.T = STEPS;
    p->batch.drawn = true;
}

static double probability(Problem *p, int caption)
{
    LossBatch one = p->batch;
    one.captions = ALL[caption];
    one.N = 1;
    one.mode = LOSS_VALIDATION;
    return exp(-captioner_loss(&p->params, p->work, &one, NULL));
}

/* -E[r], whose gradient a step goes down. */
static double expected_reward(void *ctx)
{
    double sum = 0;
    for (int i = 0; i < CAPTIONS; i++)
        sum -= probability(ctx, i) * REWARD[i];
    return sum;
}

/* Adds `by` times the gradient of K samples of an image to sum. */
static void add_gradient(Problem *p, int K, const int *sample, const double *greedy, double by, real *sum)
{
    int32_t captions[ROWS * WIDTH];
    real features[ROWS * D], advantage[ROWS];
    double reward[ROWS];
    for (int k = 0; k < K; k++) {
        memcpy(captions + (size_t)k * WIDTH, ALL[sample[k]], sizeof ALL[0]);
        memcpy(features + (size_t)k * D, p->features, D * sizeof *features);
        reward[k] = REWARD[sample[k]];
    }
    advantages(1, K, reward, greedy, advantage);
    LossBatch batch = p->batch;
    batch.features = features;
    batch.captions = captions;
    batch.weight = advantage;
    batch.N = K;
    captioner_loss(&p->params, p->work, &batch, &p->grads);
    for (size_t i = 0; i < p->grads.n; i++)
        sum[i] += by * p->grads.data[i];
}

/* Over all pairs of samples, weighted by their probability, the estimate is the gradient of the expected reward. */
static void the_mean_of_the_others_is_unbiased(void **state)
{
    (void)state;
    Problem p;
    toy_init(&p);
    real *sum = array(p.grads.n);
    double all = 0;
    for (int i = 0; i < CAPTIONS; i++)
        for (int k = 0; k < CAPTIONS; k++) {
            double both = probability(&p, i) * probability(&p, k);
            add_gradient(&p, 2, (int[]){i, k}, NULL, both, sum);
            all += both;
        }
    assert_true(fabs(all - 1) < 1e-12); /* they are all the captions there are */
    check_gradient(&p, expected_reward, sum);
    free(sum);
    problem_free(&p);
}

static void a_greedy_baseline_is_unbiased(void **state)
{
    (void)state;
    Problem p;
    toy_init(&p);
    real *sum = array(p.grads.n);
    const double greedy = REWARD[3];
    for (int i = 0; i < CAPTIONS; i++)
        add_gradient(&p, 1, &i, &greedy, probability(&p, i), sum);
    check_gradient(&p, expected_reward, sum);
    free(sum);
    problem_free(&p);
}

/* Which of the captions it is. */
static int caption_number(const int32_t *caption)
{
    for (int i = 0; i < CAPTIONS; i++)
        if (!memcmp(caption, ALL[i], sizeof ALL[i]))
            return i;
    fail_msg("a caption that cannot be: %d %d %d", caption[0], caption[1], caption[2]);
    return -1;
}

/* Captions come as often as they are likely, and the mean of many estimates comes near the gradient. */
static void draws_give_the_gradient(void **state)
{
    (void)state;
    enum { K = 5, ITERATIONS = 4000 };
    Problem p;
    toy_init(&p);
    real *sum = array(p.grads.n), *exact = array(p.grads.n);
    double count[CAPTIONS] = {0}, chi = 0, off = 0, length = 0;
    int sample[K];
    for (int it = 1; it <= ITERATIONS; it++) {
        int32_t captions[K * WIDTH];
        const DrawBatch batch = {.features = p.features, .N = 1, .seed = 5, .iteration = it};
        draw_captions(p.draw, &batch, K, STEPS, captions);
        for (int k = 0; k < K; k++)
            count[sample[k] = caption_number(captions + (size_t)k * WIDTH)]++;
        add_gradient(&p, K, sample, NULL, 1. / ITERATIONS, sum);
    }
    for (int i = 0; i < CAPTIONS; i++) {
        double expected = probability(&p, i) * K * ITERATIONS;
        chi += (count[i] - expected) * (count[i] - expected) / expected;
        add_gradient(&p, 1, &i, &(double){0}, probability(&p, i), exact);
    }
    for (size_t i = 0; i < p.grads.n; i++) {
        off += (sum[i] - exact[i]) * (sum[i] - exact[i]);
        length += exact[i] * exact[i];
    }
    printf("# chi-square %.2f of 9 degrees; distance %.4f of the gradient's length\n", chi, sqrt(off / length));
    assert_true(chi < 27.9); /* 999 of 1000 are below */
    assert_true(off < 0.05 * 0.05 * length);
    free(sum);
    free(exact);
    problem_free(&p);
}

/* --- words drawn --- */

static void words_are_drawn_by_their_probability(void **state)
{
    (void)state;
    enum { MANY = 200 };
    real scores[MANY], cumulated = 0, total = 0;
    Rng rng;
    rng_seed(&rng, 4);
    for (int j = 0; j < MANY; j++)
        scores[j] = 3 * rng_randn(&rng);
    scores[0] = scores[130] = -INFINITY;
    for (int j = 0; j < MANY; j++)
        total += exp(scores[j]);
    for (int j = 0; j < MANY; j++) {
        double share = exp(scores[j]) / total;
        if (share > 1e-9)
            assert_int_equal(draw_word(MANY, scores, cumulated + share / 2), j);
        cumulated += share;
    }
    int32_t last = draw_word(MANY, scores, 1 - 0x1p-53), first = draw_word(MANY, scores, 0);
    assert_true(last == MANY - 1 && first == 1);
    for (int j = 0; j < MANY; j++)
        scores[j] = NAN;
    int32_t word = draw_word(MANY, scores, 0.5);
    assert_true(word >= 0 && word < MANY);
}

/* The words of highest score are those that the search finds, for all cells and kinds of attention. */
static void greedy_captions_are_the_search_s(void **state)
{
    (void)state;
    enum { N = 3, IMAGES = 2 };
    static const int32_t image[N] = {0, 1, 0};
    for (int c = 0; cell_at(c); c++)
        for (int a = 0; a == 0 || attention_at(a); a++) {
            Problem p;
            problem_init(&p, cell_at(c), attention_at(a), V, 0);
            const SearchOptions greedy = {.sampler = &sampler_best, .beam = 1, .max_length = T, .places = PLACES};
            int32_t captions[N * (T + 1)], words[T];
            const DrawBatch batch = {
                .features = p.features, .grid = p.batch.grid, .image = image, .images = IMAGES, .N = N};
            draw_greedy(p.draw, &batch, T, captions);
            Search *s = search_new(&p.params, &greedy, 1);
            assert_non_null(s);
            for (int i = 0; i < N; i++) {
                SearchResult result = {.words = words};
                const SearchInput in = {p.features + (size_t)i * D, p.grid + (size_t)image[i] * PLACES * C,
                                        &(int64_t){i}, 1};
                search_run(s, &in, &result);
                assert_memory_equal(captions + i * (T + 1) + 1, words, (size_t)result.n * sizeof *words);
                assert_true(result.n == T || captions[i * (T + 1) + 1 + result.n] == WORD_NULL);
            }
            search_free(s);
            problem_free(&p);
        }
}

/* A row's random numbers do not depend on the rows beside it. */
static void draws_belong_to_rows(void **state)
{
    (void)state;
    enum { N = 3, K = 4 };
    Problem p;
    problem_init(&p, cell_named("gru"), NULL, V, 0);
    int32_t all[N * K * (T + 1)], first[K * (T + 1)], other[K * (T + 1)];
    DrawBatch batch = {.features = p.features, .N = N, .seed = 1, .iteration = 3};
    draw_captions(p.draw, &batch, K, T, all);
    batch.N = 1;
    draw_captions(p.draw, &batch, K, T, first);
    assert_memory_equal(all, first, sizeof first);
    batch.iteration = 4;
    draw_captions(p.draw, &batch, K, T, other);
    assert_memory_not_equal(first, other, sizeof first);
    batch.iteration = 3, batch.seed = 2;
    draw_captions(p.draw, &batch, K, T, other);
    assert_memory_not_equal(first, other, sizeof first);
    problem_free(&p);
}

/* --- scheduled sampling --- */

static void inputs_are_mixed(void **state)
{
    (void)state;
    enum { N = ROWS, ITERATIONS = 300, WORDS = 4 /* of a caption: three inputs after <START> may change */ };
    Problem p;
    problem_init(&p, cell_named("rnn"), NULL, V, 0);
    int32_t captions[N * (T + 1)] = {0}, inputs[N * T];
    int replaced = 0;
    for (int i = 0; i < N; i++)
        for (int t = 0; t <= WORDS; t++)
            captions[i * (T + 1) + t] = t ? 3 + (i + t) % 4 : WORD_START;
    DrawBatch batch = {.features = p.features, .N = N, .seed = 1, .iteration = 1};
    draw_inputs(p.draw, &batch, 0, T, captions, inputs);
    for (int i = 0; i < N; i++)
        assert_memory_equal(inputs + i * T, captions + i * (T + 1), T * sizeof *inputs);
    for (; batch.iteration <= ITERATIONS; batch.iteration++) {
        draw_inputs(p.draw, &batch, 0.4, T, captions, inputs);
        for (int i = 0; i < N; i++) {
            assert_true(inputs[i * T] == WORD_START && inputs[i * T + WORDS] == captions[i * (T + 1) + WORDS]);
            for (int t = 1; t < WORDS; t++)
                replaced += inputs[i * T + t] != captions[i * (T + 1) + t];
        }
    }
    /* Of those chosen, some draw the same word; with p = 1 the share of others is counted. */
    int most = 0;
    for (batch.iteration = 1; batch.iteration <= ITERATIONS; batch.iteration++) {
        draw_inputs(p.draw, &batch, 1, T, captions, inputs);
        for (int i = 0; i < N; i++)
            for (int t = 1; t < WORDS; t++)
                most += inputs[i * T + t] != captions[i * (T + 1) + t];
    }
    printf("# %d of %d words replaced, %d of all\n", replaced, N * (WORDS - 1) * ITERATIONS, most);
    assert_true(fabs((double)replaced / most - 0.4) < 0.03);
    problem_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_of_the_weighted_loss),
        cmocka_unit_test(steps_drop_what_the_loss_drops),
        cmocka_unit_test(weights_multiply_rows),
        cmocka_unit_test(the_mean_of_the_others_is_unbiased),
        cmocka_unit_test(a_greedy_baseline_is_unbiased),
        cmocka_unit_test(draws_give_the_gradient),
        cmocka_unit_test(words_are_drawn_by_their_probability),
        cmocka_unit_test(greedy_captions_are_the_search_s),
        cmocka_unit_test(draws_belong_to_rows),
        cmocka_unit_test(inputs_are_mixed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
