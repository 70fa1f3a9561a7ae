#include "pipeline/sheet/sheet.h"

#include "io/base/err.h"
#include "io/base/text.h"
#include "io/file/file.h"
#include "io/picture/picture_writer.h"
#include "pipeline/common/replace.h"
#include "pipeline/sheet/sheet_output.h"
#include "pipeline/sheet/sheet_text.h"
#include "pipeline/sheet/tiles.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const SheetOptions *options;
    const SheetRecords *records;
    const Report *report;
    SheetCount *count;
    int64_t n; /* tiles */
    TileLook look;
    Lookup lookup;
    Attention *attention; /* NULL: none is shown */
    Page *page;           /* NULL: none is wanted */
    Tiles *tiles;
    /* the picture */
    SheetPlan plan;
    SheetText text;
    Canvas *header;      /* kept from sheet to sheet */
    int header_h;        /* the height of that canvas */
    unsigned char *band; /* some rows of pixels of the sheet: at most band_h */
    int band_h;
} Sheet;

SheetOptions sheet_defaults(void)
{
    return (SheetOptions){.input = "-",
                          .where = lookup_defaults(),
                          .columns = 4,
                          .tile_w = 256,
                          .tile_h = 256,
                          .scale = 1,
                          .references = 1,
                          .threads = 1};
}

static void warn_image(const Sheet *s, const SheetTile *tile, const char *text)
{
    const Record *r = tile->record;
    const char *what = tile->at_url || !r->file ? r->url : r->file;
    char *name = what ? text_paragraph(what) : NULL; /* one line, whatever the record holds */
    char *why = text_paragraph(text);                /* which may quote an image's bytes */
    report_warn(s->report, "image %" PRId64 "%s%s: %s", r->image_id, name ? ": " : "", name ? name : "",
                why ? why : "out of memory");
    free(name);
    free(why);
}

/* Takes the next tile: warns if it is dead, adds it to the page, counts it. 1 a tile, 0 the end or asked to stop,
 * -1 failed. */
static int next_tile(Sheet *s, const SheetTile **tile, Err *err)
{
    int rc = tiles_next(s->tiles, tile, err);
    if (rc <= 0 || report_stop(s->report))
        return rc < 0 ? -1 : 0;
    const SheetTile *t = *tile;
    if (t->dead)
        warn_image(s, t, t->why.text);
    else if (t->cut)
        warn_image(s, t, "cut off: drawn as far as it goes");
    if (s->page)
        page_figure(s->page, &(PageFigure){.record = t->record,
                                           .picture = t->dead ? NULL : &t->picture,
                                           .why = t->why.text,
                                           .file = t->path,
                                           .looks = t->looks});
    s->count->images++;
    s->count->dead += t->dead;
    s->count->cut += !t->dead && t->cut;
    report_progress(s->report, s->count->images, s->n);
    return 1;
}

/* --- the picture --- */

enum { VIEWERS_MAX = 65535 }; /* pixels on a side: many programs count them in 16 bits */

/* Paints the first rows of the band in the page's colour. */
static void clear_band(const Sheet *s, int rows)
{
    Color page = s->plan.style.theme->page;
    size_t line = (size_t)s->plan.width * 3;
    for (size_t i = 0; i < line; i += 3) {
        s->band[i] = (unsigned char)(page >> 16);
        s->band[i + 1] = (unsigned char)(page >> 8);
        s->band[i + 2] = (unsigned char)page;
    }
    for (int y = 1; y < rows; y++)
        memcpy(s->band + (size_t)y * line, s->band, line);
}

/* Copies a tile into the band, below the gutter. */
static void place_tile(const Sheet *s, const SheetTile *tile, int column)
{
    const SheetPlan *plan = &s->plan;
    size_t line = (size_t)plan->style.card_w * 3, stride = (size_t)plan->width * 3;
    int gutter = plan->style.gutter, h = plan->style.top_h + plan->text_h[tile->i / plan->columns];
    int x = gutter + column * (plan->style.card_w + gutter);
    unsigned char *out = s->band + (size_t)gutter * stride + (size_t)x * 3;
    for (int y = 0; y < h; y++)
        memcpy(out + (size_t)y * stride, tile->rgb + (size_t)y * line, line);
}

/* Draws the tiles first .. first+n-1, one row of the sheet. 0 done, 1 asked to stop, -1 failed. */
static int draw_row(Sheet *s, PictureWriter *to, int64_t first, int n, Err *err)
{
    int h = sheet_plan_row_height(&s->plan, first / s->plan.columns);
    clear_band(s, h);
    for (int column = 0; column < n; column++) {
        const SheetTile *tile;
        int rc = next_tile(s, &tile, err);
        if (rc <= 0)
            return rc < 0 ? -1 : 1;
        place_tile(s, tile, column);
    }
    return picture_writer_rows(to, s->band, h, err);
}

