/* coco-train: learns to describe images from a dataset directory; writes a model file. */
#include "cmd/cli.h"
#include "pipeline/common/choice.h"
#include "pipeline/common/defaults.h"
#include "pipeline/common/team.h"
#include "pipeline/train/train.h"
#include "pipeline/train/train_check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    TrainOptions train;
    const char *reward; /* as written: becomes settings.reward */
    double target_loss;
    bool check_gradients;
} Options;

enum { N_OPTIONS = 50 };

static void option_table(Options *o, CliOption table[N_OPTIONS])
{
    TrainOptions *t = &o->train;
    TrainSettings *s = &t->settings;
    const double most = SETTING_COUNT_MAX;
    /* clang-format off */
    const CliOption all[] = {
        {.name = "data", .letter = 'd', .kind = CLI_TEXT, .value = &s->data, .arg = "DATA",
         .help = "dataset directory"},
        {.name = "output", .letter = 'o', .kind = CLI_TEXT, .value = &t->out, .arg = "MODEL.h5",
         .help = "the model file to write; with --resume the resumed one"},
        {.name = "cell", .kind = CLI_CHOICE, .value = &s->cell, .arg = cell_names(), .help = "recurrent cell"},
        {.name = "attention", .kind = CLI_CHOICE, .value = &s->attention, .arg = attention_names(),
         .help = "look at the dataset's grid of features at every word; adaptive also weighs how much to look"},
        {.name = "inject", .kind = CLI_CHOICE, .value = &s->inject, .arg = inject_names(),
         .help = "where features enter: init: the first state; steps: every step's input too"},
        {.name = "hidden", .kind = CLI_INT, .value = &s->hidden, .arg = "N", .help = "hidden units", .min = 1,
         .max = DIM_MAX},
        {.name = "wordvec", .kind = CLI_INT, .value = &s->wordvec, .arg = "N", .help = "length of a word vector",
         .min = 1, .max = DIM_MAX},
        {.name = "optim", .kind = CLI_CHOICE, .value = &s->rule, .arg = rule_names(), .help = "update rule"},
        {.name = "lr", .kind = CLI_REAL, .value = &s->lr, .arg = "X",
         .help = "learning rate (default 0.005 for adam, 0.01 for the others, 5e-5 with --self-critical)",
         .max = SETTING_LR_MAX},
        {.name = "lr-decay", .kind = CLI_REAL, .value = &s->lr_decay, .arg = "X",
         .help = "multiplies the learning rate at the end of each epoch, or as --lr-schedule says (default 1; 0.5 for "
                 "step and plateau)", .max = SETTING_LR_DECAY_MAX},
        {.name = "lr-schedule", .kind = CLI_CHOICE, .value = &s->lr_schedule, .arg = schedule_names(),
         .help = "step: --lr-decay after every --lr-every epochs; cosine: to 0 at the end; plateau: --lr-decay after "
                 "--lr-every checks without a better one"},
        {.name = "lr-every", .kind = CLI_INT, .value = &s->lr_every, .arg = "N",
         .help = "epochs of step, checks of plateau (default 3)", .min = 1, .max = most},
        {.name = "warmup", .kind = CLI_INT, .value = &s->warmup, .arg = "N",
         .help = "the learning rate rises over the first N iterations", .max = most},
        {.name = "epochs", .kind = CLI_INT, .value = &s->epochs, .arg = "N", .help = "passes over the captions",
         .max = SETTING_EPOCHS_MAX},
        {.name = "iterations", .kind = CLI_INT, .value = &s->iterations, .arg = "N",
         .help = "minibatches in all; wins over --epochs", .max = most},
        {.name = "batch-size", .kind = CLI_INT, .value = &s->batch_size, .arg = "N",
         .help = "captions per minibatch; with --self-critical images, 10 unless given", .min = 1,
         .max = SETTING_BATCH_MAX},
        {.name = "shards", .kind = CLI_INT, .value = &s->shards, .arg = "N",
         .help = "sum each minibatch's gradient over N shards, in one order for 1 to N ranks of MPI", .min = 1,
         .max = SETTING_BATCH_MAX},
        {.name = "max-train", .kind = CLI_INT, .value = &s->max_train, .arg = "N",
         .help = "train on N captions, drawn with replacement; 0 means all", .max = SETTING_UINT32_MAX},
        {.name = "order", .kind = CLI_CHOICE, .value = &s->order, .arg = order_names(),
         .help = "minibatches drawn with replacement; a permutation every epoch; one after another"},
        {.name = "dropout", .kind = CLI_REAL, .value = &s->dropout, .arg = "P",
         .help = "dropout on features, word vectors and the output layer's input, with probability P",
         .max = SETTING_SHARE_MAX},
        {.name = "label-smoothing", .kind = CLI_REAL, .value = &s->label_smoothing, .arg = "X",
         .help = "share of the target that is spread over all words, in training", .max = SETTING_SHARE_MAX},
        {.name = "clip", .kind = CLI_REAL, .value = &s->clip, .arg = "X",
         .help = "scale gradients whose norm is above X down to it; 0 disables it", .max = SETTING_CLIP_MAX},
        {.name = "clip-value", .kind = CLI_REAL, .value = &s->clip_value, .arg = "X",
         .help = "clip each number of the gradient to -X..X, before --clip; 0 disables it; with "
                 "--self-critical 0.1 unless given",
         .max = SETTING_CLIP_MAX},
        {.name = "weight-decay", .kind = CLI_REAL, .value = &s->weight_decay, .arg = "X",
         .help = "decoupled weight decay (AdamW) of the weight matrices, but not of word vectors, times the learning rate",
         .max = SETTING_DECAY_MAX},
        {.name = "forget-bias", .kind = CLI_REAL, .value = &s->forget_bias, .arg = "X",
         .help = "the lstm's forget gates start with this bias", .min = -SETTING_BIAS_MAX, .max = SETTING_BIAS_MAX},
        {.name = "self-critical", .kind = CLI_FLAG, .value = &s->self_critical,
         .help = "draw captions of train images and learn from their rewards; needs --init"},
        {.name = "samples", .kind = CLI_INT, .value = &s->samples, .arg = "K",
         .help = "captions drawn for each image of --self-critical (default 5)", .min = 1, .max = SETTING_SAMPLES_MAX},
        {.name = "reward", .kind = CLI_TEXT, .value = &o->reward, .arg = "NAME=X,...",
         .help = "of --self-critical: what a caption is worth, a sum of cider and bleu4 (default cider=1)"},
        {.name = "baseline", .kind = CLI_CHOICE, .value = &s->baseline, .arg = baseline_names(),
         .help = "of --self-critical: what a reward is compared with, the mean of the image's other samples or the "
                 "reward of its greedy caption"},
        {.name = "scheduled-sampling", .kind = CLI_REAL, .value = &s->scheduled_sampling, .arg = "P",
         .help = "words that go in are the model's own with a probability that grows from 0 in the first epoch to P "
                 "in the last; another number of epochs is another curve, also with --resume", .max = 1},
        {.name = "seed", .kind = CLI_INT, .value = &s->seed, .arg = "N", .help = "random seed",
         .max = SETTING_UINT32_MAX},
        {.name = "precision", .kind = CLI_CHOICE, .value = &s->precision, .arg = precision_names(),
         .help = "of matrix products; bf16: factors rounded to bfloat16, sums in float: faster if the processor "
                 "supports it"},
        {.name = "raw-features", .kind = CLI_FLAG, .value = &s->raw_features,
         .help = "the unreduced features, S2014_vgg16_fc7.h5"},
        {.name = "allow-external", .kind = CLI_FLAG, .value = &t->allow_external,
         .help = "read arrays that HDF5 files keep in other files (links, external storage, virtual datasets)"},
        {.name = "init", .kind = CLI_TEXT, .value = &t->init, .arg = "MODEL.h5",
         .help = "start from these parameters, with a fresh optimizer"},
        {.name = "resume", .kind = CLI_TEXT, .value = &t->resume, .arg = "MODEL.h5",
         .help = "resume this model's training, exactly where it stopped; settings and log come from the file, but not "
                 "--save-every, --print-every, --target-loss, --mpi-timeout and --allow-external"},
        {.name = "val-every", .kind = CLI_PERIOD, .value = &s->val_every, .arg = "N|Ni",
         .help = "validate every N epochs, or every N iterations; 0 disables it", .max = most},
        {.name = "val-max", .kind = CLI_INT, .value = &s->val_max, .arg = "N",
         .help = "validate on the first N captions of val; --val-metrics captions the first N images", .min = 1,
         .max = most},
        {.name = "val-metrics", .kind = CLI_FLAG, .value = &s->val_metrics,
         .help = "each validation also captions the first --val-max images greedily and scores that"},
        {.name = "keep-best", .kind = CLI_TEXT, .value = &s->keep_best, .arg = "FILE",
         .help = "write the model here whenever a validation is better than all before"},
        {.name = "best-by", .kind = CLI_CHOICE, .value = &s->best_by, .arg = best_names(),
         .help = "what makes a validation better; cider and bleu4 score captions as --val-metrics does"},
        {.name = "patience", .kind = CLI_INT, .value = &s->patience, .arg = "N",
         .help = "stop after N validations in a row without a better one; 0 disables it", .max = most},
        {.name = "average", .kind = CLI_INT, .value = &s->average, .arg = "K",
         .help = "validate and save the mean of the weights at the last K validations; 0 disables it",
         .max = SETTING_AVERAGE_MAX},
        {.name = "save-every", .kind = CLI_INT, .value = &t->save_every, .arg = "N",
         .help = "save every N iterations too; 0 means only at the end", .max = most},
        {.name = "log", .kind = CLI_TEXT, .value = &t->log, .arg = "FILE",
         .help = "training log, one JSON object per line; - is stdout; a resumed run continues the one it had"},
        {.name = "force", .letter = 'f', .kind = CLI_FLAG, .value = &t->force,
         .help = "replace a model or log that another run wrote"},
        {.name = "mpi-timeout", .kind = CLI_INT, .value = &t->mpi_timeout, .arg = "N",
         .help = "with several ranks: end if one does not answer for N seconds", .min = 1, .max = MPI_TIMEOUT_MAX},
        {.name = "print-every", .kind = CLI_INT, .value = &t->print_every, .arg = "N",
         .help = "print the loss every N iterations; 0 disables it", .max = most},
        {.name = "target-loss", .kind = CLI_REAL, .value = &o->target_loss, .arg = "X",
         .help = "exit 1 if the last loss is above X", .min = -most, .max = most},
        {.name = "check-gradients", .kind = CLI_FLAG, .value = &o->check_gradients,
         .help = "instead of training compare the first minibatch's gradient with centred differences, in double; "
                 "exit 1 if they differ"},
    };
    /* clang-format on */
    _Static_assert(sizeof all == N_OPTIONS * sizeof *all, "N_OPTIONS counts the table's rows");
    memcpy(table, all, sizeof all);
}

