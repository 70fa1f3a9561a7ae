/* The captioner's loss and gradient, in double: against the course's numbers, against centred differences of
 * every parameter, against the plain composition of the course's layers, and against NumPy's gradients. */
#include "io/data/dataset.h"
#include "io/hdf5/h5.h"
#include "model/cell/sequence.h"
#include "model/dropout.h"
#include "model/layers.h"
#include "model/loss.h"
#include "tests/support/golden.h"
#include "tests/support/unit.h"

#ifdef _OPENMP
#include <omp.h>
#endif

typedef struct {
    Params params, grads;
    LossWork *work;
    real *features;
    int32_t *captions; /* (N,T+1) */
    int N, T;
} Problem;

static Problem problem_with(LossOptions options, const char *cell, int N, int T, int D, int W, int H, int V)
{
    Problem p = {.N = N, .T = T};
    ModelShape shape = {.cell = cell_named(cell), .D = D, .W = W, .H = H, .V = V};
    assert_int_equal(params_alloc(&p.params, &shape), 0);
    assert_int_equal(params_alloc(&p.grads, &shape), 0);
    p.work = loss_work_new(&shape, N, T, &options);
    assert_non_null(p.work);
    p.captions = calloc((size_t)N * ((size_t)T + 1), sizeof *p.captions);
    assert_non_null(p.captions);
    return p;
}

static Problem problem_new(const char *cell, int N, int T, int D, int W, int H, int V)
{
    return problem_with((LossOptions){0}, cell, N, T, D, W, H, V);
}

static void problem_free(Problem *p)
{
    params_free(&p->params);
    params_free(&p->grads);
    loss_work_free(p->work);
    free(p->features);
    free(p->captions);
}

/* Of the first N rows, over T steps. */
static double loss_in(Problem *p, LossMode mode, int N, int T)
{
    LossBatch batch = {
        .features = p->features, .captions = p->captions, .N = N, .T = T, .mode = mode, .iteration = 1};
    return captioner_loss(&p->params, p->work, &batch, mode == LOSS_TRAINING ? &p->grads : NULL);
}

static double loss_of(void *ctx)
{
    Problem *p = ctx;
    return loss_in(p, LOSS_VALIDATION, p->N, p->T);
}

static double gradient(Problem *p)
{
    return loss_in(p, LOSS_TRAINING, p->N, p->T);
}

/* The loss with what acts in training alone; leaves the gradient alone. */
static double training_loss(void *ctx)
{
    Problem *p = ctx;
    real *kept = array(p->grads.n);
    memcpy(kept, p->grads.data, p->grads.n * sizeof *kept);
    double loss = gradient(p);
    memcpy(p->grads.data, kept, p->grads.n * sizeof *kept);
    free(kept);
    return loss;
}

/* Random parameters of a size that makes every nonlinearity work. */
static void randomize(Problem *p, uint32_t seed)
{
    Rng rng;
    rng_seed(&rng, seed);
    for (size_t i = 0; i < p->params.n; i++)
        p->params.data[i] = (real)(0.4 * rng_randn(&rng));
    p->features = randn(&rng, (size_t)p->N * (size_t)p->params.shape.D);
}

/* Captions of all lengths, the empty one included, with words that come again and a NULL in the middle. */
static void mixed_captions(Problem *p, uint32_t seed)
{
    Rng rng;
    rng_seed(&rng, seed);
    for (int r = 0; r < p->N; r++) {
        int32_t *c = p->captions + r * (p->T + 1);
        int words = r % (p->T + 1);
        for (int t = 0; t <= p->T; t++)
            c[t] =
                t <= words && (t > 0 || r % 5) ? 1 + (int32_t)rng_randint(&rng, p->params.shape.V - 1) : WORD_NULL;
        if (words > 3)
            c[2] = WORD_NULL;
    }
}

/* --- the course's numbers --- */

