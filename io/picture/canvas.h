/* A drawing surface: filled shapes, lines, pictures, and text in any script (cairo and pango).
 *
 * Coordinates are pixels from the upper left corner; what lies outside is clipped; colours are 0xRRGGBB. Drawing and
 * measuring return no error: what fails first is kept in the canvas, and from then on its pixels cannot be had
 * (canvas_rows) and its measures mean nothing (canvas_check). The caller owns the canvas. One thread at a time per
 * canvas. */
#ifndef COCO_IO_PICTURE_CANVAS_H
#define COCO_IO_PICTURE_CANVAS_H

#include "io/base/err.h"
#include "io/picture/image.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Canvas Canvas;
typedef uint32_t Color; /* 0xRRGGBB */

enum { CANVAS_MAX = 32767 }; /* cairo's limit on a side */

/* NULL: out of memory, or a side that is not from 1 to CANVAS_MAX. */
Canvas *canvas_new(int width, int height, Color background, Err *err);
void canvas_free(Canvas *canvas);
void canvas_clear(Canvas *canvas, Color background);

void canvas_rect(Canvas *canvas, double x, double y, double w, double h, Color fill);
void canvas_ellipse(Canvas *canvas, double cx, double cy, double rx, double ry, Color fill);
/* A closed polygon of n points xy[2n]. */
void canvas_polygon(Canvas *canvas, const double *xy, int n, Color fill);
/* An open line through n points xy[2n]; one point is a dot. */
void canvas_polyline(Canvas *canvas, const double *xy, int n, double width, Color stroke);
/* From now on lines are dashed, `on` pixels drawn and `off` pixels not; 0, 0 makes them solid again. */
void canvas_dashes(Canvas *canvas, double on, double off);
/* From now on drawing is clipped to the rectangle; with w 0 it is not. */
void canvas_clip(Canvas *canvas, int x, int y, int w, int h);
void canvas_image(Canvas *canvas, const Image *image, int x, int y);

/* Text is UTF-8. Every white space or control character counts as one space, and bytes that are not UTF-8 show as
 * U+FFFD. Long text is wrapped at word boundaries into at most max_lines lines (0: any number) of at most `width`
 * pixels (0: one unbounded line); if it does not fit it ends in an ellipsis after a whole word. A single word that is
 * longer than a line is broken, without a hyphen. Right-to-left text is aligned to the right if other text would be
 * aligned to the left. */
typedef struct {
    size_t start, end; /* bytes of the text, which must be a text_paragraph (io/base/text.h) if it has spans */
    Color color;
    int bold;
    bool shaded; /* it stands on `shade` */
    Color shade;
    int underlines; /* 0 to 2 */
} TextSpan;         /* a part that looks different */
typedef struct {
    double size; /* of the font, in pixels */
    int bold, italic;
    int width, max_lines;
    int align; /* 0 left, 1 centre, 2 right, within `width` (or around x if width is 0) */
    Color color;
    const TextSpan *spans; /* borrowed; in order, without overlaps */
    int n_spans;
} TextStyle;
/* The size that the text takes. */
void canvas_text_size(Canvas *canvas, const TextStyle *style, const char *text, int *w, int *h);
/* Draws with the upper left corner at x, y; returns the height. */
int canvas_text(Canvas *canvas, const TextStyle *style, int x, int y, const char *text);
/* Calls `each` for every character that no installed font has a glyph for, in the text that was last measured or drawn;
 * U+FFFD stands for one that is not known. */
void canvas_text_missing(Canvas *canvas, void (*each)(void *ctx, uint32_t code_point), void *ctx);

/* -1: something that was drawn or measured on the canvas is not as it should be, as memory ran out. */
int canvas_check(const Canvas *canvas, Err *err) __attribute__((warn_unused_result));
/* Copies n rows of pixels, from row y on, into rgb (n, width, 3), after a canvas_check. */
int canvas_rows(const Canvas *canvas, int y, int n, unsigned char *rgb, Err *err)
    __attribute__((warn_unused_result));

#endif
