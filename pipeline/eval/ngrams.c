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

/* The key of the k+1 words from word i on. id has the numbers of the n-grams of k words. */
static Key key_at(const int32_t *id, int k, int n, const int32_t *word, int i)
{
    return (Key){k ? id[(k - 1) * n + i] : -1, word[i + k]};
}

bool ngrams_find(const Hash *ngrams, const int32_t *word, int n, int32_t *id)
{
    bool missing = false;
    for (int k = 0; k < NGRAM_MAX; k++) {
        for (int i = 0; i < n - k; i++) {
            Key key = key_at(id, k, n, word, i);
            hash_prefetch(ngrams, &key, sizeof key);
        }
        for (int i = 0; i < n - k; i++) {
            Key key = key_at(id, k, n, word, i);
            bool no_prefix = k && key.prefix < 0;
            id[k * n + i] = no_prefix ? -1 : hash_find(ngrams, &key, sizeof key);
            missing |= id[k * n + i] < 0;
        }
    }
    return missing;
}

int ngrams_add(Hash *ngrams, const int32_t *word, int n, int32_t *id)
{
    for (int k = 0; k < NGRAM_MAX; k++)
        for (int i = 0; i < n - k; i++) {
            Key key = key_at(id, k, n, word, i);
            if (id[k * n + i] < 0 && (id[k * n + i] = hash_add(ngrams, &key, sizeof key)) < 0)
                return -1;
        }
    return 0;
}

int ngram_sentence(Sentence *sentence, Hash *ngrams, const int32_t *word, int n)
{
    int32_t *id = malloc((size_t)(n ? n : 1) * NGRAM_MAX * sizeof *id);
    int rc = id ? 0 : -1;
    if (!rc && ngrams_find(ngrams, word, n, id))
        rc = ngrams_add(ngrams, word, n, id);
    if (!rc)
        rc = sentence_init(sentence, word, n, id);
    free(id);
    return rc;
}
