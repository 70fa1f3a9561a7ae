/* coco-eval: scores caption records, or results of the COCO tools, against references. */
#include "cmd/cli.h"
#include "pipeline/eval/eval.h"

#include <stdio.h>
#include <string.h>

static const char EPILOG[] =
    "A FILE holds caption records, one per line, or a results array,\n"
    "[{\"image_id\":...,\"caption\":...},...]. References are the records' own, or with --refs those of a\n"
    "COCO annotations file. Numbers are those of pycocoevalcap. BLEU and ROUGE-L go from 0 to 1. CIDEr\n"
    "is CIDEr-D as the COCO tools compute it, from 0 to 10. --table prints all of them times 100, as\n"
    "papers do: a CIDEr of 0.887 is 88.7 there.\n"
    "\n"
    "Each FILE is scored by itself and has a JSON object, on one line: \"file\", if there are several\n"
    "FILEs; \"images\", \"captions\"; \"Bleu_1\" to \"Bleu_4\", \"ROUGE_L\", \"CIDEr\", and if asked for\n"
    "\"METEOR_lite\" and \"METEOR\"; \"testlen\" and \"reflen\", the words of captions and references, as BLEU\n"
    "counts them; \"distinct\", different captions; \"mean_length\", words per caption; with --train\n"
    "\"novel\", the share of captions that are not among the training captions. --per-image writes the\n"
    "records instead, each with its scores under the same keys.\n"
    "\n"
    "--by adds an object for each value of KEY, with \"by\" (KEY) and \"group\" (the value; null: records\n"
    "without KEY), before that of all captions. CIDEr takes its document frequencies from the whole\n"
    "file.\n"
    "\n"
    "--significance adds \"difference\" to each FILE but the first: \"from\", the first FILE, \"resamples\",\n"
    "\"seed\", \"interval\", \"test\", and for each score \"value\", \"low\", \"high\" and \"p\". It resamples\n"
    "the images of all FILEs with replacement (paired bootstrap, Koehn 2004); the middle 95 % of the\n"
    "differences are the interval. p is that of approximate randomization (Riezler and Maxwell 2005),\n"
    "two-sided. BLEU is computed from the summed n-grams of each draw. The FILEs must have captions of\n"
    "the same images.\n"
    "\n"
    "--stats adds \"stats\": words; mean_length; word_precision, words that a reference has too, each as\n"
    "often at most, of all words; unk, <UNK>s of all words; distinct_1 and distinct_2, different words\n"
    "and pairs of words of all words and pairs (Li et al. 2016), which fall as the number of captions\n"
    "grows; distinct_captions and, with --train, novel_captions, and of both the share of all captions\n"
    "(distinct_captions_share, ...).\n"
    "\n"
    "--meteor starts a Java for each thread, up to 4 of them, with 1 GB each. If Java or the jar fails,\n"
    "the other scores are printed all the same, METEOR is null, and the exit status is 1.\n"
    "--significance leaves METEOR out. METEOR_lite (--meteor-lite) lacks METEOR's synonyms and\n"
    "paraphrases; its scores compare only with one another.";

static const char EXAMPLES[] =
    "  coco-sample -m model.h5 -d DATA | coco-eval\n"
    "  coco-eval results.json --refs captions_val2014.json --table\n"
    "  coco-eval greedy.jsonl beam.jsonl --table --significance      # is the second better than the first?\n"
    "  coco-eval captions.jsonl --by split --stats --table\n"
    "  coco-eval --refs captions_train2014.json --save-df coco.df    # scores nothing\n"
    "  coco-eval few.jsonl --tokenizer ptb --df coco.df";

