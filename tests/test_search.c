/* Decoding, in the float of the commands: against an exhaustive search, and what must not change a caption. */
#include "model/cell/sequence.h"
#include "model/decode/search.h"
#include "model/layers.h"
#include "tests/support/toy_search.h"
#include "tests/support/unit.h"

#include <math.h>
#ifdef _OPENMP
#include <omp.h>
#endif

enum { D = TOY_D };

/* A hypothesis' log-probability is that of its words, computed by the layers. */
static void logprob_is_the_models(void **state)
{
    enum { V = 5, LENGTH = 4, IMAGES = 6 };
    (void)state;
    for (int cell = 0; cell_at(cell); cell++) {
        Params p = toy_model(cell_at(cell), V, 3, 0.9);
        Rng rng;
        rng_seed(&rng, 1);
        real *features = randn(&rng, IMAGES * D);
        SearchOptions o = {.sampler = &sampler_best, .beam = V, .max_length = LENGTH};
        Captions c = run_search(&p, &o, features, 0, IMAGES, IMAGES);
        for (int i = 0; i < IMAGES; i++) {
            const SearchResult *r = &c.result[i];
            double exact = logprob_of(&p, features + i * D, r->words, r->n);
            assert_true(fabs(exact - r->logprob) < 1e-5);
            assert_true(r->n >= 1 && r->n <= LENGTH);
            for (int t = 0; t + 1 < r->n; t++)
                assert_int_not_equal(r->words[t], WORD_END);
        }
        captions_free(&c);
        free(features);
        params_free(&p);
    }
}

/* The beam's definition, written down plainly: one image, lists, and a sort by hand. */
typedef struct {
    int32_t words[16];
    int n;
    double logprob;
} Hypothesis;

static double expansion(const Params *p, const real *features, const Hypothesis *h, int32_t word, Hypothesis *out)
{
    *out = *h;
    out->words[out->n++] = word;
    out->logprob = logprob_of(p, features, out->words, out->n);
    return out->logprob;
}

static double normed(const Hypothesis *h, const SearchOptions *o)
{
    return h->logprob / pow(h->n, o->length_norm);
}

/* Whether a rule bans this word after the hypothesis: each rule in its plain words. */
static bool banned(const DecodeRules *r, const Hypothesis *h, int32_t word)
{
    bool repeated = false;
    for (int i = 0, size = r->no_repeat; size > 0 && i + size <= h->n; i++) {
        bool same_words = h->words[i + size - 1] == word;
        for (int k = 0; k < size - 1; k++)
            same_words &= h->words[i + k] == h->words[h->n - (size - 1) + k];
        repeated |= same_words;
    }
    return repeated || (r->no_unk && word == WORD_UNK) ||
           (word == WORD_END && (h->n < r->min_words || (r->may_end && !r->may_end(r->ctx, h->words, h->n))));
}

static Hypothesis plain_beam(const Params *p, const real *features, const SearchOptions *o)
{
    enum { MOST = 32 };
    int K = o->beam, length = o->max_length;
    Hypothesis live[MOST] = {{.n = 0}}, best = {.n = 0};
    int n_live = 1, finished = 0, V = p->shape.V;
    for (int t = 0; t < length && n_live; t++) {
        Hypothesis kept[MOST];
        int n = 0, left = 0;
        for (int i = 0; i < n_live; i++)
            for (int32_t w = 0; w < V; w++) {
                Hypothesis h;
                if (banned(&o->rules, &live[i], w))
                    continue;
                expansion(p, features, &live[i], w, &h);
                int at = n < K ? n++ : K;
                for (; at > 0 && h.logprob > kept[at - 1].logprob; at--)
                    if (at < K)
                        kept[at] = kept[at - 1];
                if (at < K)
                    kept[at] = h;
            }
        for (int i = 0; i < n; i++) {
            if (kept[i].words[t] != WORD_END)
                live[left++] = kept[i];
            else if (finished++ == 0 || normed(&kept[i], o) > normed(&best, o))
                best = kept[i];
        }
        n_live = left;
        if (finished >= K && (!n_live || normed(&best, o) >= normed(&live[0], o)))
            break;
    }
    return finished ? best : live[0];
}

static void against_the_definition(const SearchOptions *o, const Cell *cell)
{
    enum { V = 9, IMAGES = 12 };
    Params p = toy_model(cell, V, (uint32_t)(40 + o->beam), 0.8);
    Rng rng;
    rng_seed(&rng, (uint32_t)o->beam);
    real *features = randn(&rng, IMAGES * D);
    Captions c = run_search(&p, o, features, 0, IMAGES, 5);
    for (int i = 0; i < IMAGES; i++) {
        Hypothesis h = plain_beam(&p, features + i * D, o);
        assert_int_equal(h.n, c.result[i].n);
        assert_memory_equal(h.words, c.result[i].words, (size_t)h.n * sizeof *h.words);
        assert_true(fabs(h.logprob - c.result[i].logprob) < 1e-4);
    }
    captions_free(&c);
    free(features);
    params_free(&p);
}

