/* Pictures in, features out: each picture through a network, into one HDF5 file.
 *
 *   paths ──read, decode, resize, run (a thread each, pipe.h)──► rows in the order of the paths ──► journal ──► FILE.h5
 *                                                                       FILE.h5 of before (--update) ──┘
 *
 * Several ranks (io/ranks/ranks.h) compute every R-th picture's row each, and rank 0 keeps the journal and the file.
 *
 * Rows wait on disk, in a journal beside the file, until all are there; memory does not grow with their number. A
 * run that was killed goes on where its journal ends. The bytes written depend on the pictures and the options
 * alone, not on the number of threads or ranks, nor on how many runs it took. */
#ifndef COCO_PIPELINE_FEATURES_FEATURES_H
#define COCO_PIPELINE_FEATURES_FEATURES_H

#include "pipeline/common/report.h"
#include "pipeline/features/extractor.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    const char *cnn;    /* an ONNX file, or a name below the cache of networks */
    const char *output; /* HDF5 */
    const char *const *operands;
    int n_operands;
    bool nul; /* "-" is paths that NULs end */
    const char *data,
        *split; /* instead of operands: a dataset's pictures, all of which must be readable; NULL: none */
    const char *images; /* the folder of the dataset's pictures; NULL: data */
    CnnWish network;
    PreprocessWish prepare;
    PictureWish pictures;
    bool update;     /* rows of pictures that have not changed come from the output as it is */
    bool by_content; /* their bytes tell, not their sizes and times */
    int threads;
    int64_t mpi_timeout; /* seconds that another rank may take to answer, at least 1 */
} FeaturesOptions;

/* Writes the output whole or not at all. Its time of modification is that of the run's beginning, so that an
 * --update sees what changed during the run. *broken: pictures that were left out, each with a warning. */
int features_run(const FeaturesOptions *options, const Report *report, int64_t *broken, Err *err);

#endif
