#include "model/score/ngrams.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Open addressing: slot[] holds numbers + 1, 0 is free; at most half of the slots are taken. */
struct NgramTable {
    uint64_t *key; /* (room) by number: prefix + 1 above, word below */
    int32_t count, room;
    int32_t *slot;
    uint32_t mask; /* slots - 1 */
};

static uint64_t key_of(int32_t prefix, int32_t word)
{
    return (uint64_t)(uint32_t)(prefix + 1) << 32 | (uint32_t)word;
}

/* The slot where the key is, or where it belongs. Fibonacci hashing (Knuth, vol. 3, 6.4), both halves mixed. */
static uint32_t slot_of(const NgramTable *t, uint64_t key)
{
    uint64_t h = (key ^ key >> 32) * UINT64_C(0x9E3779B97F4A7C15);
    uint32_t i = (uint32_t)(h >> 32) & t->mask;
    while (t->slot[i] && t->key[t->slot[i] - 1] != key)
        i = (i + 1) & t->mask;
    return i;
}

/* Room for `room` n-grams, in twice as many slots or more. */
static int resize(NgramTable *t, int32_t room)
{
    uint32_t slots = 2 * (uint32_t)room;
    uint64_t *key = realloc(t->key, (size_t)room * sizeof *key);
    if (!key)
        return -1;
    t->key = key;
    int32_t *slot = calloc(slots, sizeof *slot);
    if (!slot)
        return -1;
    free(t->slot);
    t->slot = slot;
    t->mask = slots - 1;
    t->room = room;
    for (int32_t id = 0; id < t->count; id++)
        t->slot[slot_of(t, t->key[id])] = id + 1;
    return 0;
}

NgramTable *ngrams_new(void)
{
    NgramTable *t = calloc(1, sizeof *t);
    if (t && resize(t, 1 << 12)) {
        ngrams_free(t);
        return NULL;
    }
    return t;
}

void ngrams_free(NgramTable *t)
{
    if (!t)
        return;
    free(t->key);
    free(t->slot);
    free(t);
}

int32_t ngrams_add(NgramTable *t, int32_t prefix, int32_t word)
{
    enum { ROOM_MAX = 1 << 30 };
    uint64_t key = key_of(prefix, word);
    uint32_t i = slot_of(t, key);
    if (t->slot[i])
        return t->slot[i] - 1;
    if (t->count == t->room) {
        if (t->room == ROOM_MAX || resize(t, 2 * t->room))
            return -1;
        i = slot_of(t, key);
    }
    t->key[t->count++] = key;
    t->slot[i] = t->count;
    return t->count - 1;
}

int32_t ngrams_find(const NgramTable *t, int32_t prefix, int32_t word)
{
    return t->slot[slot_of(t, key_of(prefix, word))] - 1;
}

int32_t ngrams_count(const NgramTable *t)
{
    return t->count;
}

void ngrams_parts(const NgramTable *t, int32_t id, int32_t *prefix, int32_t *word)
{
    *prefix = (int32_t)(uint32_t)(t->key[id] >> 32) - 1;
    *word = (int32_t)(uint32_t)t->key[id];
}

/* --- sentences --- */

static int by_id(const void *a, const void *b)
{
    int32_t x = ((const Gram *)a)->id, y = ((const Gram *)b)->id;
    return (x > y) - (x < y);
}

/* Sorts n grams of count 1 and adds up equal ones. How many are left. */
static int collect(Gram *gram, int n)
{
    int left = 0;
    qsort(gram, (size_t)n, sizeof *gram, by_id);
    for (int i = 0; i < n; i++) {
        if (left && gram[left - 1].id == gram[i].id)
            gram[left - 1].count++;
        else
            gram[left++] = gram[i];
    }
    return left;
}

/* The n-grams of all lengths. prefix (n): room for those that begin at each word. */
static int add_grams(Sentence *s, NgramTable *table, int32_t *prefix)
{
    for (int i = 0; i < s->n; i++)
        prefix[i] = -1;
    for (int k = 0; k < NGRAM_MAX; k++) {
        Gram *gram = s->gram + s->at[k];
        int n = s->n - k;
        for (int i = 0; i < n; i++) {
            if ((prefix[i] = ngrams_add(table, prefix[i], s->word[i + k])) < 0)
                return -1;
            gram[i] = (Gram){prefix[i], 1};
        }
        s->at[k + 1] = s->at[k] + (n > 0 ? collect(gram, n) : 0);
    }
    return 0;
}

int sentence_init(Sentence *s, NgramTable *table, const int32_t *words, int n)
{
    size_t room = n ? (size_t)n : 1;
    memset(s, 0, sizeof *s);
    int32_t *prefix = malloc(room * sizeof *prefix);
    s->word = malloc(room * sizeof *s->word);
    s->gram = malloc(NGRAM_MAX * room * sizeof *s->gram);
    s->n = n;
    int rc = -1;
    if (prefix && s->word && s->gram) {
        memcpy(s->word, words, (size_t)n * sizeof *words);
        rc = add_grams(s, table, prefix);
    }
    free(prefix);
    if (rc)
        sentence_free(s);
    return rc;
}

void sentence_free(Sentence *s)
{
    free(s->word);
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
