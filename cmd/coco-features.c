/* coco-features: pictures in, features of a convolutional network out. */
#include "cmd/cli.h"
#include "cmd/picture_operands.h"
#include "pipeline/common/team.h"
#include "pipeline/features/cnn_list.h"
#include "pipeline/features/features.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    FeaturesOptions features;
    const char *size; /* "WxH" */
} Options;

static const char ABOUT[] =
    "Runs pictures through a convolutional network and writes its features to an HDF5 file: `features`\n"
    "(pictures, D), with --grid also `grid` (pictures, places, channels), and `files`, the pictures' names.\n"
    "A folder stands for the pictures below it, in the order of their sorted names, without hidden ones;\n"
    "- for paths or caption records on standard input. A picture that cannot be read is named and left out,\n"
    "and the exit status is then 1.";
static const char EPILOG[] =
    "The network is an ONNX file, or a name: then NAME.onnx in cnn/ below the cache of coco-fetch\n"
    "if there is no file of that name here.\n\n"
    "How it wants pictures comes from its metadata (coco.mean, coco.scale or coco.std, coco.order,\n"
    "coco.fit), from a table of known networks, or from the options.";

enum { N_OPTIONS = 20, SIDE_MAX = 4096 };

static void option_table(Options *o, CliOption table[N_OPTIONS])
{
    FeaturesOptions *f = &o->features;
    /* clang-format off */
    const CliOption all[] = {
        {.name = "cnn", .kind = CLI_TEXT, .value = &f->cnn, .arg = "NAME|FILE.onnx",
         .help = "the network: a file, or a name that 'coco-fetch cnn' lists"},
        {.name = "output", .letter = 'o', .kind = CLI_TEXT, .value = &f->output, .arg = "FILE.h5",
         .help = "the features file to write"},
        {.name = "grid", .kind = CLI_FLAG, .value = &f->network.grid,
         .help = "write the grid as well, in float16"},
        {.name = "data", .letter = 'd', .kind = CLI_TEXT, .value = &f->data, .arg = "DATA",
         .help = "with --split: a dataset's pictures, in its order; one that is broken ends the run"},
        {.name = "split", .kind = CLI_TEXT, .value = &f->split, .arg = "NAME", .help = "train, val or another split"},
        {.name = "images", .kind = CLI_TEXT, .value = &f->images, .arg = "DIR",
         .help = "with -d: the folder that the dataset's pictures are in, if it is another than DATA"},
        {.name = "null", .letter = '0', .kind = CLI_FLAG, .value = &f->nul,
         .help = "paths on standard input end with NUL, not with the line"},
        {.name = "layer", .kind = CLI_TEXT, .value = &f->network.layer, .arg = "NAME",
         .help = "the tensor or node that gives the vector (default: the last global pooling)"},
        {.name = "grid-layer", .kind = CLI_TEXT, .value = &f->network.grid_layer, .arg = "NAME",
         .help = "the one that gives the grid (default: the input of the last global pooling)"},
        {.name = "mean", .kind = CLI_TEXT, .value = &f->prepare.mean, .arg = "X[,X,X]",
         .help = "prepare pixels by (pixel - mean) * scale: the mean, from 0 to 255"},
        {.name = "scale", .kind = CLI_TEXT, .value = &f->prepare.scale, .arg = "X[,X,X]", .help = "and the scale"},
        {.name = "order", .kind = CLI_CHOICE, .value = &f->prepare.order, .arg = PREPROCESS_ORDERS,
         .help = "of the channels"},
        {.name = "fit", .kind = CLI_CHOICE, .value = &f->prepare.fit, .arg = PREPROCESS_FITS,
         .help = "squash the whole picture into the input, or cut out its middle"},
        {.name = "size", .kind = CLI_TEXT, .value = &o->size, .arg = "WxH",
         .help = "of the input, for a network that leaves it open"},
        {.name = "exact", .kind = CLI_FLAG, .value = &f->pictures.exact,
         .help = "decode large JPEGs at their full size, which takes longer"},
        {.name = "truncated", .kind = CLI_FLAG, .value = &f->pictures.truncated,
         .help = "take JPEGs that end too early as far as they go"},
        {.name = "update", .kind = CLI_FLAG, .value = &f->update,
         .help = "take from the output, if it exists, the rows of pictures that have not changed, by size and time; "
                 "other settings than its own are refused"},
        {.name = "checksum", .kind = CLI_FLAG, .value = &f->by_content,
         .help = "look at content, not at times, to see what has changed"},
        {.name = "max-pixels", .kind = CLI_INT, .value = &f->pictures.max_pixels, .arg = "N",
         .help = "refuse pictures of more pixels", .min = 1, .max = 1e10},
        {.name = "mpi-timeout", .kind = CLI_INT, .value = &f->mpi_timeout, .arg = "N",
         .help = "with several ranks: end if one does not answer for N seconds", .min = 1, .max = MPI_TIMEOUT_MAX},
    };
    /* clang-format on */
    _Static_assert(sizeof all == N_OPTIONS * sizeof *all, "N_OPTIONS counts the table's rows");
    memcpy(table, all, sizeof all);
}

