#include "io/picture/canvas.h"

#include "io/base/err.h"
#include "io/base/text.h"

#include <errno.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct Canvas {
    int width, height;
    cairo_surface_t *surface; /* CAIRO_FORMAT_RGB24: 0x00RRGGBB in 32 bits of the machine's order */
    cairo_t *cr;
    /* Made when text is first drawn or measured. The font map is the canvas's own: pango's default one lives as long as
     * its thread, which leak checkers report. */
    PangoFontMap *fonts;
    PangoLayout *layout;
    bool no_memory; /* text is not as it should be, for ever */
};

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

static void set_color(Canvas *canvas, Color color)
{
    cairo_set_source_rgb(canvas->cr, (double)(color >> 16 & 255) / 255, (double)(color >> 8 & 255) / 255,
                         (double)(color & 255) / 255);
}

void canvas_clear(Canvas *canvas, Color background)
{
    set_color(canvas, background);
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
    set_color(canvas, fill);
    cairo_rectangle(canvas->cr, x, y, w, h);
    cairo_fill(canvas->cr);
}

void canvas_ellipse(Canvas *canvas, double cx, double cy, double rx, double ry, Color fill)
{
    if (!(rx > 0 && ry > 0))
        return;
    set_color(canvas, fill);
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
    set_color(canvas, fill);
    path(canvas, xy, n);
    cairo_close_path(canvas->cr);
    cairo_fill(canvas->cr);
}

void canvas_polyline(Canvas *canvas, const double *xy, int n, double width, Color stroke)
{
    set_color(canvas, stroke);
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

/* --- text --- */

#define ELLIPSIS "\xe2\x80\xa6"

/* NULL: failed, kept in the canvas. */
static PangoLayout *get_layout(Canvas *canvas)
{
    if (canvas->layout || canvas->no_memory)
        return canvas->no_memory ? NULL : canvas->layout;
    canvas->fonts = pango_cairo_font_map_new();
    PangoContext *context = canvas->fonts ? pango_font_map_create_context(canvas->fonts) : NULL;
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_SLIGHT);
    if (context && !cairo_font_options_status(options)) {
        pango_cairo_context_set_font_options(context, options);
        canvas->layout = pango_layout_new(context);
    } else {
        canvas->no_memory = true;
    }
    cairo_font_options_destroy(options);
    if (context)
        g_object_unref(context);
    return canvas->layout;
}

/* Without a font that cairo can draw, pango would put boxes in the place of characters. */
static void check_fonts(Canvas *canvas, PangoLayout *layout)
{
    PangoLayoutIter *iter = pango_layout_get_iter(layout);
    do {
        const PangoLayoutRun *run = pango_layout_iter_get_run_readonly(iter);
        PangoFont *font = run ? run->item->analysis.font : NULL;
        cairo_scaled_font_t *scaled = font ? pango_cairo_font_get_scaled_font(PANGO_CAIRO_FONT(font)) : NULL;
        if (font && (!scaled || cairo_scaled_font_status(scaled) == CAIRO_STATUS_NO_MEMORY))
            canvas->no_memory = true;
    } while (pango_layout_iter_next_run(iter));
    pango_layout_iter_free(iter);
}

/* Applies the style's spans to the first `bytes` bytes of the text. */
static void set_spans(PangoLayout *layout, const TextStyle *style, size_t bytes)
{
    PangoAttrList *list = style->n_spans ? pango_attr_list_new() : NULL;
    for (int i = 0; i < style->n_spans; i++) {
        const TextSpan *span = &style->spans[i];
        Color c = span->color;
        PangoAttribute *attrs[] = {
            pango_attr_foreground_new((guint16)((c >> 16 & 255) * 257), (guint16)((c >> 8 & 255) * 257),
                                      (guint16)((c & 255) * 257)),
            pango_attr_weight_new(span->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL),
        };
        for (int k = 0; k < 2; k++) {
            attrs[k]->start_index = (guint)MIN(span->start, bytes);
            attrs[k]->end_index = (guint)MIN(span->end, bytes);
            pango_attr_list_insert(list, attrs[k]);
        }
    }
    pango_layout_set_attributes(layout, list);
    if (list)
        pango_attr_list_unref(list);
}

/* Sets the first `bytes` bytes of text and an ellipsis; true if they fit into max_lines. */
static int prefix_fits(PangoLayout *layout, const TextStyle *style, const char *text, size_t bytes)
{
    while (bytes && text[bytes - 1] == ' ')
        bytes--;
    GString *prefix = g_string_new_len(text, (gssize)bytes);
    g_string_append(prefix, ELLIPSIS);
    pango_layout_set_text(layout, prefix->str, (int)prefix->len);
    g_string_free(prefix, TRUE);
    set_spans(layout, style, bytes);
    return pango_layout_get_line_count(layout) <= style->max_lines;
}

/* Shortens text that takes more lines than allowed to as many whole words as leave room for an ellipsis. Where the first
 * word alone is too long, pango cuts it. */
