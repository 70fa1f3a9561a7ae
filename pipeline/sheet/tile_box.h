/* The box of an image on a card: the letterboxed image, or a placeholder, with labels in its upper corners. */
#ifndef COCO_PIPELINE_SHEET_TILE_BOX_H
#define COCO_PIPELINE_SHEET_TILE_BOX_H

#include "pipeline/sheet/tile.h"

/* Draws it with the upper left corner at x, y. `image` fits into the box; NULL: a placeholder that says `why`. `record`
 * says what the labels are; NULL: there are none. */
void tile_box_draw(const TileStyle *style, Canvas *canvas, int x, int y, const Record *record, const Image *image,
                   const char *why);

#endif
