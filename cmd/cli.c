/* cli.h, input: options. */
#include "cmd/cli.h"

#include "cmd/generate.h"
#include "cmd/help.h"
#include "cmd/nearest.h"
#include "pipeline/common/choice.h"
#include "pipeline/common/parts.h"
#include "pipeline/common/team.h"
#include "pipeline/common/threads.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    bool help, version;
    int generate; /* -1: not asked for */
    int ignored;  /* it has no default to show */
} Asked;

/* The command's own options, then those that every command has. */
enum { N_COMMON = 5, MOST_OPTIONS = 90 };

static void with_common(const Cli *cli, CliOption *all, Cli *values, Asked *asked)
{
    const CliOption common[N_COMMON] = {
        {.name = "threads",
         .letter = 'j',
         .kind = CLI_INT,
         .value = &values->threads,
         .arg = "N",
         .help = "number of compute threads",
         .min = 1,
         .max = THREADS_MAX},
        {.name = "quiet",
         .letter = 'q',
         .kind = CLI_FLAG,
         .value = &values->quiet,
         .help = "print warnings and errors only"},
        {.name = "help", .letter = 'h', .kind = CLI_FLAG, .value = &asked->help, .help = "print this and exit"},
        {.name = "generate",
         .kind = CLI_CHOICE,
         .value = &asked->ignored,
         .arg = GENERATORS,
         .help = "print the manual page, or a shell's completion script, and exit"},
        {.name = "version",
         .kind = CLI_FLAG,
         .value = &asked->version,
         .help = "print the version, and those of the libraries, and exit"},
    };
    if (cli->n_options + N_COMMON > MOST_OPTIONS)
        abort();
    if (cli->n_options)
        memcpy(all, cli->options, (size_t)cli->n_options * sizeof *all);
    memcpy(all + cli->n_options, common, sizeof common);
}

static _Noreturn void refuse_choice(const CliOption *o, const char *text)
{
    enum { MOST = 32 };
    char word[MOST][CHOICE_WORD];
    const char *words[MOST];
    int n = choice_count(o->arg) < MOST ? choice_count(o->arg) : MOST;
    for (int i = 0; i < n; i++)
        words[i] = choice_word(o->arg, i, word[i]);
    const char *near = nearest(text, words, n);
    if (near)
        cli_usage_error("--%s: '%s': expected one of %s; did you mean '%s'?", o->name, text, o->arg, near);
    cli_usage_error("--%s: '%s': expected one of %s", o->name, text, o->arg);
}

static void take_choice(const CliOption *o, const char *text)
{
    int at = choice_index(o->arg, text);
    if (at < 0)
        refuse_choice(o, text);
    *(int *)o->value = at;
}

static void take_many(const CliOption *o, const char *text)
{
    CliList *list = o->value;
    const char **grown = realloc(list->value, (size_t)(list->n + 1) * sizeof *grown);
    if (!grown) {
        cli_error("out of memory");
        exit(1);
    }
    list->value = grown;
    list->value[list->n++] = text;
}

static void take_value(const CliOption *o, const char *text)
{
    switch (o->kind) {
    case CLI_FLAG:
        *(bool *)o->value = true;
        break;
    case CLI_INT:
        if (!cli_read_int(text, (int64_t)o->min, (int64_t)o->max, o->value))
            cli_usage_error("--%s: '%s': expected an integer from %.0f to %.0f", o->name, text, o->min, o->max);
        break;
    case CLI_PERIOD:
        if (!cli_read_period(text, (int64_t)o->max, o->value))
            cli_usage_error("--%s: '%s': expected an integer from 0 to %.0f, or iterations as 500i", o->name, text,
                            o->max);
        break;
    case CLI_REAL:
        if (!cli_read_real(text, o->min, o->max, o->value))
            cli_usage_error("--%s: '%s': expected a number from %g to %g", o->name, text, o->min, o->max);
        break;
    case CLI_TEXT:
        *(const char **)o->value = text;
        break;
    case CLI_CHOICE:
        take_choice(o, text);
        break;
    case CLI_MANY:
        take_many(o, text);
        break;
    }
}

/* The table in getopt_long's form. It returns 256 + the index for a long option. */
static void getopt_table(const CliOption *all, int n, struct option *longs, char *shorts)
{
    *shorts++ = ':';
    for (int i = 0; i < n; i++) {
        int has_arg = all[i].kind == CLI_FLAG ? no_argument : required_argument;
        longs[i] = (struct option){all[i].name, has_arg, NULL, 256 + i};
        if (all[i].letter) {
            *shorts++ = all[i].letter;
            if (has_arg == required_argument)
                *shorts++ = ':';
        }
    }
    memset(&longs[n], 0, sizeof *longs);
    *shorts = '\0';
}

static int option_index(const CliOption *all, int n, int code)
{
    if (code >= 256)
        return code - 256;
    for (int i = 0; i < n; i++)
        if (all[i].letter == code)
            return i;
    return -1;
}

/* An option that is not in the table, with its dashes. */
static _Noreturn void refuse_unknown(const CliOption *all, int n, const char *option)
{
    const char *names[MOST_OPTIONS];
    for (int i = 0; i < n; i++)
        names[i] = all[i].name;
    const char *word = option + strspn(option, "-");
    const char *near = strlen(word) > 1 ? nearest(word, names, n) : NULL;
    if (near)
        cli_usage_error("unknown option '%s'; did you mean '--%s'?", option, near);
    cli_usage_error("unknown option '%s'", option);
}

