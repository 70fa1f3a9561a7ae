/* coco-render: caption records to contact sheets. */
#include "cmd/cli.h"
#include "pipeline/sheet.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void check(const Cli *cli, const SheetSpec *spec)
{
    if (cli->n_operands > 1)
        cli_usage_error("%s: more than one input; `cat` joins records", cli->operand[1]);
    if (!spec->output)
        cli_usage_error("-o says where the sheet goes");
    const char *bad = sheet_bad_output(spec->output);
    if (bad)
        cli_usage_error("-o '%s': %s", spec->output, bad);
    if (!strcmp(spec->output, "-") && isatty(STDOUT_FILENO))
        cli_usage_error("-o -: standard output is a terminal, no place for a picture");
}

int main(int argc, char **argv)
{
    SheetSpec spec = sheet_defaults();
    SheetCount count;
    char err[1024], tile_default[32];
    const char *tile = tile_default;
    int64_t columns = spec.columns, rows = spec.rows, references = spec.references;
    bool strict = false;
    snprintf(tile_default, sizeof tile_default, "%dx%d", spec.tile_w, spec.tile_h);
    spec.data = "data/coco_captioning";
    CliOption options[] = {
        {.name = "output", .letter = 'o', .kind = CLI_TEXT, .value = &spec.output, .arg = "FILE",
         .help = "the sheet, PNG; - is standard output; with %d or %03d in it, one file for each --rows rows"},
        {.name = "columns", .kind = CLI_INT, .value = &columns, .arg = "N", .help = "tiles side by side",
         .min = 1, .max = 1024},
        {.name = "rows", .kind = CLI_INT, .value = &rows, .arg = "N", .help = "rows of tiles a sheet; 0 is all on one",
         .min = 0, .max = 1000000},
        {.name = "tile", .kind = CLI_TEXT, .value = &tile, .arg = "WxH",
         .help = "the box of an image, in pixels; text stands below it"},
        {.name = "gt", .kind = CLI_INT, .value = &references, .arg = "N",
         .help = "ground truth captions below each generated one", .min = 0, .max = 100},
        {.name = "title", .kind = CLI_TEXT, .value = &spec.title, .arg = "TEXT",
         .help = "the header's first line, in place of the input's name"},
        {.name = "images", .kind = CLI_TEXT, .value = &spec.images, .arg = "DIR",
         .help = "look here for the records' files first"},
        {.name = "data", .letter = 'd', .kind = CLI_TEXT, .value = &spec.data, .arg = "DATA",
         .help = "then in this dataset directory; then in the cache, then at the URL"},
        {.name = "cache", .kind = CLI_TEXT, .value = &spec.cache, .arg = "DIR",
         .help = "downloaded images; default $COCO_CACHE, else coco in the user's cache directory"},
        {.name = "strict", .kind = CLI_FLAG, .value = &strict,
         .help = "exit 1 where an image was missing or broken; the sheet is written all the same"},
    };
    Cli cli = {
        .name = "coco-render", .synopsis = "[options] -o SHEET.png [FILE|-]",
        .about = "Draws caption records as a contact sheet: each image with its generated caption and, below it,\n"
                 "the ground truth. An image that cannot be had is a placeholder that says why.",
        .epilog = "Records come from coco-sample, or from `coco-fetch show -n`, on standard input or in a file:\n"
                  "  coco-sample -m model.h5 -n 24 | coco-render -o sheet.png\n"
                  "  shuf -n 60 captions.jsonl | coco-render --rows 5 -o 'sheet-%03d.png'",
        .options = options, .n_options = sizeof options / sizeof *options,
    };
    cli_parse(&cli, argc, argv);
    cli_size("--tile", tile, SHEET_TILE_MIN, SHEET_TILE_MAX, &spec.tile_w, &spec.tile_h);
    check(&cli, &spec);
    spec.input = cli.n_operands ? cli.operand[0] : "-";
    spec.columns = (int)columns;
    spec.rows = (int)rows;
    spec.references = (int)references;
    spec.threads = (int)cli.threads;
    const Report *report = cli_report(&cli, "images");
    int rc = sheet_render(&spec, report, &count, err, sizeof err);
    cli_free(&cli);
    if (rc && count.reader_gone)
        return 128 + SIGPIPE;
    if (rc)
        cli_error("%s", err);
    else if (!report_stop(report))
        report_note(report, "%s: %lld image%s, %lld of them missing or broken", spec.output, (long long)count.images,
                    count.images == 1 ? "" : "s", (long long)count.dead);
    return cli_finish(&cli, rc || (strict && count.dead) ? 1 : 0);
}
