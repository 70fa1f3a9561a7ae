/* Caption scores against what pycocoevalcap printed for the same tokens; sentences and n-grams; the table of
 * metrics. */
#include "model/score/cider.h"
#include "model/score/metrics.h"
#include "pipeline/eval/ngrams.h"
#include "tests/support/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IMAGES_MAX = 4, REFERENCES_MAX = 4 };

/* A caption and its references, ended by NULL. */
typedef struct {
    const char *caption;
    const char *references[REFERENCES_MAX];
} Image;

enum { COUNTS = 12, GUESS = 0, CORRECT = 4, TESTLEN = 8, REFLEN = 9 }; /* those of BLEU come first */

/* In the order of the table of metrics. */
typedef struct {
    double bleu[NGRAM_MAX], rouge_l, cider;
} Scores;

typedef struct {
    Hash *words, *ngrams;
    Sentence caption[IMAGES_MAX], reference[IMAGES_MAX][REFERENCES_MAX];
    ScorePair pair[IMAGES_MAX];
    double sum[COUNTS];
    Scores corpus, image[IMAGES_MAX];
    int n;
} Scored;

static void read_sentence(Scored *s, const char *text, Sentence *out)
{
    int32_t id[64];
    int n = 0;
    for (const char *t = text; *t; t += *t == ' ') {
        size_t len = strcspn(t, " ");
        assert_true(n < 64);
        id[n++] = hash_add(s->words, t, len);
        t += len;
    }
    assert_int_equal(ngram_sentence(out, s->ngrams, id, n), 0);
}

static void combine(const double *counts, int64_t captions, Scores *out)
{
    double score[NGRAM_MAX + 2];
    metrics_combine(METRICS, counts, captions, score);
    memcpy(out->bleu, score, sizeof out->bleu);
    out->rouge_l = score[NGRAM_MAX];
    out->cider = score[NGRAM_MAX + 1];
}

/* Scores the images, with the document frequencies of their references. */
static void score(Scored *s, const Image *images, int n)
{
    double counts[IMAGES_MAX][COUNTS];
    memset(s, 0, sizeof *s);
    s->words = hash_new();
    s->ngrams = hash_new();
    s->n = n;
    for (int i = 0; i < n; i++) {
        s->pair[i] = (ScorePair){&s->caption[i], s->reference[i], 0};
        read_sentence(s, images[i].caption, &s->caption[i]);
        for (int r = 0; images[i].references[r]; r++, s->pair[i].n_references++)
            read_sentence(s, images[i].references[r], &s->reference[i][r]);
    }
    size_t grams = (size_t)hash_count(s->ngrams);
    int32_t *df = calloc(grams + 1, sizeof *df), *last = calloc(grams + 1, sizeof *last);
    double *idf = calloc(grams + 1, sizeof *idf);
    assert_true(df && last && idf);
    memset(last, -1, grams * sizeof *last);
    for (int i = 0; i < n; i++)
        cider_add_df(s->reference[i], s->pair[i].n_references, i, last, df);
    cider_idf(df, (int32_t)grams, n, idf);
    assert_int_equal(metrics_counts(METRICS), COUNTS);
    assert_int_equal(metrics_scores(METRICS), NGRAM_MAX + 2);
    assert_int_equal(metrics_count(METRICS, s->pair, n, &(ScoreCorpus){.idf = idf}, counts[0]), 0);
    for (int i = 0; i < n; i++)
        combine(counts[i], 1, &s->image[i]);
    metrics_sum(METRICS, counts[0], n, s->sum);
    combine(s->sum, n, &s->corpus);
    free(df);
    free(last);
    free(idf);
}

static void release(Scored *s)
{
    for (int i = 0; i < s->n; i++) {
        sentence_free(&s->caption[i]);
        for (int r = 0; r < s->pair[i].n_references; r++)
            sentence_free(&s->reference[i][r]);
    }
    hash_free(s->words);
    hash_free(s->ngrams);
}

