/* coco-fetch shapes: the built-in dataset, drawn. */
#include "cmd/cli.h"
#include "cmd/fetch.h"
#include "pipeline/dataset/shapes.h"

#include <stdio.h>

int shapes_main(int argc, char **argv)
{
    ShapesSpec spec = shapes_defaults();
    bool force = false;
    CliOption options[] = {
        {.name = "output",
         .letter = 'o',
         .kind = CLI_TEXT,
         .value = &spec.dir,
         .arg = "DIR",
         .help = "the directory to make"},
        {.name = "train",
         .kind = CLI_INT,
         .value = &spec.train,
         .arg = "N",
         .help = "pictures to learn from",
         .min = 1,
         .max = SHAPES_MAX},
        {.name = "val",
         .kind = CLI_INT,
         .value = &spec.val,
         .arg = "N",
         .help = "pictures to validate with",
         .min = 1,
         .max = SHAPES_MAX},
        {.name = "seed",
         .kind = CLI_INT,
         .value = &spec.seed,
         .arg = "S",
         .help = "other numbers, other pictures",
         .min = 0,
         .max = UINT32_MAX},
        {.name = "force",
         .letter = 'f',
         .kind = CLI_FLAG,
         .value = &force,
         .help = "replace a dataset of shapes that is there already"},
    };
    Cli cli = {
        .name = "coco-fetch",
        .synopsis = "shapes [-o DIR] [--train N] [--val N] [--seed S]",
        .about =
            "Makes the built-in dataset, with no network: pictures of one to three coloured shapes, 128 x 128,\n"
            "five captions each, features, vocabulary and lists, in the layout of the course's COCO dataset.\n"
            "The same seed gives the same bytes.",
        .epilog =
            "The features are measured on the pixels alone. A pixel counts for the nearest of six colours; the\n"
            "colours that are there make patches, the largest first. For each patch: its colour, how much its\n"
            "form is like each kind's (what it fills of its box and of the circle about it, how low its\n"
            "weight lies), size, place, width and height. For each two: the direction from one to the\n"
            "other. Each number is standardised over the train split.",
        .options = options,
        .n_options = sizeof options / sizeof *options,
    };
    Err err;
    cli_parse(&cli, argc, argv);
    if (cli.n_operands)
        cli_usage_error("%s: shapes takes no operand; -o names the directory", cli.operand[0]);
    spec.replace = force;
    spec.workers = (int)cli.threads;
    const Report *report = cli_report(&cli, "pictures");
    int rc = shapes_make(&spec, report, &err);
    if (rc)
        cli_error("%s", err.text);
    else if (!report_stop(report))
        report_note(report, "%s: %lld and %lld pictures, 5 captions each", spec.dir, (long long)spec.train,
                    (long long)spec.val);
    return cli_finish(&cli, rc ? 1 : 0);
}
