/* Pictures in, features out: each picture through a network, into one HDF5 file.
 *
 *   paths ──read, decode, resize, run (a thread each, pipe.h)──► rows in the order of the paths ──► FILE.h5
 *
 * The bytes written depend on the pictures and the options alone, not on the number of threads. */
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
    CnnWish network;
    PreprocessWish prepare;
    PictureWish pictures;
    int threads;
} FeaturesOptions;

/* Writes the output whole or not at all. *broken: pictures that were left out, each with a warning. */
int features_run(const FeaturesOptions *options, const Report *report, int64_t *broken, Err *err);

#endif
