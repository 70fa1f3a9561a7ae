/* A convolutional network from an ONNX file, which turns a picture into a vector, and into a grid of vectors.
 *
 * It runs in ONNX Runtime, a library that is loaded when the first network is opened: $COCO_ONNXRUNTIME, else
 * ../lib/coco/libonnxruntime.so or lib/libonnxruntime.so beside the running program, else the system's. Each cnn_run
 * computes on the thread that calls it; any number may run at once on one Cnn. Open and free on one thread. */
#ifndef COCO_IO_CNN_CNN_H
#define COCO_IO_CNN_CNN_H

#include "io/base/digest.h"
#include "io/base/err.h"

#include <stdbool.h>

typedef struct Cnn Cnn;

/* How a network is wanted; zeroed: its vector alone, at its own input size. */
typedef struct {
    const char *layer;      /* tensor or node that gives the vector; NULL: the last global pooling */
    const char *grid_layer; /* the grid; NULL: the input of that pooling */
    bool grid;              /* the grid is wanted as well */
    int width, height;      /* of the input, for a network that leaves its size open; 0: not said */
    const char *sha256;     /* any other file is refused; NULL: none is */
    /* Whether the file of this digest is known to do the engine no harm: it is then not tried in another process first.
     * NULL: none is known. */
    bool (*harmless)(const char *sha256);
} CnnWish;

typedef struct {
    char sha256[DIGEST_LEN + 1];                /* of the file */
    int width, height;                          /* of the input, which has three channels */
    bool channels_last;                         /* the input is (height, width, 3), else (3, height, width) */
    const char *layer, *grid_layer;             /* names of tensors; grid_layer is "" without a grid */
    int features;                               /* numbers of the vector */
    int grid_rows, grid_columns, grid_channels; /* 0 without a grid */
} CnnInfo;

/* NULL: the file is not a network that can be used, or there is no ONNX Runtime; err says which, and what to do. */
Cnn *cnn_open(const char *path, const CnnWish *wish, Err *err);
void cnn_free(Cnn *cnn); /* NULL is legal */
/* Both borrowed until cnn_free; the second is the file's metadata of this key, or NULL. */
const CnnInfo *cnn_info(const Cnn *cnn);
const char *cnn_metadata(const Cnn *cnn, const char *key);

/* Runs the network on one input of its layout. Fills `vector` (features), and `grid` (grid_rows · grid_columns,
 * grid_channels) unless it is NULL. */
int cnn_run(const Cnn *cnn, const float *input, float *vector, float *grid, Err *err);

/* Whether there is an ONNX Runtime; else err says what was looked for. */
bool cnn_engine_found(Err *err);

#endif
