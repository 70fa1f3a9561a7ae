#include "io/picture/canvas_own.h"

#include "io/base/err.h"
#include "io/base/libraries.h"

#include <pango/pangocairo.h>
#include <stdlib.h>
#include <string.h>

/* cairo's objects keep the first of their errors, and do nothing from then on. */
int canvas_check(const Canvas *canvas, Err *err)
{
    cairo_status_t status = cairo_status(canvas->cr);
    if (!status)
        status = cairo_surface_status(canvas->surface);
    if (status == CAIRO_STATUS_NO_MEMORY || (!status && canvas->no_memory))
        return err_set(err, "out of memory");
    return status ? err_set(err, "cannot draw: %s", cairo_status_to_string(status)) : 0;
}

/* --- the surface --- */

Canvas *canvas_new(int width, int height, Color background, Err *err)
{
    if (width < 1 || height < 1 || width > CANVAS_MAX || height > CANVAS_MAX) {
        err_set(err, "a picture of %d x %d pixels cannot be drawn: sides may be 1 to %d", width, height,
                CANVAS_MAX);
        return NULL;
    }
    Canvas *canvas = calloc(1, sizeof *canvas);
    if (canvas) {
        canvas->width = width;
        canvas->height = height;
        canvas->surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
        canvas->cr = cairo_create(canvas->surface);
    }
    if (!canvas || cairo_status(canvas->cr) != CAIRO_STATUS_SUCCESS) {
        err_set(err, "out of memory for a picture of %d x %d pixels", width, height);
        canvas_free(canvas);
        return NULL;
    }
    canvas_clear(canvas, background);
    return canvas;
}

void canvas_free(Canvas *canvas)
{
    if (!canvas)
        return;
    if (canvas->layout)
        g_object_unref(canvas->layout);
    if (canvas->fonts)
        g_object_unref(canvas->fonts);
    cairo_destroy(canvas->cr);
    cairo_surface_destroy(canvas->surface);
    free(canvas);
}

void canvas_set_color(Canvas *canvas, Color color)
{
    cairo_set_source_rgb(canvas->cr, (double)(color >> 16 & 255) / 255, (double)(color >> 8 & 255) / 255,
                         (double)(color & 255) / 255);
}

void canvas_clear(Canvas *canvas, Color background)
{
    canvas_set_color(canvas, background);
    cairo_paint(canvas->cr);
}

int canvas_rows(const Canvas *canvas, int y, int n, unsigned char *rgb, Err *err)
{
    if (canvas_check(canvas, err))
        return -1;
    cairo_surface_flush(canvas->surface);
    const unsigned char *data = cairo_image_surface_get_data(canvas->surface);
    size_t stride = (size_t)cairo_image_surface_get_stride(canvas->surface);
    for (int row = y; row < y + n; row++)
        for (int x = 0; x < canvas->width; x++) {
            uint32_t pixel;
            memcpy(&pixel, data + (size_t)row * stride + (size_t)x * 4, sizeof pixel);
            *rgb++ = (unsigned char)(pixel >> 16);
            *rgb++ = (unsigned char)(pixel >> 8);
            *rgb++ = (unsigned char)pixel;
        }
    return 0;
}

/* --- shapes, lines, pictures --- */

void canvas_rect(Canvas *canvas, double x, double y, double w, double h, Color fill)
{
    canvas_set_color(canvas, fill);
    cairo_rectangle(canvas->cr, x, y, w, h);
    cairo_fill(canvas->cr);
}

void canvas_ellipse(Canvas *canvas, double cx, double cy, double rx, double ry, Color fill)
{
    if (!(rx > 0 && ry > 0))
        return;
    canvas_set_color(canvas, fill);
    cairo_save(canvas->cr);
    cairo_translate(canvas->cr, cx, cy);
    cairo_scale(canvas->cr, rx, ry);
    cairo_new_path(canvas->cr);
    cairo_arc(canvas->cr, 0, 0, 1, 0, 2 * G_PI);
    cairo_restore(canvas->cr);
    cairo_fill(canvas->cr);
}

static void path(Canvas *canvas, const double *xy, int n)
{
    cairo_new_path(canvas->cr);
    for (int i = 0; i < n; i++)
        cairo_line_to(canvas->cr, xy[2 * i], xy[2 * i + 1]);
}

void canvas_polygon(Canvas *canvas, const double *xy, int n, Color fill)
{
    canvas_set_color(canvas, fill);
    path(canvas, xy, n);
    cairo_close_path(canvas->cr);
    cairo_fill(canvas->cr);
}

void canvas_polyline(Canvas *canvas, const double *xy, int n, double width, Color stroke)
{
    canvas_set_color(canvas, stroke);
    cairo_set_line_width(canvas->cr, width);
    cairo_set_line_join(canvas->cr, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_cap(canvas->cr, cairo_get_dash_count(canvas->cr) ? CAIRO_LINE_CAP_BUTT : CAIRO_LINE_CAP_ROUND);
    path(canvas, xy, n);
    if (n == 1)
        cairo_line_to(canvas->cr, xy[0], xy[1]);
    cairo_stroke(canvas->cr);
}

void canvas_dashes(Canvas *canvas, double on, double off)
{
    double dashes[2] = {on, off};
    cairo_set_dash(canvas->cr, dashes, on > 0 ? 2 : 0, 0);
}

void canvas_clip(Canvas *canvas, int x, int y, int w, int h)
{
    cairo_reset_clip(canvas->cr);
    if (w > 0) {
        cairo_new_path(canvas->cr);
        cairo_rectangle(canvas->cr, x, y, w, h);
        cairo_clip(canvas->cr);
    }
}

void canvas_image(Canvas *canvas, const Image *image, int x, int y)
{
    cairo_surface_flush(canvas->surface);
    unsigned char *data = cairo_image_surface_get_data(canvas->surface);
    size_t stride = (size_t)cairo_image_surface_get_stride(canvas->surface);
    if (!data) /* the surface has failed */
        return;
    int x0 = x < 0 ? 0 : x, y0 = y < 0 ? 0 : y;
    int x1 = x > canvas->width - image->width ? canvas->width : x + image->width;
    int y1 = y > canvas->height - image->height ? canvas->height : y + image->height;
    for (int row = y0; row < y1; row++) {
        const unsigned char *in = image->rgb + ((size_t)(row - y) * (size_t)image->width + (size_t)(x0 - x)) * 3;
        unsigned char *out = data + (size_t)row * stride + (size_t)x0 * 4;
        for (int column = x0; column < x1; column++, in += 3, out += 4) {
            uint32_t pixel = (uint32_t)in[0] << 16 | (uint32_t)in[1] << 8 | in[2];
            memcpy(out, &pixel, sizeof pixel);
        }
    }
    cairo_surface_mark_dirty(canvas->surface);
}

void library_cairo(char version[LIBRARY_VERSION])
{
    snprintf(version, LIBRARY_VERSION, "%s", cairo_version_string());
}
