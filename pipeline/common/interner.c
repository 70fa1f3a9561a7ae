#include "pipeline/common/interner.h"

#include <stdlib.h>
#include <string.h>

/* Open addressing: slot[] holds numbers + 1, 0 is free; at most half of the slots are taken. */
struct Words {
    char *text; /* all texts, each ended by NUL */
    size_t used, text_room;
    size_t *at; /* (room) where each begins */
    int32_t count, room;
    int32_t *slot;
    uint32_t mask; /* slots - 1 */
};

/* FNV-1a, 64 bits, folded. */
static uint32_t hash(const char *text, size_t len)
{
    uint64_t h = UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)text[i]) * UINT64_C(0x100000001B3);
    return (uint32_t)(h ^ h >> 32);
}

static uint32_t slot_of(const Words *w, const char *text, size_t len)
{
    uint32_t i = hash(text, len) & w->mask;
    for (; w->slot[i]; i = (i + 1) & w->mask) {
        const char *known = w->text + w->at[w->slot[i] - 1];
        if (!strncmp(known, text, len) && !known[len])
            break;
    }
    return i;
}

static int resize(Words *w, int32_t room)
{
    uint32_t slots = 2 * (uint32_t)room;
    size_t *at = realloc(w->at, (size_t)room * sizeof *at);
    if (!at)
        return -1;
    w->at = at;
    int32_t *slot = calloc(slots, sizeof *slot);
    if (!slot)
        return -1;
    free(w->slot);
    w->slot = slot;
    w->mask = slots - 1;
    w->room = room;
    for (int32_t id = 0; id < w->count; id++)
        w->slot[slot_of(w, w->text + w->at[id], strlen(w->text + w->at[id]))] = id + 1;
    return 0;
}

Words *words_new(void)
{
    Words *w = calloc(1, sizeof *w);
    if (w && resize(w, 1 << 10)) {
        words_free(w);
        return NULL;
    }
    return w;
}

void words_free(Words *w)
{
    if (!w)
        return;
    free(w->text);
    free(w->at);
    free(w->slot);
    free(w);
}

static int make_room(Words *w, size_t len)
{
    enum { ROOM_MAX = 1 << 30 };
    if (w->count == w->room && (w->room == ROOM_MAX || resize(w, 2 * w->room)))
        return -1;
    if (len + 1 <= w->text_room - w->used)
        return 0;
    size_t room = 2 * w->text_room + len + 4096;
    char *grown = realloc(w->text, room);
    if (!grown)
        return -1;
    w->text = grown;
    w->text_room = room;
    return 0;
}

int32_t words_add(Words *w, const char *text, size_t len)
{
    int32_t known = words_find(w, text, len);
    if (known >= 0 || make_room(w, len))
        return known;
    w->at[w->count] = w->used;
    memcpy(w->text + w->used, text, len);
    w->text[w->used + len] = '\0';
    w->used += len + 1;
    w->slot[slot_of(w, text, len)] = w->count + 1;
    return w->count++;
}

int32_t words_find(const Words *w, const char *text, size_t len)
{
    return w->slot[slot_of(w, text, len)] - 1;
}

int32_t words_count(const Words *w)
{
    return w->count;
}

const char *words_text(const Words *w, int32_t id)
{
    return w->text + w->at[id];
}
