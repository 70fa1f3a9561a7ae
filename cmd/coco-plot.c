/* coco-plot: training logs to a picture of their loss curves. */
#include "cmd/cli.h"
#include "pipeline/common/plural.h"
#include "pipeline/plot/plot.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What the command line says, before it is checked. */
typedef struct {
    PlotOptions plot;
    CliList labels;
    const char *size; /* "WxH" */
    int64_t smooth;
} Options;

static void check(const PlotOptions *plot)
{
    int stdins = 0;
    for (int i = 0; i < plot->n_inputs; i++)
        stdins += !strcmp(plot->inputs[i], "-");
    if (stdins > 1)
        cli_usage_error("standard input can be read only once");
    if (!plot->output || !*plot->output)
        cli_usage_error("-o must name the picture to write");
    cli_picture_name("-o", plot->output, "PNG");
    if (!strcmp(plot->output, "-") && isatty(STDOUT_FILENO))
        cli_usage_error("-o -: a picture cannot be written to a terminal");
    if (plot->n_labels > plot->n_inputs)
        cli_usage_error("--label: %d labels for %d logs", plot->n_labels, plot->n_inputs);
}

static void take(const Cli *cli, Options *o)
{
    static const char *const STDIN[] = {"-"};
    PlotOptions *plot = &o->plot;
    cli_size("--size", o->size, PLOT_SIDE_MIN, PLOT_SIDE_MAX, &plot->width, &plot->height);
    plot->inputs = cli->n_operands ? cli->operand : STDIN;
    plot->n_inputs = cli->n_operands ? cli->n_operands : 1;
    plot->labels = o->labels.value;
    plot->n_labels = o->labels.n;
    plot->smooth = (int)o->smooth;
    if (plot->y && !cli_given(cli, "title"))
        plot->title = plot->y;
    check(plot);
}

int main(int argc, char **argv)
{
    Options o = {.plot = plot_defaults()};
    Err err;
    char size[32];
    bool reader_gone;
    snprintf(size, sizeof size, "%dx%d", o.plot.width, o.plot.height);
    o.size = size;
    o.smooth = o.plot.smooth;
    /* clang-format off */
    CliOption options[] = {
        {.name = "output", .letter = 'o', .kind = CLI_TEXT, .value = &o.plot.output, .arg = "FILE",
         .help = "the picture to write, PNG; - is standard output"},
        {.name = "y", .kind = CLI_TEXT, .value = &o.plot.y, .arg = "KEY",
         .help = "draw this number of the logs instead of the losses: perplexity, word_loss, lr, val_cider, ..., and "
                 "with val_ before its name that of validations beside it"},
        {.name = "x", .kind = CLI_TEXT, .value = &o.plot.x, .arg = "TEXT",
         .help = "the label of the horizontal axis, which shows iterations whatever it says"},
        {.name = "best", .kind = CLI_FLAG, .value = &o.plot.best,
         .help = "mark each run's best validation: its lowest loss or perplexity, its highest score"},
        {.name = "log-x", .kind = CLI_FLAG, .value = &o.plot.log_x,
         .help = "show the iterations on a logarithmic scale"},
        {.name = "log-y", .kind = CLI_FLAG, .value = &o.plot.log_y, .help = "show the loss on a logarithmic scale"},
        {.name = "smooth", .kind = CLI_INT, .value = &o.smooth, .arg = "N",
         .help = "show the mean over N iterations, and the curve itself, faint; 0: no smoothing",
         .min = 0, .max = 1e9},
        {.name = "label", .kind = CLI_MANY, .value = &o.labels, .arg = "TEXT",
         .help = "a run's name in the legend; repeat it for further runs, in the order of the logs"},
        {.name = "title", .kind = CLI_TEXT, .value = &o.plot.title, .arg = "TEXT", .help = "the line at the top"},
        {.name = "size", .kind = CLI_TEXT, .value = &o.size, .arg = "WxH",
         .help = "size of the picture, in pixels"},
    };
    /* clang-format on */
    Cli cli = {
        .name = "coco-plot",
        .synopsis = "[OPTION...] -o LOSS.png [LOG...|-]",
        .about =
            "Draws the loss curves of training logs: training loss as lines, validation loss dashed with markers,\n"
            "several runs in one picture.",
        .epilog = "Logs come from `coco-train --log FILE`.",
        .examples =
            "  coco-plot rnn.jsonl lstm.jsonl --label RNN --label LSTM --smooth 20 --log-y -o loss.png\n"
            "  coco-plot a.jsonl b.jsonl --y val_cider --best -o cider.png    # of coco-train --val-metrics",
        .options = options,
        .n_options = sizeof options / sizeof *options,
    };
    cli_parse(&cli, argc, argv);
    take(&cli, &o);
    const Report *report = cli_report(&cli, "logs");
    int rc = plot_render(&o.plot, report, &reader_gone, &err);
    if (!rc && strcmp(o.plot.output, "-"))
        report_note(report, "%s: %d run%s", o.plot.output, o.plot.n_inputs, plural(o.plot.n_inputs));
    cli_free(&cli);
    if (rc && reader_gone)
        return 128 + SIGPIPE;
    if (rc && !ferror(stdout)) /* cli_finish reports that */
        cli_error("%s", err.text);
    return cli_finish(&cli, rc ? 1 : 0);
}
