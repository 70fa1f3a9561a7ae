#include "pipeline/eval/ngrams.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    int32_t prefix, word;
} Key;

int32_t ngram_find(const Hash *ngrams, int32_t prefix, int32_t word)
{
    Key key = {prefix, word};
    return hash_find(ngrams, &key, sizeof key);
}

void ngram_parts(const Hash *ngrams, int32_t id, int32_t *prefix, int32_t *word)
{
    Key key;
    memcpy(&key, hash_key(ngrams, id, NULL), sizeof key);
    *prefix = key.prefix;
    *word = key.word;
}

/* Numbers the n-grams of k+1 words: id[i] is that of the words from i on. prefix[i]: that of all but the last. */
static int number_ngrams(Hash *ngrams, int k, const int32_t *prefix, const int32_t *word, int n, int32_t *id)
{
    for (int i = 0; i < n - k; i++) {
        Key key = {k ? prefix[i] : -1, word[i + k]};
        hash_prefetch(ngrams, &key, sizeof key);
    }
    for (int i = 0; i < n - k; i++) {
        Key key = {k ? prefix[i] : -1, word[i + k]};
        if ((id[i] = hash_add(ngrams, &key, sizeof key)) < 0)
            return -1;
    }
    return 0;
}

int ngram_sentence(Sentence *sentence, Hash *ngrams, const int32_t *word, int n)
{
    int32_t *id = malloc((size_t)(n ? n : 1) * NGRAM_MAX * sizeof *id);
    int rc = id ? 0 : -1;
    for (int k = 0; !rc && k < NGRAM_MAX; k++)
        rc = number_ngrams(ngrams, k, k ? id + (k - 1) * n : NULL, word, n, id + k * n);
    if (!rc)
        rc = sentence_init(sentence, word, n, id);
    free(id);
    return rc;
}
