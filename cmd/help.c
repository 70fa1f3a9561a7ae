#include "cmd/help.h"

#include "pipeline/common/choice.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const HelpVariable VARIABLES[] = {
    {CLI_ENV_SIMD, "COCO_SIMD",
     "instruction set: base, avx2, avx512, avx512bf16 or amx, instead of the best one that this processor has; one "
     "that it lacks is a usage error"},
    {CLI_ENV_CACHE, "COCO_CACHE",
     "folder of downloaded images and networks (else $XDG_CACHE_HOME/coco, ~/.cache/coco)"},
    {CLI_ENV_ENGINE, "COCO_ONNXRUNTIME",
     "ONNX Runtime's library, which runs networks, if it is not where 'make install' or the system puts it"},
    {CLI_ENV_METEOR, "COCO_METEOR_JAR",
     "the COCO tools' meteor-1.5.jar (else that of pip's package pycocoevalcap)"},
    {CLI_ENV_NET, "http_proxy, https_proxy, all_proxy, no_proxy", "proxies, as in curl"},
    {0, "OMP_NUM_THREADS", "number of compute threads without -j"},
};

const HelpVariable *help_variable(const Cli *cli, const HelpVariable *at)
{
    const HelpVariable *end = VARIABLES + sizeof VARIABLES / sizeof *VARIABLES;
    for (at = at ? at + 1 : VARIABLES; at < end; at++)
        if (!at->topic || cli->environment & at->topic)
            return at;
    return NULL;
}

static const char *real_default(double v, char text[HELP_DEFAULT])
{
    if (!isnan(v))
        snprintf(text, HELP_DEFAULT, "%g", v);
    return text;
}

static const char *number_default(int64_t v, double min, char text[HELP_DEFAULT])
{
    if ((double)v >= min)
        snprintf(text, HELP_DEFAULT, "%lld", (long long)v);
    return text;
}

const char *help_default(const CliOption *o, char text[HELP_DEFAULT])
{
    text[0] = '\0';
    switch (o->kind) {
    case CLI_INT:
        return number_default(*(int64_t *)o->value, o->min, text);
    case CLI_PERIOD:
        return number_default(*(int64_t *)o->value, -1e18, text);
    case CLI_REAL:
        return real_default(*(double *)o->value, text);
    case CLI_TEXT:
        if (*(const char **)o->value)
            snprintf(text, HELP_DEFAULT, "%s", *(const char **)o->value);
        return text;
    case CLI_CHOICE:
        if (*(int *)o->value >= 0)
            choice_word(o->arg, *(int *)o->value, text);
        return text;
    case CLI_FLAG:
    case CLI_MANY:
        break;
    }
    return text;
}

enum { COLUMN = 26, WIDTH = 78 };

/* Goes to the column of the explanations, after n characters of a line. */
static void go_to_column(int n)
{
    if (n + 2 > COLUMN)
        printf("\n%*s", COLUMN, "");
    else
        printf("%*s", COLUMN - n, "");
}

/* Prints the text wrapped at words; continuation lines are indented to the column of the explanations. */
static void print_wrapped(const char *text)
{
    int column = COLUMN;
    while (*text) {
        int word = (int)strcspn(text, " ");
        if (column > COLUMN && column + 1 + word > WIDTH) {
            printf("\n%*s", COLUMN, "");
            column = COLUMN;
        } else if (column > COLUMN) {
            putchar(' ');
            column++;
        }
        printf("%.*s", word, text);
        column += word;
        text += word;
        text += strspn(text, " ");
    }
}

static void print_option(const CliOption *o)
{
    char value[HELP_DEFAULT];
    int n = o->letter ? printf("  -%c, --%s", o->letter, o->name) : printf("      --%s", o->name);
    if (o->kind != CLI_FLAG)
        n += printf(" %s", o->arg);
    go_to_column(n);
    print_wrapped(o->help);
    if (*help_default(o, value))
        printf(" (default %s)", value);
    putchar('\n');
}

static void print_usage(const Cli *cli)
{
    const char *lead = "usage:", *s = cli->synopsis;
    while (*s) {
        int n = (int)strcspn(s, "\n");
        printf("%s %s %.*s\n", lead, cli->name, n, s);
        s += n + (s[n] == '\n');
        lead = "      ";
    }
}

static void print_variables(const Cli *cli)
{
    printf("\nEnvironment variables:\n");
    for (const HelpVariable *v = NULL; (v = help_variable(cli, v));) {
        go_to_column(printf("  %s", v->names));
        print_wrapped(v->help);
        putchar('\n');
    }
}

void help_print(const Cli *cli, const CliOption *all, int n)
{
    print_usage(cli);
    printf("\n%s\n\n", cli->about);
    for (int i = 0; i < n; i++)
        print_option(&all[i]);
    if (cli->epilog)
        printf("\n%s\n", cli->epilog);
    print_variables(cli);
    if (cli->examples)
        printf("\nExamples:\n%s\n", cli->examples);
}
