/* Captioning: features in, caption records out.
 *
 *   rows (all, or those asked for) ──► features gathered ──► search ──► records, in the order of the rows
 *   pictures ──► the model's network (pictures.h) ──┘
 *
 * Main thread; parallel inside. */
#ifndef COCO_PIPELINE_SAMPLE_SAMPLE_H
#define COCO_PIPELINE_SAMPLE_SAMPLE_H

#include "io/base/err.h"
#include "pipeline/common/report.h"
#include "pipeline/sample/decoder.h"
#include "pipeline/sample/pictures.h"

#include <stdbool.h>

typedef struct {
    const char *const *models; /* files; of several the probabilities are averaged */
    int n_models;
    const char *data, *split; /* a dataset, or, if features is not NULL, */
    bool own_data;            /* the model's own dataset comes before `data` */
    const char *features;     /* a file with a bare `features` array, or, if there are any, */
    PictureOptions pictures;
    const char *
        files; /* with features: a text file of their images' names, one per line; NULL: those in the file, if any */
    const char
        *neighbors; /* with --rerank neighbors: the dataset whose train they are from; NULL: that of the run */
    bool raw_features;
    const char *attention; /* the file for what words look at; NULL: none */
    bool allow_external;   /* HDF5 files may keep arrays in other files */
    bool score;            /* instead of captioning, write the split's captions with their log-probabilities */
    DecoderOptions decoder;
    const char *rows;      /* a file of row numbers or records, "-" for standard input; NULL: every row */
    int64_t first;         /* only the first `first` of these; negative: all */
    int64_t shard, shards; /* of the rest, those whose place mod shards is shard */
    const char *output;    /* the file for captions; "-": standard output */
    int64_t mpi_timeout;   /* seconds that another rank may take to answer, at least 1 */
} SampleOptions;

/* Captions the rows and writes them; of several ranks, each captions its share and rank 0 writes. -1 on failure, with
 * an explanation in err; what standard output has by then is whole records, and a file is as it was. *broken: pictures
 * that were left out, each with a warning. */
int sample_run(const SampleOptions *options, const Report *report, int64_t *broken, Err *err);

#endif
