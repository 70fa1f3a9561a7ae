/* A contact sheet as a page of HTML: one file, and beside it a directory of the images that it shows.
 *
 *   sheet.html          a figure a record, written as they come; no script
 *   sheet_files/        000001.jpg ...: numbers of the figures; what has no image has no file
 *
 * The directory appears whole when the page ends, and the page behind it; one of an earlier page, told by a marker in
 * it, is replaced, any other is not. Text is escaped whatever it says. One thread, but for page_picture. */
#ifndef COCO_PIPELINE_SHEET_PAGE_H
#define COCO_PIPELINE_SHEET_PAGE_H

#include "io/base/err.h"
#include "io/data/record.h"
#include "io/picture/image.h"
#include "pipeline/sheet/tile.h"

#include <stdio.h>

typedef struct Page Page;

/* Makes the directory. NULL: it cannot be, or what is in its place is not of an earlier page. */
Page *page_open(const char *path, const TileLook *look, Err *err);
void page_free(Page *page); /* removes the directory of a page that has not ended; NULL is legal */

/* The box that images should fill, in pixels: twice the tile's, or more, for screens with more of them. */
void page_box(const TileLook *look, int *w, int *h);
/* Writes image number i, from 0, into the directory. Any thread, each number once. */
int page_picture(const Page *page, int64_t i, const Image *image, Err *err);

void page_begin(Page *page, FILE *out, const char *title, const char *subtitle);
/* Figure number i, from 0, with its picture of w x h pixels, or where w is 0 with why there is none. */
void page_figure(Page *page, int64_t i, const Record *record, int w, int h, const char *why);
/* The end of the page; the directory gets its name. -1: something could not be written. */
int page_end(Page *page, Err *err);

#endif
