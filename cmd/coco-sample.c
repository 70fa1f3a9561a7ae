/* coco-sample: captions pictures, the images of a dataset, or bare features, with a model; writes caption records. */
#include "cmd/cli.h"
#include "cmd/picture_operands.h"
#include "pipeline/common/defaults.h"
#include "pipeline/common/team.h"
#include "pipeline/sample/sample.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    SampleOptions sample;
    CliList models;
    int64_t beam, nbest, groups, samples, top_k, seed, max_length, min_length, no_repeat;
    bool greedy, no_logprob;
    int format, precision;
    const char *shard;
} Options;

static const char ABOUT[] =
    "Describes images: writes a caption for each picture, or for each row of features. A folder stands for the\n"
    "pictures below it, in the order of their sorted names, without hidden ones; - for paths or caption\n"
    "records on standard input. A picture that cannot be read is named and left out, and the exit status is then "
    "1.";
static const char EPILOG[] =
    "Writes one record per line, in the order of the pictures or rows:\n"
    "{\"image_id\":...,\"caption\":...,\"logprob\":...,\"references\":[...]}.\n"
    "logprob is the natural logarithm of the caption's probability. --nbest and --samples add\n"
    "\"candidates\":[{\"caption\":...,\"logprob\":...},...], best first; the first is the caption. A caption does\n"
    "not depend on the images beside it, on the number of threads, or on --shard and --rows.";

/* "I/N" with 0 <= I < N. */
static void take_shard(const char *text, SampleOptions *o)
{
    const char *slash = strchr(text, '/');
    char left[24];
    if (slash && (size_t)(slash - text) < sizeof left) {
        memcpy(left, text, (size_t)(slash - text));
        left[slash - text] = '\0';
        if (cli_read_int(slash + 1, 1, INT64_C(1) << 40, &o->shards) &&
            cli_read_int(left, 0, o->shards - 1, &o->shard))
            return;
    }
    cli_usage_error("--shard: '%s': expected I/N with 0 <= I < N", text);
}

/* Several captions of an image, and what only beams or only draws have. */
static void take_several(const Cli *cli, const Options *o, SearchOptions *s)
{
    static const char *const of_beams[] = {"nbest", "groups"};
    static const char *const of_draws[] = {"samples", "top-k", "top-p"};
    for (size_t i = 0; i < sizeof of_beams / sizeof *of_beams; i++)
        if (cli_given(cli, of_beams[i]) && !cli_given(cli, "beam"))
            cli_usage_error("--%s goes with --beam", of_beams[i]);
    if (s->length_norm != 0 && !cli_given(cli, "beam"))
        cli_usage_error("--length-norm goes with --beam");
    for (size_t i = 0; i < sizeof of_draws / sizeof *of_draws; i++)
        if (cli_given(cli, of_draws[i]) && !cli_given(cli, "temperature"))
            cli_usage_error("--%s goes with --temperature", of_draws[i]);
    if (o->nbest > s->beam)
        cli_usage_error("--nbest %lld needs a --beam of at least as many", (long long)o->nbest);
    if (s->beam % o->groups)
        cli_usage_error("--groups %lld does not divide --beam %d", (long long)o->groups, s->beam);
    if (cli_given(cli, "diversity") && o->groups < 2)
        cli_usage_error("--diversity goes with --groups");
    bool one = o->sample.decoder.rerank != RERANK_NONE; /* of several, which were needed to find it */
    if (o->sample.neighbors && o->sample.decoder.rerank != RERANK_NEIGHBORS)
        cli_usage_error("--neighbors goes with --rerank neighbors");
    if (one && o->nbest < 2 && o->samples < 2)
        cli_usage_error("--rerank needs --nbest or --samples of at least 2");
    if (!one && (o->nbest > 1 || o->samples > 1) && o->format != 0)
        cli_usage_error("--%s writes records: --format %s holds one caption of an image",
                        o->nbest > 1 ? "nbest" : "samples", caption_format(o->format)->name);
    s->nbest = (int)o->nbest;
    s->groups = (int)o->groups;
    s->samples = (int)o->samples;
    s->choice.top_k = (int)o->top_k;
}

enum { WORDS = 30 }; /* steps without --max-length, at least */

