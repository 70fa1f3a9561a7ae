/* The tiles of a shelf, made on every thread and given out in order: image found, decoded, fitted; card drawn; the
 * page's picture written.
 *
 *   record i of the shelf ──► lookup ──► image ──┬──► JPEG in the page's directory
 *                                                └──► pixels of the card, as high as its row of the plan
 *
 * A fixed number of tiles is under way, whatever the shelf holds: about as many as stand in a row, so that the threads
 * go on while a row is packed, and two rows where images have to be waited for. Main thread. */
#ifndef COCO_PIPELINE_SHEET_TILES_H
#define COCO_PIPELINE_SHEET_TILES_H

#include "io/base/err.h"
#include "pipeline/images/image_lookup.h"
#include "pipeline/sheet/page.h"
#include "pipeline/sheet/sheet_plan.h"
#include "pipeline/sheet/sheet_records.h"

typedef struct {
    const Shelf *shelf;
    const Lookup *lookup;
    const SheetPlan *plan; /* NULL: no card is drawn */
    const Page *page;      /* NULL: no JPEG is written; one of the two is there */
    const TileLook *look;
    int columns, threads;
} TilesSpec; /* all borrowed until tiles_stop */

typedef struct {
    int64_t i; /* of the record, in the shelf's order */
    Record record;
    bool dead;   /* there is no image; why says why */
    bool at_url; /* it was looked for there, not only among files */
    Err why;
    int page_w, page_h; /* of the page's picture */
    unsigned char *rgb; /* the card: (box_h + text_h of its row, box_w, 3) */
} Tile;

typedef struct Tiles Tiles;

/* NULL: no threads or memory. */
Tiles *tiles_start(const TilesSpec *spec, Err *err);
/* The next one: 1 with *tile borrowed until the next call; 0 at the end; -1 failed. A dead image is no failure. */
int tiles_next(Tiles *tiles, const Tile **tile, Err *err);
/* Ends early or late. NULL is legal. */
void tiles_stop(Tiles *tiles);

#endif
