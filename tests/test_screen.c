/* Words found by bounds of their scores (screen.h), in each row those that all scores give: as gemm_panels computes
 * them, and best_word chooses. COCO_SIMD tests another set. */
#include "model/base/memory.h"
#include "model/decode/screen.h"
#include "model/gemm.h"
#include "model/simd.h"
#include "tests/support/unit.h"

#include <float.h>
#include <math.h>

enum { ROWS = 67 };

/* One layer of scores, and rows for it. */
typedef struct {
    int H, V;
    real *W, *bias;        /* (H,V), (V) */
    real *h;               /* (ROWS,H) */
    real *scores, *bounds; /* (ROWS,V) */
} Layer;

static Layer layer_new(int H, int V, double weights, double states, uint32_t seed)
{
    Rng rng;
    rng_seed(&rng, seed);
    size_t h = (size_t)H, v = (size_t)V;
    Layer l = {H, V, randn(&rng, h * v), randn(&rng, v), randn(&rng, ROWS * h), array(ROWS * v), array(ROWS * v)};
    for (size_t i = 0; i < h * v; i++)
        l.W[i] *= (real)weights;
    for (size_t i = 0; i < v; i++)
        l.bias[i] *= (real)weights;
    for (size_t i = 0; i < ROWS * h; i++)
        l.h[i] *= (real)states;
    return l;
}

static void layer_free(Layer *l)
{
    free(l->W), free(l->bias), free(l->h), free(l->scores), free(l->bounds);
}

static Rows rows_h(const Layer *l)
{
    return rows_of(l->h, (size_t)l->H);
}

static Rows rows_bounds(const Layer *l)
{
    return rows_of(l->bounds, (size_t)l->V);
}

static void all_scores(const Layer *l)
{
    size_t H = (size_t)l->H, V = (size_t)l->V;
    Panels panels = {PRECISION_FLOAT32, l->H, l->V, model_alloc(panels_bytes(PRECISION_FLOAT32, l->H, l->V), 1)};
    assert_non_null(panels.at);
    panels_fill(&panels, PLAIN, l->W, V);
    gemm_panels(ROWS, l->h, H, &panels, l->bias, 0, l->scores, V);
    free(panels.at);
}

/* All rows together and then in threes: the same words as all scores give, of which those of row r with a number that
 * `banned` divides, if it is not 0, are out. */
static void check(const Layer *l, int banned)
{
    Screen *s = screen_new(l->H, l->V, l->W, l->bias, ROWS);
    int32_t word[ROWS];
    assert_non_null(s);
    all_scores(l);
    for (int n = ROWS; n > 0; n = n == ROWS ? 3 : 0)
        for (int i = 0; i < ROWS; i += n) {
            int some = ROWS - i < n ? ROWS - i : n;
            screen_bounds(s, i, some, rows_at(rows_h(l), i), rows_at(rows_bounds(l), i));
            for (int r = i; r < i + some; r++)
                for (int j = 0; banned && j < l->V; j += banned + r)
                    row_at(rows_bounds(l), r)[j] = (real)-INFINITY;
            screen_words(s, i, some, rows_at(rows_h(l), i), rows_at(rows_bounds(l), i), word + i);
            for (int r = i; r < i + some; r++) {
                real *scores = l->scores + (size_t)r * (size_t)l->V;
                for (int j = 0; banned && j < l->V; j += banned + r)
                    scores[j] = (real)-INFINITY;
                assert_int_equal(word[r], best_word(l->V, scores));
            }
        }
    screen_free(s);
}

static const int sizes[][2] = {{1, 1}, {3, 2}, {4, 31}, {7, 32}, {64, 33}, {512, 1004}, {513, 97}, {1030, 65}};
enum { SIZES = sizeof sizes / sizeof *sizes };

static void words_are_those_of_all_scores(void **state)
{
    const double scales[] = {0.05, 1, 1e-12, 1e12};
    (void)state;
    for (int i = 0; i < SIZES; i++)
        for (int w = 0; w < 4; w++)
            for (int h = 0; h < 4; h++) {
                Layer l = layer_new(sizes[i][0], sizes[i][1], scales[w], scales[h], (uint32_t)(i + w + h));
                check(&l, 0);
                layer_free(&l);
            }
}

/* No score is above its upper bound, and the highest is above the lower one: with room, or words could be lost. */
static void bounds_hold(void **state)
{
    (void)state;
    for (int i = 0; i < SIZES; i++) {
        Layer l = layer_new(sizes[i][0], sizes[i][1], 0.3, 0.7, 5);
        Screen *s = screen_new(l.H, l.V, l.W, l.bias, ROWS);
        assert_non_null(s);
        all_scores(&l);
        screen_bounds(s, 0, ROWS, rows_h(&l), rows_bounds(&l));
        double tightest = INFINITY;
        for (size_t j = 0; j < ROWS * (size_t)l.V; j++) {
            assert_true(l.bounds[j] > l.scores[j]);
            tightest = fmin(tightest, (double)(l.bounds[j] - l.scores[j]));
        }
        assert_true(tightest < 0.2 * sqrt(l.H)); /* they say something: a score is about 0.2·√H */
        screen_free(s);
        layer_free(&l);
    }
}

/* Rows of a screen may be banned down to few words. */
static void banned_words(void **state)
{
    (void)state;
    for (int banned = 2; banned < 5; banned++) {
        Layer l = layer_new(65, 150, 0.2, 0.5, (uint32_t)banned);
        check(&l, banned);
        layer_free(&l);
    }
}

