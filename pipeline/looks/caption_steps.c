#include "pipeline/looks/caption_steps.h"

#include "io/base/utf8.h"

#include <stdlib.h>
#include <string.h>

/* Finds the next step from byte *at on. */
static bool next_word(const char *text, size_t *at, CaptionStep *step)
{
    step->start = *at + strspn(text + *at, " ");
    step->len = strcspn(text + step->start, " ");
    *at = step->start + step->len;
    return step->len > 0;
}

static bool next_character(const char *text, size_t *at, CaptionStep *step)
{
    step->start = *at;
    step->len = text[*at] ? utf8_length(text + *at, strlen(text + *at)) : 0;
    *at += step->len;
    return step->len > 0;
}

typedef bool NextStep(const char *text, size_t *at, CaptionStep *step);

static int count(const char *text, NextStep *next)
{
    CaptionStep step;
    size_t at = 0;
    int n = 0;
    while (next(text, &at, &step))
        n++;
    return n;
}

int caption_steps(CaptionSteps *steps, const char *text, int values)
{
    NextStep *const WAYS[] = {next_word, next_character};
    for (int way = 0; way < 2; way++) {
        int n = count(text, WAYS[way]);
        size_t at = 0;
        if (n != values && n + 1 != values)
            continue;
        *steps = (CaptionSteps){.step = malloc((size_t)(n + 1) * sizeof *steps->step), .n = n, .ends = n < values};
        for (int i = 0; i < n && steps->step; i++)
            (void)WAYS[way](text, &at, &steps->step[i]);
        return steps->step ? 1 : -1;
    }
    return 0;
}
