#include "pipeline/sheet.h"

#include "io/canvas.h"
#include "io/err.h"
#include "io/file.h"
#include "io/png.h"
#include "io/record.h"
#include "pipeline/lookup.h"
#include "pipeline/pipe.h"
#include "pipeline/sheet_words.h"
#include "pipeline/tile.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    NETWORK_WORKERS = 8, /* threads that wait for downloads compute little */
    EMIT_ROWS = 64       /* of pixels handed to the PNG writer at once */
};

/* The unit of work: one tile's image. */
typedef struct {
    const Record *record; /* borrowed from the sheet */
    Image image;          /* rgb NULL: dead, and why */
    char why[ERR_LEN];
} Tile;

typedef struct {
    const SheetSpec *spec;
    const Report *report;
    SheetCount *count;
    Record *records;
    int64_t n, taken; /* taken: touched by take_tile alone once the pipe runs */
    Lookup lookup;
    Pipe *pipe;
    Tile *tiles; /* the pipe's pool */
    int n_tiles;
    /* geometry */
    TileStyle style;
    Canvas *canvas; /* one band of the sheet: the header, or a row of tiles */
    int canvas_h, columns, width;
    int per_sheet_rows, n_sheets;
    int *text_h; /* height of the text of each row of tiles, over all sheets */
    unsigned char *rgb; /* EMIT_ROWS rows */
    SheetWords words;
} Sheet;

SheetSpec sheet_defaults(void)
{
    return (SheetSpec){.input = "-", .columns = 4, .tile_w = 256, .tile_h = 256, .references = 1, .threads = 1};
}

/* --- reading --- */

static int read_records(Sheet *s, char *err, size_t errlen)
{
    int64_t room = 0;
    int rc;
    RecordReader *reader = record_open(s->spec->input, err, errlen);
    if (!reader)
        return -1;
    for (;;) {
        if (s->n == room) {
            room = room ? room * 2 : 64;
            Record *grown = realloc(s->records, (size_t)room * sizeof *grown);
            if (!grown) {
                rc = err_set(err, errlen, "out of memory for %" PRId64 " records", room);
                break;
            }
            s->records = grown;
        }
        rc = record_next(reader, &s->records[s->n], err, errlen);
        if (rc <= 0)
            break;
        s->n++;
    }
    record_close(reader);
    if (rc == 0 && s->n == 0)
        rc = err_set(err, errlen, "%s: no records", strcmp(s->spec->input, "-") ? s->spec->input : "standard input");
    return rc;
}

/* --- geometry --- */

static int64_t n_tile_rows(const Sheet *s)
{
    return (s->n + s->columns - 1) / s->columns;
}

static int plan_sheets(Sheet *s, char *err, size_t errlen)
{
    const SheetSpec *spec = s->spec;
    int64_t all = n_tile_rows(s);
    int64_t rows = spec->rows && spec->rows < all ? spec->rows : all;
    int64_t sheets = (all + rows - 1) / rows;
    if (rows > INT32_MAX / (spec->tile_h + 1) || sheets > INT32_MAX)
        return err_set(err, errlen, "%" PRId64 " rows of tiles make a picture too high for PNG: set --rows", rows);
    if (sheets > 1 && !sheet_is_series(spec->output))
        return err_set(err, errlen, "%" PRId64 " sheets need numbered names, as in 'sheet-%%03d.png'", sheets);
    s->per_sheet_rows = (int)rows;
    s->n_sheets = (int)sheets;
    return 0;
}

/* Tells once what font would help. */
static void warn_glyph(const Sheet *s, const Record *r, uint32_t c)
{
    report_warn(s->report, "image %" PRId64 ": no font has U+%04X; installing %s may help", r->image_id, c,
                tile_font_package(c));
}

/* The height of every row's text, and of the highest band. */
static int measure(Sheet *s, char *err, size_t errlen)
{
    int64_t rows = n_tile_rows(s);
    bool told = false;
    int highest = 0;
    Canvas *probe = s->canvas; /* text measures the same on any canvas */
    s->text_h = calloc((size_t)rows, sizeof *s->text_h);
    if (!s->text_h)
        return err_set(err, errlen, "out of memory");
    for (int64_t i = 0; i < s->n && !report_stop(s->report); i++) {
        int h = tile_text_height(&s->style, probe, &s->records[i]);
        int *row = &s->text_h[i / s->columns];
        *row = h > *row ? h : *row;
        highest = h > highest ? h : highest;
        uint32_t missing = told ? 0 : tile_missing_glyph(&s->style, probe, &s->records[i]);
        if (missing)
            warn_glyph(s, &s->records[i], missing);
        told |= missing != 0;
    }
    s->canvas_h = s->style.gutter + s->spec->tile_h + highest;
    return 0;
}

