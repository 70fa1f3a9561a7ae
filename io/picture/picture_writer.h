/* Pictures that are written row by row, in the format that the file's name ends in: PNG (or no known ending), JPEG,
 * WebP.
 *
 * A PNG is compressed as its rows come (pngwriter.h); of the others all pixels are held until the end. JPEG has
 * quality 90 and colours at full resolution, WebP quality 90. The same rows give the same bytes. One thread at a time
 * per writer. */
#ifndef COCO_IO_PICTURE_PICTURE_WRITER_H
#define COCO_IO_PICTURE_PICTURE_WRITER_H

#include "io/base/err.h"

#include <stdbool.h>
#include <stdio.h>

typedef struct PictureWriter PictureWriter;

/* Whether the name ends as one of these formats' does. */
bool picture_writer_knows(const char *name);

/* Starts a picture on an open stream, which stays the caller's; nothing is written yet. `dpi` is noted in PNG and JPEG,
 * unless it is 0. NULL: out of memory, or a side that the format does not allow. */
PictureWriter *picture_writer_new(const char *name, FILE *out, int width, int height, double dpi, Err *err);
/* Frees, whether or not the picture is complete. NULL is legal. */
void picture_writer_free(PictureWriter *writer);
/* Adds n rows of rgb (n, width, 3). */
int picture_writer_rows(PictureWriter *writer, const unsigned char *rgb, int n, Err *err);
/* Ends the picture. -1: not all rows have come, or they cannot be written. */
int picture_writer_end(PictureWriter *writer, Err *err);

#endif