static const char EPILOG[] = "An epoch is max(n // batch, 1) iterations. Random numbers are NumPy's, drawn in\n"
                             "the course's order, so that its seeds give its losses. Ctrl-C finishes the\n"
                             "iteration, saves, and exits; --resume continues from there, with the same bits as\n"
                             "if training had not stopped.";

/* Trains; the options that were given are gathered for the check against a file's settings. */
static int run(const Cli *cli, Options *o)
{
    Err err;
    TrainResult result = {.alone = false};
    const char *given[N_OPTIONS];
    int n = 0;
    for (int i = 0; i < cli->n_options; i++)
        if (cli->options[i].given)
            given[n++] = cli->options[i].name;
    o->train.given = (GivenOptions){given, n};
    const Report *report = cli_report(cli, "iterations");
    if (o->check_gradients ? train_check_gradients(&o->train, report, stdout, &result.contradiction, &err)
                           : train_run(&o->train, report, &result, &err)) {
        if (result.alone)
            team_fail_alone();
        if (result.contradiction)
            cli_usage_error("%s", err.text);
        /* cli_finish reports a failure of standard output, and is quiet if its reader has closed it. */
        if (!ferror(stdout))
            cli_error("%s", err.text);
        return 1;
    }
    if (!o->check_gradients && team_rank() == 0 && result.complete && !isnan(o->target_loss) &&
        !(result.loss <= o->target_loss)) {
        if (isnan(result.loss))
            cli_error("no iteration was done, so no loss is at most the target, %g", o->target_loss);
        else
            cli_error("the last loss, %f, is above the target, %g", result.loss, o->target_loss);
        return 1;
    }
    return 0;
}

