/* coco-render: caption records to contact sheets. */
#include "cmd/cli.h"
#include "cmd/net_options.h"
#include "pipeline/common/defaults.h"
#include "pipeline/common/plural.h"
#include "pipeline/sheet/sheet.h"
#include "pipeline/sheet/sheet_output.h"
#include "pipeline/sheet/tile.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the command line says, before it is checked. */
typedef struct {
    SheetOptions sheet;
    NetOptions net;
    const char *tile; /* "WxH" */
    int64_t columns, rows, references, seed, dpi, lines;
    double scale;
    int sort, theme, label;
    bool strict;
} Options;

static void check_outputs(const SheetOptions *sheet)
{
    const char *output = sheet->output, *html = sheet->html,
               *problem = output ? sheet_output_problem(output) : NULL;
    if (!output && !html)
        cli_usage_error("nothing to write: -o names a sheet, --html a page");
    if (problem)
        cli_usage_error("-o '%s': %s", output, problem);
    if (output && !sheet_output_known(output))
        cli_picture_name("-o", output, SHEET_FORMATS);
    if (output && !strcmp(output, "-") && isatty(STDOUT_FILENO))
        cli_usage_error("-o -: a picture cannot be written to a terminal");
    if (html && (!*html || html[strlen(html) - 1] == '/'))
        cli_usage_error("--html '%s': not the name of a file", html);
    if (html && !strcmp(html, "-"))
        cli_usage_error("--html -: a page has files beside it; it cannot go to standard output");
    if (output && html && !strcmp(output, html))
        cli_usage_error("-o and --html both name %s", output);
    if (html)
        cli_page_name("--html", html);
}

/* The box of an image, and its scale. */
static void take_sizes(const Cli *cli, Options *o)
{
    SheetOptions *sheet = &o->sheet;
    if (sheet->attention && !cli_given(cli, "tile"))
        o->tile = "200x150";
    if (sheet->attention && !cli_given(cli, "columns"))
        o->columns = 6;
    bool print = cli_given(cli, "dpi"), scaled = cli_given(cli, "scale");
    cli_size("--tile", o->tile, SHEET_TILE_MIN, SHEET_TILE_MAX, &sheet->tile_w, &sheet->tile_h);
    sheet->dpi = print ? (double)o->dpi : 0;
    sheet->scale = print && !scaled ? sheet->dpi / SHEET_DPI : o->scale;
    int w = tile_side(sheet->tile_w, sheet->scale), h = tile_side(sheet->tile_h, sheet->scale);
    int low = w < h ? w : h, high = w > h ? w : h;
    if (low < SHEET_TILE_MIN || high > SHEET_TILE_MAX)
        cli_usage_error("%s: boxes of %dx%d pixels; their sides may be from %d to %d", scaled ? "--scale" : "--dpi",
                        w, h, SHEET_TILE_MIN, SHEET_TILE_MAX);
}

static void take(const Cli *cli, Options *o)
{
    SheetOptions *sheet = &o->sheet;
    if (cli->n_operands > 1)
        cli_usage_error("%s: more than one input; `cat` joins records", cli->operand[1]);
    check_outputs(sheet);
    if (sheet->highlight && sheet->confidence)
        cli_usage_error("--highlight and --confidence exclude each other");
    take_sizes(cli, o);
    sheet->input = cli->n_operands ? cli->operand[0] : "-";
    sheet->columns = (int)o->columns;
    sheet->rows = (int)o->rows;
    sheet->references = (int)o->references;
    sheet->sort.by = (SheetOrder)o->sort;
    sheet->sort.seed = (uint32_t)o->seed;
    sheet->theme = (ThemeName)o->theme;
    sheet->label = (TileLabel)o->label;
    sheet->lines = (int)o->lines;
    sheet->threads = (int)cli->threads;
    if (!cli_given(cli, "data") && access(sheet->where.data, F_OK) &&
        (errno == ENOENT || errno == ENOTDIR)) /* the default directory may be missing */
        sheet->where.data = NULL;
}

static void warn_unused(const Cli *cli, const SheetOptions *sheet)
{
    if (!sheet->output && !cli->quiet && (cli_given(cli, "columns") || cli_given(cli, "rows")))
        cli_error("--columns and --rows only apply to pictures (-o); a page adapts to its window");
}

/* What a sheet is called. The caller frees; NULL: out of memory. */
static char *name_sheet(const char *output, int i)
{
    return strcmp(output, "-") ? sheet_output_name(output, i) : strdup("standard output");
}

/* What was written: "p-001.png to p-003.png, page.html". */
static void note_count(const Report *report, const SheetOptions *sheet, const SheetCount *count)
{
    char *first = sheet->output ? name_sheet(sheet->output, 0) : NULL;
    char *last = count->sheets > 1 ? name_sheet(sheet->output, count->sheets - 1) : NULL;
    report_note(report, "%s%s%s%s%s: %lld image%s, %lld of them missing or broken", first ? first : "",
                last ? " to " : "", last ? last : "", first && sheet->html ? ", " : "",
                sheet->html ? sheet->html : "", (long long)count->images, plural(count->images),
                (long long)count->dead);
    free(first);
    free(last);
}