static void course_loss(const char *cell, double from, double to, double expected)
{
    enum { N = 10, D = 20, W = 30, H = 40, V = 3, T = 13 };
    char key[96];
    Problem p = problem_new(cell, N, T - 1, D, W, H, V);
    p.features = linspace(from, to, N * D);
    for (int i = 0; i < p.params.n_tensors; i++) {
        const Tensor *t = &p.params.tensor[i];
        real *values = linspace(-1.4, 1.3, t->size);
        memcpy(p.params.data + t->offset, values, t->size * sizeof *values);
        free(values);
    }
    for (int i = 0; i < N * T; i++)
        p.captions[i] = i % V;
    double loss = gradient(&p);
    const double most = 1e-10;
    printf("# loss: %.12g, expected: %.12g, difference: %.2g (at most %.2g)\n", loss, expected,
           fabs(loss - expected), most);
    assert_true(fabs(loss - expected) < most);
    for (int i = 0; i < p.params.n_tensors; i++) {
        const Tensor *t = &p.params.tensor[i];
        double *theirs, squares = 0;
        size_t n;
        for (size_t k = 0; k < t->size; k++)
            squares += p.grads.data[t->offset + k] * p.grads.data[t->offset + k];
        snprintf(key, sizeof key, "CaptioningRNN.%s.grad.%s.l2", cell, t->name);
        golden_vector(key, &theirs, &n);
        real l2 = sqrt(squares);
        check_error(key, theirs, &l2, 1, 1e-11);
        free(theirs);
    }
    problem_free(&p);
}

static void test_CaptioningRNN_loss(void **state)
{
    (void)state;
    course_loss("rnn", -1.5, 0.3, 9.83235591003);
}

static void test_CaptioningRNN_loss_lstm(void **state)
{
    (void)state;
    course_loss("lstm", -0.5, 1.7, 9.82445935443);
}

/* --- centred differences --- */

static void check_parameters(Problem *p, double h, double most)
{
    gradient(p);
    for (int i = 0; i < p->params.n_tensors; i++) {
        const Tensor *t = &p->params.tensor[i];
        real *numeric = array(t->size);
        eval_numerical_gradient(loss_of, p, p->params.data + t->offset, t->size, h, numeric);
        check_not_zero(t->name, p->grads.data + t->offset, t->size);
        check_error(t->name, numeric, p->grads.data + t->offset, t->size, most);
        free(numeric);
    }
}

/* The course's own check: its seed, its sizes, its step, its tolerance. */
static void test_CaptioningRNN_gradients(void **state)
{
    enum { N = 2, T = 3, D = 4, W = 5, H = 6, V = 3 };
    double *theirs;
    size_t n;
    Rng rng;
    (void)state;
    Problem p = problem_new("rnn", N, T - 1, D, W, H, V);
    rng_seed(&rng, 231);
    for (int i = 0; i < N * T; i++)
        p.captions[i] = (int32_t)rng_randint(&rng, V);
    p.features = randn(&rng, N * D);
    params_init(&p.params, &rng);
    double loss = gradient(&p);
    golden_vector("seed231.model.rnn.loss", &theirs, &n);
    assert_true(fabs(loss - theirs[0]) < 1e-13);
    free(theirs);
    check_parameters(&p, 1e-6, 2e-6);
    problem_free(&p);
}

/* Every parameter, the error measured against its tensor's largest gradient: the smallest ones drown in the
 * noise of differences, in correct code too. */
static void every_parameter_with(LossOptions options, const char *cell)
{
    bool plain = options.dropout == 0 && options.label_smoothing == 0;
    Problem p =
        plain ? problem_with(options, cell, 9, 7, 5, 6, 8, 11) : problem_with(options, cell, 4, 5, 4, 3, 5, 7);
    double (*loss)(void *) = plain ? loss_of : training_loss;
    randomize(&p, 17);
    mixed_captions(&p, 3);
    gradient(&p);
    for (int i = 0; i < p.params.n_tensors; i++) {
        const Tensor *t = &p.params.tensor[i];
        const real *g = p.grads.data + t->offset;
        real *numeric = array(t->size), largest = 0, worst = 0;
        eval_numerical_gradient(loss, &p, p.params.data + t->offset, t->size, 1e-5, numeric);
        for (size_t k = 0; k < t->size; k++) {
            largest = fmax(largest, fabs(g[k]));
            worst = fmax(worst, fabs(g[k] - numeric[k]));
        }
        printf("# %s: largest gradient %.3g, error %.3g of it\n", t->name, largest, worst / largest);
        assert_true(largest > 1e-3 && worst <= 1e-8 * largest);
        free(numeric);
    }
    problem_free(&p);
}