static void take(const Cli *cli, Options *o)
{
    FeaturesOptions *f = &o->features;
    if (!f->output || !*f->output || !strcmp(f->output, "-"))
        cli_usage_error("-o must name the file to write");
    if (!f->data != !f->split)
        cli_usage_error("-d and --split need each other");
    if (f->images && !f->data)
        cli_usage_error("--images needs -d");
    if (f->data && cli->n_operands)
        cli_usage_error("unexpected operand '%s': -d and --split name the pictures", cli->operand[0]);
    if (!f->data && !cli->n_operands)
        cli_usage_error("expected pictures, folders or -");
    if (f->network.grid_layer && !f->network.grid)
        cli_usage_error("--grid-layer needs --grid");
    check_picture_operands(cli, f->nul);
    if (f->by_content && !f->update)
        cli_usage_error("--checksum needs --update");
    if (o->size)
        cli_size("--size", o->size, 1, SIDE_MAX, &f->network.width, &f->network.height);
    f->prepare.order = cli_given(cli, "order") ? f->prepare.order : -1;
    f->prepare.fit = cli_given(cli, "fit") ? f->prepare.fit : -1;
    f->operands = cli->operand;
    f->n_operands = cli->n_operands;
    f->threads = (int)cli->threads;
}

int main(int argc, char **argv)
{
    Options o = {.features = {.cnn = CNN_DEFAULT, .pictures.max_pixels = IMAGE_PIXELS_MAX, .mpi_timeout = 300}};
    CliOption options[N_OPTIONS];
    Err err;
    int64_t broken;
    option_table(&o, options);
    Cli cli = {.name = "coco-features",
               .synopsis = "[--cnn NAME|FILE.onnx] -o FILE.h5 [OPTION...] FILE|DIR|-...\n"
                           "[--cnn NAME|FILE.onnx] -o FILE.h5 [OPTION...] -d DATA --split NAME",
               .about = ABOUT,
               .epilog = EPILOG,
               .environment = CLI_ENV_CACHE | CLI_ENV_ENGINE,
               .examples = "  coco-features --cnn efficientnet-lite1 -o photos.h5 photos/\n"
                           "  coco-features --grid -d DATA --split val -o DATA/val_features.h5",
               .options = options,
               .n_options = N_OPTIONS,
               .ranks = true};
    cli_parse(&cli, argc, argv);
    take(&cli, &o);
    int rc = features_run(&o.features, cli_report(&cli, "pictures"), &broken, &err);
    if (rc)
        cli_error("%s", err.text);
    cli_free(&cli);
    return cli_finish(&cli, rc || broken);
}
