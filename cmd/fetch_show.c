/* coco-fetch show: what is in a dataset. */
#include "cmd/cli.h"
#include "cmd/fetch.h"
#include "pipeline/common/defaults.h"
#include "pipeline/dataset/dataset_show.h"

#include <stdio.h>

int show_main(int argc, char **argv)
{
    ShowSpec spec = {.dir = DEFAULT_DATASET, .out = stdout};
    ShowRecords what = {.seed = 231};
    bool random = false, minibatch = false;
    /* clang-format off */
    CliOption options[] = {
        {.name = "data", .letter = 'd', .kind = CLI_TEXT, .value = &spec.dir, .arg = "DATA",
         .help = "the dataset directory, as the operand"},
        {.name = "split", .kind = CLI_TEXT, .value = &spec.split, .arg = "S",
         .help = "only this split (default: all; val with -n, train with --minibatch)"},
        {.name = "number", .letter = 'n', .kind = CLI_INT, .value = &what.n, .arg = "N",
         .help = "print the ground truth of N images as caption records", .min = 1, .max = 1e15},
        {.name = "random", .letter = 'r', .kind = CLI_FLAG, .value = &random,
         .help = "of N random images, not of the first N"},
        {.name = "minibatch", .kind = CLI_FLAG, .value = &minibatch,
         .help = "of N captions drawn with replacement, as the course draws its minibatches"},
        {.name = "seed", .kind = CLI_INT, .value = &what.seed, .arg = "N", .help = "random seed",
         .min = 0, .max = UINT32_MAX},
        {.name = "allow-external", .kind = CLI_FLAG, .value = &spec.allow_external,
         .help = "read arrays that HDF5 files keep in other files (links, external storage, virtual datasets)"},
    };
    /* clang-format on */
    Cli cli = {
        .name = "coco-fetch",
        .part = "show",
        .synopsis = "show [DATA] [--split S] [-n N [--random|--minibatch]]",
        .about = "Says what is in the dataset directory DATA: arrays, lists, vocabulary, and\n"
                 "what the captions are like. All of it is checked as training would. With -n it prints records\n"
                 "of ground truth for coco-render: caption is one reference, references are the others, in the\n"
                 "words of the vocabulary, as training sees them.",
        .examples = "  coco-fetch show DATA\n"
                    "  coco-fetch show DATA --split val -n 24 | coco-render -o look.png",
        .options = options,
        .n_options = sizeof options / sizeof *options,
    };
    Err err;
    cli_parse(&cli, argc, argv);
    if (cli.n_operands > 1)
        cli_usage_error("%s: one dataset at a time", cli.operand[1]);
    if (cli.n_operands)
        spec.dir = cli.operand[0];
    if (random && minibatch)
        cli_usage_error("--random and --minibatch exclude each other");
    if ((random || minibatch) && !what.n)
        cli_usage_error("--%s needs -n", random ? "random" : "minibatch");
    what.choice = random ? SHOW_RANDOM : minibatch ? SHOW_MINIBATCH : SHOW_FIRST;
    const Report *report = cli_report(&cli, "images");
    int rc = what.n ? show_records(&spec, &what, report, &err) : show_summary(&spec, report, &err);
    if (rc && !ferror(stdout))
        cli_error("%s", err.text);
    return cli_finish(&cli, rc ? 1 : 0);
}
