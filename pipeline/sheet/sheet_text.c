#include "pipeline/sheet/sheet_text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- names of a series --- */

/* The length of the %d or %03d at s, 0 where there is none. */
static size_t number_field(const char *s)
{
    size_t n = 1 + strspn(s + 1, "0123456789");
    return s[0] == '%' && s[n] == 'd' && n <= 3 ? n + 1 : 0;
}

static const char *find_field(const char *output)
{
    for (const char *s = output; *s; s++)
        if (number_field(s))
            return s;
    return NULL;
}

bool sheet_is_series(const char *output)
{
    return find_field(output) != NULL;
}

const char *sheet_bad_output(const char *output)
{
    const char *field = find_field(output);
    if (!*output)
        return "an empty name";
    if (field && find_field(field + 1))
        return "more than one number in the name";
    return NULL;
}

char *sheet_output_name(const char *output, int i)
{
    char *name;
    const char *field = find_field(output);
    if (!field)
        return strdup(output);
    size_t n = number_field(field);
    int width = (int)strtol(field + 1, NULL, 10);
    int rc = field[1] == '0' ? asprintf(&name, "%.*s%0*d%s", (int)(field - output), output, width, i + 1, field + n)
                             : asprintf(&name, "%.*s%*d%s", (int)(field - output), output, width, i + 1, field + n);
    return rc < 0 ? NULL : name;
}

/* --- the header --- */

static void append(char *text, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void append(char *text, const char *fmt, ...)
{
    size_t n = strlen(text);
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text + n, SHEET_TEXT_LEN - n, fmt, ap);
    va_end(ap);
}

static void say_splits(SheetWords *words, const ShelfFacts *facts)
{
    int n = facts->n_splits;
    if (n == 1 && facts->split[0])
        append(words->legend, " \u00b7 %s", facts->split[0]);
    for (int k = 0; n > 1 && n <= SHELF_SPLITS && k < n; k++)
        append(words->legend, "%s%" PRId64 " %s", k ? ", " : " \u00b7 ", facts->in_split[k],
               facts->split[k] ? facts->split[k] : "no split");
}

static void say_order(SheetWords *words, const ShelfSort *sort)
{
    static const char *const ORDER[][2] = {
        [SHELF_AS_READ] = {NULL, "last first"},
        [SHELF_SCORE] = {"best score first", "worst score first"},
        [SHELF_LOGPROB] = {"likeliest first", "least likely first"},
        [SHELF_RANDOM] = {"in random order", "in random order"},
    };
    const char *order = ORDER[sort->by][sort->reverse];
    if (order)
        append(words->legend, " \u00b7 %s", order);
}

/* Who wrote a caption is known where it has a probability. */
static void say_marks(SheetWords *words, const SheetSpec *spec, const ShelfFacts *facts, bool marked)
{
    const char *caption = facts->sampled ? "generated" : "caption";
    bool references = facts->references && spec->references;
    if (facts->truth_alone)
        append(words->legend, " \u00b7 ground truth captions");
    else if (facts->references && spec->highlight)
        append(words->legend, " \u00b7 bold: %s words that the ground truth has, coloured: words it lacks",
               caption);
    else if (references)
        append(words->legend, " \u00b7 bold: %s", caption);
    if (references && !facts->truth_alone)
        append(words->legend, ", %s: ground truth%s", marked ? "GT" : "italic",
               facts->exact && marked ? " (green where it is the caption)" : "");
}

void sheet_words(SheetWords *words, const SheetSpec *spec, const ShelfFacts *facts, bool marked)
{
    const char *slash = strrchr(spec->input, '/');
    bool nameless = !strcmp(spec->input, "-") || !strcmp(spec->input, "/dev/stdin") ||
                    !strncmp(spec->input, "/dev/fd/", 8) || !strncmp(spec->input, "/proc/", 6);
    const char *base = nameless ? "Captions" : slash ? slash + 1 : spec->input;
    memset(words, 0, sizeof *words);
    words->n = facts->n;
    append(words->title, "%s", spec->title ? spec->title : base);
    say_splits(words, facts);
    say_order(words, &spec->sort);
    say_marks(words, spec, facts, marked);
}

void sheet_subtitle(const SheetWords *words, int n_sheets, int sheet, int64_t first, int64_t n,
                    char text[SHEET_TEXT_LEN])
{
    text[0] = '\0';
    if (n_sheets > 1)
        append(text, "sheet %d of %d \u00b7 images %" PRId64 "\u2013%" PRId64 " of %" PRId64, sheet + 1, n_sheets,
               first + 1, first + n, words->n);
    else
        append(text, "%" PRId64 " image%s", n, n == 1 ? "" : "s");
    append(text, "%s", words->legend);
}
