/* The scores of sets of captions: of files, and of the groups in them. What prints scores walks these rows. */
#ifndef COCO_PIPELINE_EVAL_SCORE_ROWS_H
#define COCO_PIPELINE_EVAL_SCORE_ROWS_H

#include "io/base/hash.h"
#include "model/score/metrics.h"
#include "model/score/resample.h"
#include "pipeline/eval/corpus.h"
#include "pipeline/eval/meteor.h"
#include "pipeline/eval/statistics.h"

#include <stdint.h>

/* The captions of a corpus that are scored, those whose image has references. */
typedef struct {
    MetricList metrics;
    int64_t n;
    int64_t *caption;               /* (n) their places among all captions, rising */
    double *counts;                 /* (n, metrics_counts()) */
    int64_t images;                 /* that they are of */
    Meteor *meteor;                 /* borrowed; NULL: it is not asked for */
    const char **meteor_statistics; /* (n) */
} Scored;

typedef struct {
    const char *file; /* borrowed */
    char *
        group; /* the value of the key, as JSON, "null" for captions that lack it; NULL: all captions of the file */
    int64_t images;
    Statistics statistics;
    double *sum;            /* (metrics_counts()) of the counts */
    double *score;          /* (metrics_scores()) */
    double meteor;          /* the score of METEOR; NaN: it has failed or is not asked for */
    Difference *difference; /* (metrics_scores()) from the first file; NULL: not asked for, or a group */
} ScoreRow;

typedef struct {
    ScoreRow *row;
    int n, room;
} ScoreRows;

/* Adds the rows of a file's captions: with corpus->by one for each group, and one for all. The counter is of that
 * corpus. -1: out of memory; the rows are to be freed all the same. */
int score_rows_add(ScoreRows *rows, const char *file, const Corpus *corpus, const Scored *scored,
                   StatisticsCounter *counter);
void score_rows_free(ScoreRows *rows); /* safe on a zero-initialized one */

#endif
