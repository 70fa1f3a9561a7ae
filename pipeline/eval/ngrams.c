#include "pipeline/eval/ngrams.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    int32_t prefix, word;
} Key;

int32_t ngram_add(Hash *ngrams, int32_t prefix, int32_t word)
{
    Key key = {prefix, word};
    return hash_add(ngrams, &key, sizeof key);
}

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

int ngram_sentence(Sentence *sentence, Hash *ngrams, const int32_t *word, int n)
{
    int32_t *id = malloc((size_t)(n ? n : 1) * NGRAM_MAX * sizeof *id);
    int rc = id ? 0 : -1;
    for (int k = 0; !rc && k < NGRAM_MAX; k++)
        for (int i = 0; !rc && i < n - k; i++) {
            id[k * n + i] = ngram_add(ngrams, k ? id[(k - 1) * n + i] : -1, word[i + k]);
            rc = id[k * n + i] < 0 ? -1 : 0;
        }
    if (!rc)
        rc = sentence_init(sentence, word, n, id);
    free(id);
    return rc;
}
