/* How a contact sheet looks: one tile, which is a card with the image's box and text below it, and the sheet's header.
 *
 *      ┌──────────────┐   the box: the letterboxed image, or a placeholder that says why there is none
 *      │ val     0.91 │   the split, if the sheet has several; the number that the sheet is sorted by
 *      │   (image)    │
 *      ├──────────────┤
 *      │ a generated  │   the caption, bold
 *      │ caption      │
 *      │ GT the truth │   references, smaller and muted, after a mark
 *      └──────────────┘
 *
 * All sizes follow from the box and the scale. A style is not changed once it is made: threads share one and draw each
 * on its own canvas. With attention, a strip of boxes stands above the text (strip.h). */
#ifndef COCO_PIPELINE_SHEET_TILE_H
#define COCO_PIPELINE_SHEET_TILE_H

#include "io/data/record.h"
#include "io/picture/canvas.h"
#include "pipeline/looks/attention.h"
#include "pipeline/sheet/missing_fonts.h"
#include "pipeline/sheet/theme.h"

#include <stdbool.h>

typedef enum { TILE_NO_NUMBER, TILE_SCORE, TILE_LOGPROB } TileNumber;

/* What says which image it is. */
typedef enum {
    TILE_LABEL_AUTO, /* on pages, the id; on sheets nothing */
    TILE_LABEL_NONE,
    TILE_LABEL_ID,
    TILE_LABEL_FILE /* its name without folders; the id if it has none */
} TileLabel;

/* What a tile should look like. */
typedef struct {
    int box_w, box_h; /* the image's box, before scaling */
    double scale;     /* of all sizes */
    ThemeName theme;
    int references; /* shown per record, at most */
    bool show_split;
    TileNumber number; /* shown on the image: what the sheet is sorted by */
    bool truth_alone;  /* captions are ground truth themselves: only other references are shown */
    bool highlight;    /* caption words that no reference has look different */
    bool confidence;   /* words are shaded by how sure the network was of them (confidence.h) */
    TileLabel label;
    int lines;                  /* of each text, at most; 0: what suits the width */
    bool no_text;               /* no text below the image */
    const Attention *attention; /* a card shows a strip of images, one for each word (strip.h); NULL: one image */
    int strip;                  /* then, its images side by side */
} TileLook;

/* What follows from it, in pixels. */
typedef struct {
    TileLook look;
    const Theme *theme;
    int box_w, box_h;
    int card_w, top_h; /* the card's width; the height above its text, which is the box, or 0 with a strip */
    int gutter;        /* between and around cards, at most a third of box_w */
    int pad;           /* around the text on its card */
    int rule;          /* a thin line */
    TextStyle caption, reference, mark, tag, reason, title, subtitle, word, label;
    int mark_w;    /* the width that "GT" takes from a reference; 0: no room, references are in italics */
    int mark_drop; /* from the top of a reference to the top of its mark */
    int reason_h;  /* the height of a line of a placeholder's text */
    int word_h;    /* the height of a word below its image, in a strip */
} TileStyle;

/* Any canvas will do: text is measured on it. */
void tile_style(TileStyle *style, Canvas *canvas, const TileLook *look);
/* A side of the box, scaled. */
int tile_side(int side, double scale);
/* The nearest whole number of pixels; v between two limits. */
int tile_whole(double v);
double tile_clamp(double v, double lo, double hi);

/* The height of the text area below the box, with padding, and with the strip if there is one. Adds to *missing the
 * scripts in its texts that no font has. -1: the text cannot be measured, as memory ran out. */
int tile_text_height(const TileStyle *style, Canvas *canvas, const Record *record, MissingFonts *missing, Err *err);
/* Draws the card into the upper left corner of the canvas; text_h is the height of the text area, shared by a row of
 * tiles. `image` fits into the box; NULL: a placeholder that says `why`. -1: the card is not as it should be, as
 * memory ran out. */
int tile_draw(const TileStyle *style, Canvas *canvas, int text_h, const Record *record, const Image *image,
              const char *why, Err *err);

/* The header, a title above a muted subtitle: measures its height at this width; draws it. */
int tile_header_height(const TileStyle *style, Canvas *canvas, int width, const char *title, const char *subtitle);
void tile_header_draw(const TileStyle *style, Canvas *canvas, int width, const char *title, const char *subtitle);

/* The references of a record that are shown: their number, and number i. One that equals the caption comes first
 * (*equal), or is left out if captions are ground truth themselves. */
int tile_references(const TileLook *look, const Record *record);
const char *tile_reference(const TileLook *look, const Record *record, int i, bool *equal);

enum { TILE_NUMBER_LEN = 48 };
/* A record's number as sheets show it: "0.912", or with its name "score 0.912", "CIDEr 1.56", "log p -7.31". False: it
 * has none. */
bool tile_number(TileNumber which, const Record *record, bool named, char text[TILE_NUMBER_LEN]);
/* The name of the record's file without folders. */
const char *tile_file_name(const Record *record);

#endif
