/* The geometry of contact sheets, known before the first is drawn: columns, rows, sheets, and the height of the text
 * of every row of tiles. */
#ifndef COCO_PIPELINE_SHEET_SHEET_PLAN_H
#define COCO_PIPELINE_SHEET_SHEET_PLAN_H

#include "io/base/err.h"
#include "pipeline/sheet/sheet.h"
#include "pipeline/sheet/tile.h"

typedef struct {
    TileStyle style;
    Canvas *canvas; /* that style was measured on, of no size to draw on */
    int64_t n;      /* tiles */
    int columns, width, rows_per_sheet, n_sheets;
    int *text_h; /* of each row of tiles, over all sheets */
    int highest; /* of them */
} SheetPlan;

/* Measures the text of all records, on spec->threads threads, and warns once of a character that no font has.
 * The caller frees, either way. A stop leaves the plan unfinished, and is no failure. */
int sheet_plan(SheetPlan *plan, const SheetSpec *spec, const TileLook *look, const Shelf *shelf,
               const Report *report, Err *err);
void sheet_plan_free(SheetPlan *plan); /* legal on a zeroed one */

/* The height of a row of tiles, with the gutter above it. */
int sheet_row_height(const SheetPlan *plan, int64_t row);
/* The height of a sheet with these rows of tiles below a header. -1: more than PNG can hold. */
int sheet_height(const SheetPlan *plan, int64_t first_row, int64_t rows, int header, Err *err);

#endif
