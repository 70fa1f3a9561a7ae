/* Contact sheets of caption records: PNG pictures of images with their captions, a page of HTML, or both.
 *
 *   records ──► text measured ──► pipe, on every thread: find image, decode, draw tile ──► in order ──► rows of PNG
 *                                                                                              └──► figures of HTML
 *
 * All text is measured before anything is written. Besides the records, memory does not grow with their number: the
 * sheet is put together one row of tiles at a time, and the pipe holds a fixed number of drawn tiles. */
#ifndef COCO_PIPELINE_SHEET_SHEET_H
#define COCO_PIPELINE_SHEET_SHEET_H

#include "io/base/err.h"
#include "pipeline/common/report.h"
#include "pipeline/images/image_lookup.h"
#include "pipeline/sheet/sheet_records.h"
#include "pipeline/sheet/theme.h"
#include "pipeline/sheet/tile.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    const char *input; /* caption records; "-" is stdin */
    SheetSort sort;
    const char *output;    /* a path, or a series (sheet_output.h); "-" is stdout; NULL: no picture */
    const char *html;      /* path of the page; its images go into a directory beside it; NULL: no page */
    LookupSpec where;      /* to look for images */
    const char *attention; /* coco-sample's file of what words looked at; NULL: it is not shown */
    const char *title;     /* NULL: the input's name */
    int columns;           /* of tiles; with attention, images of a strip side by side */
    int rows;              /* of tiles per sheet; 0: all on one */
    int tile_w, tile_h;    /* the box of an image, in pixels before scaling */
    double scale;          /* of all sizes */
    double dpi;            /* noted in the pictures; 0: none is */
    ThemeName theme;
    int references;  /* shown per image */
    bool highlight;  /* caption words that no reference has look different */
    bool confidence; /* caption words are shaded by their probabilities; not with highlight */
    TileLabel label;
    int lines;    /* of each text on sheets, at most; 0: what suits the width */
    bool no_text; /* images alone, without captions */
    int threads; /* that decode, scale and draw, at least 1; there may be more if images are downloaded (tiles.h) */
} SheetOptions;

/* Limits on a side of the box, before and after scaling; the pixels per inch that a scale of 1 stands for. */
enum { SHEET_TILE_MIN = 16, SHEET_TILE_MAX = 4096, SHEET_DPI = 96 };

typedef struct {
    int64_t images;   /* tiles drawn */
    int64_t dead;     /* placeholders among them; a warning was given for each */
    int64_t cut;      /* drawn as far as they go; a warning was given for each */
    int sheets;       /* written */
    bool reader_gone; /* it failed because stdout is a closed pipe */
} SheetCount;

/* 4 columns, one sheet, boxes of 256 x 256, one reference, light. */
SheetOptions sheet_defaults(void);

/* The records of options->input, as far as sheets with these options show them. NULL: see sheet_records_read. */
SheetRecords *sheet_read(const SheetOptions *options, Err *err);

/* Writes the sheets and the page of the records that sheet_read gave for the same options. Missing images
 * become placeholders and warnings, not errors. */
int sheet_render(const SheetOptions *options, const SheetRecords *records, const Report *report, SheetCount *count,
                 Err *err);

#endif