/* The files to score: the operands, or standard input, or none. */
static void take_files(const Cli *cli, EvalOptions *o)
{
    static const char *const STDIN[] = {"-"};
    int from_stdin = 0;
    o->inputs = cli->n_operands ? cli->operand : STDIN;
    o->n_inputs = cli->n_operands ? cli->n_operands : !(o->save_df && o->refs);
    for (int i = 0; i < o->n_inputs; i++)
        from_stdin += !strcmp(o->inputs[i], "-");
    if (from_stdin > 1)
        cli_usage_error("-: standard input was given twice");
    if (o->save_df && o->n_inputs > 1)
        cli_usage_error("--save-df takes one FILE");
    if (o->save_df && o->n_inputs && !strcmp(o->save_df, "-"))
        cli_usage_error("--save-df -: standard output is for the scores");
}

/* Options that are not members of EvalOptions as they are. */
typedef struct {
    int tokenizer;
    int64_t resamples, seed;
    double meteor_timeout;
    bool british, per_image, table, significance;
} Given;

static void take_tokenizer(const Cli *cli, const Given *given, EvalOptions *o)
{
    TokenKind usual = o->refs ? TOKENS_PTB : TOKENS_NONE;
    o->tokens.kind = cli_given(cli, "tokenizer") ? (TokenKind)given->tokenizer : usual;
    if (o->tokens.american && given->british)
        cli_usage_error("--american and --british exclude each other");
    if (o->tokens.american && o->tokens.kind == TOKENS_NONE)
        cli_usage_error("--american goes with --tokenizer ptb or clean");
}

static void take_format(const Given *given, EvalOptions *o)
{
    o->format = given->per_image ? EVAL_PER_IMAGE : given->table ? EVAL_TABLE : EVAL_JSON;
    if (given->per_image && given->table)
        cli_usage_error("--per-image and --table exclude each other");
    if (given->per_image && (o->by || o->statistics))
        cli_usage_error("--per-image and %s exclude each other", o->by ? "--by" : "--stats");
    if (given->per_image && o->n_inputs > 1)
        cli_usage_error("%s: --per-image scores one FILE", o->inputs[1]);
}

static void take_significance(const Cli *cli, const Given *given, EvalOptions *o)
{
    if (!given->significance && (cli_given(cli, "resamples") || cli_given(cli, "seed")))
        cli_usage_error("--%s goes with --significance", cli_given(cli, "seed") ? "seed" : "resamples");
    if (given->significance && o->n_inputs < 2)
        cli_usage_error("--significance compares two FILEs or more");
    o->resamples = given->significance ? (int)given->resamples : 0;
    o->seed = (uint32_t)given->seed;
}

static void take_meteor(const Cli *cli, const Given *given, EvalOptions *o)
{
    if (!o->meteor && (cli_given(cli, "meteor-jar") || cli_given(cli, "meteor-timeout")))
        cli_usage_error("--meteor-%s goes with --meteor", cli_given(cli, "meteor-jar") ? "jar" : "timeout");
    if (o->meteor && !o->n_inputs)
        cli_usage_error("--meteor needs a FILE to score");
    o->meteor_options.processes = (int)cli->threads;
    o->meteor_options.seconds = given->meteor_timeout;
}