static void near(double got, double want, double tolerance, const char *what)
{
    if (!(fabs(got - want) <= tolerance))
        fail_msg("%s: %.17g, not %.17g", what, got, want);
}

static const Image THREE[] = {
    {"a cat on the mat", {"a cat sits on the mat", "the cat is on a mat", "there is a cat on the mat"}},
    {"a man riding a wave on top of a surfboard",
     {"a man riding a wave on a surfboard", "a surfer rides a large wave"}},
    {"a dog in the grass",
     {"two dogs play in the snow", "dogs running through snow", "two brown dogs play outside in the snow"}},
};

static void test_corpus(void **state)
{
    static const int64_t WANT_GUESS[] = {20, 17, 14, 11}, WANT_CORRECT[] = {15, 11, 7, 5};
    static const double BLEU[] = {0.7499999999625001, 0.6966305459813311, 0.6237228822888263, 0.5762860244986935};
    Scored s;
    (void)state;
    score(&s, THREE, 3);
    assert_int_equal(s.sum[TESTLEN], 20);
    assert_int_equal(s.sum[REFLEN], 18);
    for (int k = 0; k < NGRAM_MAX; k++) {
        assert_int_equal(s.sum[GUESS + k], WANT_GUESS[k]);
        assert_int_equal(s.sum[CORRECT + k], WANT_CORRECT[k]);
        near(s.corpus.bleu[k], BLEU[k], 1e-12, "BLEU");
    }
    near(s.corpus.rouge_l, 0.7197542035052528, 1e-12, "ROUGE-L");
    near(s.corpus.cider, 2.933818756168501, 1e-9, "CIDEr");
    release(&s);
}

static void test_images(void **state)
{
    static const double BLEU1[] = {0.8187307527504899, 0.7999999999200001, 0.3999999999200002};
    static const double BLEU4[] = {0.81873075265156, 0.5814307368985977, 1.1362193661029629e-08};
    static const double ROUGE[] = {0.8944281524926685, 0.9070631970260222, 0.3577712609970674};
    static const double CIDER[] = {4.564589224855084, 3.5134402373909395, 0.72342680625948};
    Scored s;
    (void)state;
    score(&s, THREE, 3);
    for (int i = 0; i < 3; i++) {
        near(s.image[i].bleu[0], BLEU1[i], 1e-12, "BLEU-1");
        near(s.image[i].bleu[3], BLEU4[i], 1e-12, "BLEU-4");
        near(s.image[i].rouge_l, ROUGE[i], 1e-12, "ROUGE-L");
        near(s.image[i].cider, CIDER[i], 1e-9, "CIDEr");
    }
    release(&s);
}

static void test_one_image(void **state)
{
    Scored s;
    (void)state;
    score(&s, THREE, 1);
    assert_true(s.corpus.cider == 0);
    release(&s);
}

static void test_identical(void **state)
{
    static const Image TWO[] = {{"a b c d e", {"a b c d e"}}, {"f g h i j", {"f g h i j"}}};
    Scored s;
    (void)state;
    score(&s, TWO, 2);
    near(s.corpus.cider, 10, 1e-9, "CIDEr");
    near(s.corpus.rouge_l, 1, 1e-12, "ROUGE-L");
    release(&s);
}

static void test_empty(void **state)
{
    static const Image TWO[] = {{"", {"a b"}}, {"c d", {"c d"}}};
    static const Image NONE[] = {{"", {""}}, {"a", {""}}};
    static const double BLEU[] = {0.36787944080356333, 0.3678794407115936, 0.0036787944080356343,
                                  0.0003678794408495482};
    Scored s;
    (void)state;
    score(&s, TWO, 2);
    for (int k = 0; k < NGRAM_MAX; k++)
        near(s.corpus.bleu[k], BLEU[k], 1e-12, "BLEU");
    near(s.corpus.rouge_l, 0.5, 1e-12, "ROUGE-L");
    near(s.corpus.cider, 2.5, 1e-9, "CIDEr");
    release(&s);
    /* The reference tools split the empty text into one empty word: it equals itself. */
    score(&s, NONE, 2);
    near(s.image[0].rouge_l, 1, 1e-12, "ROUGE-L of nothing");
    near(s.image[1].rouge_l, 0, 1e-12, "ROUGE-L of a word against nothing");
    release(&s);
}

