#include "pipeline/tile.h"

#include <string.h>

const Color TILE_PAGE = 0xECEAE6;

static const Color CARD = 0xFFFFFF, BOX = 0xDEDBD5, INK = 0x1B1B1B, MUTED = 0x5F6266, FAINT = 0x8A8D91,
                   MARK = 0x7A5C2E, MATCH = 0x2B7A4B, SHADE = 0x26282B, ALARM = 0x9A3B2E, STROKE = 0xA9A59D;

/* At most, so that one endless caption does not stretch its row; more where lines are short. */
enum { CAPTION_LINES = 6, REFERENCE_LINES = 4, NARROW = 200, NARROW_MORE = 2 };
#define MARK_TEXT "GT"

static double clamp(double v, double lo, double hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

void tile_style(TileStyle *s, Canvas *canvas, int box_w, int box_h, int references)
{
    int mark_h;
    double size = clamp(8 + 0.0235 * box_w, 9, 72), small = clamp(size * 0.86, 9, 72);
    memset(s, 0, sizeof *s);
    s->box_w = box_w;
    s->box_h = box_h;
    s->references = references;
    s->gutter = (int)clamp(box_w / 14.0, 4, 48);
    s->pad = box_w < 64 ? 1 : (int)clamp(box_w / 26.0, 3, 48);
    int text_w = box_w - 2 * s->pad, more = box_w < NARROW ? NARROW_MORE : 0;
    s->caption = (TextStyle){.size = size, .bold = 1, .width = text_w, .max_lines = CAPTION_LINES + more,
                             .color = INK};
    s->mark = (TextStyle){.size = small * 0.86, .bold = 1, .color = MARK};
    canvas_text_size(canvas, &s->mark, MARK_TEXT, &s->mark_w, &mark_h);
    s->mark_w += (int)(small * 0.5 + 0.5);
    if (s->mark_w > text_w / 3) /* no room for a mark beside the text */
        s->mark_w = 0;
    s->reference = (TextStyle){.size = small, .width = text_w - s->mark_w, .max_lines = REFERENCE_LINES + more,
                               .italic = s->mark_w == 0, .color = MUTED};
    s->split = (TextStyle){.size = small * 0.86, .bold = 1, .color = 0xFFFFFF};
    s->reason = (TextStyle){.size = small, .width = text_w, .align = 1, .color = ALARM};
    s->title = (TextStyle){.size = clamp(size * 1.25, 11, 96), .bold = 1, .max_lines = 2, .color = INK};
    s->subtitle = (TextStyle){.size = clamp(small, 9, 72), .max_lines = 3, .color = MUTED};
}

/* --- text below the box --- */

/* The place of the first reference that says the same as the caption, -1 where none does. */
static int same_reference(const Record *r)
{
    for (int k = 0; k < r->n_references; k++)
        if (!strcmp(r->references[k], r->caption))
            return k;
    return -1;
}

/* How many references are shown. */
static int shown_references(const TileStyle *s, const Record *r)
{
    int n = r->n_references;
    if (s->truth_alone && same_reference(r) >= 0)
        n--;
    return n < s->references ? n : s->references;
}

/* The i-th reference to show: one that says the same as the caption comes first, or is left out where the
 * captions are ground truth themselves. *equal: this is that one. */
static const char *shown_reference(const TileStyle *s, const Record *r, int i, bool *equal)
{
    int same = same_reference(r);
    *equal = same >= 0 && i == 0 && !s->truth_alone;
    if (same < 0)
        return r->references[i];
    if (*equal)
        return r->references[same];
    i -= !s->truth_alone;
    return r->references[i + (i >= same)];
}

/* Draws the text area from x, y, or with `draw` false only measures it. The height, padding included. */
static int text_area(const TileStyle *s, Canvas *canvas, int x, int y, const Record *r, bool draw)
{
    int w, h, line_h, mark_h, top = y;
    int n = shown_references(s, r);
    TextStyle caption = s->caption;
    const char *text = r->caption;
    if (!*text) {
        text = "(empty caption)";
        caption.bold = 0;
        caption.italic = 1;
        caption.color = FAINT;
    }
    x += s->pad;
    y += s->pad;
    canvas_text_size(canvas, &caption, text, &w, &h);
    if (draw)
        canvas_text(canvas, &caption, x, y, text);
    y += h;
    canvas_text_size(canvas, &s->reference, "x", &w, &line_h);
    canvas_text_size(canvas, &s->mark, MARK_TEXT, &w, &mark_h);
    for (int i = 0; i < n; i++) {
        bool equal;
        const char *reference = shown_reference(s, r, i, &equal);
        y += (int)(s->caption.size * (i ? 0.25 : 0.45) + 0.5);
        canvas_text_size(canvas, &s->reference, reference, &w, &h);
        if (draw) {
            TextStyle mark = s->mark;
            mark.color = equal ? MATCH : MARK;
            if (s->mark_w)
                canvas_text(canvas, &mark, x, y + (line_h - mark_h + 1) / 2, MARK_TEXT);
            canvas_text(canvas, &s->reference, x + s->mark_w, y, reference);
        }
        y += h;
    }
    return y + s->pad - top;
}

int tile_text_height(const TileStyle *s, Canvas *canvas, const Record *record)
{
    return text_area(s, canvas, 0, 0, record, false);
}

/* --- the box --- */

/* A picture frame with a stroke through it, and below it why there is no picture. */
static void placeholder(const TileStyle *s, Canvas *canvas, int x, int y, const char *why)
{
    int w, line_h, text_h = 0;
    double icon = clamp((s->box_w < s->box_h ? s->box_w : s->box_h) * 0.3, 6, 120);
    TextStyle reason = s->reason;
    canvas_text_size(canvas, &reason, "x", &w, &line_h);
    reason.max_lines = (int)((s->box_h - icon * 0.8 - 3 * s->pad) / line_h);
    bool room = reason.max_lines > 0 && s->box_w >= 48;
    if (room)
        canvas_text_size(canvas, &reason, why, &w, &text_h);
    double top = y + (s->box_h - icon * 0.8 - (room ? s->pad + text_h : 0)) / 2, left = x + (s->box_w - icon) / 2;
    double line = clamp(icon / 26, 1, 5);
    double frame[] = {left, top, left + icon, top, left + icon, top + icon * 0.8, left, top + icon * 0.8, left, top};
    double hills[] = {left + icon * 0.12, top + icon * 0.68, left + icon * 0.36, top + icon * 0.36,
                      left + icon * 0.54, top + icon * 0.56, left + icon * 0.66, top + icon * 0.44,
                      left + icon * 0.88, top + icon * 0.68};
    double stroke[] = {left - icon * 0.08, top + icon * 0.88, left + icon * 1.08, top - icon * 0.08};
    canvas_polyline(canvas, frame, 5, line, STROKE);
    canvas_polygon(canvas, hills, 5, STROKE);
    canvas_polyline(canvas, stroke, 2, line * 4, BOX);
    canvas_polyline(canvas, stroke, 2, line, ALARM);
    if (room)
        canvas_text(canvas, &reason, x + s->pad, (int)(top + icon * 0.8 + s->pad + 0.5), why);
}

static void split_tag(const TileStyle *s, Canvas *canvas, int x, int y, const char *split)
{
    int w, h, inset = s->pad / 2 + 1;
    TextStyle tag = s->split;
    canvas_text_size(canvas, &tag, split, &w, &h);
    int side = (int)(tag.size * 0.45 + 0.5), most = s->box_w - 2 * (inset + side);
    if (w > most) {
        if (most < 8)
            return;
        tag.width = w = most;
        tag.max_lines = 1;
    }
    canvas_rect(canvas, x + inset, y + inset, w + 2 * side, h + 2, SHADE);
    canvas_text(canvas, &tag, x + inset + side, y + inset + 1, split);
}

void tile_draw(const TileStyle *s, Canvas *canvas, int x, int y, int text_h, const Record *record,
               const Image *image, const char *why)
{
    canvas_rect(canvas, x, y, s->box_w, s->box_h, BOX);
    canvas_rect(canvas, x, y + s->box_h, s->box_w, text_h, CARD);
    canvas_rect(canvas, x, y + s->box_h, s->box_w, text_h ? 1 : 0, TILE_PAGE); /* white images end somewhere */
    canvas_clip(canvas, x, y, s->box_w, s->box_h + text_h);
    if (image)
        canvas_image(canvas, image, x + (s->box_w - image->width) / 2, y + (s->box_h - image->height) / 2);
    else
        placeholder(s, canvas, x, y, why);
    if (s->show_split && record->split)
        split_tag(s, canvas, x, y, record->split);
    text_area(s, canvas, x, y + s->box_h, record, true);
    canvas_clip(canvas, 0, 0, 0, 0);
}

/* --- the header --- */

static int header(const TileStyle *s, Canvas *canvas, int width, const char *title, const char *subtitle, bool draw)
{
    int w, h, y = s->gutter;
    TextStyle top = s->title, below = s->subtitle;
    top.width = below.width = width - 2 * s->gutter;
    canvas_text_size(canvas, &top, title, &w, &h);
    if (draw)
        canvas_text(canvas, &top, s->gutter, y, title);
    y += h + (int)(s->subtitle.size * 0.2 + 0.5);
    canvas_text_size(canvas, &below, subtitle, &w, &h);
    if (draw)
        canvas_text(canvas, &below, s->gutter, y, subtitle);
    return y + h;
}

int tile_header_height(const TileStyle *s, Canvas *canvas, int width, const char *title, const char *subtitle)
{
    return header(s, canvas, width, title, subtitle, false);
}

void tile_header_draw(const TileStyle *s, Canvas *canvas, int width, const char *title, const char *subtitle)
{
    (void)header(s, canvas, width, title, subtitle, true);
}

/* --- fonts --- */

uint32_t tile_missing_glyph(const TileStyle *s, Canvas *canvas, const Record *r)
{
    uint32_t c = canvas_text_missing(canvas, &s->caption, r->caption);
    for (int i = 0; i < shown_references(s, r) && !c; i++) {
        bool equal;
        c = canvas_text_missing(canvas, &s->reference, shown_reference(s, r, i, &equal));
    }
    return c;
}

const char *tile_font_package(uint32_t c)
{
    if ((c >= 0x1100 && c <= 0x11FF) || (c >= 0x2E80 && c <= 0x9FFF) || (c >= 0xA960 && c <= 0xA97F) ||
        (c >= 0xAC00 && c <= 0xD7FF) || (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE4F) ||
        (c >= 0xFF00 && c <= 0xFFEF) || (c >= 0x20000 && c <= 0x3FFFF))
        return "fonts-noto-cjk";
    if ((c >= 0x2600 && c <= 0x27BF) || (c >= 0x1F000 && c <= 0x1FAFF))
        return "fonts-noto-color-emoji";
    return "fonts-noto-core";
}