/* What one sheet shows: the tiles first .. first+n-1. */
typedef struct {
    Sheet *sheet;
    int number;
    int64_t first, n;
} Part;

/* Draws the header on its canvas. Its height, or -1. */
static int draw_header(Sheet *s, const char *subtitle, Err *err)
{
    const TileStyle *style = &s->plan.style;
    int width = s->plan.width, h = tile_header_height(style, s->plan.canvas, width, s->text.title, subtitle);
    if (canvas_check(s->plan.canvas, err))
        return -1;
    if (h > s->header_h) {
        canvas_free(s->header);
        s->header_h = h;
        s->header = canvas_new(width, h, 0, err);
    }
    if (!s->header)
        return -1;
    canvas_clear(s->header, style->theme->page);
    tile_header_draw(style, s->header, width, s->text.title, subtitle);
    return canvas_check(s->header, err) ? -1 : h;
}

static int emit_header(Sheet *s, PictureWriter *to, int height, Err *err)
{
    for (int y = 0; y < height; y += s->band_h) {
        int n = height - y < s->band_h ? height - y : s->band_h;
        if (canvas_rows(s->header, y, n, s->band, err) || picture_writer_rows(to, s->band, n, err))
            return -1;
    }
    return 0;
}

/* Draws all rows of pixels of a sheet. 0 done, 1 asked to stop, -1 failed. */
static int draw_part(const Part *part, PictureWriter *to, int header, Err *err)
{
    Sheet *s = part->sheet;
    int64_t end = part->first + part->n;
    int columns = s->plan.columns, rc = emit_header(s, to, header, err);
    for (int64_t first = part->first; first < end && !rc; first += columns)
        rc = draw_row(s, to, first, end - first < columns ? (int)(end - first) : columns, err);
    if (rc)
        return rc;
    clear_band(s, s->plan.style.gutter);
    return picture_writer_rows(to, s->band, s->plan.style.gutter, err);
}

/* Writes a Part as a picture. 0 done, 1 asked to stop, -1 failed. */
static int draw_sheet(void *ctx, FILE *out, Err *err)
{
    const Part *part = ctx;
    Sheet *s = part->sheet;
    const SheetPlan *plan = &s->plan;
    char subtitle[SHEET_TEXT_LEN];
    sheet_text_subtitle(&s->text, plan->n_sheets, part->number, part->first, part->n, subtitle);
    int header = draw_header(s, subtitle, err);
    if (header < 0)
        return -1;
    int height = sheet_plan_height(plan, part->first / plan->columns, (part->n + plan->columns - 1) / plan->columns,
                                   header, err);
    PictureWriter *to =
        height < 0 ? NULL : picture_writer_new(s->options->output, out, plan->width, height, s->options->dpi, err);
    if (!to)
        return -1;
    if (height > VIEWERS_MAX && part->number == 0)
        report_note(s->report, "a picture %d pixels high, which few programs can open: --rows splits it", height);
    int rc = draw_part(part, to, header, err);
    if (!rc)
        rc = picture_writer_end(to, err);
    picture_writer_free(to);
    return rc;
}

static int draw_picture(Part *part, const char *path, Err *err)
{
    const Sheet *s = part->sheet;
    if (s->options->html && path_same(path, s->options->html))
        return err_set(err, "%s: is also the name of the page", path);
    return file_write(path, draw_sheet, part, &s->count->reader_gone, err);
}

static int draw_pictures(Sheet *s, Err *err)
{
    int64_t per_sheet = (int64_t)s->plan.rows_per_sheet * s->plan.columns;
    for (int i = 0; i < s->plan.n_sheets; i++) {
        int64_t first = i * per_sheet, left = s->n - first;
        Part part = {s, i, first, left < per_sheet ? left : per_sheet};
        char *path = sheet_output_name(s->options->output, i);
        int rc = path ? draw_picture(&part, path, err) : err_set(err, "out of memory");
        free(path);
        if (rc)
            return rc;
        s->count->sheets++;
    }
    return 0;
}

/* --- the whole --- */

/* Draws all tiles, into pictures if wanted. 0 done, 1 asked to stop, -1 failed. */
static int draw_all(Sheet *s, Err *err)
{
    const SheetTile *tile;
    int rc = 1;
    if (s->options->output)
        return draw_pictures(s, err);
    while (rc > 0)
        rc = next_tile(s, &tile, err);
    return rc < 0 ? -1 : s->count->images < s->n;
}

static int write_page(void *ctx, FILE *out, Err *err)
{
    Sheet *s = ctx;
    SheetText text;
    char subtitle[SHEET_TEXT_LEN];
    sheet_text_make(&text, s->options, sheet_records_facts(s->records), true,
                    s->attention && attention_sentinel(s->attention));
    sheet_text_subtitle(&text, 1, 0, 0, s->n, subtitle);
    page_begin(s->page, out, text.title, subtitle);
    int rc = draw_all(s, err);
    return rc ? rc : page_end(s->page, err);
}

