#include "io/base/hash.h"

#include <stdlib.h>
#include <string.h>

/* Open addressing with linear probing. A slot is one number, because cache misses dominate in large tables: below the
 * mask's bits stand those of an entry's number plus 1 (0: the slot is empty), above them the same bits of its key's
 * hash, so that a search looks at few entries but its own. Short keys are stored in their entry. */

enum { BYTES = 12, FIRST_ROOM = 64, ROOM_MAX = 1 << 30 };

typedef struct {
    uint32_t len;
    char bytes[BYTES]; /* a short key and a NUL; a pointer to a long one; in a free entry, the next one's number */
} Entry;

struct Hash {
    Entry *entry;   /* (room) by number */
    uint32_t *slot; /* (mask + 1): twice the room */
    uint32_t mask;
    int32_t room, used; /* entries that are, or were, in use */
    int32_t count;      /* entries in use */
    int32_t free;       /* first of the list of those that were, -1: none */
};

static int is_short(uint32_t len)
{
    return len < BYTES;
}

static const char *key_of(const Entry *e)
{
    const char *key;
    if (is_short(e->len))
        return e->bytes;
    memcpy(&key, e->bytes, sizeof key);
    return key;
}

static void free_key(Entry *e)
{
    if (!is_short(e->len))
        free((char *)key_of(e));
}

/* Multiplies in eight bytes at a time (Knuth, vol. 3, 6.4), high halves folded into low ones before and after. */
static uint32_t hash_of(const void *key, size_t len)
{
    const unsigned char *s = key;
    uint64_t h = len;
    for (size_t n; len; s += n, len -= n) {
        uint64_t word = 0;
        n = len < sizeof word ? len : sizeof word;
        if (n == sizeof word)
            memcpy(&word, s, sizeof word);
        else
            for (size_t i = 0; i < n; i++)
                word = word << 8 | s[i];
        h = (h ^ word ^ word >> 32) * UINT64_C(0x9E3779B97F4A7C15);
        h ^= h >> 32;
    }
    return (uint32_t)h;
}

static int32_t number_in(const Hash *t, uint32_t slot)
{
    return (int32_t)(t->slot[slot] & t->mask) - 1;
}

/* The slot that holds the key, or the empty one where it belongs. */
static uint32_t slot_of(const Hash *t, uint32_t hash, const void *key, size_t len)
{
    uint32_t i = hash & t->mask;
    for (; t->slot[i]; i = (i + 1) & t->mask) {
        const Entry *e = &t->entry[number_in(t, i)];
        if (((t->slot[i] ^ hash) & ~t->mask) == 0 && e->len == len && !memcmp(key_of(e), key, len))
            break;
    }
    return i;
}

/* Room for `room` entries, a power of two. All that are there are in use. */
static int resize(Hash *t, int32_t room)
{
    uint32_t slots = 2 * (uint32_t)room;
    Entry *entry = realloc(t->entry, (size_t)room * sizeof *entry);
    if (!entry)
        return -1;
    t->entry = entry;
    uint32_t *slot = calloc(slots, sizeof *slot);
    if (!slot)
        return -1;
    free(t->slot);
    t->slot = slot;
    t->mask = slots - 1;
    t->room = room;
    for (int32_t number = 0; number < t->used; number++) {
        uint32_t hash = hash_of(key_of(&entry[number]), entry[number].len), i = hash & t->mask;
        while (slot[i])
            i = (i + 1) & t->mask;
        slot[i] = (hash & ~t->mask) | (uint32_t)(number + 1);
    }
    return 0;
}

Hash *hash_new(void)
{
    Hash *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->free = -1;
    if (resize(t, FIRST_ROOM)) {
        hash_free(t);
        return NULL;
    }
    return t;
}

void hash_free(Hash *t)
{
    if (!t)
        return;
    for (int32_t i = 0; i < t->used; i++)
        free_key(&t->entry[i]);
    free(t->entry);
    free(t->slot);
    free(t);
}

/* Copies the key into an entry. -1: out of memory. */
static int set_key(Entry *e, const void *key, size_t len)
{
    char *copy = e->bytes;
    if (!is_short((uint32_t)len)) {
        if (!(copy = malloc(len + 1)))
            return -1;
        memcpy(e->bytes, &copy, sizeof copy);
    }
    e->len = (uint32_t)len;
    memcpy(copy, key, len);
    copy[len] = '\0';
    return 0;
}

int32_t hash_add(Hash *t, const void *key, size_t len)
{
    uint32_t hash = hash_of(key, len), i = slot_of(t, hash, key, len);
    if (t->slot[i])
        return number_in(t, i);
    if (len >= UINT32_MAX)
        return -1;
    if (t->free < 0 && t->used == t->room) {
        if (t->room == ROOM_MAX || resize(t, 2 * t->room))
            return -1;
        i = slot_of(t, hash, key, len);
    }
    int32_t number = t->free >= 0 ? t->free : t->used, next = -1;
    Entry *e = &t->entry[number];
    if (t->free >= 0)
        memcpy(&next, e->bytes, sizeof next);
    if (set_key(e, key, len))
        return -1;
    t->used += t->free < 0;
    t->free = next;
    t->count++;
    t->slot[i] = (hash & ~t->mask) | (uint32_t)(number + 1);
    return number;
}

int32_t hash_find(const Hash *t, const void *key, size_t len)
{
    return number_in(t, slot_of(t, hash_of(key, len), key, len));
}

void hash_remove(Hash *t, const void *key, size_t len)
{
    uint32_t i = slot_of(t, hash_of(key, len), key, len);
    int32_t number = number_in(t, i);
    if (number < 0)
        return;
    Entry *e = &t->entry[number];
    free_key(e);
    e->len = 0;
    memcpy(e->bytes, &t->free, sizeof t->free);
    t->free = number;
    t->count--;
    /* Those after it move into the gap, unless a search for them begins after the gap. */
    for (uint32_t j = (i + 1) & t->mask; t->slot[j]; j = (j + 1) & t->mask) {
        const Entry *next = &t->entry[number_in(t, j)];
        uint32_t home = hash_of(key_of(next), next->len) & t->mask;
        if (((j - home) & t->mask) >= ((j - i) & t->mask)) {
            t->slot[i] = t->slot[j];
            i = j;
        }
    }
    t->slot[i] = 0;
}

void hash_prefetch(const Hash *t, const void *key, size_t len)
{
    __builtin_prefetch(&t->slot[hash_of(key, len) & t->mask]);
}

int32_t hash_count(const Hash *t)
{
    return t->count;
}

const char *hash_key(const Hash *t, int32_t number, size_t *len)
{
    const Entry *e = &t->entry[number];
    if (len)
        *len = e->len;
    return key_of(e);
}