static void beam_by_its_definition(void **state)
{
    (void)state;
    for (int cell = 0; cell_at(cell); cell++)
        for (int K = 1; K <= 4; K++)
            against_the_definition(&(SearchOptions){.sampler = &sampler_best, .beam = K, .max_length = 8},
                                   cell_at(cell));
}

/* ctx (V): words that may not be the last. */
static bool ends_well(const void *ctx, const int32_t *words, int n)
{
    const bool *not_last = ctx;
    return n == 0 || !not_last[words[n - 1]];
}

static void rules_and_norms_by_their_definition(void **state)
{
    static const bool not_last[9] = {[4] = true, [7] = true};
    static const DecodeRules rules[] = {{.no_unk = true},
                                        {.min_words = 4},
                                        {.no_repeat = 1},
                                        {.no_repeat = 2},
                                        {.no_repeat = 3},
                                        {.may_end = ends_well, .ctx = not_last},
                                        {true, 3, 2, ends_well, not_last}};
    (void)state;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        for (int K = 1; K <= 4; K++)
            for (int A = 0; A <= 2; A++) {
                SearchOptions o = {.sampler = &sampler_best,
                                   .beam = K,
                                   .max_length = 7,
                                   .length_norm = 0.6 * A,
                                   .rules = rules[i]};
                against_the_definition(&o, cell_named("lstm"));
            }
}

/* A vocabulary whose words are all spent: <END> is what remains, also before --min-length. */
static void nothing_left_to_say(void **state)
{
    const DecodeRules rules = {.no_unk = true, .min_words = 9, .no_repeat = 1};
    real scores[] = {1, 2, 3, 4, 5};
    const int32_t words[] = {0, 1, 4};
    (void)state;
    rules_ban(&rules, 5, words, 3, scores);
    for (int j = 0; j < 5; j++)
        assert_true(j == WORD_END ? scores[j] == 3 : isinf(scores[j]));
}

/* The word of highest score at every step, by the layers. */
static void greedy_takes_the_best_word(void **state)
{
    enum { V = 40, IMAGES = 50, LENGTH = 12 };
    (void)state;
    for (int cell = 0; cell_at(cell); cell++) {
        Params p = toy_model(cell_at(cell), V, 9, 0.6);
        Rng rng;
        rng_seed(&rng, 5);
        real *features = randn(&rng, IMAGES * D), scores[V];
        SearchOptions greedy = {.sampler = &sampler_best, .beam = 1, .max_length = LENGTH};
        Captions a = run_search(&p, &greedy, features, 0, IMAGES, IMAGES);
        int ended = 0;
        for (int i = 0; i < IMAGES; i++) {
            const SearchResult *r = &a.result[i];
            for (int t = 0; t < r->n; t++) {
                scores_after(&p, features + i * D, r->words, t, scores);
                assert_int_equal(r->words[t], best_word(V, scores));
            }
            assert_true(r->n == LENGTH || r->words[r->n - 1] == WORD_END);
            ended += r->words[r->n - 1] == WORD_END;
        }
        assert_true(ended > 0 && ended < IMAGES); /* the test sees both kinds */
        captions_free(&a);
        free(features);
        params_free(&p);
    }
}

/* A caption is its image's alone: not its neighbours', its place's, or the threads'. */
static void company_changes_nothing(void **state)
{
    enum { V = 150, IMAGES = 64 };
    const SearchOptions ways[] = {
        {.sampler = &sampler_best, .beam = 1, .max_length = 15},
        {.sampler = &sampler_best, .beam = 3, .max_length = 15},
        {.sampler = &sampler_temperature, .choice = {.temperature = 0.8}, .beam = 1, .seed = 7, .max_length = 15},
    };
    (void)state;
    for (int cell = 0; cell_at(cell); cell++)
        for (int way = 0; way < 3; way++) {
            Params p = toy_model(cell_at(cell), V, 12, 0.5);
            Rng rng;
            rng_seed(&rng, 6);
            real *features = randn(&rng, IMAGES * D);
            Captions all = run_search(&p, &ways[way], features, 0, IMAGES, IMAGES);
#ifdef _OPENMP
            int before = omp_get_max_threads();
            omp_set_num_threads(3);
#endif
            Captions few = run_search(&p, &ways[way], features, 0, IMAGES, 7);
            Captions late = run_search(&p, &ways[way], features, 41, 5, 1);
#ifdef _OPENMP
            omp_set_num_threads(before);
#endif
            for (int i = 0; i < IMAGES; i++)
                same_result(&all.result[i], &few.result[i]);
            for (int i = 0; i < 5; i++)
                same_result(&all.result[41 + i], &late.result[i]);
            captions_free(&all), captions_free(&few), captions_free(&late);
            free(features);
            params_free(&p);
        }
}

