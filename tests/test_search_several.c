/* Several captions of an image, and several models: against plain lists. */
#include "model/decode/beam.h"
#include "model/decode/search.h"
#include "tests/support/toy_search.h"
#include "tests/support/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { V = 9, LENGTH = 6, IMAGES = 10, MOST = 64 };

typedef struct {
    int32_t words[LENGTH];
    int n;
    double logprob, rank;
    bool finished;
} Hypothesis;

typedef struct {
    Hypothesis of[MOST];
    int n;
} List;

/* By falling rank, after equal ones. */
static void insert(List *list, Hypothesis h)
{
    int at = list->n++;
    assert_true(list->n <= MOST);
    for (; at > 0 && h.rank > list->of[at - 1].rank; at--)
        list->of[at] = list->of[at - 1];
    list->of[at] = h;
}

/* log P of each word after the hypothesis: of the mean of several models' probabilities. */
static void word_logprobs(const Params *const *models, int n, const real *features, const Hypothesis *h,
                          double out[V])
{
    real scores[V];
    memset(out, 0, V * sizeof *out);
    for (int m = 0; m < n; m++) {
        scores_after(models[m], features, h->words, h->n, scores);
        double norm = log_sum_exp(V, scores);
        for (int w = 0; w < V; w++)
            out[w] += exp((double)scores[w] - norm) / n;
    }
    for (int w = 0; w < V; w++)
        out[w] = log(out[w]);
}

/* One step of a beam of K: its best expansions, with words dearer by `price` for each of their uses, which are
 * counted. */
static void step(const Params *const *models, int n, const real *features, int K, double price, int uses[V],
                 List *live, List *finished)
{
    List all = {.n = 0}, kept = {.n = 0};
    for (int i = 0; i < live->n; i++) {
        double logprob[V];
        word_logprobs(models, n, features, &live->of[i], logprob);
        for (int32_t w = 0; w < V; w++) {
            Hypothesis h = live->of[i];
            h.words[h.n++] = w;
            h.logprob += logprob[w];
            h.rank = h.logprob - price * uses[w];
            h.finished = w == WORD_END;
            insert(&all, h);
        }
    }
    for (int i = 0; i < K && i < all.n; i++) {
        Hypothesis h = all.of[i];
        uses[h.words[h.n - 1]]++;
        h.rank = h.logprob;
        insert(h.finished ? finished : &kept, h);
    }
    *live = kept;
}

/* Finished hypotheses before live ones; of `groups` beams, each `beam` / groups wide, without equal ones. */
static List plain_search(const Params *const *models, int n, const real *features, const SearchOptions *o)
{
    int groups = o->groups > 1 ? o->groups : 1, uses[V];
    List live[4] = {0}, finished = {.n = 0}, ended = {.n = 0}, out = {.n = 0};
    for (int g = 0; g < groups; g++)
        live[g].n = 1;
    for (int t = 0; t < LENGTH; t++) {
        memset(uses, 0, sizeof uses);
        for (int g = 0; g < groups; g++)
            step(models, n, features, o->beam / groups, g ? o->diversity : 0, uses, &live[g], &finished);
    }
    for (int g = 0; g < groups; g++)
        for (int i = 0; i < live[g].n; i++)
            insert(&ended, live[g].of[i]);
    for (int i = 0; i < finished.n + ended.n; i++) {
        Hypothesis h = i < finished.n ? finished.of[i] : ended.of[i - finished.n];
        bool repeated = false;
        for (int k = 0; k < out.n; k++)
            repeated |= out.of[k].n == h.n && !memcmp(out.of[k].words, h.words, (size_t)h.n * sizeof *h.words);
        if (!repeated)
            out.of[out.n++] = h;
    }
    return out;
}

static void compare(const Hypothesis *h, const SearchResult *r)
{
    assert_int_equal(h->n, r->n);
    assert_memory_equal(h->words, r->words, (size_t)h->n * sizeof *h->words);
    assert_true(fabs(h->logprob - r->logprob) < 1e-4);
}

/* Runs n models over all images and compares `count` results of each with the lists. */
static void against_lists(const Params *const *models, int n, const SearchOptions *o, int count)
{
    Rng rng;
    rng_seed(&rng, 8);
    real *features = randn(&rng, IMAGES * TOY_D);
    Captions c = captions_new(IMAGES * count, LENGTH);
    SearchModel ensemble[4] = {{0}};
    SearchInput input[4];
    int64_t image[IMAGES];
    for (int i = 0; i < IMAGES; i++)
        image[i] = i;
    for (int i = 0; i < n; i++) {
        ensemble[i].params = models[i];
        input[i] = (SearchInput){.features = features, .image = image, .n = IMAGES};
    }
    assert_int_equal(search_results(o), count);
    Search *s = search_new_ensemble(ensemble, n, o, IMAGES);
    assert_non_null(s);
    search_run(s, input, c.result);
    for (int i = 0; i < IMAGES; i++) {
        List list = plain_search(models, n, features + i * TOY_D, o);
        for (int k = 0; k < count; k++)
            if (k < list.n)
                compare(&list.of[k], &c.result[i * count + k]);
            else
                assert_int_equal(c.result[i * count + k].n, 0);
    }
    search_free(s);
    captions_free(&c);
    free(features);
}

