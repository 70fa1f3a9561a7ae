#include "pipeline/sample/endings.h"

#include <string.h>

static const char *const bad[] = {"a",    "an",  "and",  "are", "as",   "at",    "by",    "for",
                                  "from", "her", "his",  "in",  "into", "is",    "it",    "its",
                                  "near", "of",  "on",   "or",  "that", "the",   "their", "this",
                                  "to",   "up",  "upon", "was", "were", "while", "with"};

/* The words of a text so far, and the start of the last one. */
typedef struct {
    int n;
    bool inside; /* it may go on */
    char last[8];
    size_t len;
} Words;

static void read_text(Words *w, const char *text)
{
    for (; *text; text++) {
        if (*text == ' ') {
            w->inside = false;
            continue;
        }
        if (!w->inside)
            w->n++, w->len = 0;
        w->inside = true;
        if (w->len < sizeof w->last)
            w->last[w->len++] = *text;
    }
}

bool endings_allow(const void *ctx, const int32_t *words, int n)
{
    const Endings *e = ctx;
    Words w = {.n = 0};
    for (int i = 0; i < n; i++) {
        if (words[i] <= VOCAB_END)
            continue;
        if (*vocab_joiner(e->vocab))
            w.inside = false;
        read_text(&w, e->vocab->word[words[i]]);
    }
    if (w.n < e->min_words)
        return false;
    for (size_t k = 0; e->bad && k < sizeof bad / sizeof *bad; k++)
        if (w.len == strlen(bad[k]) && !memcmp(w.last, bad[k], w.len))
            return false;
    return true;
}

void endings_rule(Endings *e, DecodeRules *rules)
{
    if (!*vocab_joiner(e->vocab)) {
        e->min_words = rules->min_words;
        rules->min_words = 0;
    }
    if (e->bad || e->min_words) {
        rules->may_end = endings_allow;
        rules->ctx = e;
    }
}