static void every_parameter(const char *cell)
{
    every_parameter_with((LossOptions){0}, cell);
}

static void every_parameter_rnn(void **state)
{
    (void)state;
    every_parameter("rnn");
}

static void every_parameter_lstm(void **state)
{
    (void)state;
    every_parameter("lstm");
}

static void every_parameter_gru(void **state)
{
    (void)state;
    every_parameter("gru");
}

static void every_parameter_with_dropout(void **state)
{
    (void)state;
    for (int i = 0; cell_at(i); i++)
        every_parameter_with((LossOptions){.dropout = 0.3, .seed = 7}, cell_at(i)->name);
}

static void every_parameter_with_label_smoothing(void **state)
{
    (void)state;
    every_parameter_with((LossOptions){.label_smoothing = 0.1}, "lstm");
    every_parameter_with((LossOptions){.label_smoothing = 0.2, .dropout = 0.5, .seed = 1}, "rnn");
}

/* --- what acts in training alone --- */

/* As written down: the target is (1-ε)·onehot + ε/V. */
static void label_smoothing_is_the_cross_entropy_with_a_soft_target(void **state)
{
    (void)state;
    enum { V = 5 };
    const double e = 0.3, scale = 0.25;
    real s[V] = {0.5, -1, 2, 0.25, -0.75}, before[V];
    const int32_t target = 3;
    double loss, sum = 0, expected = 0;
    memcpy(before, s, sizeof s);
    for (int j = 0; j < V; j++)
        sum += exp(s[j]);
    for (int j = 0; j < V; j++)
        expected -= ((j == target ? 1 - e : 0) + e / V) * log(exp(s[j]) / sum);
    softmax_loss_rows(1, V, rows_of(s, V), &target, e, scale, 1, &loss);
    assert_true(fabs(loss - expected) < 1e-14);
    for (int j = 0; j < V; j++)
        assert_true(fabs(s[j] - scale * (exp(before[j]) / sum - (j == target ? 1 - e : 0) - e / V)) < 1e-14);
}

static void validation_is_plain(void **state)
{
    (void)state;
    Problem plain = problem_new("lstm", 9, 7, 5, 6, 8, 11);
    Problem p = problem_with((LossOptions){.dropout = 0.5, .label_smoothing = 0.1}, "lstm", 9, 7, 5, 6, 8, 11);
    randomize(&plain, 17);
    randomize(&p, 17);
    mixed_captions(&plain, 3);
    mixed_captions(&p, 3);
    assert_true(gradient(&p) != gradient(&plain));
    assert_true(loss_of(&p) == loss_of(&plain));
    problem_free(&plain);
    problem_free(&p);
}

/* A caption's loss does not depend on those beside it, which decide where its positions are stored: only on its row. */
static void masks_belong_to_rows_and_steps(void **state)
{
    (void)state;
    enum { N = 40, T = 6 };
    const LossOptions options = {.dropout = 0.5, .seed = 3};
    Problem p = problem_with(options, "rnn", N, T, 5, 6, 8, 11);
    randomize(&p, 17);
    mixed_captions(&p, 3);
    double all = gradient(&p) * N, sum = 0;
    int32_t *captions = p.captions;
    p.captions = calloc((size_t)N * (T + 1), sizeof *p.captions);
    for (int i = 0; i < N; i++) {
        memset(p.captions, 0, (size_t)N * (T + 1) * sizeof *p.captions);
        memcpy(p.captions + i * (T + 1), captions + i * (T + 1), (T + 1) * sizeof *p.captions);
        sum += gradient(&p) * N;
    }
    assert_true(fabs(all - sum) < 1e-10 * all);
    free(captions);
    problem_free(&p);
}

