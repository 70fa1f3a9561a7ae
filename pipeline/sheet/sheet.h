/* Contact sheets of caption records: PNG pictures of images with their captions, or a page of HTML, or both.
 *
 *   shelf ──► measured ──► pipe: image found, decoded, tile drawn, on every thread ──► in order ──► rows of PNG
 *                                                                                         └──► figures of the page
 *
 * All text is measured before anything is written. Memory does not grow with the number of records but for some bytes
 * each: one row of tiles is put together at a time, and the pipe holds a fixed number of drawn tiles. */
#ifndef COCO_PIPELINE_SHEET_SHEET_H
#define COCO_PIPELINE_SHEET_SHEET_H

#include "io/base/err.h"
#include "pipeline/common/report.h"
#include "pipeline/images/image_lookup.h"
#include "pipeline/sheet/sheet_records.h"
#include "pipeline/sheet/theme.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    const char *input; /* caption records; "-" is stdin */
    ShelfSort sort;
    const char
        *output;      /* a path; "-" is stdout; with %d or %03d in it, a series numbered from 1; NULL: no picture */
    const char *html; /* path of the page; its images go into a directory beside it; NULL: no page */
    LookupSpec where; /* the images are */
    const char *title; /* NULL: the input's name */
    int columns;
    int rows;           /* of tiles a sheet; 0: all on one */
    int tile_w, tile_h; /* the box of an image, in pixels before they are scaled */
    double scale;       /* of all sizes */
    double dpi;         /* written into the pictures; 0: none is */
    ThemeName theme;
    int references; /* shown per image */
    bool highlight; /* words of a caption that none of its references has look different */
    int threads;    /* that decode, scale and draw */
} SheetSpec;

/* Sides of the box, before and after scaling; the pixels an inch that a scale of 1 stands for. */
enum { SHEET_TILE_MIN = 16, SHEET_TILE_MAX = 4096, SHEET_DPI = 96 };

typedef struct {
    int64_t images;   /* tiles drawn */
    int64_t dead;     /* of them placeholders; each had its warning */
    int sheets;       /* written */
    bool reader_gone; /* the failure was a closed pipe at stdout */
} SheetCount;

/* 4 columns, one sheet, boxes of 256 x 256, one reference, light. */
SheetSpec sheet_defaults(void);

/* NULL, or what is wrong with the text as the name of an output ("more than one %d"). */
const char *sheet_bad_output(const char *output);

/* Writes the sheet or sheets, and the page, of the shelf that was read from spec->input. Images that cannot be had are
 * placeholders and warnings, not errors. */
int sheet_render(const SheetSpec *spec, const Shelf *shelf, const Report *report, SheetCount *count, Err *err);

#endif
