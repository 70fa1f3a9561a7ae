#include "pipeline/sheet/sheet_plan.h"

#include "io/base/err.h"
#include "pipeline/common/pipe.h"
#include "pipeline/sheet/canvas_pool.h"
#include "pipeline/sheet/sheet_output.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* --- measuring --- */

enum { BATCH = 16 };

/* The unit of work: the text of some consecutive tiles. */
typedef struct {
    int64_t first;
    int n, height[BATCH];
    MissingFonts missing;
} Batch;

typedef struct {
    const SheetPlan *plan;
    const SheetRecords *records;
    CanvasPool *canvases;
    int64_t taken;
} Measure;

static int take_batch(void *ctx, void *item, Err *err)
{
    Measure *m = ctx;
    Batch *batch = item;
    int64_t left = m->plan->n - m->taken;
    (void)err;
    *batch = (Batch){.first = m->taken, .n = left < BATCH ? (int)left : BATCH};
    m->taken += batch->n;
    return batch->n > 0;
}

static int measure_batch(void *ctx, void *item, Err *err)
{
    const Measure *m = ctx;
    Batch *batch = item;
    Canvas *canvas = canvas_pool_take(m->canvases, err);
    if (!canvas)
        return -1;
    int rc = 0;
    for (int i = 0; i < batch->n && rc == 0; i++) {
        const Record *record = sheet_records_at(m->records, batch->first + i);
        batch->height[i] = tile_text_height(&m->plan->style, canvas, record, &batch->missing, err);
        rc = batch->height[i] < 0 ? -1 : 0;
    }
    canvas_pool_give(m->canvases, canvas);
    return rc;
}

static void note_heights(SheetPlan *plan, const Batch *batch)
{
    for (int i = 0; i < batch->n; i++) {
        int h = batch->height[i], *row = &plan->text_h[(batch->first + i) / plan->columns];
        *row = h > *row ? h : *row;
        plan->highest = h > plan->highest ? h : plan->highest;
    }
}

static int gather(SheetPlan *plan, Pipe *pipe, const Report *report, Err *err)
{
    void *item;
    MissingFonts missing = {0};
    int rc;
    while (!report_stop(report) && (rc = pipe_next(pipe, &item, err)) != 0) {
        if (rc < 0)
            return -1;
        const Batch *batch = item;
        note_heights(plan, batch);
        missing_fonts_merge(&missing, &batch->missing);
    }
    missing_fonts_warn(&missing, report);
    return 0;
}

static int measure(SheetPlan *plan, const SheetRecords *records, int threads, const Report *report, Err *err)
{
    int depth = 2 * threads + 1;
    Batch *batches = calloc((size_t)depth, sizeof *batches);
    Measure m = {.plan = plan, .records = records, .canvases = canvas_pool_new(threads, 1, 1, err)};
    int rc = -1;
    plan->text_h = calloc((size_t)((plan->n + plan->columns - 1) / plan->columns), sizeof *plan->text_h);
    if (!batches || !plan->text_h) {
        err_set(err, "out of memory");
    } else if (m.canvases) {
        PipeSpec spec = {.take = take_batch,
                         .work = measure_batch,
                         .ctx = &m,
                         .items = batches,
                         .item_size = sizeof *batches,
                         .depth = depth,
                         .workers = threads};
        Pipe *pipe = pipe_start(&spec, err);
        rc = pipe ? gather(plan, pipe, report, err) : -1;
        pipe_stop(pipe);
    }
    canvas_pool_free(m.canvases);
    free(batches);
    return rc;
}

/* --- geometry --- */

static int plan_rows(SheetPlan *plan, const SheetOptions *options, Err *err)
{
    int64_t all = (plan->n + plan->columns - 1) / plan->columns;
    int64_t rows = options->rows && options->rows < all ? options->rows : all;
    int64_t sheets = (all + rows - 1) / rows;
    if (rows > INT32_MAX / (plan->style.top_h + 1) || sheets > INT32_MAX)
        return err_set(err, "%" PRId64 " rows of tiles make a picture too high for PNG: set --rows", rows);
    if (sheets > 1 && !sheet_output_is_series(options->output))
        return err_set(err, "%" PRId64 " sheets need numbered names, such as 'sheet-%%03d.png'", sheets);
    plan->rows_per_sheet = (int)rows;
    plan->n_sheets = (int)sheets;
    return 0;
}

int sheet_plan_make(SheetPlan *plan, const SheetOptions *options, const TileLook *look, const SheetRecords *records,
                    const Report *report, Err *err)
{
    memset(plan, 0, sizeof *plan);
    plan->n = sheet_records_facts(records)->n;
    int columns = look->attention ? 1 : options->columns;
    plan->columns = plan->n < columns ? (int)plan->n : columns;
    plan->canvas = canvas_new(1, 1, 0, err);
    if (!plan->canvas)
        return -1;
    tile_style(&plan->style, plan->canvas, look);
    if (canvas_check(plan->canvas, err) || plan_rows(plan, options, err))
        return -1;
    int card_w = plan->style.card_w, gutter = plan->style.gutter;
    int64_t width = (int64_t)plan->columns * (card_w + gutter) + gutter;
    if (width > CANVAS_MAX)
        return err_set(err, "%d columns of %d pixels make a sheet %" PRId64 " pixels wide: the limit is %d",
                       plan->columns, card_w, width, CANVAS_MAX);
    plan->width = (int)width;
    return measure(plan, records, options->threads, report, err);
}

void sheet_plan_free(SheetPlan *plan)
{
    canvas_free(plan->canvas);
    free(plan->text_h);
    memset(plan, 0, sizeof *plan);
}

int sheet_plan_row_height(const SheetPlan *plan, int64_t row)
{
    return plan->style.gutter + plan->style.top_h + plan->text_h[row];
}

int sheet_plan_height(const SheetPlan *plan, int64_t first_row, int64_t rows, int header, Err *err)
{
    int64_t h = header + plan->style.gutter;
    for (int64_t r = first_row; r < first_row + rows; r++)
        h += sheet_plan_row_height(plan, r);
    if (h > INT32_MAX)
        return err_set(err, "%" PRId64 " rows of tiles make a picture too high for PNG: set --rows", rows);
    return (int)h;
}
