/* coco-train: learns to describe images from a dataset directory; writes a model file. */
#include "cmd/cli.h"
#include "pipeline/common/defaults.h"
#include "pipeline/train/train.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    TrainOptions train;
    const char *data;
    int cell, rule, order, precision;
    double target_loss;
} Args;

static const char EPILOG[] =
    "An epoch is max(n // batch, 1) iterations. The random numbers are NumPy's, drawn in the course's order, so\n"
    "that its seeds give its losses. Ctrl-C finishes the iteration, saves, and exits; --resume goes on from there\n"
    "with the same bits as if it had not stopped.\n\n" CLI_SIMD_HELP;

/* Adam's default differs from the others': the course trains with 5e-3. */
static void default_rate(Args *a)
{
    if (isnan(a->train.settings.lr))
        a->train.settings.lr = rule_at(a->rule)->training_rate;
}

/* Options that a resumed run may change. */
static const char *const RESUMABLE[] = {"data",      "output",     "epochs",      "iterations",
                                        "log",       "save-every", "print-every", "target-loss",
                                        "val-every", "val-max",    "resume"};

static bool resumable(const char *name)
{
    for (size_t i = 0; i < sizeof RESUMABLE / sizeof *RESUMABLE; i++)
        if (!strcmp(RESUMABLE[i], name))
            return true;
    return false;
}

/* What an option's value is, as a number to compare. */
static double value_of(const CliOption *o)
{
    switch (o->kind) {
    case CLI_INT:
        return (double)*(const int64_t *)o->value;
    case CLI_REAL:
        return *(const double *)o->value;
    case CLI_CHOICE:
        return *(const int *)o->value;
    case CLI_FLAG:
        return *(const bool *)o->value;
    case CLI_TEXT:
    case CLI_MANY:
        break;
    }
    return NAN;
}

/* Puts the file's settings under the options: one that was given and may not differ must agree. */
static void take_resume(Cli *cli, Args *a)
{
    Err err;
    double given[32];
    TrainOptions file = a->train, asked = a->train;
    if (a->train.init)
        cli_usage_error("--init and --resume exclude each other");
    if (train_resume_settings(&file, a->train.resume, &err)) {
        cli_error("%s", err.text);
        exit(1);
    }
    for (int i = 0; i < cli->n_options; i++)
        given[i] = value_of(&cli->options[i]);
    a->train = file;
    for (a->cell = 0; cell_at(a->cell) != file.cell;)
        a->cell++;
    for (a->rule = 0; rule_at(a->rule) != file.settings.rule;)
        a->rule++;
    a->order = (int)file.settings.order;
    a->precision = (int)file.settings.precision;
    for (int i = 0; i < cli->n_options; i++) {
        const CliOption *o = &cli->options[i];
        if (o->given && !resumable(o->name) && value_of(o) != given[i])
            cli_usage_error("--%s contradicts %s, which is to be resumed", o->name, file.resume);
    }
    Settings *s = &a->train.settings;
    if (cli_given(cli, "epochs") || cli_given(cli, "iterations")) {
        s->epochs = cli_given(cli, "epochs") ? asked.settings.epochs : s->epochs;
        s->iterations = cli_given(cli, "iterations") ? asked.settings.iterations : -1;
    }
    if (cli_given(cli, "val-every"))
        s->val_every = asked.settings.val_every;
    if (cli_given(cli, "val-max"))
        s->val_max = asked.settings.val_max;
    if (!cli_given(cli, "output"))
        a->train.out = a->train.resume;
}

static void take_init(Cli *cli, Args *a)
{
    Err err;
    TrainOptions file = a->train;
    if (train_init_shape(&file, a->train.init, &err)) {
        cli_error("%s", err.text);
        exit(1);
    }
    if ((cli_given(cli, "cell") && cell_at(a->cell) != file.cell) ||
        (cli_given(cli, "hidden") && a->train.hidden != file.hidden) ||
        (cli_given(cli, "wordvec") && a->train.wordvec != file.wordvec))
        cli_usage_error("--cell, --hidden or --wordvec contradicts %s (%s, %lld, %lld)", a->train.init,
                        file.cell->name, (long long)file.hidden, (long long)file.wordvec);
    a->train.hidden = file.hidden, a->train.wordvec = file.wordvec;
    for (a->cell = 0; cell_at(a->cell) != file.cell;)
        a->cell++;
}

/* The dataset: the one given, else the resumed file's, else the default place. */
static void take_data(Cli *cli, Args *a)
{
    Settings *s = &a->train.settings;
    if (cli_given(cli, "data") || !s->data) {
        free(s->data);
        s->data = strdup(a->data);
        if (!s->data) {
            cli_error("out of memory");
            exit(1);
        }
    }
}

