/* coco-tag: captions of records into text files, XMP sidecars or the pictures themselves. */
#include "cmd/cli.h"
#include "pipeline/tag/tag.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    TagOptions tag;
    bool txt, xmp, embed;
} Options;

static const char ABOUT[] =
    "Writes the captions of records to where photo programs and trainers look for them: beside each picture\n"
    "(\"file\") as a text file or an XMP sidecar, or into it. Prints a status record for each:\n\n"
    "  {\"image_id\":1,\"file\":\"a.jpg\",\"status\":\"written\",\"path\":\"a.txt\"}\n\n"
    "status is written (with --dry-run: to write), same (the caption was there), kept (a text that coco-tag\n"
    "did not write is there, and stays), skipped (an empty caption, one with <UNK>, or --min-logprob) or\n"
    "failed; the last three have a \"reason\".\n"
    "Exit status 1: something failed, or a line was no record.";
static const char EPILOG[] =
    "XMP gets the caption as dc:description and as Iptc4xmpCore:AltTextAccessibility, and a copy by which "
    "coco-tag\n"
    "knows its own text again. The text files that it wrote are listed in .coco-tag, in their folder.\n"
    "An older caption of its own is replaced; compressed pixels are never touched.";

enum { N_OPTIONS = 7 };

static void option_table(Options *o, CliOption table[N_OPTIONS])
{
    /* clang-format off */
    const CliOption all[] = {
        {.name = "txt", .kind = CLI_FLAG, .value = &o->txt, .help = "write a.txt for a.jpg"},
        {.name = "xmp", .kind = CLI_FLAG, .value = &o->xmp, .help = "write the sidecar a.xmp, or add to it"},
        {.name = "embed", .kind = CLI_FLAG, .value = &o->embed,
         .help = "write XMP into the picture (JPEG, PNG, TIFF), which keeps its pixels, mode and times"},
        {.name = "images", .kind = CLI_TEXT, .value = &o->tag.images, .arg = "DIR",
         .help = "the pictures are below DIR, and nothing outside is touched (default: where the records say, "
                 "which should then be your own)"},
        {.name = "min-logprob", .kind = CLI_REAL, .value = &o->tag.min_logprob, .arg = "X",
         .help = "leave out captions that are less likely, and those without a logprob", .min = -1e300, .max = 0},
        {.name = "force", .kind = CLI_FLAG, .value = &o->tag.force, .help = "replace what people wrote, too"},
        {.name = "dry-run", .kind = CLI_FLAG, .value = &o->tag.dry,
         .help = "write nothing; say what would be written"},
    };
    /* clang-format on */
    _Static_assert(sizeof all == N_OPTIONS * sizeof *all, "N_OPTIONS counts the table's rows");
    memcpy(table, all, sizeof all);
}

static void take(const Cli *cli, Options *o)
{
    if (o->txt + o->xmp + o->embed != 1)
        cli_usage_error("expected one of --txt, --xmp and --embed");
    if (cli->n_operands > 1)
        cli_usage_error("%s: more than one input; `cat` joins records", cli->operand[1]);
    o->tag.form = o->txt ? TAG_TXT : o->xmp ? TAG_XMP : TAG_EMBED;
    o->tag.input = cli->n_operands ? cli->operand[0] : "-";
}

static void say_counts(const Report *report, const Options *o, const TagCount *count)
{
    report_note(report, "%lld %s, %lld the same, %lld kept, %lld skipped, %lld failed",
                (long long)count->n[TAG_WRITTEN], o->tag.dry ? "to write" : "written",
                (long long)count->n[TAG_SAME], (long long)count->n[TAG_KEPT], (long long)count->n[TAG_SKIPPED],
                (long long)count->n[TAG_FAILED]);
}

int main(int argc, char **argv)
{
    Options o = {.tag = {.min_logprob = NAN}};
    CliOption options[N_OPTIONS];
    TagCount count;
    Err err;
    option_table(&o, options);
    Cli cli = {.name = "coco-tag",
               .synopsis = "--txt|--xmp|--embed [OPTION...] [FILE|-]",
               .about = ABOUT,
               .epilog = EPILOG,
               .examples = "  coco-sample -m model.h5 photos/ | coco-tag --embed --min-logprob -12 > status.jsonl",
               .options = options,
               .n_options = N_OPTIONS};
    cli_parse(&cli, argc, argv);
    cli_refuse_empty(&cli);
    take(&cli, &o);
    const Report *report = cli_report(&cli, "pictures");
    int rc = tag_run(&o.tag, report, &count, &err);
    if (rc && !ferror(stdout)) /* cli_finish reports that */
        cli_error("%s", err.text);
    else if (!rc)
        say_counts(report, &o, &count);
    cli_free(&cli);
    return cli_finish(&cli, rc || count.n[TAG_FAILED] || count.bad_lines ? 1 : 0);
}
