/* How a page looks: its style sheet, and the drawing that stands for an image that is missing. Any thread. */
#ifndef COCO_PIPELINE_PAGE_PAGE_STYLE_H
#define COCO_PIPELINE_PAGE_PAGE_STYLE_H

#include "pipeline/sheet/tile.h"

#include <stdio.h>

void page_style_put(FILE *out, const TileLook *look);

/* A hidden drawing, #gone. */
extern const char PAGE_GONE[];

#endif
