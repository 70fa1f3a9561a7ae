#include "pipeline/sheet/sheet_plan.h"

#include "io/base/err.h"
#include "pipeline/common/pipe.h"
#include "pipeline/sheet/canvas_pool.h"
#include "pipeline/sheet/sheet_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* --- measuring --- */

enum { RUN = 16 };

/* The unit of work: the text of some tiles in a row. */
typedef struct {
    int64_t first;
    int n, height[RUN];
    uint32_t missing;   /* the first character without a glyph, or 0 */
    int64_t missing_id; /* of the image whose text has it */
} Run;

typedef struct {
    const SheetPlan *plan;
    const Shelf *shelf;
    Easel *easel;
    int64_t taken;
} Measure;

static int take_run(void *ctx, void *item, Err *err)
{
    Measure *m = ctx;
    Run *run = item;
    int64_t left = m->plan->n - m->taken;
    (void)err;
    *run = (Run){.first = m->taken, .n = left < RUN ? (int)left : RUN};
    m->taken += run->n;
    return run->n > 0;
}

static int measure_run(void *ctx, void *item, Err *err)
{
    const Measure *m = ctx;
    Run *run = item;
    int place;
    Canvas *canvas = easel_take(m->easel, &place, err);
    int rc = canvas ? 0 : -1;
    for (int i = 0; i < run->n && !rc; i++) {
        Record record;
        uint32_t missing;
        rc = shelf_record(m->shelf, run->first + i, &record, err);
        if (rc)
            break;
        run->height[i] = tile_text_height(&m->plan->style, canvas, &record, &missing);
        if (missing && !run->missing) {
            run->missing = missing;
            run->missing_id = record.image_id;
        }
        record_free(&record);
    }
    if (canvas)
        easel_give(m->easel, place);
    return rc;
}

static void note_run(SheetPlan *plan, const Run *run)
{
    for (int i = 0; i < run->n; i++) {
        int h = run->height[i], *row = &plan->text_h[(run->first + i) / plan->columns];
        *row = h > *row ? h : *row;
        plan->highest = h > plan->highest ? h : plan->highest;
    }
}

static int gather(SheetPlan *plan, Pipe *pipe, const Report *report, Err *err)
{
    void *item;
    bool told = false;
    int rc;
    while (!report_stop(report) && (rc = pipe_next(pipe, &item, err)) != 0) {
        if (rc < 0)
            return -1;
        const Run *run = item;
        note_run(plan, run);
        if (run->missing && !told)
            report_warn(report, "image %" PRId64 ": no font has U+%04X; installing %s may help", run->missing_id,
                        run->missing, tile_font_package(run->missing));
        told |= run->missing != 0;
    }
    return 0;
}

static int measure(SheetPlan *plan, const Shelf *shelf, int threads, const Report *report, Err *err)
{
    int depth = 2 * threads + 1;
    Run *runs = calloc((size_t)depth, sizeof *runs);
    Measure m = {.plan = plan, .shelf = shelf, .easel = easel_new(threads, 1, 1, err)};
    int rc = -1;
    plan->text_h = calloc((size_t)((plan->n + plan->columns - 1) / plan->columns), sizeof *plan->text_h);
    if (!runs || !plan->text_h) {
        err_set(err, "out of memory");
    } else if (m.easel) {
        PipeSpec spec = {.take = take_run,
                         .work = measure_run,
                         .ctx = &m,
                         .items = runs,
                         .item_size = sizeof *runs,
                         .depth = depth,
                         .workers = threads};
        Pipe *pipe = pipe_start(&spec, err);
        rc = pipe ? gather(plan, pipe, report, err) : -1;
        pipe_stop(pipe);
    }
    easel_free(m.easel);
    free(runs);
    return rc;
}

/* --- geometry --- */

static int plan_rows(SheetPlan *plan, const SheetSpec *spec, Err *err)
{
    int64_t all = (plan->n + plan->columns - 1) / plan->columns;
    int64_t rows = spec->rows && spec->rows < all ? spec->rows : all;
    int64_t sheets = (all + rows - 1) / rows;
    if (rows > INT32_MAX / (plan->style.box_h + 1) || sheets > INT32_MAX)
        return err_set(err, "%" PRId64 " rows of tiles make a picture too high for PNG: set --rows", rows);
    if (sheets > 1 && !sheet_is_series(spec->output))
        return err_set(err, "%" PRId64 " sheets need numbered names, as in 'sheet-%%03d.png'", sheets);
    plan->rows_per_sheet = (int)rows;
    plan->n_sheets = (int)sheets;
    return 0;
}

int sheet_plan(SheetPlan *plan, const SheetSpec *spec, const TileLook *look, const Shelf *shelf,
               const Report *report, Err *err)
{
    memset(plan, 0, sizeof *plan);
    plan->n = shelf_facts(shelf)->n;
    plan->columns = plan->n < spec->columns ? (int)plan->n : spec->columns;
    plan->canvas = canvas_new(1, 1, 0, err);
    if (!plan->canvas)
        return -1;
    tile_style(&plan->style, plan->canvas, look);
    if (plan_rows(plan, spec, err))
        return -1;
    int box_w = plan->style.box_w, gutter = plan->style.gutter;
    int64_t width = (int64_t)plan->columns * (box_w + gutter) + gutter;
    if (width > CANVAS_MAX)
        return err_set(err, "%d columns of %d pixels make a sheet of %" PRId64 ": at most %d can be drawn",
                       plan->columns, box_w, width, CANVAS_MAX);
    plan->width = (int)width;
    return measure(plan, shelf, spec->threads, report, err);
}

void sheet_plan_free(SheetPlan *plan)
{
    canvas_free(plan->canvas);
    free(plan->text_h);
    memset(plan, 0, sizeof *plan);
}

int sheet_row_height(const SheetPlan *plan, int64_t row)
{
    return plan->style.gutter + plan->style.box_h + plan->text_h[row];
}

int sheet_height(const SheetPlan *plan, int64_t first_row, int64_t rows, int header, Err *err)
{
    int64_t h = header + plan->style.gutter;
    for (int64_t r = first_row; r < first_row + rows; r++)
        h += sheet_row_height(plan, r);
    if (h > INT32_MAX)
        return err_set(err, "%" PRId64 " rows of tiles make a picture too high for PNG: set --rows", rows);
    return (int)h;
}
