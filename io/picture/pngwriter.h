/* PNG files, written row by row: 8-bit RGB, compressed fast rather than small. The same rows give the same bytes (see
 * deflate.h), in however many calls they come: no time is stored. One thread at a time per writer; any thread. */
#ifndef COCO_IO_PICTURE_PNGWRITER_H
#define COCO_IO_PICTURE_PNGWRITER_H

#include "io/base/err.h"

#include <stddef.h>
#include <stdio.h>

typedef struct PngWriter PngWriter;

/* Starts a picture of width x height on an open stream, which stays the caller's. Nothing is written yet. */
PngWriter *pngwriter_new(FILE *out, int width, int height, Err *err);
/* Frees the writer, whether or not the picture is complete. NULL is legal. */
void pngwriter_free(PngWriter *writer);

/* Notes the resolution in pixels per inch. Before the first row; without this call the file names none. */
void pngwriter_dpi(PngWriter *writer, double dpi);
/* Adds n rows of rgb (n, width, 3). After a failure the writer can only be freed. */
int pngwriter_rows(PngWriter *writer, const unsigned char *rgb, int n, Err *err);
/* Ends the picture. -1: not all rows have come, or they cannot be written. */
int pngwriter_end(PngWriter *writer, Err *err);

#endif
