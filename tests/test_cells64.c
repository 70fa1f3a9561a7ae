/* Every cell as a sequence, in double: its gradients against centred differences; the gru against PyTorch. */
#include "model/captioner.h"
#include "model/cell/sequence.h"
#include "model/loss.h"
#include "tests/support/golden.h"
#include "tests/support/unit.h"

/* --- centred differences --- */

enum { ARGS = 7 }; /* x, h0, c0, Wx, Wh, b and the cell's own tensors */
static const char *const names[ARGS] = {"x", "h0", "c0", "Wx", "Wh", "b", "own"};

typedef struct {
    Sequence s;
    size_t size[ARGS];
    real *arg[ARGS], *grad[ARGS];
    real *dh, *dc; /* (N,T,H) of every h; (N,C·H) of the last c */
} Problem;

/* Σ h·dh + Σ c_T·dc */
static double weighted_sum(void *ctx)
{
    const Problem *p = ctx;
    const Sequence *s = &p->s;
    int CH = s->cell->carried * s->H;
    double sum = 0;
    sequence_forward(s);
    for (int i = 0; i < s->N * s->T * s->H; i++)
        sum += s->h[i] * p->dh[i];
    for (int i = 0; i < s->N; i++)
        for (int j = 0; j < CH; j++)
            sum += s->c[(i * s->T + s->T - 1) * CH + j] * p->dc[i * CH + j];
    return sum;
}

/* How many numbers the cell's own tensors have. */
static size_t own_size(const Cell *cell, int H)
{
    Params p = {.n = 0};
    assert_int_equal(cell->add_tensors ? cell->add_tensors(&p, H) : 0, 0);
    size_t n = p.n;
    params_free(&p);
    return n;
}

static Problem problem_new(const Cell *cell, Rng *rng)
{
    enum { N = 4, T = 5, D = 3, H = 6 };
    const size_t h = N * H, gh = (size_t)(cell->gates * H), ch = (size_t)(cell->carried * H);
    Problem p = {.size = {N * T * D, h, N * ch, D * gh, H * gh, gh, own_size(cell, H)}};
    for (int i = 0; i < ARGS; i++) {
        p.arg[i] = randn(rng, p.size[i]);
        p.grad[i] = array(p.size[i]);
    }
    p.s = (Sequence){cell,
                     N,
                     T,
                     D,
                     H,
                     p.arg[0],
                     p.arg[1],
                     p.arg[2],
                     p.arg[3],
                     p.arg[4],
                     p.arg[5],
                     p.arg[6],
                     array(T * h),
                     array(N * T * ch),
                     array(N * T * gh),
                     array(N * T * gh)};
    p.dh = randn(rng, T * h);
    p.dc = randn(rng, N * ch);
    return p;
}

static void problem_free(Problem *p)
{
    for (int i = 0; i < ARGS; i++) {
        free(p->arg[i]);
        free(p->grad[i]);
    }
    free(p->s.h), free(p->s.c), free(p->s.a), free(p->s.ah), free(p->dh), free(p->dc);
}

static void backward(Problem *p)
{
    const Sequence *s = &p->s;
    size_t h = (size_t)(s->N * s->T * s->H), gates = h * (size_t)s->cell->gates;
    real *dh = array(h), *da = array(gates), *dah = array(gates);
    memcpy(dh, p->dh, h * sizeof *dh);
    memcpy(p->grad[2], p->dc, p->size[2] * sizeof *p->dc); /* dc enters as the last c's gradient, leaves as c0's */
    sequence_backward(s, &(SequenceGrads){p->grad[0], p->grad[1], p->grad[3], p->grad[4], p->grad[5], p->grad[6],
                                          dh, p->grad[2], da, dah});
    free(dh), free(da), free(dah);
}

static void gradients_of_every_cell(void **state)
{
    Rng rng;
    (void)state;
    rng_seed(&rng, 4);
    for (int i = 0; cell_at(i); i++) {
        Problem p = problem_new(cell_at(i), &rng);
        weighted_sum(&p);
        backward(&p);
        for (int k = 0; k < ARGS; k++) {
            char what[32];
            real *numeric = array(p.size[k]), largest = 0, worst = 0;
            snprintf(what, sizeof what, "%s d%s", cell_at(i)->name, names[k]);
            eval_numerical_gradient(weighted_sum, &p, p.arg[k], p.size[k], 1e-5, numeric);
            for (size_t j = 0; j < p.size[k]; j++) {
                largest = fmax(largest, fabs(p.grad[k][j]));
                worst = fmax(worst, fabs(p.grad[k][j] - numeric[j]));
            }
            printf("# %s: largest %.3g, error %.3g\n", what, largest, worst);
            assert_true(!p.size[k] || (largest > 1e-2 && worst <= 1e-8 * largest));
            free(numeric);
        }
        problem_free(&p);
    }
}

