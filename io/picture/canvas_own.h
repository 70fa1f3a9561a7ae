/* What canvas.c and canvas_text.c share. */
#ifndef COCO_IO_PICTURE_CANVAS_OWN_H
#define COCO_IO_PICTURE_CANVAS_OWN_H

#include "io/picture/canvas.h"

#include <stdbool.h>

struct Canvas {
    int width, height;
    struct _cairo_surface *surface; /* CAIRO_FORMAT_RGB24: 0x00RRGGBB in 32 bits of the machine's order */
    struct _cairo *cr;
    /* Made when text is first drawn or measured. The font map is the canvas's own: pango's default one lives as long as
     * its thread, which leak checkers report. */
    struct _PangoFontMap *fonts;
    struct _PangoLayout *layout;
    bool no_memory; /* text is not as it should be, for ever */
};

void canvas_set_color(Canvas *canvas, Color color);

#endif
