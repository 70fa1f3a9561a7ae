#include "pipeline/sheet/tile_box.h"

/* The upper left corner of a box. */
typedef struct {
    int x, y;
} Corner;

/* A framed landscape, struck through, with the reason below it; a small box has only the landscape. */
static void placeholder(const TileStyle *s, Canvas *canvas, int x, int y, const char *why)
{
    int w, text_h = 0;
    double scale = s->look.scale;
    double icon = tile_clamp((s->box_w < s->box_h ? s->box_w : s->box_h) * 0.3, 6 * scale, 120 * scale);
    TextStyle reason = s->reason;
    double low = icon * 0.88; /* the end of the stroke, below the frame */
    reason.max_lines = (int)((s->box_h - low - 3 * s->pad) / s->reason_h);
    bool room = reason.max_lines > 0 && s->look.box_w >= 48;
    if (room)
        canvas_text_size(canvas, &reason, why, &w, &text_h);
    double top = y + (s->box_h - (room ? low + s->pad + text_h : icon * 0.8)) / 2, left = x + (s->box_w - icon) / 2;
    double line = tile_clamp(icon / 26, 1, 5 * scale);
    double frame[] = {left, top, left + icon, top, left + icon, top + icon * 0.8, left, top + icon * 0.8,
                      left, top};
    double hills[] = {left + icon * 0.12, top + icon * 0.68, left + icon * 0.36, top + icon * 0.36,
                      left + icon * 0.54, top + icon * 0.56, left + icon * 0.66, top + icon * 0.44,
                      left + icon * 0.88, top + icon * 0.68};
    double stroke[] = {left - icon * 0.08, top + low, left + icon * 1.08, top - icon * 0.08};
    canvas_polyline(canvas, frame, 5, line, s->theme->stroke);
    canvas_polygon(canvas, hills, 5, s->theme->stroke);
    canvas_polyline(canvas, stroke, 2, line * 4, s->theme->box);
    canvas_polyline(canvas, stroke, 2, line, s->theme->alarm);
    if (room)
        canvas_text(canvas, &reason, x + s->pad, tile_whole(top + low + s->pad), why);
}

/* Labels the image in its upper left or upper right corner; longer text than `room` allows is cut. Returns how much of
 * the room it takes; 0: there is no room for any useful part of it. */
static int tag(const TileStyle *s, Canvas *canvas, Corner at, const char *text, bool right, int room)
{
    int w, h, inset = s->pad / 2 + s->rule;
    TextStyle style = s->tag;
    canvas_text_size(canvas, &style, text, &w, &h);
    int side = tile_whole(style.size * 0.45), most = room - 2 * (inset + side);
    if (w > most) {
        if (most < 2 * style.size)
            return 0;
        style.width = w = most;
        style.max_lines = 1;
    }
    int x = at.x + (right ? s->box_w - inset - w - 2 * side : inset), y = at.y + inset;
    canvas_rect(canvas, x, y, w + 2 * side, h + 2 * s->rule, s->theme->tag);
    canvas_text(canvas, &style, x + side, y + s->rule, text);
    return w + 2 * side + inset;
}

/* The number goes first, with its name if there is room. Cut, it would be another number: it is drawn whole or not at
 * all. */
static void tags(const TileStyle *s, Canvas *canvas, Corner at, const Record *r)
{
    char text[TILE_NUMBER_LEN];
    int w, h, taken = 0;
    for (int named = 1; named >= 0 && !taken && tile_number(s->look.number, r, named, text); named--) {
        canvas_text_size(canvas, &s->tag, text, &w, &h);
        if (w + 2 * (s->pad + s->rule + tile_whole(s->tag.size * 0.45)) <= s->box_w)
            taken = tag(s, canvas, at, text, true, s->box_w);
    }
    if (s->look.show_split && r->split)
        tag(s, canvas, at, r->split, false, s->box_w - taken);
}

void tile_box_draw(const TileStyle *s, Canvas *canvas, int x, int y, const Record *record, const Image *image,
                   const char *why)
{
    canvas_rect(canvas, x, y, s->box_w, s->box_h, image && s->look.attention ? s->theme->card : s->theme->box);
    canvas_clip(canvas, x, y, s->box_w, s->box_h);
    if (image)
        canvas_image(canvas, image, x + (s->box_w - image->width) / 2, y + (s->box_h - image->height) / 2);
    else if (why)
        placeholder(s, canvas, x, y, why);
    if (record)
        tags(s, canvas, (Corner){x, y}, record);
    canvas_clip(canvas, 0, 0, 0, 0);
}