/* Of two references as near in length, 3 and 5 words to 4, the shorter counts. */
static void test_closest_length(void **state)
{
    static const Image ONE[] = {{"a b c d", {"a b c d e", "a b c"}}};
    Scored s;
    (void)state;
    score(&s, ONE, 1);
    assert_int_equal(s.sum[REFLEN], 3);
    release(&s);
}

/* A word counts as often as it occurs in one reference, not in all of them together. */
static void test_clipped_counts(void **state)
{
    static const Image ONE[] = {{"the the the the", {"the cat the", "the dog"}}};
    Scored s;
    (void)state;
    score(&s, ONE, 1);
    assert_int_equal(s.sum[CORRECT], 2);
    assert_int_equal(s.sum[CORRECT + 1], 0);
    release(&s);
}

/* n-grams are numbered as they come, shorter ones first, and keep their numbers while the table grows; each consists
 * of a prefix and a word. */
static void test_ngram_table(void **state)
{
    enum { N = 5000, ALL = N + N - 1 + N - 2 + N - 3 };
    static int32_t word[N];
    (void)state;
    Hash *t = hash_new();
    assert_non_null(t);
    for (int32_t i = 0; i < N; i++)
        word[i] = 7 * i;
    for (int again = 0; again < 2; again++) {
        Sentence s;
        assert_int_equal(ngram_sentence(&s, t, word, N), 0);
        sentence_free(&s);
        assert_int_equal(hash_count(t), ALL);
    }
    int32_t first = 0,
            shorter = -1; /* the numbers of the first n-gram of this length, and of that one word shorter */
    for (int length = 1; length <= NGRAM_MAX; length++) {
        int32_t n = N - length + 1;
        for (int32_t i = 0; i < n; i++) {
            int32_t prefix, last, want = length == 1 ? -1 : shorter + i, end = word[i + length - 1];
            assert_int_equal(ngram_find(t, want, end), first + i);
            ngram_parts(t, first + i, &prefix, &last);
            assert_int_equal(prefix, want);
            assert_int_equal(last, end);
        }
        shorter = first;
        first += n;
    }
    assert_int_equal(ngram_find(t, 5, word[5]), -1);
    hash_free(t);
}

/* Sentences of any length hold each n-gram once, by rising number, and know how often it occurs. */
static void test_sentence(void **state)
{
    enum { LONGEST = 70 };
    int32_t word[LONGEST];
    (void)state;
    Hash *t = hash_new();
    for (int n = LONGEST; n >= 0; n--) { /* longest first: shorter ones meet n-grams out of order */
        Sentence s;
        for (int i = 0; i < n; i++)
            word[i] = (i * 7 + n) % 5;
        assert_int_equal(ngram_sentence(&s, t, word, n), 0);
        for (int k = 0; k < NGRAM_MAX; k++) {
            int32_t all = 0;
            for (int i = s.at[k]; i < s.at[k + 1]; i++) {
                assert_true(i == s.at[k] || s.gram[i - 1].id < s.gram[i].id);
                assert_int_equal(sentence_count(&s, k, s.gram[i].id), s.gram[i].count);
                all += s.gram[i].count;
            }
            assert_int_equal(all, n > k ? n - k : 0);
        }
        sentence_free(&s);
    }
    hash_free(t);
}