int main(int argc, char **argv)
{
    EvalOptions o = {0};
    Given given = {.tokenizer = -1, .resamples = 1000, .seed = 1, .meteor_timeout = 300};
    /* clang-format off */
    CliOption options[] = {
        {"refs", 0, CLI_TEXT, &o.refs, "FILE", "COCO annotations with the references", 0, 0, false},
        {"tokenizer", 0, CLI_CHOICE, &given.tokenizer, "ptb|clean|none",
         "ptb: the COCO tools' words; clean: ptb minus punctuation and brackets; none: split on white space (default: "
                 "ptb with --refs, else none)", 0, 0, false},
        {.name = "american", .kind = CLI_FLAG, .value = &o.tokens.american,
         .help = "make British spellings American, in the words of ptb and clean"},
        {.name = "british", .kind = CLI_FLAG, .value = &given.british, .help = "leave British spellings, the default"},
        {.name = "drop-unk", .kind = CLI_FLAG, .value = &o.tokens.drop_unk,
         .help = "leave out <UNK>, which is a word to the COCO tools"},
        {"df", 0, CLI_TEXT, &o.df, "FILE",
         "document frequencies for CIDEr, instead of those of the images that are scored", 0, 0, false},
        {"save-df", 0, CLI_TEXT, &o.save_df, "FILE",
         "save the references' document frequencies (all of --refs, if given); with no FILE, only save", 0, 0, false},
        {"train", 0, CLI_TEXT, &o.train, "DATA|FILE",
         "dataset directory, COCO annotations or records: the share of captions that are not among the training "
         "captions there", 0, 0, false},
        {"allow-missing", 0, CLI_FLAG, &o.allow_missing, NULL, "leave out captions of images that --refs lacks", 0,
         0, false},
        {"per-image", 0, CLI_FLAG, &given.per_image, NULL,
         "each record with its scores, instead of corpus scores", 0, 0, false},
        {"table", 0, CLI_FLAG, &given.table, NULL,
         "print a human-readable table, with a row for each file or group", 0, 0, false},
        {.name = "by", .kind = CLI_TEXT, .value = &o.by, .arg = "KEY",
         .help = "also score the records in groups, by their value of a key such as split"},
        {.name = "stats", .kind = CLI_FLAG, .value = &o.statistics,
         .help = "also precision of words, <UNK>s, how many words and captions differ"},
        {.name = "significance", .kind = CLI_FLAG, .value = &given.significance,
         .help = "also differences of each file from the first, with 95 % intervals and p"},
        {.name = "resamples", .kind = CLI_INT, .value = &given.resamples, .arg = "N",
         .help = "number of resamples for --significance", .min = 100, .max = 1e6},
        {.name = "seed", .kind = CLI_INT, .value = &given.seed, .arg = "N",
         .help = "random seed for --significance", .min = 0, .max = UINT32_MAX},
        {.name = "meteor-lite", .kind = CLI_FLAG, .value = &o.meteor_lite,
         .help = "METEOR_lite too: METEOR with only equal words and equal stems, without Java"},
        {.name = "meteor", .kind = CLI_FLAG, .value = &o.meteor,
         .help = "METEOR too, which Java computes with the COCO tools' meteor-1.5.jar"},
        {.name = "meteor-jar", .kind = CLI_TEXT, .value = &o.meteor_options.jar, .arg = "FILE",
         .help = "that jar, instead of $COCO_METEOR_JAR or that of pip's package pycocoevalcap"},
        {.name = "meteor-timeout", .kind = CLI_REAL, .value = &given.meteor_timeout, .arg = "SECONDS",
         .help = "end a Java that does nothing for so long", .min = 0.001, .max = 1e6},
    };
    /* clang-format on */
    Cli cli = {.name = "coco-eval",
               .synopsis = "[OPTION...] [FILE|-]...",
               .about = "Scores captions: BLEU-1 to 4, ROUGE-L and CIDEr, as a JSON object for each file.",
               .epilog = EPILOG,
               .environment = CLI_ENV_METEOR,
               .examples = EXAMPLES,
               .options = options,
               .n_options = sizeof options / sizeof *options};
    cli_parse(&cli, argc, argv);
    cli_refuse_empty(&cli);
    if (o.allow_missing && !o.refs)
        cli_usage_error("--allow-missing goes with --refs");
    take_files(&cli, &o);
    take_tokenizer(&cli, &given, &o);
    take_format(&given, &o);
    take_significance(&cli, &given, &o);
    take_meteor(&cli, &given, &o);
    Err err;
    int status = 0;
    if (eval_run(&o, stdout, cli_warnings(), &err)) {
        /* A broken standard output is reported by cli_finish, quietly if its reader has gone. */
        if (!ferror(stdout))
            cli_error("%s", err.text);
        status = 1;
    }
    cli_free(&cli);
    return cli_finish(&cli, status);
}