/* Columns that are copies of others have the same scores, to the bit: the first of them counts. */
static void ties_go_to_the_first(void **state)
{
    enum { H = 96, V = 190 };
    (void)state;
    Layer l = layer_new(H, V, 0.1, 1, 3);
    for (int j = V / 2; j < V; j++) {
        l.bias[j] = l.bias[V - 1 - j];
        for (int k = 0; k < H; k++)
            l.W[k * V + j] = l.W[k * V + V - 1 - j];
    }
    check(&l, 0);
    memset(l.W, 0, H * V * sizeof *l.W);
    memset(l.bias, 0, V * sizeof *l.bias);
    check(&l, 0);
    check(&l, 2);
    layer_free(&l);
}

/* All columns are one that differs in the last bit of one number: all are rivals, and rounding alone decides. */
static void differences_in_the_last_place(void **state)
{
    enum { H = 520, V = 70 };
    (void)state;
    Layer l = layer_new(H, V, 1, 1, 4);
    for (int j = 1; j < V; j++) {
        l.bias[j] = l.bias[0];
        for (int k = 0; k < H; k++)
            l.W[k * V + j] = l.W[k * V];
        int at = (j * 7) % H;
        l.W[at * V + j] = (real)nextafterf((float)l.W[at * V + j], (float)(j % 2 ? 9 : -9));
    }
    check(&l, 0);
    layer_free(&l);
}

/* Weights of one column that are far larger than the others', and states with one large number: bytes say little. */
static void outliers(void **state)
{
    enum { H = 130, V = 77 };
    (void)state;
    Layer l = layer_new(H, V, 0.1, 0.1, 6);
    for (int j = 0; j < V; j++)
        l.W[(j % H) * V + j] *= j % 3 ? 1 : 300;
    for (int r = 0; r < ROWS; r += 2)
        l.h[r * H + r % H] = r % 4 ? 1000 : -1000;
    check(&l, 0);
    layer_free(&l);
}

/* Numbers that are none, infinite or too large: words as all scores give them, NaN and -∞ included. */
static void numbers_without_bounds(void **state)
{
    enum { H = 40, V = 50 };
    const float odd[] = {NAN, INFINITY, -INFINITY, FLT_MAX, -3e37f, 1e30f, FLT_MIN, 1e-42f, 0};
    enum { ODD = sizeof odd / sizeof *odd };
    (void)state;
    Layer l = layer_new(H, V, 1, 1, 7);
    for (int r = 0; r < ROWS; r++)
        for (int k = r % 3 ? 5 : 0; k < (r % 3 ? 6 : H); k++)
            l.h[r * H + k] = (real)odd[r % ODD] * (real)(r % 3 || k % 2 ? 1 : -1);
    check(&l, 0);
    for (int i = 0; i < ODD; i++) {
        real kept = l.W[3 * V + 9], bias = l.bias[11];
        l.W[3 * V + 9] = (real)odd[i];
        check(&l, 0);
        l.W[3 * V + 9] = kept;
        l.bias[11] = (real)odd[i];
        check(&l, 0);
        l.bias[11] = bias;
    }
    layer_free(&l);
}

/* Any row's bounds are for columns of any length: none is missed where weights are as small as numbers can be. */
static void the_least_numbers(void **state)
{
    (void)state;
    for (int w = 0; w < 4; w++)
        for (int h = 0; h < 4; h++) {
            const double scales[] = {1e-44, 1e-38, 1e-22, 1e-19};
            Layer l = layer_new(33, 40, scales[w], scales[h], 8);
            check(&l, 0);
            layer_free(&l);
        }
}

/* Single elements are the product's, to the bit. */
static void dots_are_elements_of_products(void **state)
{
    (void)state;
    for (int i = 0; i < SIZES; i++) {
        Layer l = layer_new(sizes[i][0], sizes[i][1], 1, 1, 9);
        size_t H = (size_t)l.H, V = (size_t)l.V;
        real *columns = array(H * V), *out = array(V);
        const real **x = calloc(V, sizeof *x), **y = calloc(V, sizeof *y);
        assert_true(x && y);
        for (size_t j = 0; j < V; j++) {
            for (size_t k = 0; k < H; k++)
                columns[j * H + k] = l.W[k * V + j];
            x[j] = l.h + j % ROWS * H;
            y[j] = columns + j * H;
        }
        all_scores(&l);
        gemm_dots(l.V, l.H, x, y, l.bias, out);
        for (size_t j = 0; j < V; j++)
            assert_memory_equal(&out[j], &l.scores[j % ROWS * V + j], sizeof *out);
        free(columns), free(out), free(x), free(y);
        layer_free(&l);
    }
}

static void the_processor_has_no_products_of_bytes(void **state)
{
    (void)state;
    skip();
}

int main(void)
{
    const struct CMUnitTest none[] = {cmocka_unit_test(the_processor_has_no_products_of_bytes)};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dots_are_elements_of_products),
        cmocka_unit_test(words_are_those_of_all_scores),
        cmocka_unit_test(bounds_hold),
        cmocka_unit_test(banned_words),
        cmocka_unit_test(ties_go_to_the_first),
        cmocka_unit_test(differences_in_the_last_place),
        cmocka_unit_test(outliers),
        cmocka_unit_test(numbers_without_bounds),
        cmocka_unit_test(the_least_numbers),
    };
    return screen_possible(1) ? cmocka_run_group_tests(tests, NULL, NULL)
                              : cmocka_run_group_tests(none, NULL, NULL);
}
