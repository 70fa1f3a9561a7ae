/* coco-render: caption records to contact sheets. */
#include "cmd/cli.h"
#include "cmd/net_options.h"
#include "pipeline/common/defaults.h"
#include "pipeline/sheet/sheet.h"
#include "pipeline/sheet/sheet_text.h"
#include "pipeline/sheet/tile.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What the options say beside the spec itself. */
typedef struct {
    const char *tile; /* "WxH" */
    int64_t columns, rows, references, seed, dpi;
    double scale;
    int sort, theme;
    bool strict;
} Asked;

static void check_outputs(const SheetSpec *spec)
{
    const char *bad = spec->output ? sheet_bad_output(spec->output) : NULL;
    if (!spec->output && !spec->html)
        cli_usage_error("-o says where the sheet goes, or --html where the page goes");
    if (bad)
        cli_usage_error("-o '%s': %s", spec->output, bad);
    if (spec->output)
        cli_png_name("-o", spec->output);
    if (spec->output && !strcmp(spec->output, "-") && isatty(STDOUT_FILENO))
        cli_usage_error("-o -: standard output is a terminal, no place for a picture");
    if (spec->html && (!*spec->html || spec->html[strlen(spec->html) - 1] == '/'))
        cli_usage_error("--html '%s': no name of a file", spec->html);
    if (spec->html && !strcmp(spec->html, "-"))
        cli_usage_error("--html -: a page has files beside it; it cannot go to standard output");
    if (spec->output && spec->html && !strcmp(spec->output, spec->html))
        cli_usage_error("-o and --html both name %s", spec->output);
}

/* The box, and what it is scaled by. */
static void read_sizes(const Cli *cli, const Asked *asked, SheetSpec *spec)
{
    const char *by = cli_given(cli, "scale") ? "--scale" : "--dpi";
    cli_size("--tile", asked->tile, SHEET_TILE_MIN, SHEET_TILE_MAX, &spec->tile_w, &spec->tile_h);
    bool print = cli_given(cli, "dpi");
    spec->dpi = print ? (double)asked->dpi : 0;
    spec->scale = print && !cli_given(cli, "scale") ? spec->dpi / SHEET_DPI : asked->scale;
    int w = tile_side(spec->tile_w, spec->scale), h = tile_side(spec->tile_h, spec->scale);
    int low = w < h ? w : h, high = w > h ? w : h;
    if (low < SHEET_TILE_MIN || high > SHEET_TILE_MAX)
        cli_usage_error("%s: boxes of %dx%d pixels; their sides may be from %d to %d", by, w, h, SHEET_TILE_MIN,
                        SHEET_TILE_MAX);
}

static void take(Cli *cli, const Asked *asked, SheetSpec *spec)
{
    if (cli->n_operands > 1)
        cli_usage_error("%s: more than one input; `cat` joins records", cli->operand[1]);
    check_outputs(spec);
    read_sizes(cli, asked, spec);
    spec->input = cli->n_operands ? cli->operand[0] : "-";
    spec->columns = (int)asked->columns;
    spec->rows = (int)asked->rows;
    spec->references = (int)asked->references;
    spec->sort.by = (ShelfOrder)asked->sort;
    spec->sort.seed = (uint32_t)asked->seed;
    spec->theme = (ThemeName)asked->theme;
    spec->threads = (int)cli->threads;
}

static void warn_unused(const Cli *cli, const SheetSpec *spec)
{
    if (!spec->output && !cli->quiet && (cli_given(cli, "columns") || cli_given(cli, "rows")))
        cli_error("--columns and --rows are of pictures alone (-o); a page fills the width that it has");
}

static void say_count(const Report *report, const SheetSpec *spec, const SheetCount *count)
{
    char sheets[32] = "";
    if (spec->output && sheet_is_series(spec->output))
        snprintf(sheets, sizeof sheets, "%d sheet%s, ", count->sheets, count->sheets == 1 ? "" : "s");
    report_note(report, "%s%s%s: %s%lld image%s, %lld of them missing or broken", spec->output ? spec->output : "",
                spec->output && spec->html ? ", " : "", spec->html ? spec->html : "", sheets,
                (long long)count->images, count->images == 1 ? "" : "s", (long long)count->dead);
}

static int draw(const Cli *cli, const SheetSpec *spec, bool strict)
{
    SheetCount count;
    Err err;
    /* While the input is waited for nothing is lost: a signal ends the process as it always does. */
    Shelf *shelf = shelf_read(spec->input, &spec->sort, &err);
    if (!shelf) {
        cli_error("%s", err.text);
        return 1;
    }
    const Report *report = cli_report(cli, "images");
    int rc = sheet_render(spec, shelf, report, &count, &err);
    shelf_free(shelf);
    if (rc && count.reader_gone)
        return 128 + SIGPIPE;
    if (rc && !ferror(stdout)) /* cli_finish tells of that */
        cli_error("%s", err.text);
    else if (!rc && !report_stop(report))
        say_count(report, spec, &count);
    return rc || (strict && count.dead) ? 1 : 0;
}

enum { N_OWN = 19 };

