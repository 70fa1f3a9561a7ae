/* What the words of a caption looked at: the photograph, and once more for each word in the light of its weights, in
 * lines of as many as the look says, as in Show, Attend and Tell (Xu et al. 2015, figure 3).
 *
 *      ┌───────┐ ┌───────┐ ┌───────┐
 *      │ photo │ │ light │ │ light │     with a sentinel, after the word: the share of its attention
 *      └───────┘ └───────┘ └───────┘     that went to the photograph
 *                  a  97%   dog  88% */
#ifndef COCO_PIPELINE_LOOKS_STRIP_H
#define COCO_PIPELINE_LOOKS_STRIP_H

#include "pipeline/sheet/tile.h"

/* The height of a record's strip, with the padding above it. -1: out of memory. */
int strip_height(const TileStyle *style, const Record *record);
/* Draws it into the upper left corner of the canvas. Without an image there is a placeholder that says `why`, and the
 * light falls on grey. */
int strip_draw(const TileStyle *style, Canvas *canvas, const Record *record, const Image *image, const char *why,
               Err *err);

/* What stands below the picture of a step, "dog 88%": the word, and where a sentinel takes its share, the rest of it.
 * The caller frees. NULL: out of memory. */
char *strip_label(const Attention *attention, const Looks *looks, int step, const char *caption);

#endif
