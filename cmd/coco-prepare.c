/* coco-prepare: makes a dataset directory of captions and features. */
#include "cmd/cli.h"
#include "pipeline/prepare/prepare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char ABOUT[] =
    "Makes a dataset directory for coco-train from your own captions and your pictures' features.\n\n"
    "CAPTIONS, recognised by their content: COCO annotations; Karpathy's dataset_*.json, with its splits\n"
    "(restval counts as train); CSV (image,caption); TSV (image#0<TAB>caption); pipe-separated (Flickr30k:\n"
    "image| 0| caption); caption records. Tables may have a header, and in it a column split. - is stdin.";

static const char EPILOG[] =
    "An image and a row of features belong together if their names are the same: the whole path as given,\n"
    "else the end of the row's path that the image's name is (b/x.jpg of a/b/x.jpg), else the last part of\n"
    "both, if only one image and one row have that. Without --features the dataset has none, and\n"
    "'coco-features -d DATA --split S -o DATA/S_features.h5' adds them.\n\n"
    "Without --split, images that the captions files put into no split are train. --split S=FILE reads S from\n"
    "a list of names, S=N and S=P% draw images; the rest is train. --split train=... says what train is, and\n"
    "the rest is left out. The captions of an image are always in one split.\n\n"
    "The vocabulary has the four special words, then those of train by falling count.";

typedef struct {
    PrepareOptions prepare;
    CliList features, names, splits;
} Options;

enum { N_OPTIONS = 19, PCA_MAX = 1 << 20, WORDS_MAX = 65000 };

static void option_table(Options *o, CliOption table[N_OPTIONS])
{
    PrepareOptions *p = &o->prepare;
    /* clang-format off */
    const CliOption all[] = {
        {.name = "output", .letter = 'o', .kind = CLI_TEXT, .value = &p->out, .arg = "DATA",
         .help = "the dataset directory to make"},
        {.name = "features", .kind = CLI_MANY, .value = &o->features, .arg = "FILE[:ARRAY]",
         .help = "features: from coco-features, or any HDF5 file (the array 'features', or ARRAY), .npy or .npz; may "
                 "be repeated"},
        {.name = "names", .kind = CLI_MANY, .value = &o->names, .arg = "FILE",
         .help = "the images' names, one per line, for features that come without; once for all such files, or once "
                 "for each"},
        {.name = "images", .kind = CLI_TEXT, .value = &p->images, .arg = "DIR",
         .help = "the pictures' directory: leave out images that are not there; names without folders are looked for in its "
                 "subfolders, too"},
        {.name = "split", .kind = CLI_MANY, .value = &o->splits, .arg = "S=FILE|N|P%",
         .help = "put the images that a file lists into the split S, or draw N images, or P percent; may be repeated"},
        {.name = "seed", .kind = CLI_INT, .value = &p->seed, .arg = "N", .help = "seed of what --split draws",
         .min = 0, .max = UINT32_MAX},
        {.name = "tokenizer", .kind = CLI_CHOICE, .value = &p->tokenizer, .arg = TOKENIZER_NAMES,
         .help = "simple: lower case, no apostrophes, split at what is neither a letter nor a digit; ptb: the words "
                 "that coco-eval compares; none: the text as it is, split at spaces"},
        {.name = "characters", .kind = CLI_FLAG, .value = &p->characters,
         .help = "spell: the vocabulary's entries are the characters of the tokenizer's words, and the space"},
        {.name = "pieces", .kind = CLI_INT, .value = &p->pieces, .arg = "N",
         .help = "spell with characters and N pieces of words, learnt from train by byte-pair encoding",
         .min = 1, .max = WORDS_MAX},
        {.name = "min-count", .kind = CLI_INT, .value = &p->min_count, .arg = "N",
         .help = "words that occur less often in train become <UNK> (default 5; with --from 1)", .min = 1, .max = 1e9},
        {.name = "max-words", .kind = CLI_INT, .value = &p->max_words, .arg = "N",
         .help = "leave out longer captions (default 20; with --from no limit)", .min = 1, .max = WORDS_MAX},
        {.name = "vocab-from", .kind = CLI_TEXT, .value = &p->vocab_from, .arg = "DATA|MODEL|FILE",
         .help = "take the vocabulary of a dataset, a model, a vocab.json or a list of words, one per line"},
        {.name = "pca", .kind = CLI_INT, .value = &p->pca, .arg = "D",
         .help = "reduce the features to D numbers by principal components, fitted on train", .min = 1,
         .max = PCA_MAX},
        {.name = "grid-pca", .kind = CLI_INT, .value = &p->grid_pca, .arg = "D",
         .help = "the same for each place of the grid, if the features have one", .min = 1, .max = PCA_MAX},
        {.name = "pca-from", .kind = CLI_TEXT, .value = &p->pca_from, .arg = "DATA|MODEL|FILE",
         .help = "reduce them by the components of another dataset, a model or a features file instead, so that the "
                 "model, or one of that dataset, takes them"},
        {.name = "from", .kind = CLI_TEXT, .value = &p->from, .arg = "DATA",
         .help = "take captions, splits and features from a dataset directory instead"},
        {.name = "allow-external", .kind = CLI_FLAG, .value = &p->allow_external,
         .help = "read arrays that HDF5 files keep in other files (links, external storage, virtual datasets)"},
        {.name = "strict", .kind = CLI_FLAG, .value = &p->strict,
         .help = "fail if a caption or an image cannot be used"},
        {.name = "force", .letter = 'f', .kind = CLI_FLAG, .value = &p->replace,
         .help = "replace an existing directory, if everything in it belongs to a dataset"},
    };
    /* clang-format on */
    _Static_assert(sizeof all == N_OPTIONS * sizeof *all, "N_OPTIONS counts the table's rows");
    memcpy(table, all, sizeof all);
}