static void dropout_keeps_the_expectation(void **state)
{
    (void)state;
    enum { ROWS = 400, M = 250 };
    real *x = array(ROWS * M), *y = array(ROWS * M), sum = 0;
    int row[ROWS], zeros = 0, same = 0;
    for (int i = 0; i < ROWS * M; i++)
        x[i] = 1;
    for (int i = 0; i < ROWS; i++)
        row[i] = i;
    const Dropout d = {.rate = 0.2, .seed = 5, .iteration = 9}, next = {.rate = 0.2, .seed = 5, .iteration = 10};
    dropout_rows(&d, DROP_OUTPUT, row, ROWS, M, rows_of(x, M), rows_of(y, M));
    for (int i = 0; i < ROWS * M; i++) {
        assert_true(y[i] == 0 || fabs(y[i] - 1.25) < 1e-15);
        zeros += y[i] == 0;
        sum += y[i];
    }
    /* Standard deviations: 126 of the count, 160 of the sum. */
    assert_true(abs(zeros - 20000) < 600 && fabs(sum - ROWS * M) < 800);
    /* Another layer, row or iteration is another mask; the same place is the same mask. */
    const DropLayer layer[] = {DROP_INPUT, DROP_OUTPUT, DROP_OUTPUT, DROP_OUTPUT};
    const Dropout *of[] = {&d, &d, &next, &d};
    const int at[] = {0, 1, 0, 0};
    for (int k = 0; k < 4; k++, same = 0) {
        dropout_rows(of[k], layer[k], &at[k], 1, M, rows_of(x, M), rows_of(y + M, M));
        for (int i = 0; i < M; i++)
            same += (y[M + i] == 0) == (y[i] == 0);
        assert_true(k == 3 ? same == M : same < M - 20);
    }
    free(x), free(y);
}

/* --- the path that training runs is the composition of the layers --- */

/* The loss by whole-sequence layers alone, padded and batch-major, nothing folded or skipped. */
static double plain_loss(const Problem *p, Params *g)
{
    const Params *m = &p->params;
    const Cell *cell = m->shape.cell;
    int N = p->N, T = p->T, n = N * T, D = m->shape.D, W = m->shape.W, H = m->shape.H, V = m->shape.V;
    size_t nh = (size_t)(n * H), ngh = nh * (size_t)cell->gates;
    real *h0 = array((size_t)(N * H)), *dh0 = array((size_t)(N * H)), *x = array((size_t)(n * W));
    real *dx = array((size_t)(n * W)), *h = array(nh), *dh = array(nh), *c = array(nh), *a = array(ngh);
    real *ah = array(ngh), *da = array(ngh), *dah = array(ngh), *dc = array((size_t)(N * H));
    real *c0 = array((size_t)(N * H)), *scores = array((size_t)(n * V));
    int32_t *in = malloc((size_t)n * sizeof *in), *out = malloc((size_t)n * sizeof *out);
    int32_t *target = malloc((size_t)n * sizeof *target);
    unsigned char *mask = malloc((size_t)n);
    double *row_loss = malloc((size_t)n * sizeof *row_loss);
    for (int i = 0; i < n; i++) {
        in[i] = p->captions[i / T * (T + 1) + i % T];
        out[i] = p->captions[i / T * (T + 1) + i % T + 1];
        mask[i] = out[i] != WORD_NULL;
    }
    Sequence s = {cell,           N, T, W, H, x, h0, c0, param(m, WX), param(m, WH), param(m, B),
                  cell_params(m), h, c, a, ah};
    SequenceGrads sg = {dx, dh0, param(g, WX), param(g, WH), param(g, B), cell_params(g), dh, dc, da, dah};
    temporal_affine_forward(h0, p->features, param(m, W_PROJ), param(m, B_PROJ), N, D, H);
    word_embedding_forward(x, in, param(m, W_EMBED), n, W);
    sequence_forward(&s);
    temporal_affine_forward(scores, h, param(m, W_VOCAB), param(m, B_VOCAB), n, H, V);
    double loss = temporal_softmax_loss(scores, out, mask, row_loss, target, N, n, V);
    temporal_affine_backward(dh, param(g, W_VOCAB), param(g, B_VOCAB), scores, h, param(m, W_VOCAB), n, H, V);
    sequence_backward(&s, &sg);
    word_embedding_backward(param(g, W_EMBED), dx, in, n, W);
    temporal_affine_backward(NULL, param(g, W_PROJ), param(g, B_PROJ), dh0, p->features, param(m, W_PROJ), N, D, H);
    free(h0), free(dh0), free(x), free(dx), free(h), free(dh), free(c), free(a), free(ah), free(da), free(dah);
    free(dc), free(c0), free(scores), free(in), free(out), free(target), free(mask), free(row_loss);
    return loss;
}

