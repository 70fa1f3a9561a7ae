/* From features to written captions, a batch at a time:
 *
 *   features ──(PCA, if the model has one and they are not reduced)──► search ──► words ──► records
 *
 * Models of an ensemble that take the same features have one input (ensemble.h's sources).
 *
 * Main thread; parallel inside. */
#ifndef COCO_PIPELINE_SAMPLE_DECODER_H
#define COCO_PIPELINE_SAMPLE_DECODER_H

#include "model/decode/search.h"
#include "pipeline/sample/attention_file.h"
#include "pipeline/sample/caption_output.h"
#include "pipeline/sample/endings.h"
#include "pipeline/sample/ensemble.h"
#include "pipeline/sample/rerank.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* How captions are found and written. */
typedef struct {
    SearchOptions search;       /* rules.may_end is ignored: see endings.h. max_length 0: model_steps */
    bool bad_endings;           /* true: no caption ends with a word of endings.h */
    int rerank;                 /* Rerank: of several captions */
    const Neighbors *neighbors; /* of RERANK_NEIGHBORS, of the ensemble's sources; else NULL */
    bool logprob;
    bool word_logprobs; /* those of the caption's words too */
    const CaptionFormat *format;
} DecoderOptions;

/* What the models of one source take. */
typedef struct {
    const Pca *pca;       /* NULL: features are as the models take them */
    int places, channels; /* of the grid; 0 without attention */
    int columns;          /* numbers of a row of features */
    float *features;      /* (batch, columns) */
    float *grid;          /* (batch, places, channels), reduced if the models want it so; NULL without attention */
    float *reduced;       /* (batch, D), with a PCA */
} DecoderInput;

typedef struct {
    const DecoderOptions *options;
    const Ensemble *ensemble;
    CaptionOutput *out; /* borrowed */
    Search *search;
    int batch; /* images at a time */
    DecoderInput
        input[SEARCH_MODELS]; /* by source: whose features and grids the caller puts there; and fills these two: */
    CaptionItem *items;       /* (batch): whose caption and logprob are not the caller's */
    int64_t *number;          /* (batch): of an image, for its random numbers */
    int answers;              /* of an image: its best captions, or samples */
    SearchResult *results;    /* (batch, answers) */
    int32_t *words;           /* (batch, answers, max_length) */
    double *word_logprobs;    /* the same, if they are asked for */
    RecordCandidate *candidates; /* (answers), if there are several */
    float *attention;            /* (batch, answers, max_length, places), of ensemble_looks; NULL: nobody asks */
    AttentionFile *looks;        /* where that goes, or NULL; borrowed */
    Endings endings;             /* of rules that ask for them */
    float *cosine;               /* (batch, neighbors_count), with neighbors */
} Decoder;

/* How many of n images to caption at a time: enough to keep every thread in full tiles; fewer with a wide beam, or
 * with grids, which are large. */
int decoder_batch(const DecoderOptions *options, const Ensemble *ensemble, int64_t n);

/* Prepares for batches of up to `batch` images; borrows options and models. wish: pca (NULL, or the models') and
 * places (of the grid, if a model has attention) of each source; looks: NULL, or where the weights of ensemble_looks go.
 * -1: no memory. The caller frees, also after a failure. */
int decoder_begin(Decoder *decoder, const DecoderOptions *options, const Ensemble *ensemble,
                  const DecoderInput *wish, AttentionFile *looks, int batch, CaptionOutput *out, Err *err);
/* The n-th features of the batch, of a source: columns numbers. */
void decoder_put_features(Decoder *decoder, int source, int n, const float *features);
/* Fills the n-th grid of the batch from one of pca->C numbers per place, or of the models' C if pca->C is 0. */
int decoder_put_grid(Decoder *decoder, int source, int n, const float *grid, const Pca *pca, Err *err);
/* Captions the first n rows and puts their records out. */
int decoder_run(Decoder *decoder, int n, Err *err);
void decoder_free(Decoder *decoder); /* safe on a zero-initialized one */

#endif