/* A long option, with its dashes, that getopt_long does not know, or that begins several names. */
static _Noreturn void refuse_long(const CliOption *all, int n, const char *text)
{
    char option[80], begun[512] = "";
    size_t len = strcspn(text, "=");
    snprintf(option, sizeof option, "%.*s", (int)(len < sizeof option ? len : sizeof option - 1), text);
    for (int i = 0; i < n; i++) {
        size_t used = strlen(begun);
        if (!strncmp(all[i].name, option + 2, strlen(option + 2)))
            snprintf(begun + used, sizeof begun - used, "%s--%s", used ? ", " : "", all[i].name);
    }
    if (*begun && option[2])
        cli_usage_error("'%s' is ambiguous: %s", option, begun);
    refuse_unknown(all, n, option);
}

/* A letter that no option has. A whole word after one dash was perhaps meant to be a long option. */
static _Noreturn void refuse_letter(const CliOption *all, int n, int letter, char **argv)
{
    const char option[] = {'-', (char)letter, '\0'};
    for (int i = 1; argv[i] && strcmp(argv[i], "--"); i++)
        if (argv[i][0] == '-' && argv[i][1] == letter && argv[i][2])
            refuse_unknown(all, n, argv[i]);
    refuse_unknown(all, n, option);
}

static void parse_options(CliOption *all, int n, int argc, char **argv)
{
    struct option longs[MOST_OPTIONS + 1];
    char shorts[2 * MOST_OPTIONS + 2];
    getopt_table(all, n, longs, shorts);
    opterr = 0;
    for (;;) {
        int c = getopt_long(argc, argv, shorts, longs, NULL);
        if (c == -1)
            return;
        if (c == ':' || c == '?') {
            const char *text = argv[optind - 1];
            if (c == ':')
                cli_usage_error("%s needs a value", text);
            if (optopt >= 256)
                cli_usage_error("--%s takes no value", all[optopt - 256].name);
            if (optopt)
                refuse_letter(all, n, optopt, argv);
            refuse_long(all, n, text);
        }
        CliOption *o = &all[option_index(all, n, c)];
        o->given = true;
        take_value(o, optarg);
    }
}

/* --generate KIND or --generate=KIND with a kind that there is; others are errors of parse_options. */
static bool asks_to_generate(char **arg, Asked *asked)
{
    static const char option[] = "--generate";
    const size_t n = sizeof option - 1;
    if (strncmp(arg[0], option, n) || (arg[0][n] && arg[0][n] != '=') || (!arg[0][n] && !arg[1]))
        return false;
    asked->generate = choice_index(GENERATORS, arg[0][n] ? arg[0] + n + 1 : arg[1]);
    return asked->generate >= 0;
}

/* Of several ranks, rank 0 alone has a standard output. */
static void join_team(void)
{
    Err err;
    if (team_join(&err)) {
        cli_error("%s", err.text);
        exit(1);
    }
    if (team_rank() && !freopen("/dev/null", "w", stdout))
        exit(1);
}

void cli_generate(const Cli *cli, int generator)
{
    CliOption all[MOST_OPTIONS];
    Cli values = {.threads = 0}; /* no default: it would be that of the machine that makes the page */
    Asked asked = {.ignored = -1};
    with_common(cli, all, &values, &asked);
    generate(cli, all, cli->n_options + N_COMMON, generator);
}

void cli_parse(Cli *cli, int argc, char **argv)
{
    CliOption all[MOST_OPTIONS];
    Asked asked = {.generate = -1, .ignored = -1};
    Err warning;
    int n = cli->n_options + N_COMMON;
    cli_occupy_streams();
    cli_name(cli->name, cli->part);
    cli_catch_crashes(cli->name);
    if (cli->ranks)
        join_team();
    cli->threads = threads_default(&warning);
    with_common(cli, all, cli, &asked);
    /* --help and --generate show the defaults, so they are handled before options overwrite them. */
    for (int i = 1; i < argc && strcmp(argv[i], "--"); i++)
        if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
            help_print(cli, all, n);
            exit(cli_finish(cli, 0));
        } else if (asks_to_generate(argv + i, &asked)) {
            cli_generate(cli, asked.generate);
            exit(cli_finish(cli, 0));
        }
    parse_options(all, n, argc, argv);
    if (asked.version) {
        printf("%s %s\n", cli->name, COCO_VERSION);
        parts_print(stdout);
        exit(cli_finish(cli, 0));
    }
    for (int i = 0; i < cli->n_options; i++)
        cli->options[i].given = all[i].given;
    cli->operand = (const char **)(argv + optind);
    cli->n_operands = argc - optind;
    if (warning.text[0] && !all[cli->n_options].given) /* -j is the first of the common options */
        cli_error("%s", warning.text);
    int most = threads_set((int)cli->threads);
    if (most < cli->threads && all[cli->n_options].given)
        cli_error("--threads %d: the limits on processes and memory allow %d", (int)cli->threads, most);
}

void cli_free(Cli *cli)
{
    for (int i = 0; i < cli->n_options; i++)
        if (cli->options[i].kind == CLI_MANY) {
            CliList *list = cli->options[i].value;
            free(list->value);
            *list = (CliList){NULL, 0};
        }
}

bool cli_given(const Cli *cli, const char *name)
{
    for (int i = 0; i < cli->n_options; i++)
        if (!strcmp(cli->options[i].name, name))
            return cli->options[i].given;
    abort();
}