static void same_as_layers(const char *cell, int N, int T, int V)
{
    Params plain;
    Problem p = problem_new(cell, N, T, 7, 9, 10, V);
    randomize(&p, 5);
    mixed_captions(&p, 11);
    assert_int_equal(params_alloc(&plain, &p.params.shape), 0);
    double ours = gradient(&p), theirs = plain_loss(&p, &plain);
    assert_true(fabs(ours - theirs) <= 1e-12 * fabs(theirs));
    for (int i = 0; i < plain.n_tensors; i++) {
        const Tensor *t = &plain.tensor[i];
        check_error(t->name, plain.data + t->offset, p.grads.data + t->offset, t->size, 1e-9);
    }
    params_free(&plain);
    problem_free(&p);
}

static void same_as_the_layers_composed(void **state)
{
    (void)state;
    same_as_layers("rnn", 1, 1, 4);
    same_as_layers("rnn", 37, 9, 23);
    same_as_layers("lstm", 26, 6, 13);
    same_as_layers("gru", 41, 7, 19);
    same_as_layers("rnn", 150, 12, 5000); /* several tiles, and several chunks of scores */
}

/* A workspace serves smaller minibatches, and remembers nothing of the one before. */
static void workspace_is_reusable(void **state)
{
    (void)state;
    Problem p = problem_new("lstm", 20, 8, 5, 6, 7, 15);
    randomize(&p, 2);
    mixed_captions(&p, 4);
    double first = gradient(&p);
    real *kept = array(p.grads.n);
    memcpy(kept, p.grads.data, p.grads.n * sizeof *kept);
    loss_in(&p, LOSS_TRAINING, 3, 4);
    double again = gradient(&p);
    assert_true(first == again);
    assert_memory_equal(kept, p.grads.data, p.grads.n * sizeof *kept);
    free(kept);
    problem_free(&p);
}

static void all_captions_empty(void **state)
{
    (void)state;
    Problem p = problem_new("rnn", 4, 5, 3, 4, 5, 6);
    randomize(&p, 2);
    for (size_t i = 0; i < p.grads.n; i++)
        p.grads.data[i] = 7; /* what was there before is overwritten */
    assert_true(gradient(&p) == 0);
    for (size_t i = 0; i < p.grads.n; i++)
        assert_true(p.grads.data[i] == 0);
    problem_free(&p);
}

static void same_bits_on_any_number_of_threads(void **state)
{
    (void)state;
#ifndef _OPENMP
    skip();
#else
    int before = omp_get_max_threads();
    for (int i = 0; cell_at(i); i++) {
        const LossOptions options = {.dropout = i % 2 ? 0.4 : 0, .label_smoothing = 0.1};
        Problem p = problem_with(options, cell_at(i)->name, 61, 10, 33, 21, 47, 301);
        randomize(&p, 8);
        mixed_captions(&p, 9);
        omp_set_num_threads(1);
        double one = gradient(&p);
        real *kept = array(p.grads.n);
        memcpy(kept, p.grads.data, p.grads.n * sizeof *kept);
        for (int threads = 2; threads <= 5; threads++) {
            omp_set_num_threads(threads);
            assert_true(gradient(&p) == one);
            assert_memory_equal(kept, p.grads.data, p.grads.n * sizeof *kept);
        }
        free(kept);
        problem_free(&p);
    }
    omp_set_num_threads(before);
#endif
}

/* --- NumPy's gradients of whole models --- */

static void read_params(Params *p, const char *path)
{
    static const char *const name[] = {"input_dim", "wordvec_dim", "hidden_dim", "vocab_size"};
    int64_t size[4];
    char *cell;
    Err err;
    H5 *h5 = h5_open(path, &err);
    if (!h5)
        fail_msg("%s", err.text);
    assert_int_equal(h5_attr_text(h5, "/", "cell", &cell, &err), 1);
    for (int i = 0; i < 4; i++)
        assert_int_equal(h5_attr_int(h5, "/", name[i], &size[i], &err), 1);
    ModelShape shape = {
        .cell = cell_named(cell), .D = (int)size[0], .W = (int)size[1], .H = (int)size[2], .V = (int)size[3]};
    assert_int_equal(params_alloc(p, &shape), 0);
    for (int i = 0; i < p->n_tensors; i++) {
        const Tensor *t = &p->tensor[i];
        const int64_t dim[] = {t->dim[0], t->dim[1], t->dim[2], t->dim[3]};
        char tensor[64];
        snprintf(tensor, sizeof tensor, "/params/%s", t->name);
        if (h5_read_doubles(h5, tensor, t->rank, dim, p->data + t->offset, &err))
            fail_msg("%s", err.text);
    }
    h5_close(h5, NULL);
    free(cell);
}

