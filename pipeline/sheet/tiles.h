/* The tiles of a sheet, made on every thread and given out in order: the image is found, decoded and fitted, the card
 * drawn, the page's picture written.
 *
 *   record i ──► lookup ──► image ──┬──► JPEG in the page's directory
 *                                   └──► pixels of the card, as high as its row of the plan
 *
 * A fixed number of tiles is in progress, however many records there are: about one row, so that threads keep working
 * while a row is compressed, or two rows if images must be waited for. Main thread. */
#ifndef COCO_PIPELINE_SHEET_TILES_H
#define COCO_PIPELINE_SHEET_TILES_H

#include "io/base/err.h"
#include "pipeline/images/image_lookup.h"
#include "pipeline/page/page.h"
#include "pipeline/sheet/sheet_plan.h"
#include "pipeline/sheet/sheet_records.h"

typedef struct {
    const SheetRecords *records;
    const Lookup *lookup;
    const SheetPlan *plan; /* NULL: no card is drawn */
    const Page *page;      /* NULL: no JPEG is written. Not both may be NULL */
    const TileLook *look;
    int columns;
    int threads; /* wished; 8 are started instead of fewer if images are downloaded, unless cards are large */
} TilesSpec;     /* all borrowed until tiles_stop */

typedef struct {
    int64_t i; /* the record's place among the records */
    const Record *record;
    bool dead;   /* the image is missing: `reason` and `why` say why */
    bool cut;    /* the image ends too early, and is drawn as far as it goes */
    char *path;  /* of the image's file, absolute; NULL: it was at the URL, or is missing */
    bool at_url; /* its URL was tried, not only files */
    ImageReason reason;
    Err why;
    PagePicture picture; /* on the page, unless dead */
    PagePicture *looks;  /* with attention, those of the caption's words, unless dead */
    unsigned char *rgb;  /* the card: (box_h + text_h of its row, box_w, 3) */
} SheetTile;

typedef struct Tiles Tiles;

/* NULL: no threads, or out of memory. */
Tiles *tiles_start(const TilesSpec *spec, Err *err);
/* The next tile: 1 with *tile borrowed until the next call; 0 at the end; -1 failed. A dead image is not a failure. */
int tiles_next(Tiles *tiles, const SheetTile **tile, Err *err);
/* Joins the threads and frees, at the end or before it. NULL is legal. */
void tiles_stop(Tiles *tiles);

#endif
