#include "pipeline/prepare/pieces.h"

#include "io/base/utf8.h"

#include <stdlib.h>
#include <string.h>

/* A word of captions, with the space before it. */
typedef struct {
    int32_t *part; /* (n) numbers in set->words */
    int32_t n;
    int64_t count; /* in train */
} Unit;

typedef struct {
    CaptionSet *set;
    const int32_t *number; /* of characters, in the vocabulary */
    int32_t characters;    /* numbers of set->words from here on are pieces */
    int32_t space;         /* the number of " "; -1: no caption has one */
    Hash *seen;            /* the characters of each unit */
    Unit *unit;
    int32_t n, room;
    int32_t *unit_of; /* of the words of all captions, one after another */
    size_t words;
    Hash *unions; /* of neighbours */
    int64_t *count;
    int32_t counts;
} Cutter;

static const char *text_of(const Cutter *c, int32_t part, size_t *len)
{
    return hash_key(c->set->words, part, len);
}

/* --- words --- */

/* The end of the word that begins at parts[at]. */
static int32_t word_end(const Cutter *c, const int32_t *parts, int32_t n, int32_t at)
{
    do
        at++;
    while (at < n && parts[at] != c->space);
    return at;
}

/* The number of a unit. -1: out of memory. */
static int32_t unit_of(Cutter *c, const int32_t *parts, int32_t n)
{
    int32_t at = hash_add(c->seen, (const char *)parts, (size_t)n * sizeof *parts);
    if (at < c->n)
        return at;
    if (c->n == c->room) {
        int32_t room = c->room ? 2 * c->room : 4096;
        Unit *grown = realloc(c->unit, (size_t)room * sizeof *grown);
        if (!grown)
            return -1;
        c->unit = grown;
        c->room = room;
    }
    Unit *u = &c->unit[at];
    *u = (Unit){malloc((size_t)n * sizeof *parts), n, 0};
    if (!u->part)
        return -1;
    memcpy(u->part, parts, (size_t)n * sizeof *parts);
    c->n++;
    return at;
}

/* Cuts the captions into words. */
static int find_units(Cutter *c)
{
    const CaptionSet *set = c->set;
    int32_t train = hash_find(set->splits, "train", strlen("train"));
    for (int64_t i = 0; i < set->n; i++) {
        const PreparedCaption *caption = &set->caption[i];
        bool counts = caption_is_used(set, caption) && set->image[caption->image].split == train;
        for (int32_t at = 0, end; at < caption->n; at = end) {
            const int32_t *parts = set->word_of + caption->words;
            end = word_end(c, parts, caption->n, at);
            int32_t unit = unit_of(c, parts + at, end - at);
            if (unit < 0)
                return -1;
            c->unit[unit].count += counts;
            c->unit_of[c->words++] = unit;
        }
    }
    return 0;
}

static void cutter_free(Cutter *c)
{
    for (int32_t i = 0; i < c->n; i++)
        free(c->unit[i].part);
    free(c->unit);
    free(c->unit_of);
    free(c->count);
    hash_free(c->seen);
    hash_free(c->unions);
}

static int cutter_init(Cutter *c, CaptionSet *set, const WordNumbers *numbers, Err *err)
{
    *c = (Cutter){.set = set, .number = numbers->number, .characters = hash_count(set->words)};
    c->space = hash_find(set->words, VOCAB_SPACE, strlen(VOCAB_SPACE));
    c->seen = hash_new();
    c->unions = hash_new();
    c->unit_of = malloc((set->n_words + 1) * sizeof *c->unit_of);
    if (c->seen && c->unions && c->unit_of && !find_units(c))
        return 0;
    cutter_free(c);
    return err_set(err, "out of memory");
}

/* --- pieces --- */

static bool is_known(const Cutter *c, int32_t part)
{
    return part >= c->characters || c->number[part] > VOCAB_UNK;
}

/* Makes one of neighbours that are the piece together, in all words. */
static void merge(Cutter *c, int32_t piece)
{
    size_t len, left, right;
    const char *text = text_of(c, piece, &len);
    for (int32_t i = 0; i < c->n; i++) {
        Unit *u = &c->unit[i];
        int32_t n = 0;
        for (int32_t at = 0; at < u->n; at++) {
            const char *a = text_of(c, u->part[at], &left);
            const char *b = at + 1 < u->n ? text_of(c, u->part[at + 1], &right) : NULL;
            bool both = b && left + right == len && !memcmp(a, text, left) && !memcmp(b, text + left, right) &&
                        is_known(c, u->part[at]) && is_known(c, u->part[at + 1]);
            u->part[n++] = both ? piece : u->part[at];
            at += both;
        }
        u->n = n;
    }
}

