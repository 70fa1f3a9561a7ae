/* Captions of pictures: the network that made a model's features makes theirs.
 *
 *   paths ──► read, decode, run through the models' networks ──► decoder, of what is ready ──► records, in order
 *             (a thread each, picture_stream.h)
 *
 * Main thread. Sets the number of OpenMP's threads (threads.h) to few, as the network needs the processors. */
#ifndef COCO_PIPELINE_SAMPLE_PICTURES_H
#define COCO_PIPELINE_SAMPLE_PICTURES_H

#include "pipeline/common/report.h"
#include "pipeline/features/extractor.h"
#include "pipeline/sample/decoder.h"
#include "pipeline/sample/rows.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    const char *const *operands; /* pictures, folders and "-", as picture_list.h takes them */
    int n_operands;
    bool nul;        /* "-" is paths that NULs end */
    const char *cnn; /* a file, or a name in the cache of networks; NULL: the model's name */
    PictureWish wish;
    int threads;
} PictureOptions;

/* All ranks: captions the selected ones of the pictures; each model gets the features of its own network. *broken:
 * those that cannot be read, each left out with a warning. `attention`: the file for what words look at, or NULL. A
 * model without a network needs options->cnn, which is for one network alone; any other network than the model's is
 * refused. */
int pictures_run(const PictureOptions *options, const DecoderOptions *decoder, const Ensemble *ensemble,
                 const RowSelection *selection, const char *attention, CaptionOutput *output, int64_t *broken,
                 Err *err);

#endif
