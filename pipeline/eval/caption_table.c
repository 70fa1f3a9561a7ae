#include "pipeline/eval/caption_table.h"

#include "model/captioner.h"
#include "model/score/cider.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int caption_words(const int32_t *caption, int width)
{
    int n = 0;
    while (n < width - 1 && caption[n + 1] != WORD_NULL)
        n++;
    return n;
}

/* Frequencies while they are counted: by the n-grams' numbers. */
typedef struct {
    int32_t *df, *last, room;
} Counting;

static int make_room(Counting *c, int32_t n)
{
    if (n <= c->room)
        return 0;
    int32_t room = n + n / 2 + 1024;
    int32_t *df = realloc(c->df, (size_t)room * sizeof *df);
    c->df = df ? df : c->df;
    int32_t *last = df ? realloc(c->last, (size_t)room * sizeof *last) : NULL;
    c->last = last ? last : c->last;
    if (!last)
        return -1;
    memset(df + c->room, 0, (size_t)(room - c->room) * sizeof *df);
    memset(last + c->room, -1, (size_t)(room - c->room) * sizeof *last);
    c->room = room;
    return 0;
}

/* 1: the image has captions, 0: none. */
static int count_image(CaptionTable *t, Counting *c, const Dataset *d, int64_t row)
{
    int rc = 0;
    for (int64_t i = d->caption_at[row]; i < d->caption_at[row + 1] && rc >= 0; i++) {
        const int32_t *caption = d->captions.ints + d->caption_of[i] * d->width;
        Sentence s;
        if (ngram_sentence(&s, t->ngrams, caption + 1, caption_words(caption, d->width)))
            return -1;
        rc = make_room(c, hash_count(t->ngrams)) ? -1 : 1;
        if (rc > 0)
            cider_add_df(&s, 1, (int32_t)row, c->last, c->df);
        sentence_free(&s);
    }
    return rc;
}

static int count_frequencies(CaptionTable *t, Counting *c, const Dataset *d, size_t more)
{
    int64_t images = 0;
    for (int64_t row = 0; row < d->features.rows; row++) {
        int rc = count_image(t, c, d, row);
        if (rc < 0)
            return -1;
        images += rc;
    }
    t->known = hash_count(t->ngrams);
    t->rare = log((double)images);
    t->idf = malloc(((size_t)t->known + more + 1) * sizeof *t->idf);
    if (!t->idf)
        return -1;
    cider_idf(c->df, t->known, (double)images, t->idf);
    for (size_t i = 0; i < more; i++)
        t->idf[(size_t)t->known + i] = t->rare;
    return 0;
}

int caption_table_make(CaptionTable *t, const Dataset *data, size_t more, Err *err)
{
    Counting counting = {0};
    *t = (CaptionTable){.ngrams = hash_new()};
    int rc = t->ngrams ? count_frequencies(t, &counting, data, more) : -1;
    free(counting.df);
    free(counting.last);
    return rc ? err_set(err, "no memory for the n-grams of %lld captions", (long long)data->n) : 0;
}

void caption_table_free(CaptionTable *t)
{
    hash_free(t->ngrams);
    free(t->idf);
    *t = (CaptionTable){.ngrams = NULL};
}