static void nbest(void **state)
{
    (void)state;
    for (int K = 1; K <= 4; K++)
        for (int N = 1; N <= K; N++) {
            Params p = toy_model(cell_at(N % 3), V, (uint32_t)(60 + K), 0.8);
            const Params *models[] = {&p};
            against_lists(models, 1,
                          &(SearchOptions){.sampler = &sampler_best, .beam = K, .nbest = N, .max_length = LENGTH},
                          N);
            params_free(&p);
        }
}

/* Of two survivors the one that ranks second, because its word has a price, is the likelier one. */
static int advance_priced(double second, int max_length, int n_best, Ending *best)
{
    Candidate candidate[] = {{-3, -3, 0, 5}, {second, -4, 1, 6}}, kept[2];
    int n[] = {1, 1}, taken[] = {0, 0}, uses[V] = {0};
    const BeamRules rules = {.K = 2, .N = 1, .max_length = max_length, .length_norm = 1};
    Expansions expansions = {.choices = 1, .candidate = candidate, .n = n, .taken = taken, .uses = uses};
    Beam beam = {.n = 2, .finished = 2, .best = best, .n_best = n_best};
    return beam_advance(&rules, &beam, &expansions, 3, kept);
}

static void a_beam_goes_on_while_any_survivor_may_win(void **state)
{
    (void)state;
    Ending best = {{-1.2, -1.2, 0, WORD_END}, 1, true}; /* -0.6 a step */
    assert_int_equal(advance_priced(-2, 9, 1, &best), 2);
    assert_int_equal(advance_priced(-2.6, 9, 1, &best), 0);
    assert_int_equal(advance_priced(-2, 4, 0, &best), 0); /* none has finished at the end */
    assert_true(best.last.logprob == -2);
}

static void groups(void **state)
{
    static const struct {
        int beam, groups, nbest;
        double diversity;
    } CASES[] = {{2, 2, 1, 0.5}, {2, 2, 2, 3}, {4, 2, 4, 0.7}, {4, 4, 4, 1e-3}, {4, 4, 3, 20}, {4, 2, 2, 0}};
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        Params p = toy_model(cell_named("lstm"), V, (uint32_t)(80 + i), 0.8);
        const Params *models[] = {&p};
        const SearchOptions o = {.sampler = &sampler_best,
                                 .beam = CASES[i].beam,
                                 .groups = CASES[i].groups,
                                 .nbest = CASES[i].nbest,
                                 .diversity = CASES[i].diversity,
                                 .max_length = LENGTH};
        against_lists(models, 1, &o, CASES[i].nbest);
        params_free(&p);
    }
}

/* Models of different cells. */
static void ensembles(void **state)
{
    Params rnn = toy_model(cell_named("rnn"), V, 31, 0.8), lstm = toy_model(cell_named("lstm"), V, 32, 0.8),
           gru = toy_model(cell_named("gru"), V, 33, 0.8);
    const Params *models[] = {&rnn, &lstm, &gru};
    (void)state;
    for (int n = 1; n <= 3; n++)
        for (int K = 1; K <= 3; K++)
            against_lists(models, n, &(SearchOptions){.sampler = &sampler_best, .beam = K, .max_length = LENGTH},
                          1);
    params_free(&rnn);
    params_free(&lstm);
    params_free(&gru);
}

/* The log-probabilities of the words are the model's, and sum up to the caption's. */
static void words_of_their_own(void **state)
{
    Params p = toy_model(cell_named("gru"), V, 5, 0.8);
    const SearchOptions o = {.sampler = &sampler_best, .beam = 3, .nbest = 3, .max_length = LENGTH};
    double logprob[3 * LENGTH];
    Rng rng;
    rng_seed(&rng, 6);
    real *features = randn(&rng, TOY_D), scores[V];
    Captions c = captions_new(3, LENGTH);
    Search *s = search_new(&p, &o, 1);
    (void)state;
    assert_non_null(s);
    for (int k = 0; k < 3; k++)
        c.result[k].word_logprob = logprob + k * LENGTH;
    search_run(s, &(SearchInput){.features = features, .image = (int64_t[]){0}, .n = 1}, c.result);
    for (int k = 0; k < 3; k++) {
        const SearchResult *r = &c.result[k];
        double sum = 0;
        assert_true(r->n > 0);
        for (int t = 0; t < r->n; t++) {
            scores_after(&p, features, r->words, t, scores);
            double expected = (double)scores[r->words[t]] - log_sum_exp(V, scores);
            assert_true(fabs(r->word_logprob[t] - expected) < 1e-5);
            sum += r->word_logprob[t];
        }
        assert_true(fabs(sum - r->logprob) < 1e-12);
    }
    search_free(s);
    captions_free(&c);
    free(features);
    params_free(&p);
}

