/* What a caption may not say: words that a rule bans at a step get the score -∞ before the sampler chooses.
 *
 * Rules restrict the choice; they do not change the model: a caption's log-probability stays that of its words under
 * the unrestricted model. <END> alone stays allowed if nothing else is. */
#ifndef COCO_MODEL_DECODE_RULES_H
#define COCO_MODEL_DECODE_RULES_H

#include "model/base/real.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    bool no_unk;
    int min_words; /* <END> not before so many words */
    int no_repeat; /* no sequence of this many words twice in a caption; 0: any may be */
    /* Whether <END> may come after n words; called by many threads at once. NULL: always. */
    bool (*may_end)(const void *ctx, const int32_t *words, int n);
    const void *ctx; /* borrowed */
} DecodeRules;

/* Whether any rule is set. */
bool rules_any(const DecodeRules *rules);

/* Bans words among scores (V), given the n words so far. Any thread. */
void rules_ban(const DecodeRules *rules, int V, const int32_t *words, int n, real *scores);

#endif
