/* Scores in the three forms of coco-eval. Each walks the table of metrics. Main thread.
 *
 * -1: out of memory. A failed write shows in ferror(out). */
#ifndef COCO_PIPELINE_EVAL_SCORE_OUTPUT_H
#define COCO_PIPELINE_EVAL_SCORE_OUTPUT_H

#include "pipeline/eval/corpus.h"

#include <stdint.h>
#include <stdio.h>

/* The captions of a corpus that are scored, those whose image has references, and what is known of them. */
typedef struct {
    int64_t n;
    int64_t *caption;   /* (n) their places among all captions, rising */
    double *counts;     /* (n, metrics_counts()) */
    int64_t images;     /* that they are of */
    int64_t distinct;   /* how many differ */
    double mean_length; /* in words */
    double novel;       /* share of them that no training caption equals; NaN: not known */
} Scored;

/* {"images":3,"captions":3,"Bleu_1":...,"CIDEr":...,"testlen":20,...} */
int scores_write_json(const Scored *scored, FILE *out);
/* A line for each figure; scores times 100. */
int scores_write_table(const Scored *scored, FILE *out);
/* Each record of the corpus with its scores, or as it was read if it has none. */
int scores_write_each(const Scored *scored, const Corpus *corpus, FILE *out);

#endif
