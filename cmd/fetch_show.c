/* coco-fetch show: what is in a dataset. */
#include "cmd/cli.h"
#include "cmd/fetch.h"
#include "pipeline/common/defaults.h"
#include "pipeline/dataset/dataset_show.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    ShowSpec spec;
    ShowRecords records;
    bool random, minibatch;
} Options;

enum { N_OPTIONS = 7 };

static Cli describe(const char *part, Options *o, CliOption options[N_OPTIONS])
{
    *o = (Options){.spec = {.dir = DEFAULT_DATASET, .out = stdout}, .records = {.seed = 231}};
    /* clang-format off */
    const CliOption own[N_OPTIONS] = {
        {.name = "data", .letter = 'd', .kind = CLI_TEXT, .value = &o->spec.dir, .arg = "DATA",
         .help = "the dataset directory, as the operand"},
        {.name = "split", .kind = CLI_TEXT, .value = &o->spec.split, .arg = "NAME",
         .help = "only this split (default: all; val with -n, train with --minibatch)"},
        {.name = "number", .letter = 'n', .kind = CLI_INT, .value = &o->records.n, .arg = "N",
         .help = "print the ground truth of N images as caption records", .min = 1, .max = 1e15},
        {.name = "random", .letter = 'r', .kind = CLI_FLAG, .value = &o->random,
         .help = "of N random images, not of the first N"},
        {.name = "minibatch", .kind = CLI_FLAG, .value = &o->minibatch,
         .help = "of N captions drawn with replacement, as the course draws its minibatches"},
        {.name = "seed", .kind = CLI_INT, .value = &o->records.seed, .arg = "N", .help = "random seed",
         .min = 0, .max = UINT32_MAX},
        {.name = "allow-external", .kind = CLI_FLAG, .value = &o->spec.allow_external,
         .help = "read arrays that HDF5 files keep in other files (links, external storage, virtual datasets)"},
    };
    /* clang-format on */
    memcpy(options, own, sizeof own);
    return (Cli){
        .name = "coco-fetch",
        .part = part,
        .synopsis = "show [DATA] [--split NAME] [-n N [--random|--minibatch]]",
        .about = "Says what is in the dataset directory DATA: arrays, lists, vocabulary, and\n"
                 "what the captions are like. All of it is checked as training would. With -n it prints records\n"
                 "of ground truth for coco-render: caption is one reference, references are the others, in the\n"
                 "words of the vocabulary, as training sees them.",
        .examples = "  coco-fetch show DATA\n"
                    "  coco-fetch show DATA --split val -n 24 | coco-render -d DATA -o look.png",
        .options = options,
        .n_options = N_OPTIONS,
    };
}

/* Puts what was parsed into the library's options. */
static void take_options(Options *o, const Cli *cli)
{
    if (cli->n_operands > 1)
        cli_usage_error("%s: one dataset at a time", cli->operand[1]);
    if (cli->n_operands)
        o->spec.dir = cli->operand[0];
    if (o->random && o->minibatch)
        cli_usage_error("--random and --minibatch exclude each other");
    if ((o->random || o->minibatch) && !o->records.n)
        cli_usage_error("--%s needs -n", o->random ? "random" : "minibatch");
    if (cli_given(cli, "seed") && !o->records.n)
        cli_usage_error("--seed needs -n");
    o->records.choice = o->random ? SHOW_RANDOM : o->minibatch ? SHOW_MINIBATCH : SHOW_FIRST;
}

void show_generate(const char *part, int generator)
{
    Options o;
    CliOption options[N_OPTIONS];
    Cli cli = describe(part, &o, options);
    cli_generate(&cli, generator);
}

int show_main(int argc, char **argv)
{
    Options o;
    CliOption options[N_OPTIONS];
    Cli cli = describe(argv[0], &o, options);
    Err err;
    cli_parse(&cli, argc, argv);
    take_options(&o, &cli);
    const Report *report = cli_report(&cli, "images");
    int rc = o.records.n ? show_records(&o.spec, &o.records, report, &err) : show_summary(&o.spec, report, &err);
    if (rc && !ferror(stdout))
        cli_error("%s", err.text);
    return cli_finish(&cli, rc ? 1 : 0);
}
