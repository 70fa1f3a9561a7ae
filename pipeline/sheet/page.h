/* A contact sheet as a page of HTML: one file, and beside it a directory of the images that it shows.
 *
 *   sheet.html          one figure per record, written as they come; no script
 *   sheet_files/        000001.jpg ...: named by the number of the figure; a figure without an image has no file
 *
 * The directory appears complete when the page ends, and the page after it. The directory of an earlier page, known by
 * a marker file, is replaced; any other directory is not. All text is escaped. One thread, except for page_picture. */
#ifndef COCO_PIPELINE_SHEET_PAGE_H
#define COCO_PIPELINE_SHEET_PAGE_H

#include "io/base/err.h"
#include "io/data/record.h"
#include "io/picture/image.h"
#include "pipeline/sheet/tile.h"

#include <stdio.h>

typedef struct Page Page;

/* Makes the directory. NULL: it cannot be made, or something other than an earlier page's is in its place. */
Page *page_open(const char *path, const TileLook *look, Err *err);
void page_free(Page *page); /* removes the directory of an unfinished page; NULL is legal */

/* The box that images should fill, in pixels: at least twice the tile's, for high-resolution screens. */
void page_box(const TileLook *look, int *w, int *h);
/* Writes image number i, from 0, into the directory. Any thread; each number once. */
int page_picture(const Page *page, int64_t i, const Image *image, Err *err);

void page_begin(Page *page, FILE *out, const char *title, const char *subtitle);
/* Writes figure number i, from 0, with its picture of w x h pixels or, if w is 0, with the reason why it has none. */
void page_figure(Page *page, int64_t i, const Record *record, int w, int h, const char *why);
/* Ends the page and gives the directory its name. -1: something could not be written. */
int page_end(Page *page, Err *err);

#endif