/* Counts the union of two neighbours. -1: out of memory. */
static int count_union(Cutter *c, int32_t first, int32_t second, int64_t count)
{
    enum { LONGEST = 256 };
    char text[LONGEST];
    size_t left, right;
    const char *a = text_of(c, first, &left), *b = text_of(c, second, &right);
    if (left + right > LONGEST || !is_known(c, first) || !is_known(c, second))
        return 0;
    memcpy(text, a, left);
    memcpy(text + left, b, right);
    if (vocab_is_special(text, left + right))
        return 0;
    int32_t at = hash_add(c->unions, text, left + right);
    if (at >= c->counts) {
        int32_t counts = 2 * at + 1024;
        int64_t *grown = realloc(c->count, (size_t)counts * sizeof *grown);
        if (!grown)
            return -1;
        memset(grown + c->counts, 0, (size_t)(counts - c->counts) * sizeof *grown);
        c->count = grown;
        c->counts = counts;
    }
    if (at >= 0)
        c->count[at] += count;
    return at < 0 ? -1 : 0;
}

/* The union that occurs most often. -1: out of memory, or, with *count 0, there is none. */
static int32_t most_frequent(Cutter *c, int64_t *count)
{
    int32_t best = -1;
    *count = -1;
    if (c->counts)
        memset(c->count, 0, (size_t)c->counts * sizeof *c->count);
    for (int32_t i = 0; i < c->n; i++)
        for (int32_t at = 0; at + 1 < c->unit[i].n; at++)
            if (c->unit[i].count && count_union(c, c->unit[i].part[at], c->unit[i].part[at + 1], c->unit[i].count))
                return -1;
    *count = 0;
    for (int32_t i = 0; i < hash_count(c->unions); i++) {
        bool first = best >= 0 && c->count[i] == *count &&
                     strcmp(hash_key(c->unions, i, NULL), hash_key(c->unions, best, NULL)) < 0;
        if (c->count[i] > *count || (first && c->count[i])) {
            best = i;
            *count = c->count[i];
        }
    }
    return best;
}

/* Writes the captions in what their words have become. */
static void rewrite(Cutter *c)
{
    size_t word = 0;
    for (int64_t i = 0; i < c->set->n; i++) {
        PreparedCaption *caption = &c->set->caption[i];
        int32_t *parts = c->set->word_of + caption->words, n = 0;
        for (int32_t at = 0; at < caption->n;) {
            const Unit *u = &c->unit[c->unit_of[word++]];
            at = word_end(c, parts, caption->n, at);
            memcpy(parts + n, u->part, (size_t)u->n * sizeof *parts);
            n += u->n;
        }
        caption->n = n;
    }
}

int pieces_learn(CaptionSet *set, WordNumbers *numbers, int n, int64_t min_count, Err *err)
{
    Cutter c;
    int64_t least = min_count > 2 ? min_count : 2, count = least;
    int32_t *learnt = malloc((size_t)n * sizeof *learnt);
    int found = 0, rc = learnt ? 0 : err_set(err, "out of memory");
    if (rc || cutter_init(&c, set, numbers, err)) {
        free(learnt);
        return -1;
    }
    while (rc == 0 && found < n) {
        int32_t best = most_frequent(&c, &count);
        if (count >= 0 && count < least)
            break;
        size_t len;
        const char *text = best >= 0 ? hash_key(c.unions, best, &len) : NULL;
        int32_t piece = text ? hash_add(set->words, text, len) : -1;
        if (piece < 0) {
            rc = err_set(err, "out of memory");
            break;
        }
        learnt[found++] = piece;
        merge(&c, piece);
    }
    if (rc == 0) {
        rewrite(&c);
        rc = word_numbers_append(numbers, set, learnt, found, err);
    }
    cutter_free(&c);
    free(learnt);
    return rc;
}

int pieces_apply(CaptionSet *set, WordNumbers *numbers, Err *err)
{
    Cutter c;
    const Vocab *v = &numbers->vocab;
    if (cutter_init(&c, set, numbers, err))
        return -1;
    int rc = 0;
    for (int i = VOCAB_SPECIAL; i < v->size && rc == 0; i++) {
        size_t len = strlen(v->word[i]);
        if (len == 0 || utf8_length(v->word[i], len) == len)
            continue;
        int32_t piece = hash_add(set->words, v->word[i], len);
        if (piece < 0)
            rc = err_set(err, "out of memory");
        else
            merge(&c, piece);
    }
    if (rc == 0) {
        rewrite(&c);
        rc = word_numbers_append(numbers, set, NULL, 0, err);
    }
    cutter_free(&c);
    return rc;
}