/* The first sample is the one that is drawn alone; the others are draws of their own, best first. */
static void samples(void **state)
{
    enum { S = 5 };
    Params p = toy_model(cell_named("lstm"), V, 7, 0.6);
    SearchOptions one = {.sampler = &sampler_temperature,
                         .choice = {.temperature = 1},
                         .beam = 1,
                         .seed = 3,
                         .max_length = LENGTH},
                  all = one;
    int different = 0;
    Rng rng;
    rng_seed(&rng, 9);
    real *features = randn(&rng, IMAGES * TOY_D);
    int64_t image[IMAGES];
    all.samples = S;
    (void)state;
    for (int i = 0; i < IMAGES; i++)
        image[i] = i;
    Captions alone = run_search(&p, &one, features, 0, IMAGES, IMAGES), c = captions_new(IMAGES * S, LENGTH);
    Search *s = search_new(&p, &all, IMAGES);
    assert_non_null(s);
    search_run(s, &(SearchInput){.features = features, .image = image, .n = IMAGES}, c.result);
    for (int i = 0; i < IMAGES; i++) {
        const SearchResult *r = &c.result[i * S], *first = &alone.result[i];
        bool found = false;
        for (int k = 0; k < S; k++) {
            found |= r[k].n == first->n && r[k].logprob == first->logprob &&
                     !memcmp(r[k].words, first->words, (size_t)first->n * sizeof *first->words);
            if (k && r[k - 1].words[r[k - 1].n - 1] == WORD_END && r[k].words[r[k].n - 1] == WORD_END)
                assert_true(r[k - 1].logprob >= r[k].logprob);
            different +=
                k && (r[k].n != r[0].n || memcmp(r[k].words, r[0].words, (size_t)r[0].n * sizeof *r->words));
        }
        assert_true(found);
    }
    assert_true(different > IMAGES);
    search_free(s);
    captions_free(&alone);
    captions_free(&c);
    free(features);
    params_free(&p);
}

/* How often each of four words is drawn; their scores give 0.4, 0.3, 0.2 and 0.1, not in this order. */
static void draw(const SamplerOptions *o, int counts[4])
{
    enum { DRAWS = 20000 };
    const real scores[] = {(real)log(0.2), (real)log(0.4), (real)log(0.1), (real)log(0.3)};
    int32_t words[4];
    Rng rng;
    rng_seed(&rng, 1);
    memset(counts, 0, 4 * sizeof *counts);
    for (int i = 0; i < DRAWS; i++) {
        assert_int_equal(sampler_temperature.choose(o, 4, scores, 1, &rng, words), 1);
        counts[words[0]]++;
    }
}

static void near_share(int count, double share)
{
    assert_true(fabs(count / 20000. - share) < 0.02);
}

static void likeliest_words_alone(void **state)
{
    int n[4];
    (void)state;
    draw(&(SamplerOptions){.temperature = 1, .top_k = 2}, n);
    assert_int_equal(n[0] + n[2], 0);
    near_share(n[1], 4. / 7);
    draw(&(SamplerOptions){.temperature = 1, .top_k = 99}, n);
    near_share(n[2], 0.1);
    draw(&(SamplerOptions){.temperature = 1, .top_p = 0.39}, n);
    near_share(n[1], 1);
    draw(&(SamplerOptions){.temperature = 1, .top_p = 0.75}, n); /* 0.4 + 0.3 are not enough */
    assert_int_equal(n[2], 0);
    near_share(n[0], 2. / 9);
    draw(&(SamplerOptions){.temperature = 1, .top_k = 1, .top_p = 0.9}, n);
    near_share(n[1], 1);
    /* At temperature 0.5 the probabilities are 16, 9, 4 and 1 of 30. */
    draw(&(SamplerOptions){.temperature = 0.5, .top_p = 0.8}, n);
    near_share(n[3], 9. / 25);
    assert_int_equal(n[0] + n[2], 0);
}

/* Equal words: the lowest ones. Scores that are not numbers: some word. */
static void odd_scores(void **state)
{
    const SamplerOptions o = {.temperature = 1, .top_k = 2};
    const real equal[] = {1, 1, 1, 1}, none[] = {(real)NAN, (real)NAN, (real)NAN, (real)NAN};
    int32_t words[4];
    Rng rng;
    rng_seed(&rng, 2);
    (void)state;
    for (int i = 0; i < 100; i++) {
        sampler_temperature.choose(&o, 4, equal, 1, &rng, words);
        assert_in_range(words[0], 0, 1);
        sampler_temperature.choose(&o, 4, none, 1, &rng, words);
        assert_in_range(words[0], 0, 3);
        sampler_temperature.choose(&(SamplerOptions){.temperature = 1, .top_p = 0.5}, 4, none, 1, &rng, words);
        assert_in_range(words[0], 0, 3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nbest),      cmocka_unit_test(groups),
        cmocka_unit_test(ensembles),  cmocka_unit_test(words_of_their_own),
        cmocka_unit_test(samples),    cmocka_unit_test(likeliest_words_alone),
        cmocka_unit_test(odd_scores), cmocka_unit_test(a_beam_goes_on_while_any_survivor_may_win),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