/* Options that others make meaningless. A resumed run has its file's, which contradictions name. */
static void check_settings(const Cli *cli, const TrainOptions *t)
{
    const TrainSettings *s = &t->settings;
    bool plateau = s->lr_schedule == SCHEDULE_PLATEAU;
    if (t->resume)
        return;
    if (cli_given(cli, "forget-bias") && t->init)
        cli_usage_error("--forget-bias and --init exclude each other: the parameters are the model's");
    if (cli_given(cli, "forget-bias") && !cell_at(s->cell)->forget)
        cli_usage_error("--forget-bias: the %s has no forget gates", cell_at(s->cell)->name);
    if (cli_given(cli, "lr-every") && !plateau && s->lr_schedule != SCHEDULE_STEP)
        cli_usage_error("--lr-every is for --lr-schedule step and plateau");
    static const char *const checked[] = {"val-metrics", "keep-best", "best-by", "patience", "average"};
    if (plateau && !s->val_every)
        cli_usage_error("--lr-schedule plateau needs --val-every");
    for (size_t i = 0; i < sizeof checked / sizeof *checked; i++)
        if (cli_given(cli, checked[i]) && !s->val_every)
            cli_usage_error("--%s needs --val-every", checked[i]);
}

/* What --self-critical needs, excludes and reads. */
static void check_self_critical(const Cli *cli, Options *o)
{
    static const char *const parts[] = {"samples", "reward", "baseline"};
    static const char *const excluded[] = {"label-smoothing", "scheduled-sampling"};
    TrainSettings *s = &o->train.settings;
    if (o->reward)
        cli_weights("--reward", o->reward, REWARD_NAMES, SETTING_REWARD_MAX, s->reward);
    if (o->train.resume)
        return;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (cli_given(cli, parts[i]) && !s->self_critical)
            cli_usage_error("--%s is for --self-critical", parts[i]);
    if (!s->self_critical)
        return;
    if (!o->train.init)
        cli_usage_error("--self-critical needs --init: it improves a model that captions already");
    for (size_t i = 0; i < sizeof excluded / sizeof *excluded; i++)
        if (cli_given(cli, excluded[i]))
            cli_usage_error("--self-critical and --%s exclude each other", excluded[i]);
    if (s->samples == 1 && s->baseline == BASELINE_MEAN)
        cli_usage_error("--samples 1 needs --baseline greedy: the mean is that of the other samples");
}

