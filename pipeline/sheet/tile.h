/* How a contact sheet looks: one tile, a card of the image's box with text below it, and the line on top.
 *
 *      ┌──────────────┐   the box: the image in it, letterboxed, or a placeholder that says why not
 *      │ val     0.91 │   the split, where the sheet has several; the number that it is sorted by
 *      │   (image)    │
 *      ├──────────────┤
 *      │ a generated  │   the caption, strong
 *      │ caption      │
 *      │ GT the truth │   references, smaller and muted behind a mark
 *      └──────────────┘
 *
 * All sizes follow from the box and the scale. A style is not changed once it is made: threads draw through one, each
 * on a canvas of its own. */
#ifndef COCO_PIPELINE_SHEET_TILE_H
#define COCO_PIPELINE_SHEET_TILE_H

#include "io/data/record.h"
#include "io/picture/canvas.h"
#include "pipeline/sheet/theme.h"

#include <stdbool.h>

typedef enum { TILE_NO_NUMBER, TILE_SCORE, TILE_LOGPROB } TileNumber;

/* What is wanted. */
typedef struct {
    int box_w, box_h; /* the image's box, before it is scaled */
    double scale;     /* of all sizes */
    ThemeName theme;
    int references; /* shown at most, of each record */
    bool show_split;
    TileNumber number; /* of a record that is shown on its image: what the sheet is sorted by */
    bool truth_alone;  /* captions are ground truth themselves: references say what else there is */
    bool highlight;    /* words that no reference has look different */
} TileLook;

/* What comes of it, in pixels. */
typedef struct {
    TileLook look;
    const Theme *theme;
    int box_w, box_h;
    int gutter; /* between cards and around them, at most a third of box_w */
    int pad;    /* around the text on its card */
    int rule;   /* a thin line */
    TextStyle caption, reference, mark, tag, reason, title, subtitle;
    int mark_w;    /* what "GT" takes of a reference's width; 0: no room, references are italic */
    int mark_drop; /* from a reference's top to that of its mark */
    int reason_h;  /* a line of a placeholder's reason */
} TileStyle;

/* `canvas` may be any: text is measured on it. */
void tile_style(TileStyle *style, Canvas *canvas, const TileLook *look);
/* A side of the box, scaled. */
int tile_side(int side, double scale);

/* The height of the text below the box, padding included. *missing: the first character that no font has, or 0. */
int tile_text_height(const TileStyle *style, Canvas *canvas, const Record *record, uint32_t *missing);
/* Draws the card into the upper left corner; text_h is the height of the text area, shared along a row. `image`
 * fits into the box; NULL: a placeholder that says `why`. */
void tile_draw(const TileStyle *style, Canvas *canvas, int text_h, const Record *record, const Image *image,
               const char *why);

/* The header: a title and, muted, a subtitle. Its height for a sheet of that width, and the drawing of it. */
int tile_header_height(const TileStyle *style, Canvas *canvas, int width, const char *title, const char *subtitle);
void tile_header_draw(const TileStyle *style, Canvas *canvas, int width, const char *title, const char *subtitle);

/* The references of a record that are shown: how many, and which is the i-th. One that says the same as the caption
 * comes first (*equal), or is left out where the captions are ground truth themselves. */
int tile_references(const TileLook *look, const Record *record);
const char *tile_reference(const TileLook *look, const Record *record, int i, bool *equal);

enum { TILE_NUMBER_LEN = 40 };
/* A record's number as it is written on sheets, "0.912". False: it has none. */
bool tile_number(TileNumber which, const Record *record, char text[TILE_NUMBER_LEN]);

/* Debian's package of fonts that has the character. */
const char *tile_font_package(uint32_t code_point);

#endif
