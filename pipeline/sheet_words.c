#include "pipeline/sheet_words.h"

#include <inttypes.h>
#include <math.h>
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

enum { SPLITS_MAX = 4 };

/* Counts records by split: how many splits there are, of which the first SPLITS_MAX are told. */
static int count_splits(const Record *records, int64_t total, const char **name, int64_t *count)
{
    int n = 0;
    for (int64_t i = 0; i < total; i++) {
        const char *split = records[i].split ? records[i].split : "no split";
        int k = 0;
        while (k < n && k < SPLITS_MAX && strcmp(name[k], split))
            k++;
        if (k == SPLITS_MAX)
            return SPLITS_MAX + 1;
        if (k == n) {
            name[n] = split;
            count[n++] = 0;
        }
        count[k]++;
    }
    return n;
}

/* Records of ground truth alone, as `coco-fetch show -n` makes: each caption is a reference, none has a
 * probability. */
static bool all_ground_truth(const Record *records, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        const Record *r = &records[i];
        bool found = false;
        for (int k = 0; k < r->n_references && !found; k++)
            found = !strcmp(r->references[k], r->caption);
        if (!found || !isnan(r->logprob))
            return false;
    }
    return true;
}

static void say_splits(SheetWords *words, const Record *records, int64_t n)
{
    const char *name[SPLITS_MAX];
    int64_t count[SPLITS_MAX];
    words->n_splits = count_splits(records, n, name, count);
    if (words->n_splits == 1 && strcmp(name[0], "no split"))
        append(words->legend, " \u00b7 %s", name[0]);
    for (int k = 0; words->n_splits > 1 && words->n_splits <= SPLITS_MAX && k < words->n_splits; k++)
        append(words->legend, "%s%" PRId64 " %s", k ? ", " : " \u00b7 ", count[k], name[k]);
}

void sheet_words(SheetWords *words, const SheetSpec *spec, const Record *records, int64_t n, const char *mark)
{
    bool references = false, sampled = false;
    const char *slash = strrchr(spec->input, '/');
    const char *base = !strcmp(spec->input, "-") ? "Captions" : slash ? slash + 1 : spec->input;
    memset(words, 0, sizeof *words);
    words->n = n;
    append(words->title, "%s", spec->title ? spec->title : base);
    say_splits(words, records, n);
    for (int64_t i = 0; i < n && spec->references && !references; i++)
        references = records[i].n_references > 0;
    for (int64_t i = 0; i < n && !sampled; i++)
        sampled = !isnan(records[i].logprob);
    words->truth_alone = all_ground_truth(records, n);
    if (words->truth_alone)
        append(words->legend, " \u00b7 ground truth captions");
    else if (references) /* without a probability nobody knows who wrote the caption */
        append(words->legend, " \u00b7 bold: %s, %s: ground truth", sampled ? "generated" : "caption", mark);
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