/* Words are the same where log-probabilities are left out, under rules too; where several hypotheses need them, so are
 * these. */
static void words_alone_are_the_same(void **state)
{
    enum { V = 150, IMAGES = 40 };
    const DecodeRules rules = {.no_unk = true, .min_words = 3, .no_repeat = 2};
    const SearchOptions ways[] = {
        {.sampler = &sampler_best, .beam = 1, .max_length = 15},
        {.sampler = &sampler_best, .beam = 1, .max_length = 15, .rules = rules},
        {.sampler = &sampler_best, .beam = 1, .max_length = 15, .precision = PRECISION_BF16},
        {.sampler = &sampler_temperature, .choice = {.temperature = 0.8}, .beam = 1, .seed = 7, .max_length = 15},
        {.sampler = &sampler_best, .beam = 3, .max_length = 15},
    };
    (void)state;
    for (int cell = 0; cell_at(cell); cell++)
        for (int way = 0; way < 5; way++) {
            Params p = toy_model(cell_at(cell), V, 12, 0.5);
            Rng rng;
            rng_seed(&rng, 6);
            real *features = randn(&rng, IMAGES * D);
            SearchOptions alone = ways[way];
            alone.words_only = true;
            Captions a = run_search(&p, &ways[way], features, 0, IMAGES, IMAGES),
                     b = run_search(&p, &alone, features, 0, IMAGES, 7);
            for (int i = 0; i < IMAGES; i++) {
                if (alone.beam == 1)
                    assert_true(isnan(b.result[i].logprob));
                b.result[i].logprob = alone.beam == 1 ? a.result[i].logprob : b.result[i].logprob;
                same_result(&a.result[i], &b.result[i]);
            }
            captions_free(&a), captions_free(&b);
            free(features);
            params_free(&p);
        }
}

/* Equal scores: the lowest word. All weights zero make them all equal. */
static void ties_go_to_the_lowest_word(void **state)
{
    enum { V = 6 };
    Params p = toy_model(cell_at(0), V, 1, 0);
    real features[D] = {0};
    SearchOptions o = {.sampler = &sampler_best, .beam = 1, .max_length = 4};
    (void)state;
    Captions c = run_search(&p, &o, features, 0, 1, 1);
    assert_int_equal(c.result[0].n, 4);
    for (int t = 0; t < 4; t++)
        assert_int_equal(c.result[0].words[t], 0);
    assert_true(fabs(c.result[0].logprob + 4 * log(V)) < 1e-6);
    captions_free(&c);
    params_free(&p);
}

/* Draws follow the probabilities, and a low temperature approaches greedy. */
static void temperature(void **state)
{
    enum { V = 6, DRAWS = 4000 };
    Params p = toy_model(cell_at(0), V, 2, 0);
    real *features = array(DRAWS * D);
    int count[V] = {0};
    (void)state;
    for (int j = 0; j < V; j++)
        param(&p, B_VOCAB)[j] = (real)log(1 + j);
    SearchOptions o = {
        .sampler = &sampler_temperature, .choice = {.temperature = 1}, .beam = 1, .seed = 3, .max_length = 1};
    for (int i = 0; i < DRAWS; i += 50) {
        Captions c = run_search(&p, &o, features, i, 50, 50);
        for (int k = 0; k < 50; k++) {
            count[c.result[k].words[0]]++;
            assert_true(fabs(c.result[k].logprob - log((1 + c.result[k].words[0]) / 21.0)) < 1e-6);
        }
        captions_free(&c);
    }
    for (int j = 0; j < V; j++) {
        double share = (1 + j) / 21.0, sd = sqrt(share * (1 - share) / DRAWS);
        assert_true(fabs(count[j] / (double)DRAWS - share) < 5 * sd);
    }
    o.choice.temperature = 0.01;
    Captions cold = run_search(&p, &o, features, 0, 50, 50);
    for (int k = 0; k < 50; k++)
        assert_int_equal(cold.result[k].words[0], V - 1);
    captions_free(&cold);
    free(features);
    params_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logprob_is_the_models),
        cmocka_unit_test(beam_by_its_definition),
        cmocka_unit_test(rules_and_norms_by_their_definition),
        cmocka_unit_test(nothing_left_to_say),
        cmocka_unit_test(greedy_takes_the_best_word),
        cmocka_unit_test(company_changes_nothing),
        cmocka_unit_test(words_alone_are_the_same),
        cmocka_unit_test(ties_go_to_the_lowest_word),
        cmocka_unit_test(temperature),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
