/* coco-fetch shapes: the built-in dataset, drawn. */
#include "cmd/cli.h"
#include "cmd/fetch.h"
#include "pipeline/dataset/shapes.h"

#include <string.h>

static const char ABOUT[] =
    "Makes the built-in dataset, without a network: pictures of one to three coloured shapes, 128 x 128,\n"
    "five captions each, features, vocabulary and lists, in the layout of the course's COCO dataset.\n"
    "The same seed gives the same bytes.";

static const char EPILOG[] =
    "The features are measured from the pixels only. A pixel counts for the nearest of six colours; the\n"
    "colours that occur make patches, the largest first. For each patch: its colour, how similar its\n"
    "form is to each kind's (how much it fills of its bounding box and of the circle around it, and how\n"
    "low its centre of mass lies), its size, position, width and height. For each pair: the direction\n"
    "from the first to the second. Each number is standardised over the train split.";

typedef struct {
    ShapesOptions shapes;
    bool force;
} Options;

enum { N_OPTIONS = 5 };

static Cli describe(const char *part, Options *o, CliOption options[N_OPTIONS])
{
    *o = (Options){.shapes = shapes_defaults()};
    /* clang-format off */
    const CliOption own[N_OPTIONS] = {
        {.name = "output", .letter = 'o', .kind = CLI_TEXT, .value = &o->shapes.dir, .arg = "DIR",
         .help = "the directory to make"},
        {.name = "train", .kind = CLI_INT, .value = &o->shapes.train, .arg = "N",
         .help = "number of pictures to train on", .min = 1, .max = SHAPES_MAX},
        {.name = "val", .kind = CLI_INT, .value = &o->shapes.val, .arg = "N",
         .help = "number of pictures to validate on", .min = 1, .max = SHAPES_MAX},
        {.name = "seed", .kind = CLI_INT, .value = &o->shapes.seed, .arg = "N",
         .help = "random seed", .min = 0, .max = UINT32_MAX},
        {.name = "force", .letter = 'f', .kind = CLI_FLAG, .value = &o->force,
         .help = "replace an existing dataset of shapes"},
    };
    /* clang-format on */
    memcpy(options, own, sizeof own);
    return (Cli){
        .name = "coco-fetch",
        .part = part,
        .synopsis = "shapes [-o DIR] [--train N] [--val N] [--seed N]",
        .about = ABOUT,
        .epilog = EPILOG,
        .examples = "  coco-fetch shapes -o shapes --train 2000 --val 500",
        .options = options,
        .n_options = N_OPTIONS,
    };
}

void shapes_generate(const char *part, int generator)
{
    Options o;
    CliOption options[N_OPTIONS];
    Cli cli = describe(part, &o, options);
    cli_generate(&cli, generator);
}

int shapes_main(int argc, char **argv)
{
    Options o;
    CliOption options[N_OPTIONS];
    Cli cli = describe(argv[0], &o, options);
    ShapesOptions *shapes = &o.shapes;
    Err err;
    cli_parse(&cli, argc, argv);
    if (cli.n_operands)
        cli_usage_error("unexpected operand '%s'; -o names the directory", cli.operand[0]);
    shapes->replace = o.force;
    shapes->workers = (int)cli.threads;
    const Report *report = cli_report(&cli, "pictures");
    int rc = shapes_make(shapes, report, &err);
    if (rc)
        cli_error("%s", err.text);
    else if (!report_stop(report))
        report_note(report, "%s: %lld and %lld pictures, 5 captions each", shapes->dir, (long long)shapes->train,
                    (long long)shapes->val);
    return cli_finish(&cli, rc ? 1 : 0);
}