/* Greedy unless --beam or --temperature says otherwise; at most one of them. */
static void take_search(const Cli *cli, const Options *o, SearchOptions *s)
{
    int ways = cli_given(cli, "greedy") + cli_given(cli, "beam") + cli_given(cli, "temperature");
    if (ways > 1)
        cli_usage_error("--greedy, --beam and --temperature exclude each other");
    s->sampler = sampler_named(cli_given(cli, "temperature") ? "temperature" : "best");
    s->beam = cli_given(cli, "beam") ? (int)o->beam : 1;
    take_several(cli, o, s);
    s->seed = (uint32_t)o->seed;
    s->max_length = (int)o->max_length;
    s->rules.min_words = (int)o->min_length;
    s->rules.no_repeat = (int)o->no_repeat;
    if (o->min_length >= (o->max_length ? o->max_length : WORDS))
        cli_usage_error("--min-length %lld needs a --max-length above it: <END> is a step too",
                        (long long)o->min_length);
    s->precision = (Precision)o->precision;
}

/* Operands are pictures, for which there are no rows. */
static void check_pictures(const Cli *cli, const PictureOptions *p)
{
    static const char *const others[] = {"data", "split", "features", "files", "raw-features", "rows"};
    if (!cli->n_operands && (p->cnn || p->nul))
        cli_usage_error("%s needs pictures", p->cnn ? "--cnn" : "-0");
    for (size_t i = 0; cli->n_operands && i < sizeof others / sizeof *others; i++)
        if (cli_given(cli, others[i]))
            cli_usage_error("%s: pictures cannot be combined with --%s", cli->operand[0], others[i]);
    check_picture_operands(cli, p->nul);
}

/* Nothing is chosen where captions are given. */
static void check_score(const Cli *cli, const SampleOptions *s)
{
    static const char *const others[] = {"attention",  "bad-endings", "beam",        "features",     "greedy",
                                         "max-length", "min-length",  "no-logprob",  "no-repeat",    "no-unk",
                                         "rows",       "shard",       "temperature", "word-logprobs"};
    if (!s->score)
        return;
    if (cli->n_operands || s->n_models > 1)
        cli_usage_error("--score takes the captions of a dataset, and one model");
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (cli_given(cli, others[i]))
            cli_usage_error("--score and --%s exclude each other", others[i]);
}

static void check(const Cli *cli, const SampleOptions *s)
{
    if (!s->n_models)
        cli_usage_error("-m MODEL.h5 is missing");
    check_pictures(cli, &s->pictures);
    check_score(cli, s);
    if (s->decoder.word_logprobs && cli_given(cli, "no-logprob"))
        cli_usage_error("--word-logprobs and --no-logprob exclude each other");
    if (s->features && (cli_given(cli, "data") || cli_given(cli, "split") || s->raw_features))
        cli_usage_error("--features excludes --data, --split and --raw-features");
    if (s->files && !s->features)
        cli_usage_error("--files needs --features: a dataset has its own file names");
}

enum { N_OPTIONS = 38 };

