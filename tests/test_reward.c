/* Rewards of self-critical training: against a plain reference in Python (tests/golden/make_reward.py). */
#include "pipeline/train/reward.h"
#include "tests/support/golden.h"
#include "tests/support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 12, WORDS = WIDTH - 1, IMAGES = 12, DRAWN = 5, MOST = 5 * IMAGES };

/* Train captions with <START> before them; images have between 1 and 5. */
typedef struct {
    Dataset data; /* of the arrays below */
    int32_t captions[MOST * WIDTH], owner[MOST];
    int32_t drawn[IMAGES * DRAWN * WIDTH], image[IMAGES];
} Case;

static const char FILE_NAME[] = "reward.json";

/* Rows of WORDS numbers become captions of WIDTH. Returns how many. */
static int64_t captions_of(const char *key, int32_t *out, int64_t room)
{
    double *words;
    size_t n;
    golden_vector_of(FILE_NAME, key, &words, &n);
    int64_t rows = (int64_t)n / WORDS;
    assert_true(rows <= room);
    for (int64_t i = 0; i < rows; i++) {
        out[i * WIDTH] = 1;
        for (int k = 0; k < WORDS; k++)
            out[i * WIDTH + 1 + k] = (int32_t)words[i * WORDS + k];
    }
    free(words);
    return rows;
}

static Case *case_new(void)
{
    Case *c = calloc(1, sizeof *c);
    double *owner;
    size_t n;
    Err err;
    assert_non_null(c);
    Dataset *d = &c->data;
    d->width = WIDTH;
    d->features.rows = IMAGES;
    d->captions.ints = c->captions;
    d->image.ints = c->owner;
    d->n = captions_of("train", c->captions, MOST);
    golden_vector_of(FILE_NAME, "image", &owner, &n);
    assert_int_equal(n, d->n);
    for (size_t i = 0; i < n; i++)
        c->owner[i] = (int32_t)owner[i];
    free(owner);
    assert_ok(dataset_index(d, &err));
    assert_int_equal(captions_of("drawn", c->drawn, IMAGES * DRAWN), IMAGES * DRAWN);
    for (int32_t i = 0; i < IMAGES; i++)
        c->image[i] = i;
    return c;
}

static void case_free(Case *c)
{
    free(c->data.caption_at);
    free(c->data.caption_of);
    free(c);
}

/* The rewards are cider·CIDEr-D + bleu4·BLEU-4, for any of the images in any order. */
static void check(double cider, double bleu4)
{
    const double weight[REWARDS] = {cider, bleu4};
    double *expected[REWARDS], got[IMAGES * DRAWN], largest = 0;
    size_t n;
    Err err;
    Case *c = case_new();
    golden_vector_of(FILE_NAME, "cider", &expected[0], &n);
    golden_vector_of(FILE_NAME, "bleu4", &expected[1], &n);
    Reward *r = reward_new(&c->data, weight, WORDS, &err);
    assert_non_null(r);
    for (int round = 0; round < 2; round++) { /* nothing is kept of a call */
        assert_ok(reward_captions(r, c->image, IMAGES, DRAWN, c->drawn, got, &err));
        for (int i = 0; i < IMAGES * DRAWN; i++) {
            double want = cider * expected[0][i] + bleu4 * expected[1][i];
            if (fabs(got[i] - want) > 1e-12 * (1 + want))
                fail_msg("caption %d: %.17g, expected %.17g", i, got[i], want);
            largest = fmax(largest, got[i]);
        }
    }
    assert_true(largest > 0.5);
    assert_ok(reward_captions(r, c->image + 7, 1, DRAWN, c->drawn + (size_t)7 * DRAWN * WIDTH, got, &err));
    for (int i = 0; i < DRAWN; i++)
        assert_true(fabs(got[i] - cider * expected[0][7 * DRAWN + i] - bleu4 * expected[1][7 * DRAWN + i]) < 1e-11);
    reward_free(r);
    free(expected[0]);
    free(expected[1]);
    case_free(c);
}

static void cider_with_ends_and_frequencies_of_train(void **state)
{
    (void)state;
    check(1, 0);
}

static void bleu4_alone_and_both(void **state)
{
    (void)state;
    check(0, 1);
    check(0.7, 0.25);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cider_with_ends_and_frequencies_of_train),
        cmocka_unit_test(bleu4_alone_and_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
