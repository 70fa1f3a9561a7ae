/* What the text of an option's value may be. */
#include "cmd/cli.h"

#include "cmd/generate.h"
#include "pipeline/common/choice.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool cli_read_int(const char *text, int64_t min, int64_t max, int64_t *out)
{
    char *end;
    errno = 0;
    if (!isdigit((unsigned char)*text) && *text != '-' && *text != '+')
        return false;
    long long v = strtoll(text, &end, 10);
    if (end == text || *end || errno || v < min || v > max)
        return false;
    *out = v;
    return true;
}

bool cli_read_period(const char *text, int64_t max, int64_t *out)
{
    size_t n = strlen(text);
    if (!n || n > 24 || text[n - 1] != 'i')
        return cli_read_int(text, 0, max, out);
    char number[24];
    memcpy(number, text, n - 1);
    number[n - 1] = '\0';
    bool valid = cli_read_int(number, 0, max, out);
    *out = valid ? -*out : *out;
    return valid;
}

bool cli_read_real(const char *text, double min, double max, double *out)
{
    char *end;
    if (!*text || strspn(text, "0123456789+-.eE") != strlen(text))
        return false;
    errno = 0;
    double v = strtod(text, &end);
    /* ERANGE with a tiny result is an underflow: the nearest number is right. */
    if (end == text || *end || !isfinite(v) || (errno == ERANGE && fabs(v) > 1) || v < min || v > max)
        return false;
    *out = v;
    return true;
}

void cli_size(const char *option, const char *text, int min, int max, int *w, int *h)
{
    char side[16];
    int64_t across, down;
    size_t n = strcspn(text, "x");
    snprintf(side, sizeof side, "%.*s", n < sizeof side ? (int)n : 0, text);
    if (!text[n] || !cli_read_int(side, min, max, &across) || !cli_read_int(text + n + 1, min, max, &down))
        cli_usage_error("%s: '%s': expected WxH with sides from %d to %d", option, text, min, max);
    *w = (int)across;
    *h = (int)down;
}

static bool has_empty(const CliOption *o)
{
    const CliList *list = o->value;
    if (o->kind == CLI_TEXT)
        return !**(const char **)o->value;
    for (int i = 0; o->kind == CLI_MANY && i < list->n; i++)
        if (!*list->value[i])
            return true;
    return false;
}

void cli_refuse_empty(const Cli *cli)
{
    char suffix[VALUE_SUFFIX];
    for (int i = 0; i < cli->n_options; i++) {
        const CliOption *o = &cli->options[i];
        ValueKind kind = generate_value(o, suffix);
        if (o->given && (kind == VALUE_FILE || kind == VALUE_DIRECTORY) && has_empty(o))
            cli_usage_error("--%s '': an empty name", o->name);
    }
    for (int i = 0; i < cli->n_operands; i++)
        if (!*cli->operand[i])
            cli_usage_error("'': an empty name");
}

/* One "NAME=X" of n bytes. False: it is not one, or the name has a weight already. */
static bool read_weight(const char *text, size_t n, const char *names, double max, double *weights)
{
    char part[64];
    if (n >= sizeof part)
        return false;
    memcpy(part, text, n);
    part[n] = '\0';
    char *equals = strchr(part, '=');
    if (!equals)
        return false;
    *equals = '\0';
    int at = choice_index(names, part);
    return at >= 0 && weights[at] == 0 && cli_read_real(equals + 1, 0, max, &weights[at]);
}

void cli_weights(const char *option, const char *text, const char *names, double max, double *weights)
{
    double sum = 0;
    const char *at = text;
    for (bool more = true; more;) {
        size_t n = strcspn(at, ",");
        if (!read_weight(at, n, names, max, weights))
            cli_usage_error("%s '%s': expected NAME=X,... with names of %s and weights from 0 to %g", option, text,
                            names, max);
        more = at[n];
        at += n + 1;
    }
    for (int i = 0; i < choice_count(names); i++)
        sum += weights[i];
    if (sum == 0)
        cli_usage_error("%s '%s': all weights are 0", option, text);
}

/* The suffix of the path, if it is one of these; else NULL. */
static const char *suffix_among(const char *path, const char *const suffix[])
{
    const char *ending = strrchr(path, '.');
    for (; ending && *suffix; suffix++)
        if (!strcasecmp(ending, *suffix))
            return ending + 1;
    return NULL;
}

static const char *const DRAWN[] = {".jpg", ".jpeg", ".gif",  ".webp", ".svg",
                                    ".pdf", ".tif",  ".tiff", ".bmp",  NULL};

/* What a slip may name instead of an output: "coco-plot -o A.jsonl B.jsonl". */
static const char *const DATA[] = {".json", ".jsonl", ".h5",   ".hdf5", ".csv", ".tsv",
                                   ".npy",  ".npz",   ".onnx", ".zip",  NULL};

void cli_picture_name(const char *option, const char *path, const char *formats)
{
    static const char *const PAGE[] = {".htm", ".html", NULL};
    const char *other = suffix_among(path, DRAWN);
    if (other || (other = suffix_among(path, PAGE)) || (other = suffix_among(path, DATA)))
        cli_usage_error("%s '%s': pictures are %s, not %s", option, path, formats, other);
}

void cli_page_name(const char *option, const char *path)
{
    static const char *const PNG[] = {".png", NULL};
    const char *other = suffix_among(path, DRAWN);
    if (other || (other = suffix_among(path, PNG)) || (other = suffix_among(path, DATA)))
        cli_usage_error("%s '%s': pages are HTML, not %s", option, path, other);
}