static int draw(const Cli *cli, const Options *o)
{
    SheetCount count;
    Err err;
    /* Nothing is lost while the input is waited for: until it is read, a signal ends the process as usual. */
    SheetRecords *records = sheet_read(&o->sheet, &err);
    if (!records) {
        cli_error("%s", err.text);
        return 1;
    }
    const Report *report = cli_report(cli, "images");
    int rc = sheet_render(&o->sheet, records, report, &count, &err);
    sheet_records_free(records);
    if (rc && count.reader_gone)
        return 128 + SIGPIPE;
    if (rc && !ferror(stdout)) /* cli_finish reports that */
        cli_error("%s", err.text);
    else if (!rc && !report_stop(report))
        note_count(report, &o->sheet, &count);
    return rc || (o->strict && (count.dead || count.cut)) ? 1 : 0;
}

enum { N_ORDER = 7, N_LOOK = 12, N_IMAGES = 7, N_OWN = N_ORDER + N_LOOK + N_IMAGES };

/* What is written, and in which order. */
static void order_options(Options *o, CliOption options[N_ORDER])
{
    SheetOptions *sheet = &o->sheet;
    /* clang-format off */
    const CliOption own[N_ORDER] = {
        {.name = "output", .letter = 'o', .kind = CLI_TEXT, .value = &sheet->output, .arg = "FILE",
         .help = "the sheet: PNG, or JPEG or WebP (quality 90, all in memory) if it ends in .jpg or .webp; - is "
                 "standard output; with %d or %03d in the name, one file for every --rows rows (%% is a percent sign)"},
        {.name = "html", .kind = CLI_TEXT, .value = &sheet->html, .arg = "FILE",
         .help = "a web page, besides the sheet or instead of it; its images go to x_files/ for x.html"},
        {.name = "columns", .kind = CLI_INT, .value = &o->columns, .arg = "N", .help = "tiles per row", .min = 1,
         .max = 1024},
        {.name = "rows", .kind = CLI_INT, .value = &o->rows, .arg = "N",
         .help = "rows of tiles per sheet; 0: all on one", .min = 0, .max = 1000000},
        {.name = "sort", .kind = CLI_CHOICE, .value = &o->sort, .arg = "none|score|logprob|random",
         .help = "best score (\"score\" or \"CIDEr\") first, likeliest first, shuffled; records without the key "
                 "last"},
        {.name = "reverse", .kind = CLI_FLAG, .value = &sheet->sort.reverse,
         .help = "reverse the order: worst first, last first"},
        {.name = "seed", .kind = CLI_INT, .value = &o->seed, .arg = "N", .help = "random seed for --sort random",
         .min = 0, .max = UINT32_MAX},
    };
    /* clang-format on */
    memcpy(options, own, sizeof own);
}

/* How it looks. */
static void look_options(Options *o, CliOption options[N_LOOK])
{
    SheetOptions *sheet = &o->sheet;
    /* clang-format off */
    const CliOption own[N_LOOK] = {
        {.name = "tile", .kind = CLI_TEXT, .value = &o->tile, .arg = "WxH",
         .help = "the box for an image, in pixels; text goes below it"},
        {.name = "scale", .kind = CLI_REAL, .value = &o->scale, .arg = "X",
         .help = "multiply all sizes by X, for high-resolution screens and paper", .min = 0.25, .max = 8},
        {.name = "dpi", .kind = CLI_INT, .value = &o->dpi, .arg = "N",
         .help = "for print: pixels per inch, noted in the file; without --scale the scale is N/96", .min = 36,
         .max = 2400},
        {.name = "theme", .kind = CLI_CHOICE, .value = &o->theme, .arg = "light|dark|auto",
         .help = "colours; auto: a page is as its reader's screen is, sheets are light"},
        {.name = "gt", .kind = CLI_INT, .value = &o->references, .arg = "N",
         .help = "ground truth captions to show below each caption, at most", .min = 0, .max = 100},
        {.name = "label", .kind = CLI_CHOICE, .value = &o->label, .arg = "auto|none|id|file",
         .help = "what says which image it is, below the captions; auto: the id on pages, nothing on sheets"},
        {.name = "lines", .kind = CLI_INT, .value = &o->lines, .arg = "N",
         .help = "lines of each text on sheets, at most; 0: what suits the width", .min = 0, .max = 100},
        {.name = "no-text", .kind = CLI_FLAG, .value = &sheet->no_text, .help = "only images, without captions"},
        {.name = "highlight", .kind = CLI_FLAG, .value = &sheet->highlight,
         .help = "keep words of a caption bold if a reference has them, and colour the rest"},
        {.name = "confidence", .kind = CLI_FLAG, .value = &sheet->confidence,
         .help = "shade words by their probability (\"word_logprobs\" of coco-sample --word-logprobs); a page says it "
                 "for each"},
        {.name = "attention", .kind = CLI_TEXT, .value = &sheet->attention, .arg = "FILE.h5",
         .help = "show what each word looked at: the image once more for each, in the light of the weights that "
                 "coco-sample --attention wrote; without --columns and --tile, 6 of 200x150 side by side"},
        {.name = "title", .kind = CLI_TEXT, .value = &sheet->title, .arg = "TEXT",
         .help = "the header's first line, instead of the input's name"},
    };
    /* clang-format on */
    memcpy(options, own, sizeof own);
}

