/* coco-eval: scores caption records, or results of the COCO tools, against references. */
#include "cmd/cli.h"
#include "pipeline/eval/eval.h"

#include <stdio.h>
#include <string.h>

static const char EPILOG[] =
    "FILE holds caption records, one a line, or a results array, [{\"image_id\":...,\"caption\":...},...]. "
    "References\n"
    "are the records' own, or with --refs those of a COCO annotations file. Numbers are those of pycocoevalcap:\n"
    "  coco-sample -m model.h5 -d DATA | coco-eval\n"
    "  coco-eval results.json --refs captions_val2014.json --table\n"
    "  coco-eval --refs captions_train2014.json --save-df coco.df    # scores nothing\n"
    "  coco-eval few.jsonl --tokenizer ptb --df coco.df\n"
    "BLEU and ROUGE-L go from 0 to 1, CIDEr (that is CIDEr-D) from 0 to 10; --table prints them times 100.";

int main(int argc, char **argv)
{
    EvalOptions o = {.input = "-"};
    int tokenizer = TOKENS_PTB;
    bool british = false, per_image = false, table = false;
    /* clang-format off */
    CliOption options[] = {
        {"refs", 0, CLI_TEXT, &o.refs, "FILE", "COCO annotations with the references", 0, 0, false},
        {"tokenizer", 0, CLI_CHOICE, &tokenizer, "ptb|clean|none",
         "ptb: the COCO tools' words; clean: these without marks and brackets; none: as white space parts them, "
                 "what records without --refs get", 0, 0, false},
        {.name = "american", .kind = CLI_FLAG, .value = &o.tokens.american,
         .help = "make British spellings American, in the words of ptb and clean"},
        {.name = "british", .kind = CLI_FLAG, .value = &british, .help = "leave British spellings, the default"},
        {.name = "drop-unk", .kind = CLI_FLAG, .value = &o.tokens.drop_unk,
         .help = "leave out <UNK>, which is a word to the COCO tools"},
        {"df", 0, CLI_TEXT, &o.df, "FILE",
         "document frequencies for CIDEr, instead of those of the images that are scored", 0, 0, false},
        {"save-df", 0, CLI_TEXT, &o.save_df, "FILE",
         "keep those of the references, all of --refs where it is given; without a FILE to score that is all", 0, 0,
         false},
        {"train", 0, CLI_TEXT, &o.train, "DIR",
         "dataset directory: the share of captions that are not among its training captions", 0, 0, false},
        {"allow-missing", 0, CLI_FLAG, &o.allow_missing, NULL, "leave out captions of images that --refs lacks", 0,
         0, false},
        {"per-image", 0, CLI_FLAG, &per_image, NULL, "each record with its scores, instead of the corpus's", 0, 0,
         false},
        {"table", 0, CLI_FLAG, &table, NULL, "for people", 0, 0, false},
    };
    /* clang-format on */
    Cli cli = {.name = "coco-eval",
               .synopsis = "[OPTION...] [FILE|-]",
               .about = "Scores captions: BLEU-1 to 4, ROUGE-L and CIDEr, as one JSON object.",
               .epilog = EPILOG,
               .options = options,
               .n_options = sizeof options / sizeof *options};
    cli_parse(&cli, argc, argv);
    if (cli.n_operands > 1)
        cli_usage_error("%s: one FILE is scored", cli.operand[1]);
    if (per_image && table)
        cli_usage_error("--per-image and --table exclude each other");
    if (o.allow_missing && !o.refs)
        cli_usage_error("--allow-missing goes with --refs");
    if (!o.refs && !cli_given(&cli, "tokenizer"))
        tokenizer = TOKENS_NONE;
    if (o.tokens.american && british)
        cli_usage_error("--american and --british exclude each other");
    if (o.tokens.american && tokenizer == TOKENS_NONE)
        cli_usage_error("--american goes with --tokenizer ptb or clean");
    if (cli.n_operands)
        o.input = cli.operand[0];
    else if (o.save_df && o.refs)
        o.input = NULL;
    if (o.input && o.save_df && !strcmp(o.save_df, "-"))
        cli_usage_error("--save-df -: standard output is for the scores");
    o.tokens.kind = (TokenKind)tokenizer;
    o.format = per_image ? EVAL_PER_IMAGE : table ? EVAL_TABLE : EVAL_JSON;
    Err err;
    int status = 0;
    if (eval_run(&o, stdout, cli_warnings(), &err)) {
        /* A broken standard output is cli_finish's to tell, quietly where its reader has gone. */
        if (!ferror(stdout))
            cli_error("%s", err.text);
        status = 1;
    }
    cli_free(&cli);
    return cli_finish(&cli, status);
}
