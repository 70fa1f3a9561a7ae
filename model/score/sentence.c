#include "model/score/sentence.h"

#include <stdlib.h>
#include <string.h>

static int by_id(const void *a, const void *b)
{
    int32_t x = ((const Gram *)a)->id, y = ((const Gram *)b)->id;
    return (x > y) - (x < y);
}

/* By rising id. Captions are short: their n-grams are sorted by insertion. */
static void sort(Gram *gram, int n)
{
    enum { SHORT = 32 };
    if (n > SHORT) {
        qsort(gram, (size_t)n, sizeof *gram, by_id);
        return;
    }
    for (int i = 1; i < n; i++) {
        Gram moved = gram[i];
        int j = i;
        for (; j > 0 && gram[j - 1].id > moved.id; j--)
            gram[j] = gram[j - 1];
        gram[j] = moved;
    }
}

/* Sorts n grams of count 1 and merges equal ones. Returns how many are left. */
static int merge_equal(Gram *gram, int n)
{
    int left = 0;
    sort(gram, n);
    for (int i = 0; i < n; i++) {
        if (left && gram[left - 1].id == gram[i].id)
            gram[left - 1].count++;
        else
            gram[left++] = gram[i];
    }
    return left;
}

int sentence_init(Sentence *s, const int32_t *word, int n, const int32_t *ngram)
{
    size_t room = n ? (size_t)n : 1;
    *s = (Sentence){.n = n, .n_tokens = n};
    s->gram = malloc(room * (NGRAM_MAX * sizeof *s->gram + sizeof *s->word));
    if (!s->gram)
        return -1;
    s->word = (int32_t *)(s->gram + NGRAM_MAX * room);
    s->token = s->word;
    memcpy(s->word, word, (size_t)n * sizeof *word);
    for (int k = 0; k < NGRAM_MAX; k++) {
        Gram *gram = s->gram + s->at[k];
        for (int i = 0; i < n - k; i++)
            gram[i] = (Gram){ngram[k * n + i], 1};
        s->at[k + 1] = s->at[k] + (n > k ? merge_equal(gram, n - k) : 0);
    }
    return 0;
}

int sentence_set_tokens(Sentence *s, const int32_t *token, int n)
{
    int32_t *copy = malloc((size_t)(n ? n : 1) * sizeof *copy);
    if (!copy)
        return -1;
    memcpy(copy, token, (size_t)n * sizeof *copy);
    if (s->token != s->word)
        free(s->token);
    s->token = copy;
    s->n_tokens = n;
    return 0;
}

void sentence_free(Sentence *s)
{
    if (s->token != s->word)
        free(s->token);
    free(s->gram);
    memset(s, 0, sizeof *s);
}

int32_t sentence_count(const Sentence *s, int k, int32_t id)
{
    Gram wanted = {id, 0};
    size_t n = (size_t)(s->at[k + 1] - s->at[k]);
    const Gram *found = n ? bsearch(&wanted, s->gram + s->at[k], n, sizeof wanted, by_id) : NULL;
    return found ? found->count : 0;
}
