/* A drawing surface: filled shapes, lines, pictures and text in any script (cairo and pango).
 *
 * Coordinates are pixels from the upper left corner; colours are 0xRRGGBB. The caller owns the canvas.
 * One thread at a time per canvas. */
#ifndef COCO_IO_CANVAS_H
#define COCO_IO_CANVAS_H

#include "io/image.h"

#include <stddef.h>
#include <stdint.h>

typedef struct Canvas Canvas;
typedef uint32_t Color; /* 0xRRGGBB */

Canvas *canvas_new(int width, int height, Color background, char *err, size_t errlen);
void canvas_free(Canvas *canvas);
void canvas_clear(Canvas *canvas, Color background);

void canvas_rect(Canvas *canvas, double x, double y, double w, double h, Color fill);
void canvas_ellipse(Canvas *canvas, double cx, double cy, double rx, double ry, Color fill);
/* A closed polygon of n points xy[2n]. */
void canvas_polygon(Canvas *canvas, const double *xy, int n, Color fill);
/* An open line through n points xy[2n]. */
void canvas_polyline(Canvas *canvas, const double *xy, int n, double width, Color stroke);
void canvas_image(Canvas *canvas, const Image *image, int x, int y);

/* Text. Long text is wrapped at word boundaries into at most max_lines lines of at most `width` pixels
 * (0: one line, unbounded), and ends in an ellipsis where it does not fit. A single word longer than a
 * line is broken. */
typedef struct {
    double size; /* of the font, in pixels */
    int bold, italic;
    int width, max_lines;
    int align; /* 0 left, 1 centre, 2 right, within `width` (or about x where width is 0) */
    Color color;
} TextStyle;
/* The size that the text takes. */
void canvas_text_size(Canvas *canvas, const TextStyle *style, const char *text, int *w, int *h);
/* Draws with the upper left corner at x, y; returns the height. */
int canvas_text(Canvas *canvas, const TextStyle *style, int x, int y, const char *text);
/* 1 where some character of the text has no glyph in any installed font. */
int canvas_text_missing(Canvas *canvas, const TextStyle *style, const char *text);

/* Copies n rows from y into rgb (n, width, 3). */
void canvas_rows(const Canvas *canvas, int y, int n, unsigned char *rgb);

#endif