static int plan_picture(Sheet *s, Err *err)
{
    if (sheet_plan_make(&s->plan, s->options, &s->look, s->records, s->report, err))
        return -1;
    sheet_text_make(&s->text, s->options, sheet_records_facts(s->records), s->plan.style.mark_w > 0,
                    s->attention && attention_sentinel(s->attention));
    s->band_h = s->plan.style.gutter + s->plan.style.top_h + s->plan.highest;
    s->band = malloc((size_t)s->plan.width * (size_t)s->band_h * 3);
    return s->band ? 0 : err_set(err, "out of memory");
}

static void warn_missing(const Sheet *s)
{
    if (s->options->confidence && !sheet_records_facts(s->records)->confident)
        report_warn(s->report, "no record has word_logprobs, which coco-sample --word-logprobs writes");
    SheetOrder by = s->options->sort.by;
    if ((by == SHEET_BY_SCORE || by == SHEET_BY_LOGPROB) && !sheet_records_facts(s->records)->keyed)
        report_warn(s->report, "no record has a %s: they stay in the order of the input",
                    by == SHEET_BY_SCORE ? "score" : "logprob");
}

/* What words looked at. Every record is checked before anything is written. */
static int open_attention(Sheet *s, Err *err)
{
    s->attention = attention_open(s->options->attention, err);
    for (int64_t i = 0; i < s->n && s->attention; i++)
        if (attention_match(s->attention, sheet_records_at(s->records, i), err))
            return -1;
    if (!s->attention)
        return -1;
    int cells = attention_longest(s->attention) + 1;
    s->look.attention = s->attention;
    s->look.strip = cells < s->options->columns ? cells : s->options->columns;
    return 0;
}

static int render(Sheet *s, Err *err)
{
    const SheetOptions *options = s->options;
    LookupSpec where = options->where;
    bool reader_gone;
    where.http.stop = s->report ? s->report->stop : NULL;
    warn_missing(s);
    if (options->attention && open_attention(s, err))
        return -1;
    if (lookup_open(&s->lookup, &where, err))
        return -1;
    if (options->output && plan_picture(s, err))
        return -1;
    if (report_stop(s->report))
        return 1;
    if (options->html && !(s->page = page_open(options->html, &s->look, err)))
        return -1;
    TilesSpec tiles = {.records = s->records,
                       .lookup = &s->lookup,
                       .plan = options->output ? &s->plan : NULL,
                       .page = s->page,
                       .look = &s->look,
                       .columns = options->columns,
                       .threads = options->threads};
    s->tiles = tiles_start(&tiles, err);
    if (!s->tiles)
        return -1;
    if (!options->html)
        return draw_all(s, err);
    int rc = file_write(options->html, write_page, s, &reader_gone, err);
    if (!rc)
        page_keep(s->page);
    return rc;
}

SheetRecords *sheet_read(const SheetOptions *options, Err *err)
{
    int references = options->highlight ? INT_MAX : options->references;
    if (replace_check_inputs(options->output, &options->input, 1, err) ||
        replace_check_inputs(options->html, &options->input, 1, err))
        return NULL;
    return sheet_records_read(options->input, options->where.data, &options->sort, references, err);
}

int sheet_render(const SheetOptions *options, const SheetRecords *records, const Report *report, SheetCount *count,
                 Err *err)
{
    static const TileNumber NUMBER[] = {
        [SHEET_BY_SCORE] = TILE_SCORE, [SHEET_BY_LOGPROB] = TILE_LOGPROB, [SHEET_SHUFFLED] = TILE_NO_NUMBER};
    const SheetFacts *facts = sheet_records_facts(records);
    Sheet s = {.options = options,
               .records = records,
               .report = report,
               .count = count,
               .n = facts->n,
               .look = {.box_w = options->tile_w,
                        .box_h = options->tile_h,
                        .scale = options->scale,
                        .theme = options->theme,
                        .references = options->references,
                        .show_split = facts->n_splits > 1,
                        .number = NUMBER[options->sort.by],
                        .truth_alone = facts->truth_alone,
                        .highlight = options->highlight,
                        .confidence = options->confidence,
                        .label = options->label,
                        .lines = options->lines,
                        .no_text = options->no_text}};
    memset(count, 0, sizeof *count);
    int rc = render(&s, err);
    tiles_stop(s.tiles);
    lookup_close(&s.lookup);
    page_free(s.page);
    attention_close(s.attention);
    sheet_plan_free(&s.plan);
    canvas_free(s.header);
    free(s.band);
    return rc < 0 ? -1 : 0; /* stopped is not failed */
}