static void option_table(Options *o, CliOption table[N_OPTIONS])
{
    SampleOptions *s = &o->sample;
    /* clang-format off */
    const CliOption all[] = {
        {.name = "model", .letter = 'm', .kind = CLI_MANY, .value = &o->models, .arg = "MODEL.h5",
         .help = "the model file; several -m are an ensemble, whose probabilities are averaged; without -d and "
                 "--features each takes the features of its own dataset"},
        {.name = "output", .letter = 'o', .kind = CLI_TEXT, .value = &s->output, .arg = "FILE",
         .help = "write the captions to this file, which appears once all are there; - is standard output"},
        {.name = "data", .letter = 'd', .kind = CLI_TEXT, .value = &s->data, .arg = "DATA",
         .help = "dataset directory (default: the one that the model was trained on, if it is there, else "
                 DEFAULT_DATASET ")"},
        {.name = "split", .kind = CLI_TEXT, .value = &s->split, .arg = "NAME",
         .help = "train, val or another split"},
        {.name = "cnn", .kind = CLI_TEXT, .value = &s->pictures.cnn, .arg = "NAME|FILE.onnx",
         .help = "with pictures: the network that made the model's features, if the cache does not have it under the "
                 "name that the model gives"},
        {.name = "null", .letter = '0', .kind = CLI_FLAG, .value = &s->pictures.nul,
         .help = "paths on standard input end with NUL, not with the line"},
        {.name = "features", .kind = CLI_TEXT, .value = &s->features, .arg = "FILE.h5",
         .help = "caption the rows of this file's array 'features', without a dataset"},
        {.name = "files", .kind = CLI_TEXT, .value = &s->files, .arg = "NAMES",
         .help = "with --features: the images' file names, one per line, which the records then carry, if the file "
                 "does not hold them"},
        {.name = "raw-features", .kind = CLI_FLAG, .value = &s->raw_features,
         .help = "use the unreduced features, S2014_vgg16_fc7.h5"},
        {.name = "allow-external", .kind = CLI_FLAG, .value = &s->allow_external,
         .help = "read arrays that HDF5 files keep in other files (links, external storage, virtual datasets)"},
        {.name = "greedy", .kind = CLI_FLAG, .value = &o->greedy,
         .help = "take the likeliest word at every step; the default without --beam and --temperature"},
        {.name = "beam", .kind = CLI_INT, .value = &o->beam, .arg = "K", .help = "beam search with K hypotheses",
         .min = 1, .max = 1024},
        {.name = "nbest", .kind = CLI_INT, .value = &o->nbest, .arg = "N",
         .help = "with --beam: the N best captions of each image, as \"candidates\" of its record",
         .min = 1, .max = 1024},
        {.name = "groups", .kind = CLI_INT, .value = &o->groups, .arg = "G",
         .help = "with --beam: diverse beam search with G groups of hypotheses", .min = 1, .max = 1024},
        {.name = "diversity", .kind = CLI_REAL, .value = &s->decoder.search.diversity, .arg = "X",
         .help = "with --groups: what a word costs for each group that has chosen it at the same step", .max = 1e3},
        {.name = "temperature", .kind = CLI_REAL, .value = &s->decoder.search.choice.temperature, .arg = "T",
         .help = "draw words from softmax(scores / T)", .min = 1e-3, .max = 1e3},
        {.name = "top-k", .kind = CLI_INT, .value = &o->top_k, .arg = "K",
         .help = "with --temperature: draw only from the K likeliest words; 0: from all", .max = 1e9},
        {.name = "top-p", .kind = CLI_REAL, .value = &s->decoder.search.choice.top_p, .arg = "P",
         .help = "with --temperature: draw from the fewest words that have probability P together; 0: from all",
         .max = 1},
        {.name = "samples", .kind = CLI_INT, .value = &o->samples, .arg = "N",
         .help = "with --temperature: N captions of each image, as \"candidates\" of its record",
         .min = 1, .max = 1024},
        {.name = "rerank", .kind = CLI_CHOICE, .value = &s->decoder.rerank, .arg = RERANK_NAMES,
         .help = "with --nbest or --samples: which caption comes first: cider: the closest to the others; neighbors: "
                 "the closest to them and to what the captions of similar train images predict"},
        {.name = "neighbors", .kind = CLI_TEXT, .value = &s->neighbors, .arg = "DATA",
         .help = "with --rerank neighbors: the dataset with these train images, and features as the first model takes "
                 "them; without this option that of -d, or the one that each model was trained on"},
        {.name = "seed", .kind = CLI_INT, .value = &o->seed, .arg = "N",
         .help = "random seed for --temperature", .min = 0, .max = UINT32_MAX},
        {.name = "max-length", .kind = CLI_INT, .value = &o->max_length, .arg = "N",
         .help = "at most N steps, <END> counted; if the model spells, as many as its dataset's longest caption takes "
                 "(default 30)",
         .min = 1, .max = 10000},
        {.name = "length-norm", .kind = CLI_REAL, .value = &s->decoder.search.length_norm, .arg = "A",
         .help = "with --beam: compare captions by logprob / length^A; above 0 it prefers longer ones", .max = 10},
        {.name = "min-length", .kind = CLI_INT, .value = &o->min_length, .arg = "N",
         .help = "no caption of fewer than N words", .max = 10000},
        {.name = "no-unk", .kind = CLI_FLAG, .value = &s->decoder.search.rules.no_unk, .help = "never say <UNK>"},
        {.name = "no-repeat", .kind = CLI_INT, .value = &o->no_repeat, .arg = "N",
         .help = "no sequence of N words twice in a caption; of N characters or pieces if the model spells; 0: any "
                 "may be", .max = 10000},
        {.name = "bad-endings", .kind = CLI_FLAG, .value = &s->decoder.bad_endings,
         .help = "no caption ends with a, the, of, with or the like"},
        {.name = "precision", .kind = CLI_CHOICE, .value = &o->precision, .arg = PRECISION_NAMES,
         .help = "of matrix products; bf16 rounds factors to bfloat16 and sums in float, which is faster if "
                 "the processor supports it"},
        {.name = "attention", .kind = CLI_TEXT, .value = &s->attention, .arg = "FILE.h5",
         .help = "write the weights that each word gave the places of the grid, of the first model with attention"},
        {.name = "no-logprob", .kind = CLI_FLAG, .value = &o->no_logprob,
         .help = "leave out log-probabilities: greedy captions are found sooner"},
        {.name = "word-logprobs", .kind = CLI_FLAG, .value = &s->decoder.word_logprobs,
         .help = "the log-probability of each word and of <END>, as \"word_logprobs\" of the record"},
        {.name = "score", .kind = CLI_FLAG, .value = &s->score,
         .help = "score the split's own captions instead of generating new ones"},
        {.name = "rows", .kind = CLI_TEXT, .value = &s->rows, .arg = "FILE",
         .help = "caption only these rows: numbers or records, one per line; - is stdin"},
        {.name = "first", .letter = 'n', .kind = CLI_INT, .value = &s->first, .arg = "N",
         .help = "only the first N", .min = 0, .max = 1e15},
        {.name = "shard", .kind = CLI_TEXT, .value = &o->shard, .arg = "I/N",
         .help = "caption every N-th of the selected rows, starting at row I (from 0)"},
        {.name = "mpi-timeout", .kind = CLI_INT, .value = &s->mpi_timeout, .arg = "N",
         .help = "with several ranks: end if one does not answer for N seconds", .min = 1, .max = MPI_TIMEOUT_MAX},
        {.name = "format", .kind = CLI_CHOICE, .value = &o->format, .arg = CAPTION_FORMATS,
         .help = "caption records; the results array of the COCO tools; captions alone"},
    };
    /* clang-format on */
    _Static_assert(sizeof all == N_OPTIONS * sizeof *all, "N_OPTIONS counts the table's rows");
    memcpy(table, all, sizeof all);
}

