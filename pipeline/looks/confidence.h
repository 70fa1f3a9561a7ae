/* How sure a network was of each word of a caption: its probability, in five levels.
 *
 *   p >= 0.5   0.25   0.1   0.03   less
 *   level  0      1     2      3      4     shown by a shade, and the last ones by lines below the word, without colour
 *
 * Safe from any thread. */
#ifndef COCO_PIPELINE_LOOKS_CONFIDENCE_H
#define COCO_PIPELINE_LOOKS_CONFIDENCE_H

#include "io/data/record.h"
#include "pipeline/looks/caption_steps.h"
#include "pipeline/sheet/theme.h"

enum { CONFIDENCE_LEVELS = 5 };
/* The same in words, for legends. */
extern const char CONFIDENCE_LEGEND[];

typedef struct {
    char *text;         /* the caption as text_paragraph makes it */
    CaptionSteps steps; /* of it; none if the record has no probabilities, or those of another caption */
    const Record *record;
} Confidence;

/* -1: out of memory. The caller frees in either case. */
int confidence_words(Confidence *confidence, const Record *record);
void confidence_free(Confidence *confidence); /* safe on a zero-initialized one */

double confidence_probability(const Confidence *confidence, int step);
int confidence_level(const Confidence *confidence, int step);

/* How a level looks: what lies behind the word, 0 the card alone; how many lines are below it. */
Color confidence_shade(const Theme *theme, int level);
int confidence_underlines(int level);

#endif