static int run(Cli *cli, Args *a)
{
    Err err;
    TrainResult result;
    a->train.cell = cell_at(a->cell);
    a->train.settings.rule = rule_at(a->rule);
    a->train.settings.order = (Order)a->order;
    a->train.settings.precision = (Precision)a->precision;
    if (train_run(&a->train, cli_report(cli, "iterations"), &result, &err)) {
        /* A broken standard output is cli_finish's to tell, quietly where its reader has gone. */
        if (!ferror(stdout))
            cli_error("%s", err.text);
        return 1;
    }
    if (result.complete && !isnan(a->target_loss) && !(result.loss <= a->target_loss)) {
        cli_error("the last loss, %f, is above the target, %g", result.loss, a->target_loss);
        return 1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    Args a = {.data = DEFAULT_DATASET, .cell = 0, .rule = 3, .order = ORDER_RANDOM, .target_loss = NAN};
    TrainOptions *t = &a.train;
    Settings *s = &t->settings;
    t->hidden = 512, t->wordvec = 256, t->print_every = 10;
    *s = (Settings){
        .lr = NAN, .lr_decay = 1.0, .epochs = 50, .iterations = -1, .batch_size = 25, .seed = 231, .val_max = 1000};
    const double most = 1e15, dims = DIM_MAX;
    CliOption options[] = {
        {"data", 'd', CLI_TEXT, &a.data, "DIR", "dataset directory", 0, 0, false},
        {"output", 'o', CLI_TEXT, &t->out, "MODEL.h5", "the model file to write; with --resume the resumed one", 0,
         0, false},
        {"cell", 0, CLI_CHOICE, &a.cell, cell_names(), "recurrent cell", 0, 0, false},
        {"hidden", 0, CLI_INT, &t->hidden, "N", "hidden units", 1, dims, false},
        {"wordvec", 0, CLI_INT, &t->wordvec, "N", "length of a word vector", 1, dims, false},
        {"optim", 0, CLI_CHOICE, &a.rule, "sgd|momentum|rmsprop|adam", "update rule", 0, 0, false},
        {"lr", 0, CLI_REAL, &s->lr, "X", "learning rate (default 0.005 for adam, 0.01 for the others)", 0, 1e6,
         false},
        {"lr-decay", 0, CLI_REAL, &s->lr_decay, "X", "multiplies the rate at the end of each epoch", 0, 1e3, false},
        {"epochs", 0, CLI_INT, &s->epochs, "N", "times over the captions", 0, 1e9, false},
        {"iterations", 0, CLI_INT, &s->iterations, "N", "minibatches in all; wins over --epochs", 0, most, false},
        {"batch-size", 0, CLI_INT, &s->batch_size, "N", "captions of a minibatch", 1, 1 << 20, false},
        {"max-train", 0, CLI_INT, &s->max_train, "N", "train on N captions, drawn with replacement; 0 is all", 0,
         4294967295.0, false},
        {"order", 0, CLI_CHOICE, &a.order, "random|shuffle|sequential",
         "minibatches drawn with replacement; a permutation every epoch; one behind the other", 0, 0, false},
        {"seed", 0, CLI_INT, &s->seed, "N", "of the random numbers", 0, 4294967295.0, false},
        {"precision", 0, CLI_CHOICE, &a.precision, "float32|bf16",
         "of matrix products; bf16: factors rounded to bfloat16, sums in float: faster where the processor has it",
         0, 0, false},
        {"raw-features", 0, CLI_FLAG, &s->raw_features, NULL, "the unreduced features, S2014_vgg16_fc7.h5", 0, 0,
         false},
        {"init", 0, CLI_TEXT, &t->init, "MODEL.h5", "start from these parameters, with a fresh optimizer", 0, 0,
         false},
        {"resume", 0, CLI_TEXT, &t->resume, "MODEL.h5", "go on exactly where it stopped", 0, 0, false},
        {"val-every", 0, CLI_INT, &s->val_every, "N", "validation loss every N epochs; 0 is never", 0, most, false},
        {"val-max", 0, CLI_INT, &s->val_max, "N", "validate on the first N captions", 1, most, false},
        {"save-every", 0, CLI_INT, &t->save_every, "N", "save every N iterations too; 0 is only at the end", 0,
         most, false},
        {"log", 0, CLI_TEXT, &t->log, "FILE", "training log, one JSON object a line; - is stdout", 0, 0, false},
        {"print-every", 0, CLI_INT, &t->print_every, "N", "print the loss every N iterations", 1, most, false},
        {"target-loss", 0, CLI_REAL, &a.target_loss, "X", "exit 1 where the last loss is above X", -most, most,
         false},
    };
    Cli cli = {.name = "coco-train",
               .synopsis = "[-d DIR] -o MODEL.h5 [OPTION...]\n--resume MODEL.h5 [OPTION...]",
               .about = "Trains a recurrent network to describe images.",
               .epilog = EPILOG,
               .options = options,
               .n_options = sizeof options / sizeof *options};
    cli_parse(&cli, argc, argv);
    cli_check_simd();
    if (cli.n_operands)
        cli_usage_error("%s: takes no operands", cli.operand[0]);
    if (t->out && !strcmp(t->out, "-"))
        cli_usage_error("-o -: a model file needs seeking, so it cannot go to standard output");
    if (t->resume)
        take_resume(&cli, &a);
    else if (!t->out)
        cli_usage_error("where to? -o MODEL.h5");
    else if (t->init)
        take_init(&cli, &a);
    default_rate(&a);
    take_data(&cli, &a);
    int status = run(&cli, &a);
    free(s->data);
    cli_free(&cli);
    return cli_finish(&cli, status);
}
