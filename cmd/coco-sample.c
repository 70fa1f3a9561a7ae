/* coco-sample: captions the images of a dataset, or bare features, with a model; writes caption records. */
#include "cmd/cli.h"
#include "pipeline/common/defaults.h"
#include "pipeline/sample/sample.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char EPILOG[] = "One record a line, in the order of the rows: "
                             "{\"image_id\":...,\"caption\":...,\"logprob\":...,\"references\":[...]}.\n"
                             "logprob is the natural logarithm of the caption's probability. A caption does not "
                             "depend on the images beside\n"
                             "it, on the number of threads, or on --shard and --rows.";

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
    cli_usage_error("--shard: '%s' is not I/N with 0 <= I < N", text);
}

/* What decodes: greedy unless --beam or --temperature says otherwise, and at most one of them. */
static void take_search(const Cli *cli, SearchOptions *s, int64_t beam, int64_t seed, int64_t max_length)
{
    int ways = cli_given(cli, "greedy") + cli_given(cli, "beam") + cli_given(cli, "temperature");
    if (ways > 1)
        cli_usage_error("--greedy, --beam and --temperature exclude each other");
    s->kind = cli_given(cli, "beam") ? SEARCH_BEAM : cli_given(cli, "temperature") ? SEARCH_SAMPLE : SEARCH_GREEDY;
    s->beam = (int)beam;
    s->seed = (uint32_t)seed;
    s->max_length = (int)max_length;
}

int main(int argc, char **argv)
{
    SampleOptions o = {
        .data = DEFAULT_DATASET, .split = "val", .first = -1, .shards = 1, .search = {.temperature = NAN}};
    int64_t beam = 0, seed = 231, max_length = 30;
    bool greedy = false, no_logprob = false;
    const char *shard = NULL;
    int format = FORMAT_JSONL, precision = PRECISION_FLOAT32;
    CliOption options[] = {
        {"model", 'm', CLI_TEXT, &o.model, "MODEL.h5", "the model file", 0, 0, false},
        {"data", 'd', CLI_TEXT, &o.data, "DIR", "dataset directory", 0, 0, false},
        {"split", 0, CLI_TEXT, &o.split, "NAME", "train, val, or another split", 0, 0, false},
        {"features", 0, CLI_TEXT, &o.features, "FILE.h5",
         "caption the rows of this file's array 'features'; no dataset is read", 0, 0, false},
        {"raw-features", 0, CLI_FLAG, &o.raw_features, NULL, "the unreduced features, S2014_vgg16_fc7.h5", 0, 0,
         false},
        {"greedy", 0, CLI_FLAG, &greedy, NULL,
         "the likeliest word at every step; this is what happens without --beam and --temperature", 0, 0, false},
        {"beam", 0, CLI_INT, &beam, "K", "beam search with K hypotheses", 1, 1024, false},
        {"temperature", 0, CLI_REAL, &o.search.temperature, "T", "draw words from softmax(scores / T)", 1e-3, 1e3,
         false},
        {"seed", 0, CLI_INT, &seed, "N", "of the random numbers of --temperature", 0, 4294967295.0, false},
        {"max-length", 0, CLI_INT, &max_length, "N", "steps at the most, <END> counted", 1, 10000, false},
        {"precision", 0, CLI_CHOICE, &precision, "float32|bf16",
         "of matrix products; bf16: factors rounded to bfloat16, sums in float: faster where the processor has it",
         0, 0, false},
        {"no-logprob", 0, CLI_FLAG, &no_logprob, NULL, "leave log-probabilities out", 0, 0, false},
        {"rows", 0, CLI_TEXT, &o.rows, "FILE",
         "caption just these rows: numbers or records, one a line; - is stdin", 0, 0, false},
        {"first", 'n', CLI_INT, &o.first, "N", "only the first N", 0, 1e15, false},
        {"shard", 0, CLI_TEXT, &shard, "I/N", "of these, those whose place mod N is I (from 0)", 0, 0, false},
        {"format", 0, CLI_CHOICE, &format, "jsonl|coco|text",
         "records; the results array of the COCO tools; captions alone", 0, 0, false},
    };
    Cli cli = {.name = "coco-sample",
               .synopsis =
                   "-m MODEL.h5 [-d DIR] [--split NAME] [OPTION...]\n-m MODEL.h5 --features FILE.h5 [OPTION...]",
               .about = "Describes images: writes a caption for each row of features.",
               .epilog = EPILOG,
               .options = options,
               .n_options = sizeof options / sizeof *options};
    cli_parse(&cli, argc, argv);
    if (cli.n_operands)
        cli_usage_error("%s: takes no operands", cli.operand[0]);
    if (!o.model)
        cli_usage_error("which model? -m MODEL.h5");
    if (o.features && (cli_given(&cli, "data") || cli_given(&cli, "split") || o.raw_features))
        cli_usage_error("--features excludes --data, --split and --raw-features");
    take_search(&cli, &o.search, beam, seed, max_length);
    o.search.precision = (Precision)precision;
    if (shard)
        take_shard(shard, &o);
    o.logprob = !no_logprob;
    o.format = (SampleFormat)format;
    Err err;
    int status = 0;
    if (sample_run(&o, stdout, cli_report(&cli, "images"), &err)) {
        /* A broken standard output is cli_finish's to tell, quietly where its reader has gone. */
        if (!ferror(stdout))
            cli_error("%s", err.text);
        status = 1;
    }
    cli_free(&cli);
    return cli_finish(&cli, status);
}