/* Where images are found. */
static void image_options(Options *o, CliOption options[N_IMAGES])
{
    SheetOptions *sheet = &o->sheet;
    /* clang-format off */
    const CliOption own[N_IMAGES] = {
        {.name = "images", .kind = CLI_TEXT, .value = &sheet->where.images, .arg = "DIR",
         .help = "look for the records' files here first, for names without folders in its subfolders, too; without this "
                 "option, in the current folder after the dataset"},
        {.name = "data", .letter = 'd', .kind = CLI_TEXT, .value = &sheet->where.data, .arg = "DATA",
         .help = "dataset directory: images are looked for below --images, here, in the cache and at their URLs, in this "
                 "order"},
        {.name = "cache", .kind = CLI_TEXT, .value = &sheet->where.cache, .arg = "DIR",
         .help = "where downloaded images are; default $COCO_CACHE, else coco in the user's cache directory"},
        {.name = "negative-ttl", .kind = CLI_REAL, .value = &sheet->where.negative_ttl, .arg = "S",
         .help = "seconds before a dead URL is tried again; 0: at once", .min = 0, .max = 1e10},
        {.name = "offline", .kind = CLI_FLAG, .value = &sheet->where.offline,
         .help = "download nothing; images come from the directories and the cache"},
        {.name = "max-pixels", .kind = CLI_INT, .value = &sheet->where.max_pixels, .arg = "N",
         .help = "largest image, in pixels, to hold in memory; a JPEG is decoded at the size that its tile needs",
         .min = 1,
         .max = INT64_C(10000000000)},
        {.name = "strict", .kind = CLI_FLAG, .value = &o->strict,
         .help = "exit 1 if an image is missing, broken or cut off; the sheet is written all the same"},
    };
    /* clang-format on */
    memcpy(options, own, sizeof own);
}

/* Fills the table and returns the number of options. */
static int list_options(Options *o, CliOption options[N_OWN + NET_MAX])
{
    order_options(o, options);
    look_options(o, options + N_ORDER);
    image_options(o, options + N_ORDER + N_LOOK);
    return N_OWN + net_options(&o->net, &o->sheet.where.http, NET_TIMES | NET_TRIES | NET_PUBLIC, options + N_OWN);
}

int main(int argc, char **argv)
{
    SheetOptions sheet = sheet_defaults();
    char tile[32];
    sheet.where.data = DEFAULT_DATASET;
    Options o = {.sheet = sheet,
                 .tile = tile,
                 .columns = sheet.columns,
                 .rows = sheet.rows,
                 .references = sheet.references,
                 .seed = 231,
                 .dpi = -1,
                 .scale = sheet.scale};
    snprintf(tile, sizeof tile, "%dx%d", sheet.tile_w, sheet.tile_h);
    CliOption options[N_OWN + NET_MAX];
    Cli cli = {
        .name = "coco-render",
        .synopsis = "[OPTION...] -o SHEET.png [FILE|-]\n[OPTION...] --html PAGE.html [FILE|-]",
        .about = "Draws caption records as a contact sheet: each image with its generated caption and, below it,\n"
                 "the ground truth. A missing image becomes a placeholder that says why. Long texts end\n"
                 "in an ellipsis on sheets; a page shows them whole.",
        .epilog = "Records come from coco-sample, or from `coco-fetch show -n`, on standard input or in a file.",
        .environment = CLI_ENV_CACHE | CLI_ENV_NET,
        .examples =
            "  coco-sample -m model.h5 -n 24 | coco-render -d DATA -o sheet.png\n"
            "  shuf -n 60 captions.jsonl | coco-render -d DATA --rows 5 -o 'sheet-%03d.png'\n"
            "  coco-eval --per-image captions.jsonl | coco-render -d DATA --sort score --reverse --html worst.html",
        .options = options,
        .n_options = list_options(&o, options),
    };
    cli_parse(&cli, argc, argv);
    net_apply(&o.net);
    take(&cli, &o);
    warn_unused(&cli, &o.sheet);
    int status = draw(&cli, &o);
    cli_free(&cli);
    return cli_finish(&cli, status);
}