/* Sums over captions have NumPy's order of additions, so its digits: those of 1 + 1/2 + ... + 1/n. */
static void test_sums(void **state)
{
    static const struct {
        int64_t n;
        double sum;
    } CASES[] = {{1, 1.0},
                 {7, 2.5928571428571425},
                 {8, 2.7178571428571425},
                 {130, 5.4485913382659765},
                 {1003, 7.4884648745144435},
                 {5000, 9.094508852984436}};
    int width = metrics_counts(METRICS);
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        int64_t n = CASES[i].n;
        double *counts = calloc((size_t)(n * width), sizeof *counts), sum[COUNTS];
        assert_non_null(counts);
        for (int64_t k = 0; k < n; k++)
            counts[k * width + width - 1] = 1.0 / (double)(k + 1);
        metrics_sum(METRICS, counts, n, sum);
        assert_true(sum[width - 1] == CASES[i].sum);
        assert_true(sum[0] == 0);
        free(counts);
    }
}

/* ROUGE-L compares tokens; all else compares words. */
static void test_tokens(void **state)
{
    static const Image ONE[] = {{"of 23 3/4 st", {"of 23 3/4 st"}}};
    static const int32_t TOKENS[] = {0, 77, 3}, OTHER[] = {0, 88, 3}; /* the two in the middle joined */
    double counts[COUNTS];
    Scored s;
    (void)state;
    score(&s, ONE, 1);
    assert_int_equal(sentence_set_tokens(&s.caption[0], OTHER, 3), 0);
    assert_int_equal(sentence_set_tokens(&s.caption[0], TOKENS, 3), 0);
    assert_int_equal(metrics_count(METRICS, s.pair, 1, &(ScoreCorpus){0}, counts), 0);
    combine(counts, 1, &s.corpus);
    near(s.corpus.rouge_l, (1 + 1.44) * (2. / 3) * (2. / 4) / (2. / 4 + 1.44 * 2 / 3), 1e-12, "ROUGE-L");
    near(s.corpus.bleu[3], 1, 1e-8, "BLEU-4");
    release(&s);
}

/* Words as numbers: a small letter is a stem, a capital another form of it. */
static Sentence letters(const char *text)
{
    static const int32_t NO_NGRAM[NGRAM_MAX * 32] = {0};
    int32_t word[32];
    int n = (int)strlen(text);
    Sentence s;
    for (int i = 0; i < n; i++)
        word[i] = text[i];
    assert_int_equal(sentence_init(&s, word, n, NO_NGRAM), 0);
    return s;
}

/* The stems of letters, and x, y and z as function words. */
static WordForms letter_forms(int32_t stem[128], bool function[128])
{
    for (int c = 0; c < 128; c++) {
        stem[c] = c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c;
        function[c] = c >= 'x' && c <= 'z';
    }
    return (WordForms){stem, function};
}

static void test_meteor_alignment(void **state)
{
    static const struct {
        const char *caption, *reference;
        int pairs, chunks;
        int to[8];
    } CASES[] = {
        {"abc", "abc", 3, 1, {0, 1, 2}},
        {"abc", "cab", 3, 2, {1, 2, 0}},
        {"", "abc", 0, 0, {0}},
        {"abc", "", 0, 0, {-1, -1, -1}},
        {"abc", "ABC", 3, 1, {0, 1, 2}},
        /* More pairs before fewer chunks: the first a alone would be one chunk. */
        {"ab", "acb", 2, 2, {0, 2}},
        /* Fewer chunks before smaller distances: the a before b, not the one in the same place. */
        {"ab", "acab", 2, 1, {2, 3}},
        /* Then smaller distances. */
        {"ca", "xaa", 1, 1, {-1, 1}},
        /* A word is matched once. */
        {"aa", "a", 1, 1, {0, -1}},
    };
    int32_t stem[128];
    bool function[128];
    const WordForms forms = letter_forms(stem, function);
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        Sentence c = letters(CASES[i].caption), r = letters(CASES[i].reference);
        Alignment a;
        assert_int_equal(meteor_align(&c, &r, &forms, &a), 0);
        assert_int_equal(a.n, CASES[i].pairs);
        assert_int_equal(a.chunks, CASES[i].chunks);
        for (int w = 0; w < c.n; w++)
            assert_int_equal(a.to[w], CASES[i].to[w]);
        free(a.to);
        sentence_free(&c);
        sentence_free(&r);
    }
}

