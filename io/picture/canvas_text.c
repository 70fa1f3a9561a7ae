/* Text on a canvas (canvas.h), by pango. */
#include "io/base/libraries.h"
#include "io/base/text.h"
#include "io/picture/canvas_own.h"

#include <errno.h>
#include <pango/pangocairo.h>
#include <stdlib.h>
#include <string.h>

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

static PangoAttribute *color_attr(PangoAttribute *(*make)(guint16, guint16, guint16), Color c)
{
    return make((guint16)((c >> 16 & 255) * 257), (guint16)((c >> 8 & 255) * 257), (guint16)((c & 255) * 257));
}

/* Takes over the attribute, for the bytes from start to end. */
static void put_attr(PangoAttrList *list, PangoAttribute *attr, size_t start, size_t end)
{
    attr->start_index = (guint)start;
    attr->end_index = (guint)end;
    pango_attr_list_insert(list, attr);
}

/* Applies the style's spans to the first `bytes` bytes of the text, in which no hyphen is put where a line ends. */
static void set_spans(PangoLayout *layout, const TextStyle *style, size_t bytes)
{
    static const PangoUnderline LINES[] = {PANGO_UNDERLINE_NONE, PANGO_UNDERLINE_SINGLE, PANGO_UNDERLINE_DOUBLE};
    PangoAttrList *list = pango_attr_list_new();
    put_attr(list, pango_attr_insert_hyphens_new(FALSE), 0, bytes);
    for (int i = 0; i < style->n_spans; i++) {
        const TextSpan *span = &style->spans[i];
        size_t start = MIN(span->start, bytes), end = MIN(span->end, bytes);
        put_attr(list, color_attr(pango_attr_foreground_new, span->color), start, end);
        put_attr(list, pango_attr_weight_new(span->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL), start, end);
        if (span->shaded)
            put_attr(list, color_attr(pango_attr_background_new, span->shade), start, end);
        if (span->underlines)
            put_attr(list, pango_attr_underline_new(LINES[span->underlines]), start, end);
    }
    pango_layout_set_attributes(layout, list);
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

/* Shortens text that takes more lines than allowed to as many whole words as leave room for an ellipsis. Where the
 * first word alone is too long, pango cuts it. */
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

/* Below pango, libraries that get no memory go on without a font, a glyph or a rule, and tell nobody; but malloc sets
 * errno, which is 0 before such work. */
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
    canvas_set_color(canvas, style->color);
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

void library_pango(char version[LIBRARY_VERSION])
{
    snprintf(version, LIBRARY_VERSION, "%s", pango_version_string());
}
