/* The words of a caption as a network wrote them, one a step: what stands between spaces, or single characters.
 *
 * A record does not say which, but what belongs to its steps (log-probabilities, weights of attention) has as many
 * values as there were steps: one per word or character, and one for <END> unless the caption was cut off. Safe from
 * any thread. */
#ifndef COCO_PIPELINE_LOOKS_CAPTION_STEPS_H
#define COCO_PIPELINE_LOOKS_CAPTION_STEPS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    size_t start, len; /* bytes of the text */
} CaptionStep;

typedef struct {
    CaptionStep *step;
    int n;     /* <END> is not among them */
    bool ends; /* the last of the values is that of <END> */
} CaptionSteps;

/* The steps of valid UTF-8 that `values` values belong to: 1; 0: the text has neither as many words nor as many
 * characters; -1: out of memory. The caller frees steps->step after 1. */
int caption_steps(CaptionSteps *steps, const char *text, int values);

#endif