/* The first six train captions: the minibatch of expected.json. */
static void first_batch(Problem *p, const Dataset *d)
{
    p->features = array((size_t)p->N * (size_t)d->features.columns);
    for (int i = 0; i < p->N; i++) {
        for (int64_t k = 0; k < d->features.columns; k++)
            p->features[i * d->features.columns + k] =
                (real)d->features.floats[d->image.ints[i] * d->features.columns + k];
        memcpy(p->captions + i * d->width, d->captions.ints + i * d->width, (size_t)d->width * sizeof *p->captions);
    }
}

static void golden_model(const char *dir, const char *cell)
{
    enum { N = 6 };
    char path[4096];
    Err err;
    Dataset d;
    if (dataset_open(&d, dir, "train", 0, &err))
        fail_msg("%s", err.text);
    Problem p = {.N = N, .T = d.width - 1};
    snprintf(path, sizeof path, "%s/%s.h5", dir, cell);
    read_params(&p.params, path);
    assert_int_equal(params_alloc(&p.grads, &p.params.shape), 0);
    p.work = loss_work_new(&p.params.shape, N, p.T, &(LossOptions){0});
    p.captions = calloc((size_t)(N * d.width), sizeof *p.captions);
    first_batch(&p, &d);
    printf("# %s %s: loss %.15g\n", dir, cell, gradient(&p));
    snprintf(path, sizeof path, "%s/%s_grads.h5", dir, cell);
    H5 *h5 = h5_open(path, &err);
    assert_non_null(h5);
    for (int i = 0; i < p.params.n_tensors; i++) {
        const Tensor *t = &p.grads.tensor[i];
        const int64_t dim[] = {t->dim[0], t->dim[1], t->dim[2], t->dim[3]};
        double *theirs = malloc(t->size * sizeof *theirs);
        if (h5_read_doubles(h5, t->name, t->rank, dim, theirs, &err))
            fail_msg("%s", err.text);
        check_error(t->name, theirs, p.grads.data + t->offset, t->size, 1e-8);
        free(theirs);
    }
    h5_close(h5, NULL);
    dataset_close(&d);
    problem_free(&p);
}

static void golden_gradients(void **state)
{
    (void)state;
    golden_model(golden_path("small"), "rnn");
    golden_model(golden_path("small"), "lstm");
}

static void golden_gradients_medium(void **state)
{
    (void)state;
    if (!shared_path("golden/medium"))
        skip();
    golden_model(shared_path("golden/medium"), "rnn");
    golden_model(shared_path("golden/medium"), "lstm");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_CaptioningRNN_loss),
        cmocka_unit_test(test_CaptioningRNN_loss_lstm),
        cmocka_unit_test(test_CaptioningRNN_gradients),
        cmocka_unit_test(every_parameter_rnn),
        cmocka_unit_test(every_parameter_lstm),
        cmocka_unit_test(every_parameter_gru),
        cmocka_unit_test(same_as_the_layers_composed),
        cmocka_unit_test(workspace_is_reusable),
        cmocka_unit_test(all_captions_empty),
        cmocka_unit_test(golden_gradients),
        cmocka_unit_test(every_parameter_with_dropout),
        cmocka_unit_test(every_parameter_with_label_smoothing),
        cmocka_unit_test(label_smoothing_is_the_cross_entropy_with_a_soft_target),
        cmocka_unit_test(validation_is_plain),
        cmocka_unit_test(masks_belong_to_rows_and_steps),
        cmocka_unit_test(dropout_keeps_the_expectation),
        cmocka_unit_test(golden_gradients_medium),
        cmocka_unit_test(same_bits_on_any_number_of_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
