/* The features of a picture of shapes, from its pixels alone.
 *
 * Every pixel counts for the nearest of the six pure colours, if one is near. The colours that have enough pixels are
 * the patches of the picture, the largest first, at most three. For each patch, 17 numbers:
 *
 *   1                       it exists
 *   6 numbers               its colour: 1 for that one, 0 for the others
 *   5 numbers               how similar its form is to each kind's (scene_form): the distance d compares its area as a
 *                           fraction of its bounding box, and of the circle around its centre of mass, and how low that
 *                           centre lies in the box; exp(-d^2 / 2 s^2), divided by the sum over the kinds
 *   sqrt(area) / 32         its size
 *   cx, cy                  its centre of mass, from -1 (left, top) to 1
 *   w / 64, h / 64          its bounding box
 *
 * and for each pair of patches the direction from the first to the second, turned by 45 degrees, so that left, right,
 * above and below are the four corners of a square, and pushed towards the corners:
 *
 *   tanh(5 (dx + dy) / (|dx| + |dy|)), tanh(5 (dx - dy) / (|dx| + |dy|))
 *
 * What does not exist is 0. The dataset standardises each number: minus its mean, divided by its standard deviation,
 * both over the train split. No state; any thread. */
#ifndef COCO_PIPELINE_DATASET_SCENE_FEATURES_H
#define COCO_PIPELINE_DATASET_SCENE_FEATURES_H

#include "pipeline/dataset/scene.h"

#include <stdint.h>

enum {
    FEATURES_PER_PATCH = 1 + SCENE_COLOURS + SCENE_KINDS + 5,
    SCENE_FEATURES = SCENE_SHAPES * FEATURES_PER_PATCH + SCENE_SHAPES * (SCENE_SHAPES - 1)
};

/* rgb (side, side, 3) -> out (SCENE_FEATURES). */
void scene_features(const unsigned char *rgb, int side, float *out);

/* Standardises each column of both matrices (n and n_val rows of SCENE_FEATURES) by the mean and the standard deviation
 * of that column in train. A column that is constant in train is not scaled. */
void scene_standardise(float *train, int64_t n, float *val, int64_t n_val);

#endif
