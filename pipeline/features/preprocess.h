/* From a picture to a network's input: x = (pixel - mean)·scale for each channel.
 *
 * How a network wants it comes from its file's metadata (coco.mean, coco.scale or coco.std, coco.order, coco.fit),
 * else from the table of known networks (cnn_list.h), else from the caller. Any thread. */
#ifndef COCO_PIPELINE_FEATURES_PREPROCESS_H
#define COCO_PIPELINE_FEATURES_PREPROCESS_H

#include "io/cnn/cnn.h"
#include "io/picture/image.h"
#include "pipeline/model_file/origin.h"

#include <stdbool.h>

#define PREPROCESS_FITS ORIGIN_FITS
#define PREPROCESS_ORDERS ORIGIN_ORDERS

typedef struct {
    int crop;                 /* 0: the whole picture is squashed into the input; 1: its middle is cut out */
    int bgr;                  /* 1: blue comes first */
    double mean[3], scale[3]; /* in the input's order of channels */
} Preprocess;

/* What the caller says; NULL or -1: nothing. */
typedef struct {
    const char *mean, *scale; /* one number, or three with commas or spaces between them */
    int order, fit;           /* places in the lists of words above */
} PreprocessWish;

/* -1: a value cannot be read, or something is known from nowhere; err names the option. */
int preprocess_choose(Preprocess *p, const Cnn *cnn, const PreprocessWish *wish, Err *err);

/* The size that a picture must keep when it is decoded smaller than it is stored: twice the input. */
void preprocess_least(const CnnInfo *info, int *w, int *h);

/* Fills the input, info's width · height · 3 numbers. */
int preprocess_fill(const Preprocess *p, const CnnInfo *info, const Image *image, float *input, Err *err);

#endif
