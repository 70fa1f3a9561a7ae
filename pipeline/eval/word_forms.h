/* What METEOR_lite needs to know of the words of a corpus: their stems, and which are function words. */
#ifndef COCO_PIPELINE_EVAL_WORD_FORMS_H
#define COCO_PIPELINE_EVAL_WORD_FORMS_H

#include "io/base/hash.h"
#include "model/score/meteor_lite.h"

/* Of the words' numbers. -1: out of memory; to be freed all the same. */
int word_forms_make(WordForms *forms, const Hash *words);
void word_forms_free(WordForms *forms); /* safe on a zero-initialized one */

#endif
