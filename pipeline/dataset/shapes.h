/* The built-in dataset: pictures of coloured shapes with captions, in the layout of io/data/dataset.h.
 *
 *   seed ──► scenes, one after another ──► picture, features ──► DIR, all files
 *               (in order, scene.h)         (on every thread)      (in order)
 *
 *   DIR/images/train/000000000001.png ...    128 x 128 pictures; DIR/images/val/000001000001.png ...
 *   DIR/coco2014_captions.h5, coco2014_vocab.json, S2014_vgg16_fc7_pca.h5, S2014_urls.txt, S2014_images.txt
 *   DIR/README.txt                           how it was made; its first line marks such a directory
 *
 * The same seed and numbers give the same bytes on any number of threads, except for the URLs, which are the absolute
 * paths of the pictures. Each split has its own stream of random numbers: a larger one changes nothing in the other
 * except, through the mean and deviation of train, the scale of val's features. */
#ifndef COCO_PIPELINE_DATASET_SHAPES_H
#define COCO_PIPELINE_DATASET_SHAPES_H

#include "io/base/err.h"
#include "pipeline/common/report.h"

#include <stdint.h>

enum { SHAPES_MAX = 999999 }; /* pictures in a split; ids count from 1 in train, from 1000001 in val */

typedef struct {
    const char *dir;
    int64_t train, val; /* pictures */
    int64_t seed;       /* 0 to 2^32-1 */
    int workers;
    int replace; /* a directory that an earlier run made may be replaced */
} ShapesOptions;

ShapesOptions shapes_defaults(void);

/* Makes the directory, complete or not at all. An existing directory is refused unless it is empty, or an earlier run
 * made it and `replace` is set. When asked to stop it leaves nothing behind and returns 0. */
int shapes_make(const ShapesOptions *options, const Report *report, Err *err);

#endif