static void shorten(PangoLayout *layout, const TextStyle *style, const char *text)
{
    int n_attrs;
    const PangoLogAttr *attrs = pango_layout_get_log_attrs_readonly(layout, &n_attrs);
    size_t *breaks = g_new(size_t, (size_t)n_attrs);
    int n = 0;
    const char *s = text;
    for (int i = 0; i < n_attrs - 1; i++, s = g_utf8_next_char(s))
        if (i && attrs[i].is_line_break)
            breaks[n++] = (size_t)(s - text);
    int lo = 0, hi = n; /* the text fits up to the first lo breaks, and not beyond hi */
    while (lo < hi) {
        int mid = lo + (hi - lo + 1) / 2;
        if (prefix_fits(layout, style, text, breaks[mid - 1]))
            lo = mid;
        else
            hi = mid - 1;
    }
    if (!lo || !prefix_fits(layout, style, text, breaks[lo - 1])) {
        pango_layout_set_text(layout, text, -1);
        set_spans(layout, style, strlen(text));
        pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
        pango_layout_set_height(layout, -style->max_lines);
    }
    g_free(breaks);
}

/* The canvas's layout, set to this text in this style. NULL: failed, kept in the canvas. */
static PangoLayout *set_text(Canvas *canvas, const TextStyle *style, const char *text)
{
    static const PangoAlignment ALIGN[3] = {PANGO_ALIGN_LEFT, PANGO_ALIGN_CENTER, PANGO_ALIGN_RIGHT};
    PangoLayout *layout = get_layout(canvas);
    char *clean = layout ? text_paragraph(text) : NULL;
    if (!clean) {
        canvas->no_memory = true;
        return NULL;
    }
    PangoFontDescription *font = pango_font_description_new();
    pango_font_description_set_family(font, "sans-serif");
    pango_font_description_set_absolute_size(font, style->size * PANGO_SCALE);
    pango_font_description_set_weight(font, style->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_font_description_set_style(font, style->italic ? PANGO_STYLE_ITALIC : PANGO_STYLE_NORMAL);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    pango_layout_set_width(layout, style->width > 0 ? style->width * PANGO_SCALE : -1);
    pango_layout_set_height(layout, -1);
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_NONE);
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_alignment(layout, ALIGN[style->align]);
    pango_layout_set_text(layout, clean, -1);
    set_spans(layout, style, strlen(clean));
    if (style->width > 0 && style->max_lines > 0 && pango_layout_get_line_count(layout) > style->max_lines)
        shorten(layout, style, clean);
    free(clean);
    check_fonts(canvas, layout);
    return layout;
}

/* Below pango, libraries that get no memory go on without a font, a glyph or a rule, and tell nobody; but malloc sets errno,
 * which is 0 before such work. */
static void check_errno(Canvas *canvas)
{
    if (errno == ENOMEM)
        canvas->no_memory = true;
}

void canvas_text_size(Canvas *canvas, const TextStyle *style, const char *text, int *w, int *h)
{
    errno = 0;
    PangoLayout *layout = set_text(canvas, style, text);
    *w = *h = 0;
    if (layout)
        pango_layout_get_pixel_size(layout, w, h);
    check_errno(canvas);
}

int canvas_text(Canvas *canvas, const TextStyle *style, int x, int y, const char *text)
{
    int w, h;
    errno = 0;
    PangoLayout *layout = set_text(canvas, style, text);
    if (!layout)
        return 0;
    pango_layout_get_pixel_size(layout, &w, &h);
    if (style->width <= 0)
        x -= style->align * w / 2;
    cairo_save(canvas->cr);
    if (style->width > 0) {
        /* Characters that cannot be broken apart (joined emoji) may be wider than a line. A glyph may hang over a
         * little. */
        double overhang = style->size / 8;
        cairo_new_path(canvas->cr);
        cairo_rectangle(canvas->cr, x - overhang, y - style->size, style->width + 2 * overhang,
                        h + 2 * style->size);
        cairo_clip(canvas->cr);
    }
    set_color(canvas, style->color);
    cairo_move_to(canvas->cr, x, y);
    pango_cairo_show_layout(canvas->cr, layout);
    cairo_new_path(canvas->cr);
    cairo_restore(canvas->cr);
    check_errno(canvas);
    return h;
}

void canvas_text_missing(Canvas *canvas, void (*each)(void *ctx, uint32_t code_point), void *ctx)
{
    PangoLayout *layout = get_layout(canvas);
    int named = 0;
    if (!layout || !pango_layout_get_unknown_glyphs_count(layout))
        return;
    PangoLayoutIter *iter = pango_layout_get_iter(layout);
    do {
        const PangoLayoutRun *run = pango_layout_iter_get_run_readonly(iter);
        for (int i = 0; run && i < run->glyphs->num_glyphs; i++) {
            PangoGlyph glyph = run->glyphs->glyphs[i].glyph;
            if (glyph != PANGO_GLYPH_EMPTY && glyph & PANGO_GLYPH_UNKNOWN_FLAG) {
                each(ctx, glyph & ~PANGO_GLYPH_UNKNOWN_FLAG);
                named++;
            }
        }
    } while (pango_layout_iter_next_run(iter));
    pango_layout_iter_free(iter);
    if (!named)
        each(ctx, 0xFFFD);
}