/* Scores that the authors' program prints for `-m 'exact stem'` of sentences with as many words of each kind. */
static void test_meteor_lite(void **state)
{
    static const struct {
        const char *caption, *references[2];
        double score;
    } CASES[] = {
        {"abcxy", {"abcxy"}, 1},
        {"abcxy", {"abdexyz"}, 0},                   /* set below */
        {"xaxy", {"qxay", "xaxy"}, 1},               /* the better of two references */
        {"fedzyx", {"xyzdEF"}, 0.32000000000000006}, /* six chunks, two by stem */
        {"abc", {"xyz"}, 0},
        {"", {"xyz"}, 0},
    };
    int32_t stem[128];
    bool function[128];
    const WordForms forms = letter_forms(stem, function);
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        Sentence c = letters(CASES[i].caption), r[2];
        ScorePair pair = {&c, r, 0};
        double counts[16], score, expected = CASES[i].score;
        for (; pair.n_references < 2 && CASES[i].references[pair.n_references]; pair.n_references++)
            r[pair.n_references] = letters(CASES[i].references[pair.n_references]);
        assert_in_range(metric_meteor_lite.n_counts, 1, 16);
        assert_int_equal(metric_meteor_lite.count(&pair, &(ScoreCorpus){.forms = &forms}, counts), 0);
        metric_meteor_lite.combine(counts, 1, &score);
        if (i == 1) { /* ab and xy match, in two chunks */
            double p = (2 * .75 + 2 * .25) / (3 * .75 + 2 * .25), q = (2 * .75 + 2 * .25) / (4 * .75 + 3 * .25);
            expected = p * q / (.85 * p + .15 * q) * (1 - .6 * pow(2. / 4, .2));
        }
        near(score, expected, 1e-12, CASES[i].caption);
        sentence_free(&c);
        for (int k = 0; k < pair.n_references; k++)
            sentence_free(&r[k]);
    }
}

/* Every metric names its scores, once among all, and its totals are among its counts. */
static void test_metrics_table(void **state)
{
    const char *seen[64];
    int n = 0, counts = 0;
    (void)state;
    for (MetricList m = ALL_METRICS; *m; counts += (*m++)->n_counts) {
        assert_non_null((*m)->score[0].key);
        for (const MetricScore *s = (*m)->score; s->key; s++) {
            assert_non_null(s->label);
            assert_non_null(s->unit);
            for (int i = 0; i < n; i++)
                assert_string_not_equal(seen[i], s->key);
            assert_true(n < 64);
            seen[n++] = s->key;
        }
        for (const MetricTotal *t = (*m)->total; t->key; t++)
            assert_in_range(t->at, 0, (*m)->n_counts - 1);
    }
    assert_int_equal(metrics_scores(ALL_METRICS), n);
    assert_int_equal(metrics_counts(ALL_METRICS), counts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_corpus),
        cmocka_unit_test(test_images),
        cmocka_unit_test(test_one_image),
        cmocka_unit_test(test_identical),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_closest_length),
        cmocka_unit_test(test_clipped_counts),
        cmocka_unit_test(test_ngram_table),
        cmocka_unit_test(test_sentence),
        cmocka_unit_test(test_metrics_table),
        cmocka_unit_test(test_meteor_alignment),
        cmocka_unit_test(test_meteor_lite),
        cmocka_unit_test(test_sums),
        cmocka_unit_test(test_tokens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
