/* Captions in groups, by the value of a key of their records. */
#ifndef COCO_PIPELINE_EVAL_GROUPS_H
#define COCO_PIPELINE_EVAL_GROUPS_H

#include "io/base/err.h"
#include "pipeline/eval/corpus.h"

#include <stdint.h>

/* Group g is of the scored captions of[start[g]] ... of[start[g+1]-1], rising: places in the list that was given.
 * Groups are sorted by value: numbers, strings, false and true, and last the captions that lack the key. */
typedef struct {
    int32_t n;
    const char **value; /* (n) as JSON, borrowed from the corpus; "null": captions that lack the key */
    int64_t *start;     /* (n+1) */
    int64_t *of;
} Groups;

/* Of n captions, by their places in the corpus. -1: out of memory; nothing to free. */
int groups_make(Groups *groups, const Corpus *corpus, const int64_t *caption, int64_t n);
void groups_free(Groups *groups); /* safe on a zero-initialized one */

#endif
