/* The networks that are known by name: where they come from, how they want pictures, which layers count, what they
 * cost. One row each, in cnn_list.c. Any thread. */
#ifndef COCO_PIPELINE_FEATURES_CNN_LIST_H
#define COCO_PIPELINE_FEATURES_CNN_LIST_H

#include <stdbool.h>
#include <stdint.h>

#define CNN_DEFAULT "efficientnet-lite1"

enum { CNN_URLS_MAX = 2 };

typedef struct {
    const char *name; /* NAME.onnx in the cache */
    int64_t bytes;
    const char *sha256; /* of the ONNX file */
    const char
        *urls[CNN_URLS_MAX]; /* mirrors, tried in order; none: scripts/setup makes it out of a Python package */
    const char *licence;
    int input;                      /* side of the pictures, in pixels */
    int features;                   /* numbers of the vector */
    int grid, channels;             /* side of the grid, and numbers of each of its places */
    const char *mean, *scale;       /* x = (pixel - mean)·scale; NULL: the file's metadata says it */
    const char *layer, *grid_layer; /* NULL: the last global pooling, and its input */
    double top1;                    /* right of 100 pictures of ImageNet's validation set, as published */
    double gmacs;                   /* 10^9 multiply-adds for a picture */
    bool tried;                     /* with these commands */
} KnownCnn;

/* The rows; the last is followed by one without a name. */
const KnownCnn *cnn_list(void);
/* The row of this name, with or without ".onnx", or of this digest. NULL: there is none. */
const KnownCnn *cnn_list_find(const char *name);
const KnownCnn *cnn_list_by_digest(const char *sha256);

#endif
