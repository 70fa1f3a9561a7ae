#include "pipeline/train/run_mark.h"

#include "io/base/digest.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static uint64_t fnv1a(uint64_t hash, const void *bytes, size_t n)
{
    const unsigned char *p = bytes;
    for (; n >= 8; n -= 8, p += 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        hash = (hash ^ word) * 1099511628211u;
        hash ^= hash >> 32; /* words, not bytes: bring the high half down */
    }
    for (; n; n--, p++)
        hash = (hash ^ *p) * 1099511628211u;
    return hash;
}

uint64_t captions_digest(const Dataset *d)
{
    const int64_t sizes[] = {d->n, d->width, d->features.rows, d->features.columns};
    uint64_t hash = fnv1a(14695981039346656037u, sizes, sizeof sizes);
    hash = fnv1a(hash, d->captions.ints, (size_t)d->n * (size_t)d->width * sizeof *d->captions.ints);
    return fnv1a(hash, d->image.ints, (size_t)d->n * sizeof *d->image.ints);
}

static void mark_of(const char *text, char mark[LOG_MARK + 1])
{
    char hex[DIGEST_LEN + 1];
    digest_hex(text, strlen(text), hex);
    memcpy(mark, hex, LOG_MARK);
    mark[LOG_MARK] = '\0';
}

void run_mark(const TrainSettings *settings, uint64_t captions, const Params *start, char mark[LOG_MARK + 1])
{
    char text[SETTINGS_TEXT + 2 * DIGEST_LEN], hex[DIGEST_LEN + 1] = "";
    settings_text(settings, false, text);
    if (start)
        digest_hex(start->data, start->n * sizeof *start->data, hex);
    size_t n = strlen(text);
    snprintf(text + n, sizeof text - n, "captions=%016" PRIx64 "\nstart=%s\n", captions, hex);
    mark_of(text, mark);
}

void plan_mark(const TrainSettings *settings, char mark[LOG_MARK + 1])
{
    char text[SETTINGS_TEXT];
    settings_text(settings, true, text);
    mark_of(text, mark);
}
