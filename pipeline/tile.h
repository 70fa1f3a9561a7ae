/* How a contact sheet looks: one tile, a card of the image's box with text below it, and the line on top.
 *
 *      ┌──────────────┐   the box: the image in it, letterboxed, or a placeholder that says why not
 *      │ val          │   the split, where the sheet has several
 *      │   (image)    │
 *      ├──────────────┤
 *      │ a generated  │   the caption, strong
 *      │ caption      │
 *      │ GT the truth │   references, smaller and muted behind a mark
 *      └──────────────┘
 *
 * All sizes follow from the box. Main thread only, as the canvas. */
#ifndef COCO_PIPELINE_TILE_H
#define COCO_PIPELINE_TILE_H

#include "io/canvas.h"
#include "io/record.h"

#include <stdbool.h>

typedef struct {
    int box_w, box_h; /* the image's box */
    int gutter;       /* between cards and around them, at most a third of box_w */
    int pad;          /* around the text on its card */
    int references;   /* shown at most, of each record */
    bool show_split;  /* both set by the caller, false at first */
    bool truth_alone; /* captions are ground truth themselves: references say what else there is */
    TextStyle caption, reference, mark, split, reason, title, subtitle;
    int mark_w;       /* what "GT" takes of a reference's width */
} TileStyle;

void tile_style(TileStyle *style, Canvas *canvas, int box_w, int box_h, int references);

/* The height of the text below the box, padding included; 0 where there is none to show. */
int tile_text_height(const TileStyle *style, Canvas *canvas, const Record *record);
/* Draws the card with its upper left corner at x, y; text_h is the height of the text area, shared along a
 * row. `image` fits into the box; NULL: a placeholder that says `why`. */
void tile_draw(const TileStyle *style, Canvas *canvas, int x, int y, int text_h, const Record *record,
               const Image *image, const char *why);

/* The header: a title and, muted, a subtitle. Its height for a sheet of that width, and the drawing of it. */
int tile_header_height(const TileStyle *style, Canvas *canvas, int width, const char *title, const char *subtitle);
void tile_header_draw(const TileStyle *style, Canvas *canvas, int width, const char *title, const char *subtitle);

/* The background of the sheet. */
extern const Color TILE_PAGE;

/* The first character of the record's shown text that no font has, or 0; and the package that has it. */
uint32_t tile_missing_glyph(const TileStyle *style, Canvas *canvas, const Record *record);
const char *tile_font_package(uint32_t code_point);

#endif
