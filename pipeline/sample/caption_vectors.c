#include "pipeline/sample/caption_vectors.h"

#include "model/captioner.h"
#include "model/score/cider.h"

#include <stdbool.h>
#include <stdlib.h>

static int64_t captions_of(const Dataset *d, int64_t row)
{
    return d->caption_at[row + 1] - d->caption_at[row];
}

/* n words have at most n n-grams of each length. */
static int64_t most_ngrams(const Dataset *d)
{
    int64_t most = 0;
    for (int64_t i = 0; i < d->caption_at[d->features.rows]; i++)
        most += NGRAM_MAX * caption_words(d->captions.ints + d->caption_of[i] * d->width, d->width);
    return most;
}

/* Without <END>, which candidates do not have either (consensus.h). */
static int words_of(const int32_t *caption, int width)
{
    int n = caption_words(caption, width);
    return n > 0 && caption[n] == WORD_END ? n - 1 : n;
}

static int add_caption(CaptionVectors *v, const Dataset *d, const int32_t *caption, double share, int64_t *end)
{
    Sentence s;
    double norm[NGRAM_MAX];
    if (ngram_sentence(&s, v->table.ngrams, caption + 1, words_of(caption, d->width)))
        return -1;
    cider_norms(&s, v->table.idf, norm);
    for (int k = 0; k < NGRAM_MAX; k++)
        for (int i = s.at[k]; i < s.at[k + 1] && norm[k] > 0; i++) {
            v->ngram[*end] = s.gram[i].id;
            v->value[(*end)++] = (float)(share * s.gram[i].count * v->table.idf[s.gram[i].id] / norm[k]);
        }
    sentence_free(&s);
    return 0;
}

static int add_image(CaptionVectors *v, const Dataset *d, int64_t row)
{
    double share = 1 / (double)captions_of(d, row);
    int64_t end = v->at[v->n];
    v->row[v->n++] = row;
    for (int64_t i = d->caption_at[row]; i < d->caption_at[row + 1]; i++)
        if (add_caption(v, d, d->captions.ints + d->caption_of[i] * d->width, share, &end))
            return -1;
    v->at[v->n] = end;
    return 0;
}

int caption_vectors_make(CaptionVectors *v, const Dataset *d, Err *err)
{
    size_t images = (size_t)d->features.rows, most = (size_t)most_ngrams(d);
    *v = (CaptionVectors){.row = malloc((images + 1) * sizeof *v->row),
                          .at = calloc(images + 1, sizeof *v->at),
                          .ngram = malloc((most + 1) * sizeof *v->ngram),
                          .value = malloc((most + 1) * sizeof *v->value)};
    bool ok = v->row && v->at && v->ngram && v->value;
    if (ok && caption_table_make(&v->table, d, 0, err))
        return -1;
    for (int64_t i = 0; i < d->features.rows && ok; i++)
        ok = !captions_of(d, i) || add_image(v, d, i) == 0;
    return ok ? 0 : err_set(err, "no memory for the n-grams of %lld captions", (long long)d->n);
}

void caption_vectors_free(CaptionVectors *v)
{
    caption_table_free(&v->table);
    free(v->row);
    free(v->at);
    free(v->ngram);
    free(v->value);
    *v = (CaptionVectors){.row = NULL};
}

void caption_vectors_sum(const CaptionVectors *v, const double *weight, double *sum)
{
    for (int32_t i = 0; i < v->table.known; i++)
        sum[i] = 0;
    for (int i = 0; i < v->n; i++)
        for (int64_t k = v->at[i]; k < v->at[i + 1]; k++)
            sum[v->ngram[k]] += weight[i] * (double)v->value[k];
}