/* What no table can say of the files to read and write. */
static void check_files(TrainOptions *t, bool check_gradients)
{
    if (t->out && !strcmp(t->out, "-"))
        cli_usage_error("-o -: a model file needs seeking, so it cannot go to standard output");
    if (t->init && t->resume)
        cli_usage_error("--init and --resume exclude each other");
    if (check_gradients && t->resume)
        cli_usage_error("--check-gradients and --resume exclude each other: --init takes the model");
    if (check_gradients && (t->settings.self_critical || t->settings.scheduled_sampling > 0))
        cli_usage_error("--check-gradients and --%s exclude each other: its words are drawn",
                        t->settings.self_critical ? "self-critical" : "scheduled-sampling");
    if (!t->out)
        t->out = t->resume;
    if (!t->out && !check_gradients)
        cli_usage_error("no output: give -o MODEL.h5");
}

int main(int argc, char **argv)
{
    Options o = {.train = {.settings = {.data = DEFAULT_DATASET,
                                        .hidden = 512,
                                        .wordvec = 256,
                                        .rule = choice_index(rule_names(), "adam"),
                                        .lr = NAN,
                                        .lr_decay = NAN,
                                        .epochs = 50,
                                        .iterations = -1,
                                        .batch_size = 25,
                                        .shards = 1,
                                        .seed = 231,
                                        .val_max = 1000},
                           .mpi_timeout = 300,
                           .print_every = 10},
                 .target_loss = NAN};
    CliOption options[N_OPTIONS];
    option_table(&o, options);
    Cli cli = {
        .name = "coco-train",
        .synopsis = "[-d DATA] -o MODEL.h5 [OPTION...]\n--resume MODEL.h5 [OPTION...]\n"
                    "[-d DATA] --check-gradients [OPTION...]",
        .about = "Trains a recurrent network to describe images.",
        .epilog = EPILOG,
        .environment = CLI_ENV_SIMD,
        .ranks = true,
        .examples =
            "  coco-train -d DATA -o model.h5 --cell lstm --lr 1e-3 --order shuffle --epochs 5 --val-every 1\n"
            "  coco-train --resume model.h5 --epochs 10",
        .options = options,
        .n_options = N_OPTIONS};
    cli_parse(&cli, argc, argv);
    cli_refuse_empty(&cli);
    cli_check_simd();
    if (cli.n_operands)
        cli_usage_error("unexpected operand '%s'", cli.operand[0]);
    check_files(&o.train, o.check_gradients);
    check_settings(&cli, &o.train);
    check_self_critical(&cli, &o);
    int status = run(&cli, &o);
    cli_free(&cli);
    return cli_finish(&cli, status);
}
