/* The geometry of contact sheets, worked out before the first one is drawn: columns, rows, sheets, and the height of
 * the text in every row of tiles. */
#ifndef COCO_PIPELINE_SHEET_SHEET_PLAN_H
#define COCO_PIPELINE_SHEET_SHEET_PLAN_H

#include "io/base/err.h"
#include "pipeline/sheet/sheet.h"
#include "pipeline/sheet/tile.h"

typedef struct {
    TileStyle style;
    Canvas *canvas; /* for measuring text; too small to draw on */
    int64_t n;      /* tiles */
    int columns, width, rows_per_sheet, n_sheets;
    int *text_h; /* the height of the text in each row of tiles, over all sheets */
    int highest; /* of these */
} SheetPlan;

/* Measures the text of all records, on options->threads threads, and warns about the first character that no font has.
 * The caller frees in either case. When asked to stop it returns 0 and leaves the plan unfinished. */
int sheet_plan_make(SheetPlan *plan, const SheetOptions *options, const TileLook *look, const SheetRecords *records,
                    const Report *report, Err *err);
void sheet_plan_free(SheetPlan *plan); /* safe on a zero-initialized one */

/* The height of a row of tiles, including the gutter above it. */
int sheet_plan_row_height(const SheetPlan *plan, int64_t row);
/* The height of a sheet with these rows of tiles below its header. -1: more than PNG allows. */
int sheet_plan_height(const SheetPlan *plan, int64_t first_row, int64_t rows, int header, Err *err);

#endif
