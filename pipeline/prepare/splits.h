/* Which split an image belongs to: as the captions files say, or as --split does. Main thread. */
#ifndef COCO_PIPELINE_PREPARE_SPLITS_H
#define COCO_PIPELINE_PREPARE_SPLITS_H

#include "pipeline/prepare/caption_set.h"

#include <stdint.h>

/* One --split: S=FILE, S=N or S=P%. */
typedef struct {
    char name[32];
    const char *list; /* the file of names; NULL: drawn */
    int64_t count;    /* of images to draw; -1: a percentage */
    double percent;
} SplitSpec;

/* Reads "S=FILE|N|P%"; the list's name is borrowed from the text. -1: err says what is wrong with it. */
int split_spec_parse(SplitSpec *spec, const char *text, Err *err);

/* Gives a split to each image that has captions and features. Lists come first; an image in two of them is an error, a
 * name that no image has is reported as a warning. Then images are drawn from those that are left, in the order of
 * the specs, by a permutation (NumPy's) of their names in order. What no spec takes stays where its captions file has
 * put it, if that split has no spec, and otherwise is train, or in no split if train has a spec itself. */
int splits_assign(CaptionSet *set, const SplitSpec *spec, int n, uint32_t seed, Err *err);

#endif
