/* The features of a picture of shapes, from its pixels alone.
 *
 * Every pixel is counted for the nearest of the six pure colours, if one is near; a colour with too few pixels
 * is absent. Of each colour that is there, nine numbers:
 *
 *   1                          it is there
 *   sqrt(area) / 32            its size
 *   cx, cy                     the mean of its pixels, from -1 (left, top) to 1
 *   w / 64, h / 64             the box about it
 *   area / (w h)               how much of the box it fills: square 1, circle 0.79, triangle 0.5, ...
 *   area / (pi rmax^2)         how much of the smallest circle about its mean: circle 1, square 0.64, star 0.3, ...
 *   4 (cy - middle of box) / h how low in the box the mean lies: triangle 0.67, others about 0
 *
 * and of each two that are there, where the one is from the other, turned by 45 degrees, so that left, right,
 * above and below are the four corners of a square:
 *
 *   (dx + dy) / (|dx| + |dy|), (dx - dy) / (|dx| + |dy|)
 *
 * What is not there is 0. The dataset standardises each number: less its mean, divided by its standard
 * deviation, both over the train split. No state; any thread. */
#ifndef COCO_PIPELINE_SCENE_FEATURES_H
#define COCO_PIPELINE_SCENE_FEATURES_H

#include "pipeline/scene.h"

#include <stdint.h>

enum {
    FEATURES_PER_COLOUR = 9,
    SCENE_FEATURES = SCENE_COLOURS * FEATURES_PER_COLOUR + SCENE_COLOURS * (SCENE_COLOURS - 1)
};

/* rgb (side, side, 3) -> out (SCENE_FEATURES). */
void scene_features(const unsigned char *rgb, int side, float *out);

/* Takes the mean and the standard deviation of each column of train (n, SCENE_FEATURES), and makes both
 * matrices of deviations from it. A column that never changes in train keeps its scale. */
void scene_standardise(float *train, int64_t n, float *val, int64_t n_val);

#endif