static void own_options(SheetSpec *spec, Asked *asked, CliOption options[N_OWN])
{
    const CliOption table[N_OWN] = {
        {.name = "output",
         .letter = 'o',
         .kind = CLI_TEXT,
         .value = &spec->output,
         .arg = "FILE",
         .help = "the sheet, PNG; - is standard output; with %d or %03d in it, one file for each --rows rows"},
        {.name = "html",
         .kind = CLI_TEXT,
         .value = &spec->html,
         .arg = "FILE",
         .help = "the same, or this alone, as one page; its images go beside it: x_files/ for x.html"},
        {.name = "columns",
         .kind = CLI_INT,
         .value = &asked->columns,
         .arg = "N",
         .help = "tiles side by side",
         .min = 1,
         .max = 1024},
        {.name = "rows",
         .kind = CLI_INT,
         .value = &asked->rows,
         .arg = "N",
         .help = "rows of tiles a sheet; 0 is all on one",
         .min = 0,
         .max = 1000000},
        {.name = "sort",
         .kind = CLI_CHOICE,
         .value = &asked->sort,
         .arg = "none|score|logprob|random",
         .help =
             "best score (\"score\" or \"CIDEr\") first, likeliest first, shuffled; those without the key last"},
        {.name = "reverse",
         .kind = CLI_FLAG,
         .value = &spec->sort.reverse,
         .help = "the other way round: the worst first, the last first"},
        {.name = "seed",
         .kind = CLI_INT,
         .value = &asked->seed,
         .arg = "N",
         .help = "of --sort random",
         .min = 0,
         .max = UINT32_MAX},
        {.name = "tile",
         .kind = CLI_TEXT,
         .value = &asked->tile,
         .arg = "WxH",
         .help = "the box of an image, in pixels; text stands below it"},
        {.name = "scale",
         .kind = CLI_REAL,
         .value = &asked->scale,
         .arg = "X",
         .help = "all sizes times this, for screens and paper with finer pixels",
         .min = 0.25,
         .max = 8},
        {.name = "dpi",
         .kind = CLI_INT,
         .value = &asked->dpi,
         .arg = "N",
         .help = "for print: pixels an inch, told in the file; without --scale the scale is N/96",
         .min = 36,
         .max = 2400},
        {.name = "theme", .kind = CLI_CHOICE, .value = &asked->theme, .arg = "light|dark", .help = "colours"},
        {.name = "gt",
         .kind = CLI_INT,
         .value = &asked->references,
         .arg = "N",
         .help = "ground truth captions below each generated one",
         .min = 0,
         .max = 100},
        {.name = "highlight",
         .kind = CLI_FLAG,
         .value = &spec->highlight,
         .help = "tell the words of a caption that no ground truth has from those that some has"},
        {.name = "title",
         .kind = CLI_TEXT,
         .value = &spec->title,
         .arg = "TEXT",
         .help = "the header's first line, in place of the input's name"},
        {.name = "images",
         .kind = CLI_TEXT,
         .value = &spec->where.images,
         .arg = "DIR",
         .help = "look here for the records' files first"},
        {.name = "data",
         .letter = 'd',
         .kind = CLI_TEXT,
         .value = &spec->where.data,
         .arg = "DATA",
         .help = "then in this dataset directory; then in the cache, then at the URL"},
        {.name = "cache",
         .kind = CLI_TEXT,
         .value = &spec->where.cache,
         .arg = "DIR",
         .help = "downloaded images; default $COCO_CACHE, else coco in the user's cache directory"},
        {.name = "negative-ttl",
         .kind = CLI_REAL,
         .value = &spec->where.negative_ttl,
         .arg = "S",
         .help = "seconds for which a dead URL is remembered and not asked for again; 0 asks again",
         .min = 0,
         .max = 1e10},
        {.name = "strict",
         .kind = CLI_FLAG,
         .value = &asked->strict,
         .help = "exit 1 where an image was missing or broken; the sheet is written all the same"},
    };
    memcpy(options, table, sizeof table);
}

int main(int argc, char **argv)
{
    SheetSpec spec = sheet_defaults();
    char tile[32];
    Asked asked = {.tile = tile,
                   .columns = spec.columns,
                   .rows = spec.rows,
                   .references = spec.references,
                   .seed = 231,
                   .dpi = -1,
                   .scale = spec.scale};
    snprintf(tile, sizeof tile, "%dx%d", spec.tile_w, spec.tile_h);
    spec.where.data = DEFAULT_DATASET;
    NetOptions net;
    CliOption options[N_OWN + NET_MAX];
    own_options(&spec, &asked, options);
    int n_net = net_options(&net, &spec.where.http, NET_TIMES | NET_TRIES | NET_PUBLIC, options + N_OWN);
    Cli cli = {
        .name = "coco-render",
        .synopsis = "[options] -o SHEET.png [FILE|-]\n[options] --html PAGE.html [FILE|-]",
        .about = "Draws caption records as a contact sheet: each image with its generated caption and, below it,\n"
                 "the ground truth. An image that cannot be had is a placeholder that says why. Long texts end in\n"
                 "an ellipsis on sheets; a page has all of them.",
        .epilog = "Records come from coco-sample, or from `coco-fetch show -n`, on standard input or in a file:\n"
                  "  coco-sample -m model.h5 -n 24 | coco-render -o sheet.png\n"
                  "  shuf -n 60 captions.jsonl | coco-render --rows 5 -o 'sheet-%03d.png'\n"
                  "  coco-eval --per-image captions.jsonl | coco-render --sort score --reverse --html worst.html",
        .options = options,
        .n_options = N_OWN + n_net,
    };
    cli_parse(&cli, argc, argv);
    net_apply(&net);
    take(&cli, &asked, &spec);
    warn_unused(&cli, &spec);
    if (!cli_given(&cli, "data") && access(spec.where.data, F_OK)) /* the default need not be there */
        spec.where.data = NULL;
    int status = draw(&cli, &spec, asked.strict);
    cli_free(&cli);
    return cli_finish(&cli, status);
}