/* The band's canvas takes the place of the one that text was measured on. */
static int make_canvas(Sheet *s, char *err, size_t errlen)
{
    char text[SHEET_TEXT_LEN];
    int tallest = s->canvas_h;
    for (int i = 0; i < s->n_sheets && i < 2; i++) { /* all subtitles are about as long */
        sheet_subtitle(&s->words, s->n_sheets, s->n_sheets - 1 - i, s->n, s->n, text);
        int h = tile_header_height(&s->style, s->canvas, s->width, s->words.title, text);
        tallest = h > tallest ? h : tallest;
    }
    canvas_free(s->canvas);
    s->canvas_h = tallest + 64; /* a header may wrap once more on another sheet */
    s->canvas = canvas_new(s->width, s->canvas_h, TILE_PAGE, err, errlen);
    s->rgb = malloc((size_t)s->width * 3 * EMIT_ROWS);
    if (s->canvas && !s->rgb)
        return err_set(err, errlen, "out of memory");
    return s->canvas ? 0 : -1;
}

static int plan(Sheet *s, char *err, size_t errlen)
{
    const SheetSpec *spec = s->spec;
    s->columns = s->n < spec->columns ? (int)s->n : spec->columns;
    if (plan_sheets(s, err, errlen))
        return -1;
    s->canvas = canvas_new(1, 1, TILE_PAGE, err, errlen);
    if (!s->canvas)
        return -1;
    tile_style(&s->style, s->canvas, spec->tile_w, spec->tile_h, spec->references);
    sheet_words(&s->words, spec, s->records, s->n, s->style.mark_w ? "GT" : "italic");
    s->style.show_split = s->words.n_splits > 1;
    s->style.truth_alone = s->words.truth_alone;
    int64_t width = (int64_t)s->columns * (spec->tile_w + s->style.gutter) + s->style.gutter;
    if (width > CANVAS_MAX)
        return err_set(err, errlen, "%d columns of %d pixels make a sheet of %" PRId64 ": at most %d can be drawn",
                       s->columns, spec->tile_w, width, CANVAS_MAX);
    s->width = (int)width;
    return measure(s, err, errlen) || make_canvas(s, err, errlen) ? -1 : 0;
}

/* --- the pipe --- */

static int take_tile(void *ctx, void *item, char *err, size_t errlen)
{
    Sheet *s = ctx;
    Tile *tile = item;
    (void)err;
    (void)errlen;
    image_free(&tile->image);
    if (s->taken == s->n)
        return 0;
    tile->record = &s->records[s->taken++];
    return 1;
}

/* A dead image is no failure of the pipe: it is drawn as one. */
static int load_tile(void *ctx, void *item, char *err, size_t errlen)
{
    const Sheet *s = ctx;
    Tile *tile = item;
    (void)err;
    (void)errlen;
    if (lookup_image(&s->lookup, tile->record, s->spec->tile_w, s->spec->tile_h, &tile->image, tile->why,
                     sizeof tile->why))
        tile->image.rgb = NULL;
    return 0;
}

static int start_pipe(Sheet *s, char *err, size_t errlen)
{
    bool network = false;
    for (int64_t i = 0; i < s->n && !network; i++)
        network = s->records[i].url && strncmp(s->records[i].url, "file://", 7);
    int workers = network && s->spec->threads < NETWORK_WORKERS ? NETWORK_WORKERS : s->spec->threads;
    s->n_tiles = workers + (s->columns < 32 ? s->columns : 32) + 1;
    s->tiles = calloc((size_t)s->n_tiles, sizeof *s->tiles);
    if (!s->tiles)
        return err_set(err, errlen, "out of memory");
    PipeSpec spec = {.take = take_tile, .work = load_tile, .ctx = s, .items = s->tiles,
                     .item_size = sizeof *s->tiles, .depth = s->n_tiles, .workers = workers};
    s->pipe = pipe_start(&spec, err, errlen);
    return s->pipe ? 0 : -1;
}

/* --- drawing --- */

static int emit(Sheet *s, PngWriter *png, int rows, char *err, size_t errlen)
{
    for (int y = 0; y < rows; y += EMIT_ROWS) {
        int n = rows - y < EMIT_ROWS ? rows - y : EMIT_ROWS;
        canvas_rows(s->canvas, y, n, s->rgb);
        if (png_rows(png, s->rgb, n, err, errlen))
            return -1;
    }
    return 0;
}

static void warn_dead(const Sheet *s, const Tile *tile)
{
    const Record *r = tile->record;
    const char *what = r->file ? r->file : r->url;
    report_warn(s->report, "image %" PRId64 "%s%s: %s", r->image_id, what ? ": " : "", what ? what : "", tile->why);
}

/* Draws tiles first .. first+n-1, one row of the sheet. 0 done, 1 asked to stop, -1 failed. */
static int draw_row(Sheet *s, int64_t first, int n, char *err, size_t errlen)
{
    canvas_clear(s->canvas, TILE_PAGE);
    for (int i = 0; i < n; i++) {
        void *item;
        int rc = pipe_next(s->pipe, &item, err, errlen);
        if (rc < 0)
            return rc;
        if (report_stop(s->report))
            return 1;
        const Tile *tile = item;
        const TileStyle *style = &s->style;
        bool dead = !tile->image.rgb;
        if (dead)
            warn_dead(s, tile);
        tile_draw(style, s->canvas, style->gutter + i * (style->box_w + style->gutter), style->gutter,
                  s->text_h[first / s->columns], tile->record, dead ? NULL : &tile->image, tile->why);
        s->count->images++;
        s->count->dead += dead;
        report_progress(s->report, s->count->images, s->n);
    }
    return 0;
}

