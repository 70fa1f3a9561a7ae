/* Where a caption may end, which its words tell: in a model that spells, a word is several numbers. */
#ifndef COCO_PIPELINE_SAMPLE_ENDINGS_H
#define COCO_PIPELINE_SAMPLE_ENDINGS_H

#include "io/data/vocab.h"
#include "model/decode/rules.h"

#include <stdbool.h>

typedef struct {
    const Vocab *vocab; /* borrowed */
    int min_words;      /* no fewer words than these */
    bool bad;           /* none that no caption should end with: articles, prepositions, forms of "to be" */
} Endings;

/* Gives the rules what only words tell: what `bad` asks for, and min_words of a vocabulary that spells. Borrows the
 * endings. */
void endings_rule(Endings *endings, DecodeRules *rules);

/* Whether a caption may end after the n numbers. Any thread. */
bool endings_allow(const void *endings, const int32_t *words, int n);

#endif
