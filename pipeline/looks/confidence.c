#include "pipeline/looks/confidence.h"

#include "io/base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    double least; /* probability */
    double tint;  /* share of the theme's colour for words that are missed */
    int underlines;
} LEVELS[CONFIDENCE_LEVELS] = {{0.5, 0, 0}, {0.25, 0.12, 0}, {0.1, 0.22, 0}, {0.03, 0.32, 1}, {0, 0.42, 2}};

const char CONFIDENCE_LEGEND[] = "shaded: words with a probability below 0.5, 0.25, 0.1 (underlined), 0.03 (twice)";

int confidence_words(Confidence *c, const Record *record)
{
    *c = (Confidence){.text = text_paragraph(record->caption), .record = record};
    if (!c->text)
        return -1;
    return record->word_logprobs && caption_steps(&c->steps, c->text, record->n_word_logprobs) < 0 ? -1 : 0;
}

void confidence_free(Confidence *c)
{
    free(c->text);
    free(c->steps.step);
    memset(c, 0, sizeof *c);
}

double confidence_probability(const Confidence *c, int step)
{
    return exp(c->record->word_logprobs[step]);
}

int confidence_level(const Confidence *c, int step)
{
    double p = confidence_probability(c, step);
    int level = 0;
    while (level < CONFIDENCE_LEVELS - 1 && p < LEVELS[level].least)
        level++;
    return level;
}

Color confidence_shade(const Theme *theme, int level)
{
    Color mixed = 0;
    for (int shift = 0; shift < 24; shift += 8) {
        double from = theme->card >> shift & 255, to = theme->missed >> shift & 255;
        mixed |= (Color)lround(from + LEVELS[level].tint * (to - from)) << shift;
    }
    return mixed;
}

int confidence_underlines(int level)
{
    return LEVELS[level].underlines;
}
