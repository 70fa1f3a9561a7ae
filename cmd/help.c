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

/* Text wrapped at words, all lines with the same indent. */
typedef struct {
    int indent;
    int column; /* where the line has got to */
} Wrap;

static void wrap_word(Wrap *w, const char *word, int n)
{
    if (w->column > w->indent && w->column + 1 + n > WIDTH) {
        printf("\n%*s", w->indent, "");
        w->column = w->indent;
    } else if (w->column > w->indent) {
        putchar(' ');
        w->column++;
    }
    printf("%.*s", n, word);
    w->column += n;
}

/* The words of a line. */
static void wrap(Wrap *w, const char *line, size_t len)
{
    for (const char *end = line + len, *next; line < end; line = next) {
        next = line + strcspn(line, " \n");
        if (next > line)
            wrap_word(w, line, (int)(next - line));
        next += next < end;
    }
}

/* Paragraphs, which are filled, and lines with two blanks in front, which stay as they are. */
static void print_prose(const char *text)
{
    Wrap w = {0, 0};
    while (*text) {
        size_t n = strcspn(text, "\n");
        bool as_is = n > 2 && text[0] == ' ' && text[1] == ' ';
        if ((as_is || !n) && w.column) {
            putchar('\n');
            w.column = 0;
        }
        if (as_is || !n)
            printf("%.*s\n", (int)n, text);
        else
            wrap(&w, text, n);
        text += n + (text[n] == '\n');
    }
    if (w.column)
        putchar('\n');
}

static void print_explanation(const char *help, const char *standard)
{
    Wrap w = {COLUMN, COLUMN};
    wrap(&w, help, strlen(help));
    if (*standard) {
        char text[HELP_DEFAULT + 16];
        wrap_word(&w, text, snprintf(text, sizeof text, "(default %s)", standard));
    }
    putchar('\n');
}

static void print_option(const CliOption *o)
{
    char value[HELP_DEFAULT];
    int n = o->letter ? printf("  -%c, --%s", o->letter, o->name) : printf("      --%s", o->name);
    if (o->kind != CLI_FLAG)
        n += printf(" %s", o->arg);
    go_to_column(n);
    print_explanation(o->help, help_default(o, value));
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
        print_explanation(v->help, "");
    }
}

void help_print(const Cli *cli, const CliOption *all, int n)
{
    print_usage(cli);
    putchar('\n');
    print_prose(cli->about);
    putchar('\n');
    for (int i = 0; i < n; i++)
        print_option(&all[i]);
    if (cli->epilog) {
        putchar('\n');
        print_prose(cli->epilog);
    }
    print_variables(cli);
    if (cli->examples)
        printf("\nExamples:\n%s\n", cli->examples);
}