/* The height of one sheet. -1: more than PNG can hold. */
static int sheet_height(const Sheet *s, int64_t first_row, int64_t rows, int header)
{
    int64_t h = header + s->style.gutter;
    for (int64_t r = first_row; r < first_row + rows; r++)
        h += s->style.gutter + s->style.box_h + s->text_h[r];
    return h > INT32_MAX ? -1 : (int)h;
}

/* What one sheet shows: the tiles first .. first+n-1. */
typedef struct {
    Sheet *sheet;
    int number;
    int64_t first, n;
} Part;

static int draw_rows(Sheet *s, PngWriter *png, const Part *part, char *err, size_t errlen)
{
    int64_t end = part->first + part->n;
    for (int64_t first = part->first; first < end; first += s->columns) {
        int n = end - first < s->columns ? (int)(end - first) : s->columns;
        int rc = draw_row(s, first, n, err, errlen);
        if (!rc)
            rc = emit(s, png, s->style.gutter + s->style.box_h + s->text_h[first / s->columns], err, errlen);
        if (rc)
            return rc;
    }
    return 0;
}

/* Writes a Part as a picture. 0 done, 1 asked to stop, -1 failed. */
static int draw_sheet(void *ctx, FILE *out, char *err, size_t errlen)
{
    const Part *part = ctx;
    Sheet *s = part->sheet;
    char text[SHEET_TEXT_LEN];
    int64_t rows = (part->n + s->columns - 1) / s->columns;
    sheet_subtitle(&s->words, s->n_sheets, part->number, part->first, part->n, text);
    int header = tile_header_height(&s->style, s->canvas, s->width, s->words.title, text);
    header = header < s->canvas_h ? header : s->canvas_h;
    int height = sheet_height(s, part->first / s->columns, rows, header);
    if (height < 0)
        return err_set(err, errlen, "%" PRId64 " rows of tiles make a picture too high for PNG: set --rows", rows);
    PngWriter *png = png_begin(out, s->width, height, err, errlen);
    if (!png)
        return -1;
    canvas_clear(s->canvas, TILE_PAGE);
    tile_header_draw(&s->style, s->canvas, s->width, s->words.title, text);
    int rc = emit(s, png, header, err, errlen);
    if (!rc)
        rc = draw_rows(s, png, part, err, errlen);
    canvas_clear(s->canvas, TILE_PAGE);
    if (!rc)
        rc = emit(s, png, s->style.gutter, err, errlen);
    if (!rc)
        return png_end(png, err, errlen);
    png_abort(png);
    return rc;
}

static int draw_all(Sheet *s, char *err, size_t errlen)
{
    int64_t per_sheet = (int64_t)s->per_sheet_rows * s->columns;
    for (int i = 0; i < s->n_sheets; i++) {
        int64_t first = i * per_sheet, left = s->n - first;
        Part part = {s, i, first, left < per_sheet ? left : per_sheet};
        char *path = sheet_output_name(s->spec->output, i);
        int rc = path ? file_write(path, draw_sheet, &part, &s->count->reader_gone, err, errlen)
                      : err_set(err, errlen, "out of memory");
        free(path);
        if (rc)
            return rc;
        s->count->sheets++;
    }
    return 0;
}

static void sheet_free(Sheet *s)
{
    pipe_stop(s->pipe);
    for (int i = 0; i < s->n_tiles && s->tiles; i++)
        image_free(&s->tiles[i].image);
    free(s->tiles);
    lookup_close(&s->lookup);
    for (int64_t i = 0; i < s->n; i++)
        record_free(&s->records[i]);
    free(s->records);
    canvas_free(s->canvas);
    free(s->text_h);
    free(s->rgb);
}

int sheet_render(const SheetSpec *spec, const Report *report, SheetCount *count, char *err, size_t errlen)
{
    Sheet s = {.spec = spec, .report = report, .count = count};
    memset(count, 0, sizeof *count);
    LookupSpec where = lookup_defaults();
    where.images = spec->images;
    where.data = spec->data;
    where.cache = spec->cache;
    where.http.stop = report ? report->stop : NULL;
    int rc = lookup_open(&s.lookup, &where, err, errlen);
    if (!rc)
        rc = read_records(&s, err, errlen);
    if (!rc)
        rc = plan(&s, err, errlen);
    if (!rc)
        rc = start_pipe(&s, err, errlen);
    if (!rc)
        rc = draw_all(&s, err, errlen) < 0 ? -1 : 0; /* a stop is no failure */
    sheet_free(&s);
    return rc;
}
