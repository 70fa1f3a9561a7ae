/* A contact sheet as a page of HTML: one file, and beside it a directory of the images that it shows.
 *
 *   sheet.html          one figure per record, written as they come; no script
 *   sheet_files/        the pictures (pipeline/page/page_files.h); a figure without an image has no file
 *
 * The pictures come into the directory when the page ends, the page gets its name after that, and then the pictures of
 * an earlier page go. A directory that no page has made is left alone. All text is escaped. One thread, except for
 * page_picture. */
#ifndef COCO_PIPELINE_PAGE_PAGE_H
#define COCO_PIPELINE_PAGE_PAGE_H

#include "io/base/err.h"
#include "io/data/record.h"
#include "io/picture/image.h"
#include "pipeline/page/page_files.h"
#include "pipeline/sheet/tile.h"

#include <stdio.h>

typedef struct Page Page;
typedef struct {
    char name[PICTURE_NAME_LEN]; /* of its file */
    int w, h;
} PagePicture;

/* Makes the directory. NULL: it cannot be made, or something other than an earlier page's is in its place. */
Page *page_open(const char *path, const TileLook *look, Err *err);
void page_free(Page *page); /* removes the pictures of a page that is not kept; NULL is legal */

/* The box that images should fill, in pixels: at least twice the tile's, for high-resolution screens. */
void page_box(const TileLook *look, int *w, int *h);
/* Writes a picture of figure i, from 0. Any thread; several for one number differ, or are the same file. */
int page_picture(const Page *page, int64_t i, const Image *image, PagePicture *picture, Err *err);

void page_begin(Page *page, FILE *out, const char *title, const char *subtitle);
/* What a figure shows. */
typedef struct {
    const Record *record;
    const PagePicture *picture; /* NULL: there is none */
    const char *why;            /* then */
    const char *file;           /* the absolute path of the full picture; NULL: it was at the record's URL */
    const PagePicture *looks;   /* if the page's look has attention: the pictures of the caption's words */
} PageFigure;

/* Writes a figure. Its picture is a link to the full one, if that has a file or a URL of http or https. */
void page_figure(Page *page, const PageFigure *figure);
/* Ends the page, and puts its pictures into the directory. -1: something could not be written, or is missing. */
int page_end(Page *page, Err *err);
/* The page has its name: what it does not show goes. */
void page_keep(Page *page);

#endif
