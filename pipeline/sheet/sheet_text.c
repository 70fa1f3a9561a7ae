#include "pipeline/sheet/sheet_text.h"

#include "pipeline/looks/confidence.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void append(char *text, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void append(char *text, const char *fmt, ...)
{
    size_t n = strlen(text);
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text + n, SHEET_TEXT_LEN - n, fmt, ap);
    va_end(ap);
}

static void add_splits(SheetText *text, const SheetFacts *facts)
{
    int n = facts->n_splits;
    if (n == 1 && facts->split[0])
        append(text->legend, " \u00b7 %s", facts->split[0]);
    for (int k = 0; n > 1 && n <= SHEET_SPLITS && k < n; k++)
        append(text->legend, "%s%" PRId64 " %s", k ? ", " : " \u00b7 ", facts->in_split[k],
               facts->split[k] ? facts->split[k] : "no split");
}

static void add_order(SheetText *text, const SheetSort *sort)
{
    static const char *const ORDER[][2] = {
        [SHEET_AS_READ] = {NULL, "last first"},
        [SHEET_BY_SCORE] = {"best score first", "worst score first"},
        [SHEET_BY_LOGPROB] = {"likeliest first", "least likely first"},
        [SHEET_SHUFFLED] = {"in random order", "in random order"},
    };
    const char *order = ORDER[sort->by][sort->reverse];
    if (order)
        append(text->legend, " \u00b7 %s", order);
}

/* A caption that has a probability was generated; of others nobody knows who wrote them. */
static void add_marks(SheetText *text, const SheetOptions *options, const SheetFacts *facts, bool marked)
{
    const char *caption = facts->sampled ? "generated" : "caption";
    bool references = facts->references && options->references;
    if (facts->truth_alone)
        append(text->legend, " \u00b7 ground truth captions");
    else if (facts->references && options->highlight)
        append(text->legend, " \u00b7 bold: %s words that the ground truth has, coloured: words it lacks", caption);
    else if (references)
        append(text->legend, " \u00b7 bold: %s", caption);
    if (references && !facts->truth_alone)
        append(text->legend, ", %s: ground truth%s", marked ? "GT" : "italic",
               facts->exact && marked ? " (green if it is the caption)" : "");
}

void sheet_text_make(SheetText *text, const SheetOptions *options, const SheetFacts *facts, bool marked,
                     bool sentinel)
{
    const char *slash = strrchr(options->input, '/');
    bool nameless = !strcmp(options->input, "-") || !strcmp(options->input, "/dev/stdin") ||
                    !strncmp(options->input, "/dev/fd/", 8) || !strncmp(options->input, "/proc/", 6);
    const char *base = nameless ? "Captions" : slash ? slash + 1 : options->input;
    memset(text, 0, sizeof *text);
    text->n = facts->n;
    append(text->title, "%s", options->title ? options->title : base);
    add_splits(text, facts);
    add_order(text, &options->sort);
    add_marks(text, options, facts, marked);
    if (options->confidence && facts->confident)
        append(text->legend, " \u00b7 %s", CONFIDENCE_LEGEND);
    if (options->attention)
        append(text->legend, " \u00b7 light: where each word looked%s",
               sentinel ? "; %: the share of its attention that went to the picture" : "");
}

void sheet_text_subtitle(const SheetText *text, int n_sheets, int sheet, int64_t first, int64_t n,
                         char line[SHEET_TEXT_LEN])
{
    line[0] = '\0';
    if (n_sheets > 1)
        append(line, "sheet %d of %d \u00b7 images %" PRId64 "\u2013%" PRId64 " of %" PRId64, sheet + 1, n_sheets,
               first + 1, first + n, text->n);
    else
        append(line, "%" PRId64 " image%s", n, n == 1 ? "" : "s");
    append(line, "%s", text->legend);
}