/* What no table can say of the options. */
static void check(const Cli *cli, const PrepareOptions *p)
{
    if (!p->out)
        cli_usage_error("no output: give -o DATA");
    if (!cli->n_operands && !p->from)
        cli_usage_error("no captions: name a file of captions, or a dataset by --from");
    if (cli->n_operands && p->from)
        cli_usage_error("%s: --from takes the captions of %s alone", cli->operand[0], p->from);
    if (p->from && cli_given(cli, "tokenizer"))
        cli_usage_error("--tokenizer: the captions of --from are words already");
    if ((p->pca || p->grid_pca) && !p->n_features && !p->from)
        cli_usage_error("%s needs --features", p->pca ? "--pca" : "--grid-pca");
    if (p->pca_from && (p->pca || p->grid_pca))
        cli_usage_error("--pca-from excludes --pca and --grid-pca");
    if (p->pca_from && !p->n_features && !p->from)
        cli_usage_error("--pca-from needs --features");
    if (p->n_names && !p->n_features)
        cli_usage_error("--names needs --features");
    if (p->vocab_from && p->pieces)
        cli_usage_error("--vocab-from and --pieces exclude each other: --characters takes pieces as well");
    if (p->vocab_from && cli_given(cli, "min-count"))
        cli_usage_error("--vocab-from and --min-count exclude each other");
}

static SplitSpec *parse_splits(const CliList *list)
{
    Err err;
    SplitSpec *spec = calloc((size_t)list->n + 1, sizeof *spec);
    if (!spec) {
        cli_error("out of memory");
        exit(1);
    }
    for (int i = 0; i < list->n; i++) {
        if (split_spec_parse(&spec[i], list->value[i], &err))
            cli_usage_error("--split %s", err.text);
        for (int k = 0; k < i; k++)
            if (!strcmp(spec[k].name, spec[i].name))
                cli_usage_error("--split: the split %s is given twice", spec[i].name);
    }
    return spec;
}

int main(int argc, char **argv)
{
    Options o = {.prepare = {.seed = 231}};
    PrepareOptions *p = &o.prepare;
    CliOption options[N_OPTIONS];
    option_table(&o, options);
    Cli cli = {.name = "coco-prepare",
               .synopsis =
                   "-o DATA CAPTIONS... [--features FILE[:ARRAY]]... [OPTION...]\n-o DATA --from DATA [OPTION...]",
               .about = ABOUT,
               .epilog = EPILOG,
               .environment = CLI_ENV_SIMD,
               .examples = "  coco-prepare -o DATA captions.csv --features photos.h5 --split val=10%\n"
                           "  coco-prepare -o DATA dataset_flickr8k.json --features photos.h5 --pca 512",
               .options = options,
               .n_options = N_OPTIONS};
    Err err;
    cli_parse(&cli, argc, argv);
    cli_check_simd();
    p->captions = cli.operand, p->n_captions = cli.n_operands;
    p->features = o.features.value, p->n_features = o.features.n;
    p->names = o.names.value, p->n_names = o.names.n;
    check(&cli, p);
    SplitSpec *splits = parse_splits(&o.splits);
    p->split = splits, p->n_splits = o.splits.n;
    int rc = prepare_run(p, cli_report(&cli, "captions"), &err);
    if (rc)
        cli_error("%s", err.text);
    free(splits);
    cli_free(&cli);
    return cli_finish(&cli, rc ? 1 : 0);
}
