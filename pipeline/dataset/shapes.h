/* The built-in dataset: pictures of coloured shapes with captions, in the layout of io/data/dataset.h.
 *
 *   seed ──► scenes, one behind the other ──► picture, features ──► DIR, all files
 *              (in order, pipeline/dataset/scene.h)    (on every thread)     (in order)
 *
 *   DIR/images/train/000000000001.png ...    128 x 128 pictures; DIR/images/val/000001000001.png ...
 *   DIR/coco2014_captions.h5, coco2014_vocab.json, S2014_vgg16_fc7_pca.h5, S2014_urls.txt, S2014_images.txt
 *   DIR/README.txt                           how it was made; its first line tells such a directory from others
 *
 * The same seed and numbers give the same bytes, whatever the threads, save for the URLs, which are the
 * pictures' own absolute paths. The two splits are drawn from streams of their own: more of one changes
 * nothing in the other but, through the mean and deviation of train, the scale of val's features. */
#ifndef COCO_PIPELINE_DATASET_SHAPES_H
#define COCO_PIPELINE_DATASET_SHAPES_H

#include "io/base/err.h"
#include "pipeline/common/report.h"

#include <stdint.h>

enum { SHAPES_MAX = 999999 }; /* pictures in a split: its ids are from 1, or from 1000001 */

typedef struct {
    const char *dir;
    int64_t train, val; /* pictures */
    int64_t seed;       /* 0 to 2^32-1 */
    int workers;
    int replace; /* a directory that an earlier run made may be replaced */
} ShapesSpec;

ShapesSpec shapes_defaults(void);

/* Makes the directory, whole or not at all. A directory that is there and not empty is refused, unless it is
 * one of these and `replace` is set. Asked to stop, it leaves nothing and returns 0. */
int shapes_make(const ShapesSpec *spec, const Report *report, Err *err);

#endif
