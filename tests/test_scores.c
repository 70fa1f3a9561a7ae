/* Caption scores against numbers that pycocoevalcap printed on the same tokens, and n-gram tables. */
#include "model/score/scores.h"
#include "pipeline/common/interner.h"
#include "tests/support/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IMAGES_MAX = 4, REFERENCES_MAX = 4 };

/* A small corpus in text: captions, and references ended by NULL. */
typedef struct {
    const char *caption;
    const char *references[REFERENCES_MAX];
} Image;

typedef struct {
    Words *words;
    NgramTable *table;
    Sentence caption[IMAGES_MAX], reference[IMAGES_MAX][REFERENCES_MAX];
    ScorePair pair[IMAGES_MAX];
    Scores scores[IMAGES_MAX];
    BleuCounts sum;
    double bleu[NGRAM_MAX], rouge_l, cider;
    int n;
} Scored;

static void read_sentence(Scored *s, const char *text, Sentence *out)
{
    int32_t id[64];
    int n = 0;
    for (const char *t = text; *t; t += *t == ' ') {
        size_t len = strcspn(t, " ");
        assert_true(n < 64);
        id[n++] = words_add(s->words, t, len);
        t += len;
    }
    assert_int_equal(sentence_init(out, s->table, id, n), 0);
}

/* Scores the images, with the document frequencies of their references. */
static void score(Scored *s, const Image *images, int n)
{
    int32_t *df, *last;
    double *idf;
    memset(s, 0, sizeof *s);
    s->words = words_new();
    s->table = ngrams_new();
    s->n = n;
    for (int i = 0; i < n; i++) {
        s->pair[i] = (ScorePair){&s->caption[i], s->reference[i], 0};
        read_sentence(s, images[i].caption, &s->caption[i]);
        for (int r = 0; images[i].references[r]; r++, s->pair[i].n_references++)
            read_sentence(s, images[i].references[r], &s->reference[i][r]);
    }
    size_t grams = (size_t)ngrams_count(s->table);
    df = calloc(grams + 1, sizeof *df);
    last = calloc(grams + 1, sizeof *last);
    idf = calloc(grams + 1, sizeof *idf);
    assert_true(df && last && idf);
    memset(last, -1, grams * sizeof *last);
    for (int i = 0; i < n; i++)
        cider_count(s->reference[i], s->pair[i].n_references, i, last, df);
    cider_idf(df, (int32_t)grams, n, idf);
    assert_int_equal(scores_compute(s->pair, n, idf, s->scores), 0);
    for (int i = 0; i < n; i++) {
        bleu_add(&s->sum, &s->scores[i].bleu);
        s->rouge_l += s->scores[i].rouge_l / n;
        s->cider += s->scores[i].cider / n;
    }
    bleu_scores(&s->sum, s->bleu);
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
    words_free(s->words);
    ngrams_free(s->table);
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

static void corpus(void **state)
{
    static const int64_t GUESS[] = {20, 17, 14, 11}, CORRECT[] = {15, 11, 7, 5};
    static const double BLEU[] = {0.7499999999625001, 0.6966305459813311, 0.6237228822888263, 0.5762860244986935};
    Scored s;
    (void)state;
    score(&s, THREE, 3);
    assert_int_equal(s.sum.testlen, 20);
    assert_int_equal(s.sum.reflen, 18);
    for (int k = 0; k < NGRAM_MAX; k++) {
        assert_int_equal(s.sum.guess[k], GUESS[k]);
        assert_int_equal(s.sum.correct[k], CORRECT[k]);
        near(s.bleu[k], BLEU[k], 1e-12, "BLEU");
    }
    near(s.rouge_l, 0.7197542035052528, 1e-12, "ROUGE-L");
    near(s.cider, 2.933818756168501, 1e-9, "CIDEr");
    release(&s);
}

static void images(void **state)
{
    static const double BLEU1[] = {0.8187307527504899, 0.7999999999200001, 0.3999999999200002};
    static const double BLEU4[] = {0.81873075265156, 0.5814307368985977, 1.1362193661029629e-08};
    static const double ROUGE[] = {0.8944281524926685, 0.9070631970260222, 0.3577712609970674};
    static const double CIDER[] = {4.564589224855084, 3.5134402373909395, 0.72342680625948};
    Scored s;
    (void)state;
    score(&s, THREE, 3);
    for (int i = 0; i < 3; i++) {
        double bleu[NGRAM_MAX];
        bleu_scores(&s.scores[i].bleu, bleu);
        near(bleu[0], BLEU1[i], 1e-12, "BLEU-1");
        near(bleu[3], BLEU4[i], 1e-12, "BLEU-4");
        near(s.scores[i].rouge_l, ROUGE[i], 1e-12, "ROUGE-L");
        near(s.scores[i].cider, CIDER[i], 1e-9, "CIDEr");
    }
    release(&s);
}

static void one_image(void **state)
{
    Scored s;
    (void)state;
    score(&s, THREE, 1);
    assert_true(s.cider == 0);
    release(&s);
}

static void identical(void **state)
{
    static const Image TWO[] = {{"a b c d e", {"a b c d e"}}, {"f g h i j", {"f g h i j"}}};
    Scored s;
    (void)state;
    score(&s, TWO, 2);
    near(s.cider, 10, 1e-9, "CIDEr");
    near(s.rouge_l, 1, 1e-12, "ROUGE-L");
    release(&s);
}

static void empty(void **state)
{
    static const Image TWO[] = {{"", {"a b"}}, {"c d", {"c d"}}};
    static const Image NONE[] = {{"", {""}}, {"a", {""}}};
    static const double BLEU[] = {0.36787944080356333, 0.3678794407115936, 0.0036787944080356343,
                                  0.0003678794408495482};
    Scored s;
    (void)state;
    score(&s, TWO, 2);
    for (int k = 0; k < NGRAM_MAX; k++)
        near(s.bleu[k], BLEU[k], 1e-12, "BLEU");
    near(s.rouge_l, 0.5, 1e-12, "ROUGE-L");
    near(s.cider, 2.5, 1e-9, "CIDEr");
    release(&s);
    /* The peers split the empty text into one empty word: it equals itself. */
    score(&s, NONE, 2);
    near(s.scores[0].rouge_l, 1, 1e-12, "ROUGE-L of nothing");
    near(s.scores[1].rouge_l, 0, 1e-12, "ROUGE-L of a word against nothing");
    release(&s);
}

/* Of references as near in length the shorter counts: 3 and 5 words about 4. */
static void closest(void **state)
{
    static const Image ONE[] = {{"a b c d", {"a b c d e", "a b c"}}};
    Scored s;
    (void)state;
    score(&s, ONE, 1);
    assert_int_equal(s.sum.reflen, 3);
    release(&s);
}

/* A word as often as in one reference, not as in all of them together. */
static void clipped(void **state)
{
    static const Image ONE[] = {{"the the the the", {"the cat the", "the dog"}}};
    Scored s;
    (void)state;
    score(&s, ONE, 1);
    assert_int_equal(s.sum.correct[0], 2);
    assert_int_equal(s.sum.correct[1], 0);
    release(&s);
}

/* n-grams keep their numbers while the table grows, and name their parts. */
static void table(void **state)
{
    enum { N = 20000 };
    (void)state;
    NgramTable *t = ngrams_new();
    assert_non_null(t);
    for (int32_t i = 0; i < N; i++)
        assert_int_equal(ngrams_add(t, i - 1, i % 7), i);
    for (int32_t i = 0; i < N; i++) {
        int32_t prefix, word;
        assert_int_equal(ngrams_find(t, i - 1, i % 7), i);
        assert_int_equal(ngrams_add(t, i - 1, i % 7), i);
        ngrams_parts(t, i, &prefix, &word);
        assert_int_equal(prefix, i - 1);
        assert_int_equal(word, i % 7);
    }
    assert_int_equal(ngrams_find(t, 5, 6 % 7 + 1), -1);
    assert_int_equal(ngrams_count(t), N);
    ngrams_free(t);
}

static void texts(void **state)
{
    enum { N = 5000 };
    char text[16];
    (void)state;
    Words *w = words_new();
    assert_non_null(w);
    for (int i = 0; i < N; i++)
        assert_int_equal(words_add(w, text, (size_t)snprintf(text, sizeof text, "%d", i)), i);
    for (int i = 0; i < N; i++) {
        size_t len = (size_t)snprintf(text, sizeof text, "%d", i);
        assert_int_equal(words_find(w, text, len), i);
        assert_string_equal(words_text(w, i), text);
    }
    assert_int_equal(words_find(w, "12345678", 8), -1);
    assert_int_equal(words_find(w, "12345678", 2), 12); /* as long as is said */
    assert_int_equal(words_add(w, "", 0), N);
    assert_int_equal(words_count(w), N + 1);
    words_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(corpus),    cmocka_unit_test(images), cmocka_unit_test(one_image),
        cmocka_unit_test(identical), cmocka_unit_test(empty),  cmocka_unit_test(closest),
        cmocka_unit_test(clipped),   cmocka_unit_test(table),  cmocka_unit_test(texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
