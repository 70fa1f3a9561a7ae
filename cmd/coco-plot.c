/* coco-plot: training logs to a picture of their loss curves. */
#include "cmd/cli.h"
#include "pipeline/plot/plot.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void check(const PlotSpec *spec)
{
    int stdins = 0;
    for (int i = 0; i < spec->n_inputs; i++)
        stdins += !strcmp(spec->inputs[i], "-");
    if (stdins > 1)
        cli_usage_error("standard input can be read once");
    if (!spec->output || !*spec->output)
        cli_usage_error("-o says where the picture goes");
    cli_png_name("-o", spec->output);
    if (!strcmp(spec->output, "-") && isatty(STDOUT_FILENO))
        cli_usage_error("-o -: standard output is a terminal, no place for a picture");
    if (spec->n_labels > spec->n_inputs)
        cli_usage_error("--label: %d labels for %d logs", spec->n_labels, spec->n_inputs);
}

int main(int argc, char **argv)
{
    static const char *const STDIN[] = {"-"};
    PlotSpec spec = plot_defaults();
    CliList labels = {NULL, 0};
    Err err;
    char size_default[32];
    const char *size = size_default;
    int64_t smooth = spec.smooth;
    bool reader_gone;
    snprintf(size_default, sizeof size_default, "%dx%d", spec.width, spec.height);
    CliOption options[] = {
        {.name = "output",
         .letter = 'o',
         .kind = CLI_TEXT,
         .value = &spec.output,
         .arg = "FILE",
         .help = "the picture, PNG; - is standard output"},
        {.name = "log-y", .kind = CLI_FLAG, .value = &spec.log_y, .help = "logarithmic scale of the loss"},
        {.name = "smooth",
         .kind = CLI_INT,
         .value = &smooth,
         .arg = "N",
         .help = "mean over N iterations, the curve itself faint behind; 0 is none",
         .min = 0,
         .max = 1e9},
        {.name = "label",
         .kind = CLI_MANY,
         .value = &labels,
         .arg = "TEXT",
         .help = "a run's name in the legend, in the order of the logs; may be repeated"},
        {.name = "title", .kind = CLI_TEXT, .value = &spec.title, .arg = "TEXT", .help = "the line on top"},
        {.name = "size", .kind = CLI_TEXT, .value = &size, .arg = "WxH", .help = "of the picture, in pixels"},
    };
    Cli cli = {
        .name = "coco-plot",
        .synopsis = "[options] -o LOSS.png [LOG...|-]",
        .about =
            "Draws the loss curves of training logs: training loss as lines, validation loss dashed with marks,\n"
            "several runs in one picture.",
        .epilog = "Logs come from `coco-train --log FILE`:\n"
                  "  coco-plot rnn.jsonl lstm.jsonl --label RNN --label LSTM --smooth 20 --log-y -o loss.png",
        .options = options,
        .n_options = sizeof options / sizeof *options,
    };
    cli_parse(&cli, argc, argv);
    cli_size("--size", size, PLOT_SIDE_MIN, PLOT_SIDE_MAX, &spec.width, &spec.height);
    spec.inputs = cli.n_operands ? cli.operand : STDIN;
    spec.n_inputs = cli.n_operands ? cli.n_operands : 1;
    spec.labels = labels.value;
    spec.n_labels = labels.n;
    spec.smooth = (int)smooth;
    check(&spec);
    int rc = plot_render(&spec, cli_report(&cli, "logs"), &reader_gone, &err);
    cli_free(&cli);
    if (rc && reader_gone)
        return 128 + SIGPIPE;
    if (rc)
        cli_error("%s", err.text);
    return cli_finish(&cli, rc ? 1 : 0);
}
