/* Contact sheets of caption records: PNG pictures of images with their captions.
 *
 *   records ──► measured ──► pipe: found, decoded and scaled on every thread ──► drawn in order ──► rows of PNG
 *
 * All records are read, and all text measured, before anything is written: a bad line leaves no file. Pixels
 * are bounded: one row of tiles is drawn at a time, and the pipe holds a fixed number of scaled images. */
#ifndef COCO_PIPELINE_SHEET_H
#define COCO_PIPELINE_SHEET_H

#include "pipeline/report.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    const char *input;  /* caption records; "-" is stdin */
    const char *output; /* a path; "-" is stdout; with %d or %03d in it, a series numbered from 1 */
    const char *images; /* directory of images that is looked through first; NULL: none */
    const char *data;   /* dataset directory; NULL: none */
    const char *cache;  /* directory; NULL: the user's */
    const char *title;  /* NULL: the input's name */
    int columns;
    int rows;           /* of tiles a sheet; 0: all on one */
    int tile_w, tile_h; /* the box of an image, in pixels */
    int references;     /* shown per image */
    int threads;        /* that decode and scale */
} SheetSpec;

enum { SHEET_TILE_MIN = 16, SHEET_TILE_MAX = 4096 };

typedef struct {
    int64_t images; /* tiles drawn */
    int64_t dead;   /* of them placeholders; each had its warning */
    int sheets;     /* written */
    bool reader_gone; /* the failure was a closed pipe at stdout */
} SheetCount;

/* 4 columns, one sheet, boxes of 256 x 256, one reference. */
SheetSpec sheet_defaults(void);

/* NULL, or what is wrong with the text as the name of an output ("more than one %d"). */
const char *sheet_bad_output(const char *output);

/* Writes the sheet or sheets. Images that cannot be had are placeholders and warnings, not errors. */
int sheet_render(const SheetSpec *spec, const Report *report, SheetCount *count, char *err, size_t errlen);

#endif
