#include "pipeline/sheet/tile.h"

#include "pipeline/looks/confidence.h"
#include "pipeline/looks/strip.h"
#include "pipeline/sheet/highlight.h"
#include "pipeline/sheet/tile_box.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Limits, so that one endless caption does not stretch its row; narrow tiles may have more lines. */
enum { CAPTION_LINES = 6, REFERENCE_LINES = 4, NARROW = 200, NARROW_MORE = 2 };
#define MARK_TEXT "GT"

double tile_clamp(double v, double lo, double hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

int tile_whole(double v)
{
    return (int)(v + 0.5);
}

int tile_side(int side, double scale)
{
    return tile_whole(side * scale);
}

/* --- the style --- */

/* Text sizes follow from the box before scaling. */
static void set_text_styles(TileStyle *s)
{
    const Theme *theme = s->theme;
    int box_w = s->look.box_w, more = box_w < NARROW ? NARROW_MORE : 0, text_w = s->card_w - 2 * s->pad;
    double scale = s->look.scale, plain = tile_clamp(8 + 0.0235 * box_w, 9, 72), size = plain * scale;
    double small = tile_clamp(plain * 0.86, 9, 72) * scale;
    s->caption = (TextStyle){
        .size = size, .bold = 1, .width = text_w, .max_lines = CAPTION_LINES + more, .color = theme->ink};
    if (s->look.lines)
        s->caption.max_lines = s->look.lines;
    s->mark = (TextStyle){.size = small * 0.86, .bold = 1, .color = theme->mark};
    s->reference =
        (TextStyle){.size = small, .width = text_w, .max_lines = REFERENCE_LINES + more, .color = theme->muted};
    if (s->look.lines)
        s->reference.max_lines = s->look.lines;
    s->label = (TextStyle){.size = small * 0.86, .width = text_w, .max_lines = 2, .color = theme->faint};
    s->tag = (TextStyle){.size = small * 0.86, .bold = 1, .color = theme->on_tag};
    s->reason = (TextStyle){.size = small, .width = s->box_w - 2 * s->pad, .align = 1, .color = theme->alarm};
    s->word = (TextStyle){
        .size = plain * scale, .bold = 1, .width = s->box_w, .max_lines = 1, .align = 1, .color = theme->ink};
    s->title = (TextStyle){
        .size = tile_clamp(plain * 1.25, 11, 96) * scale, .bold = 1, .max_lines = 2, .color = theme->ink};
    s->subtitle = (TextStyle){.size = small, .max_lines = 3, .color = theme->muted};
}

void tile_style(TileStyle *s, Canvas *canvas, const TileLook *look)
{
    int w, line_h, mark_h, box_w = look->box_w;
    memset(s, 0, sizeof *s);
    s->look = *look;
    s->theme = theme_colors(look->theme);
    s->box_w = tile_side(box_w, look->scale);
    s->box_h = tile_side(look->box_h, look->scale);
    s->gutter = tile_whole((int)tile_clamp(box_w / 14.0, 4, 48) * look->scale);
    s->pad = tile_whole((box_w < 64 ? 1 : (int)tile_clamp(box_w / 26.0, 3, 48)) * look->scale);
    s->rule = tile_whole(tile_clamp(look->scale, 1, 64));
    s->top_h = look->attention ? 0 : s->box_h;
    s->card_w = look->attention ? look->strip * (s->box_w + s->pad) + s->pad : s->box_w;
    set_text_styles(s);
    canvas_text_size(canvas, &s->mark, MARK_TEXT, &s->mark_w, &mark_h);
    s->mark_w += tile_whole(s->reference.size * 0.5);
    if (s->mark_w > s->reference.width / 3) /* no room for a mark beside the text */
        s->mark_w = 0;
    s->reference.width -= s->mark_w;
    s->reference.italic = s->mark_w == 0;
    canvas_text_size(canvas, &s->reference, "x", &w, &line_h);
    s->mark_drop = (line_h - mark_h + 1) / 2;
    canvas_text_size(canvas, &s->reason, "x", &w, &s->reason_h);
    canvas_text_size(canvas, &s->word, "x", &w, &s->word_h);
}

/* --- text below the box --- */

int tile_references(const TileLook *look, const Record *r)
{
    int n = r->n_references;
    if (look->truth_alone && record_exact(r) >= 0)
        n--;
    return n < look->references ? n : look->references;
}

const char *tile_reference(const TileLook *look, const Record *r, int i, bool *equal)
{
    int same = record_exact(r);
    *equal = same >= 0 && i == 0 && !look->truth_alone;
    if (same < 0)
        return r->references[i];
    if (*equal)
        return r->references[same];
    i -= !look->truth_alone;
    return r->references[i + (i >= same)];
}

bool tile_number(TileNumber which, const Record *r, bool named, char text[TILE_NUMBER_LEN])
{
    double number = which == TILE_SCORE ? r->score : which == TILE_LOGPROB ? r->logprob : NAN;
    const char *name = which == TILE_LOGPROB ? "log p" : r->score_name;
    char digits[32];
    if (isnan(number))
        return false;
    snprintf(digits, sizeof digits, fabs(number) < 1e9 ? "%.*f" : "%.*g",
             which == TILE_SCORE && strcmp(r->score_name, "CIDEr") != 0 ? 3 : 2, fabs(number));
    /* A true minus sign, as wide as a digit; none before zero. */
    snprintf(text, TILE_NUMBER_LEN, "%s%s%s%s", named ? name : "", named ? " " : "",
             number < 0 && strpbrk(digits, "123456789") ? "\u2212" : "", digits);
    return true;
}

const char *tile_file_name(const Record *r)
{
    const char *slash = strrchr(r->file, '/');
    return slash ? slash + 1 : r->file;
}

/* Draws text, or only measures it, from top to bottom. */
typedef struct {
    Canvas *canvas;
    bool draw;
    int y;
    MissingFonts *missing; /* when measuring: gathers the scripts that no font has; or NULL */
    int64_t image_id;      /* whose text this is */
    bool no_memory;        /* for something that is not put as it should be */
} Pen;

static void add_missing(void *ctx, uint32_t code_point)
{
    const Pen *pen = ctx;
    missing_fonts_add(pen->missing, code_point, pen->image_id);
}

static void put(Pen *pen, const TextStyle *style, int x, const char *text)
{
    int w, h;
    if (pen->draw) {
        h = canvas_text(pen->canvas, style, x, pen->y, text);
    } else {
        canvas_text_size(pen->canvas, style, text, &w, &h);
        if (pen->missing)
            canvas_text_missing(pen->canvas, add_missing, pen);
    }
    pen->y += h;
}

/* Puts the caption, words that no reference has in another colour. */
static void put_highlighted(const TileStyle *s, Pen *pen, const Record *r)
{
    Highlight h;
    TextSpan *spans = NULL;
    TextStyle style = s->caption;
    bool done = !highlight_words(&h, r) && (spans = malloc((size_t)(h.n + 1) * sizeof *spans));
    for (int i = 0; i < h.n && done; i++)
        if (!h.word[i].found)
            spans[style.n_spans++] = (TextSpan){
                .start = h.word[i].start, .end = h.word[i].start + h.word[i].len, .color = s->theme->missed};
    style.spans = spans;
    if (done)
        put(pen, &style, s->pad, h.text);
    else
        pen->no_memory = true;
    free(spans);
    highlight_free(&h);
}

/* Puts the caption, words shaded by how sure the network was of them. */
static void put_confidence(const TileStyle *s, Pen *pen, const Record *r)
{
    Confidence c;
    TextSpan *spans = NULL;
    TextStyle style = s->caption;
    bool done = !confidence_words(&c, r) && (spans = malloc((size_t)(c.steps.n + 1) * sizeof *spans));
    for (int i = 0; i < c.steps.n && done; i++) {
        const CaptionStep *word = &c.steps.step[i];
        int level = confidence_level(&c, i);
        spans[i] = (TextSpan){.start = word->start,
                              .end = word->start + word->len,
                              .color = s->theme->ink,
                              .bold = true,
                              .shaded = level > 0,
                              .shade = confidence_shade(s->theme, level),
                              .underlines = confidence_underlines(level)};
    }
    style.spans = spans;
    style.n_spans = c.steps.n;
    if (done)
        put(pen, &style, s->pad, c.text);
    else
        pen->no_memory = true;
    free(spans);
    confidence_free(&c);
}

static void put_caption(const TileStyle *s, Pen *pen, const Record *r)
{
    if (record_is_blank(r)) {
        TextStyle style = s->caption;
        style.bold = 0;
        style.italic = 1;
        style.color = s->theme->faint;
        put(pen, &style, s->pad, "(empty caption)");
    } else if (s->look.highlight && r->n_references) {
        put_highlighted(s, pen, r);
    } else if (s->look.confidence) {
        put_confidence(s, pen, r);
    } else {
        TextStyle style = s->caption;
        style.bold = !s->look.highlight; /* nothing is known about its words */
        put(pen, &style, s->pad, r->caption);
    }
}

/* Puts what says which image it is. */
static void put_label(const TileStyle *s, Pen *pen, const Record *r)
{
    char id[32];
    snprintf(id, sizeof id, "image %" PRId64, r->image_id);
    if (s->look.label != TILE_LABEL_ID && s->look.label != TILE_LABEL_FILE)
        return;
    pen->y += tile_whole(s->caption.size * 0.25);
    put(pen, &s->label, s->pad, s->look.label == TILE_LABEL_FILE && r->file ? tile_file_name(r) : id);
}

/* Leaves room for the strip, which tile_draw draws. */
static void put_strip(const TileStyle *s, Pen *pen, const Record *r)
{
    int h = strip_height(s, r);
    pen->y += h;
    pen->no_memory |= h < 0;
}

/* Puts the text area, from pen->y down. */
static void text_area(const TileStyle *s, Pen *pen, const Record *r)
{
    int n = tile_references(&s->look, r);
    if (s->look.attention)
        put_strip(s, pen, r);
    if (s->look.no_text)
        return;
    pen->y += s->pad;
    put_caption(s, pen, r);
    for (int i = 0; i < n; i++) {
        bool equal;
        const char *reference = tile_reference(&s->look, r, i, &equal);
        pen->y += tile_whole(s->caption.size * (i ? 0.25 : 0.45));
        if (pen->draw && s->mark_w) {
            TextStyle mark = s->mark;
            mark.color = equal ? s->theme->match : s->theme->mark;
            canvas_text(pen->canvas, &mark, s->pad, pen->y + s->mark_drop, MARK_TEXT);
        }
        put(pen, &s->reference, s->pad + s->mark_w, reference);
    }
    put_label(s, pen, r);
    pen->y += s->pad;
}

int tile_text_height(const TileStyle *s, Canvas *canvas, const Record *r, MissingFonts *missing, Err *err)
{
    Pen pen = {.canvas = canvas, .missing = missing, .image_id = r->image_id};
    text_area(s, &pen, r);
    if (pen.no_memory)
        return err_set(err, "out of memory");
    return canvas_check(canvas, err) ? -1 : pen.y;
}

/* --- the card --- */

int tile_draw(const TileStyle *s, Canvas *canvas, int text_h, const Record *record, const Image *image,
              const char *why, Err *err)
{
    Pen pen = {.canvas = canvas, .draw = true, .y = s->top_h};
    int rc = 0;
    canvas_rect(canvas, 0, s->top_h, s->card_w, text_h, s->theme->card);
    if (s->look.attention) {
        rc = strip_draw(s, canvas, record, image, why, err);
    } else {
        tile_box_draw(s, canvas, 0, 0, record, image, why);
        canvas_rect(canvas, 0, s->box_h, s->card_w, s->rule,
                    s->theme->page); /* so that a white image has an edge */
    }
    canvas_clip(canvas, 0, 0, s->card_w, s->top_h + text_h);
    text_area(s, &pen, record);
    canvas_clip(canvas, 0, 0, 0, 0);
    if (rc)
        return -1;
    return pen.no_memory ? err_set(err, "out of memory") : canvas_check(canvas, err);
}

/* --- the header --- */

static int header(const TileStyle *s, Canvas *canvas, int width, const char *title, const char *subtitle, bool draw)
{
    Pen pen = {.canvas = canvas, .draw = draw, .y = s->gutter};
    TextStyle top = s->title, below = s->subtitle;
    top.width = below.width = width - 2 * s->gutter;
    put(&pen, &top, s->gutter, title);
    pen.y += tile_whole(s->subtitle.size * 0.2);
    put(&pen, &below, s->gutter, subtitle);
    return pen.y;
}

int tile_header_height(const TileStyle *s, Canvas *canvas, int width, const char *title, const char *subtitle)
{
    return header(s, canvas, width, title, subtitle, false);
}

void tile_header_draw(const TileStyle *s, Canvas *canvas, int width, const char *title, const char *subtitle)
{
    (void)header(s, canvas, width, title, subtitle, true);
}
