/* PNG files, written row by row: 8-bit RGB, packed fast rather than small. The same rows give the same
 * bytes (see deflate.h), however they are grouped: no time is stored. One writer at a time per stream; any thread.
 *
 * After a failed png_rows only png_end or png_abort may follow. */
#ifndef COCO_IO_PICTURE_PNG_H
#define COCO_IO_PICTURE_PNG_H

#include "io/base/err.h"

#include <stddef.h>
#include <stdio.h>

typedef struct PngWriter PngWriter;

/* Starts a picture of width x height on an open stream, which stays the caller's. Nothing is written yet. */
PngWriter *png_begin(FILE *out, int width, int height, Err *err);
/* How large its pixels are meant to be seen. Before the first row; without it, the file does not say. */
void png_set_dpi(PngWriter *png, double dpi);
/* Adds n rows of rgb (n, width, 3). */
int png_rows(PngWriter *png, const unsigned char *rgb, int n, Err *err);
/* Ends the picture once all rows are there, and frees the writer either way. */
int png_end(PngWriter *png, Err *err);
void png_abort(PngWriter *png); /* frees without ending; NULL is legal */

#endif