static void cells_have_names(void **state)
{
    (void)state;
    assert_string_equal(cell_names(), "rnn|lstm|gru");
    for (int i = 0; cell_at(i); i++)
        assert_ptr_equal(cell_named(cell_at(i)->name), cell_at(i));
    assert_null(cell_named("tanh"));
}

/* --- PyTorch --- */

static void check_torch(const char *prefix, const char *name, const real *ours, size_t n)
{
    char key[64];
    double *theirs;
    size_t m;
    snprintf(key, sizeof key, "%s%s", prefix, name);
    golden_vector_of("gru.json", key, &theirs, &m);
    assert_int_equal(m, n);
    check_error(key, theirs, ours, n, 1e-11);
    free(theirs);
}

static void gru_is_pytorchs(void **state)
{
    enum { N = 2, T = 5, D = 3, H = 4, GH = 3 * H };
    (void)state;
    Problem p = {.size = {N * T * D, N * H, 0, D * GH, H * GH, GH, H}};
    const double from[ARGS] = {-0.4, -0.4, 0, -0.9, -0.8, -0.2, -0.5}, to[ARGS] = {0.6, 0.8, 0, 0.7, 0.9, 0.7, 0.6};
    for (int i = 0; i < ARGS; i++) {
        p.arg[i] = linspace(from[i], to[i], p.size[i]);
        p.grad[i] = array(p.size[i]);
    }
    p.s = (Sequence){cell_named("gru"),
                     N,
                     T,
                     D,
                     H,
                     p.arg[0],
                     p.arg[1],
                     NULL,
                     p.arg[3],
                     p.arg[4],
                     p.arg[5],
                     p.arg[6],
                     array(N * T * H),
                     NULL,
                     array(N * T * GH),
                     array(N * T * GH)};
    p.dh = linspace(-1, 1.5, N * T * H);
    p.dc = array(0);
    sequence_forward(&p.s);
    check_torch("layer.", "h", p.s.h, N * T * H);
    backward(&p);
    const char *const torch_names[ARGS] = {"dx", "dh0", NULL, "dWx", "dWh", "db", "db_hn"};
    for (int i = 0; i < ARGS; i++)
        if (p.size[i])
            check_torch("layer.", torch_names[i], p.grad[i], p.size[i]);
    problem_free(&p);
}

/* The path that training runs: W_embed, W_proj, b_proj, Wx, Wh, b, W_vocab, b_vocab, b_hn. */
static void gru_captioner_is_pytorchs(void **state)
{
    enum { N = 4, T = 6, D = 5, V = 7 };
    const double from[] = {-0.7, -0.6, -0.1, -0.9, -0.8, -0.2, -1.1, -0.3, -0.5};
    const double to[] = {0.8, 0.5, 0.2, 0.7, 0.9, 0.7, 0.9, 0.3, 0.6};
    const ModelShape shape = {.cell = cell_named("gru"), .D = D, .W = 3, .H = 4, .V = V};
    int32_t captions[N * (T + 1)];
    Params p, g;
    (void)state;
    assert_int_equal(params_alloc(&p, &shape), 0);
    assert_int_equal(params_alloc(&g, &shape), 0);
    assert_int_equal(p.n_tensors, sizeof from / sizeof *from);
    for (int i = 0; i < p.n_tensors; i++) {
        real *values = linspace(from[i], to[i], p.tensor[i].size);
        memcpy(param(&p, i), values, p.tensor[i].size * sizeof *values);
        free(values);
    }
    for (int i = 0; i < N; i++)
        for (int j = 0; j <= T; j++)
            captions[i * (T + 1) + j] = j <= 2 + i ? 1 + (3 * i + 2 * j) % (V - 1) : WORD_NULL;
    real *features = linspace(-1, 1.2, N * D);
    LossWork *work = loss_work_new(&shape, N, T, &(LossOptions){0});
    assert_non_null(work);
    LossBatch batch = {.features = features, .captions = captions, .N = N, .T = T, .iteration = 1};
    real loss = captioner_loss(&p, work, &batch, &g);
    check_torch("captioner.", "loss", &loss, 1);
    for (int i = 0; i < g.n_tensors; i++) {
        char name[32];
        snprintf(name, sizeof name, "d%s", g.tensor[i].name);
        check_torch("captioner.", name, param(&g, i), g.tensor[i].size);
    }
    loss_work_free(work);
    free(features);
    params_free(&p), params_free(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_have_names),
        cmocka_unit_test(gradients_of_every_cell),
        cmocka_unit_test(gru_is_pytorchs),
        cmocka_unit_test(gru_captioner_is_pytorchs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
