/* Scores in the forms of coco-eval. Each walks the table of metrics. Main thread.
 *
 * -1: out of memory. A failed write shows in ferror(out). */
#ifndef COCO_PIPELINE_EVAL_SCORE_OUTPUT_H
#define COCO_PIPELINE_EVAL_SCORE_OUTPUT_H

#include "pipeline/eval/corpus.h"
#include "pipeline/eval/score_rows.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* What is written beside the scores. */
typedef struct {
    MetricList metrics;
    bool files;        /* the rows are of several files, which are named */
    bool statistics;   /* all of them */
    bool meteor;       /* METEOR is asked for */
    const char *by;    /* the key of the groups; NULL: there are none */
    const char *first; /* the file from which others differ */
    int resamples;     /* that the differences come of; 0: there are none */
    uint32_t seed;
} ScoreStyle;

/* A row as a JSON object on a line: {"images":3,"captions":3,"Bleu_1":...,"CIDEr":...,"testlen":20,...}. */
void scores_write_json(const ScoreRow *row, const ScoreStyle *style, FILE *out);
/* One row: a line for each figure; scores times 100. */
void scores_write_list(const ScoreRow *row, const ScoreStyle *style, FILE *out);
/* Several rows: a line for each, and below it tables of the statistics and of the differences. */
int scores_write_table(const ScoreRows *rows, const ScoreStyle *style, FILE *out);
/* Each record of the corpus with its scores, or as it was read if it has none. */
int scores_write_each(const Scored *scored, const Corpus *corpus, FILE *out);

#endif
