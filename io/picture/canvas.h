/* A drawing surface: filled shapes, lines, pictures and text in any script (cairo and pango).
 *
 * Coordinates are pixels from the upper left corner; what lies outside is cut off; colours are 0xRRGGBB.
 * Calls cannot fail once the canvas is there: memory that runs out while drawing leaves the thing undrawn.
 * The caller owns the canvas. One thread at a time per canvas. */
#ifndef COCO_IO_PICTURE_CANVAS_H
#define COCO_IO_PICTURE_CANVAS_H

#include "io/base/err.h"
#include "io/picture/image.h"

#include <stddef.h>
#include <stdint.h>

typedef struct Canvas Canvas;
typedef uint32_t Color; /* 0xRRGGBB */

enum { CANVAS_MAX = 32767 }; /* cairo's limit on a side */

/* NULL: no memory, or a side that is not from 1 to CANVAS_MAX. */
Canvas *canvas_new(int width, int height, Color background, Err *err);
void canvas_free(Canvas *canvas);
void canvas_clear(Canvas *canvas, Color background);

void canvas_rect(Canvas *canvas, double x, double y, double w, double h, Color fill);
void canvas_ellipse(Canvas *canvas, double cx, double cy, double rx, double ry, Color fill);
/* A closed polygon of n points xy[2n]. */
void canvas_polygon(Canvas *canvas, const double *xy, int n, Color fill);
/* An open line through n points xy[2n]; one point is a dot. */
void canvas_polyline(Canvas *canvas, const double *xy, int n, double width, Color stroke);
/* Lines drawn from now on are dashed, `on` pixels and `off` pixels in turn; 0, 0 makes them whole again. */
void canvas_dashes(Canvas *canvas, double on, double off);
/* Drawing from now on is kept within the rectangle; w 0 lifts that. */
void canvas_clip(Canvas *canvas, int x, int y, int w, int h);
void canvas_image(Canvas *canvas, const Image *image, int x, int y);

/* Text is UTF-8; white space and control characters all count as one space each, and bytes that are no
 * UTF-8 show as U+FFFD. Long text is wrapped at word boundaries into at most max_lines lines (0: any number)
 * of at most `width` pixels (0: one line, unbounded), and ends in an ellipsis, behind a whole word, where it
 * does not fit. A single word longer than a line is broken. Text from right to left stands to the right
 * where other text stands to the left. */
typedef struct {
    size_t start, end; /* bytes of the text, which must then be a text_paragraph (io/base/text.h) */
    Color color;
    int bold;
} TextSpan; /* a part that looks different */
typedef struct {
    double size; /* of the font, in pixels */
    int bold, italic;
    int width, max_lines;
    int align; /* 0 left, 1 centre, 2 right, within `width` (or about x where width is 0) */
    Color color;
    const TextSpan *spans; /* borrowed; in order, none over another */
    int n_spans;
} TextStyle;
/* The size that the text takes. */
void canvas_text_size(Canvas *canvas, const TextStyle *style, const char *text, int *w, int *h);
/* Draws with the upper left corner at x, y; returns the height. */
int canvas_text(Canvas *canvas, const TextStyle *style, int x, int y, const char *text);
/* The first character of the text that was measured or drawn last that has no glyph in any installed font (its
 * code point), or 0. */
uint32_t canvas_text_missing(Canvas *canvas);

/* Copies n rows from y into rgb (n, width, 3). */
void canvas_rows(const Canvas *canvas, int y, int n, unsigned char *rgb);

#endif
