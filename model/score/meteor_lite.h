/* METEOR 1.5 (Denkowski and Lavie 2014) with two of its four matchers: words that are equal, and words of one stem.
 * It goes from 0 to 1.
 *
 * It needs no Java, and no tables of synonyms and paraphrases; so it is not METEOR. It is close to what the authors'
 * program gives for `-m 'exact stem'`: 0.22813 and 0.22815 on the first captions of COCO's val2017 against the
 * others. That program splits words at hyphens, full stops and apostrophes before it compares them, and leaves out
 * most matches by stem if a word has several to choose from. */
#ifndef COCO_MODEL_SCORE_METEOR_LITE_H
#define COCO_MODEL_SCORE_METEOR_LITE_H

#include "model/score/sentence.h"

#include <stdbool.h>
#include <stdint.h>

/* What METEOR knows of words; each array has an element for each word's number. */
typedef struct {
    const int32_t *stem;  /* words of one stem have the same number */
    const bool *function; /* function words count for a third of content words */
} WordForms;

/* A caption's words that are matched with a reference's. */
typedef struct {
    int n;       /* pairs */
    int chunks;  /* runs of pairs that follow one another in both sentences; the fewest */
    int32_t *to; /* (caption->n): the place in the reference; -1: none. The caller frees */
} Alignment;

/* Aligns the words of two sentences: as many pairs as there can be, in as few chunks, with the smallest sum of
 * distances between the places; what a beam of 40 finds of that, as in the authors' program. -1: out of memory. */
int meteor_align(const Sentence *caption, const Sentence *reference, const WordForms *forms, Alignment *alignment);

#endif