int main(int argc, char **argv)
{
    Options o = {.nbest = 1, .groups = 1, .samples = 1, .seed = 231};
    SampleOptions *s = &o.sample;
    *s = (SampleOptions){.split = "val",
                         .first = -1,
                         .shards = 1,
                         .output = "-",
                         .mpi_timeout = 300,
                         .pictures.wish.max_pixels = IMAGE_PIXELS_MAX};
    s->decoder.search.choice.temperature = NAN;
    s->decoder.search.diversity = 0.5; /* as in the paper */
    CliOption options[N_OPTIONS];
    option_table(&o, options);
    Cli cli = {.name = "coco-sample",
               .synopsis = "-m MODEL.h5 [--cnn NAME|FILE.onnx] [OPTION...] FILE|DIR|-...\n"
                           "-m MODEL.h5 [-d DATA] [--split NAME] [OPTION...]\n"
                           "-m MODEL.h5 --features FILE.h5 [OPTION...]",
               .about = ABOUT,
               .epilog = EPILOG,
               .environment = CLI_ENV_SIMD | CLI_ENV_CACHE | CLI_ENV_ENGINE,
               .examples = "  coco-sample -m model.h5 -d DATA --split val --beam 3 > captions.jsonl\n"
                           "  coco-sample -m model.h5 photos/ -o captions.jsonl\n"
                           "  find . -name '*.jpg' -print0 | coco-sample -m model.h5 -0 - | coco-tag --xmp",
               .ranks = true,
               .options = options,
               .n_options = N_OPTIONS};
    Err err;
    int64_t broken;
    int status = 0;
    cli_parse(&cli, argc, argv);
    cli_refuse_empty(&cli);
    cli_check_simd();
    s->models = o.models.value;
    s->n_models = o.models.n;
    check(&cli, s);
    take_search(&cli, &o, &s->decoder.search);
    if (o.shard)
        take_shard(o.shard, s);
    s->own_data = !cli_given(&cli, "data");
    if (s->own_data)
        s->data = DEFAULT_DATASET;
    s->decoder.logprob = !o.no_logprob;
    s->decoder.format = caption_format(o.format);
    s->pictures.operands = cli.operand;
    s->pictures.n_operands = cli.n_operands;
    s->pictures.threads = (int)cli.threads;
    if (sample_run(s, cli_report(&cli, s->score ? "captions" : "images"), &broken, &err)) {
        /* cli_finish reports a broken standard output, silently if its reader is gone. */
        if (!ferror(stdout))
            cli_error("%s", err.text);
        status = 1;
    }
    cli_free(&cli);
    return cli_finish(&cli, status || broken);
}
