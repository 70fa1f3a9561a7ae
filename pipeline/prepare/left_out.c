#include "pipeline/prepare/left_out.h"

#include <inttypes.h>
#include <stdio.h>

/* What is left out, of one and of several. */
static const struct {
    const char *one, *many, *why;
} kinds[LEFT_KINDS] = {
    [LEFT_DAMAGED] = {"line", "lines", "not a caption"},
    [LEFT_EMPTY] = {"caption", "captions", "no words"},
    [LEFT_DOUBLED] = {"caption", "captions", "a number that another caption of the image has"},
    [LEFT_FEATURELESS] = {"image", "images", "no features"},
    [LEFT_SEVERAL_ROWS] = {"image", "images", "several rows of features have that name"},
    [LEFT_FILELESS] = {"image", "images", "not below --images"},
    [LEFT_AMBIGUOUS] = {"image", "images", "several of that name in subfolders of --images"},
    [LEFT_LONG] = {"caption", "captions", "longer than --max-words "},
    [LEFT_UNKNOWN] = {"caption", "captions", "words outside the vocabulary, which has no <UNK>"},
    [LEFT_SPLITLESS] = {"image", "images", "in no split"},
};

void left_out_add(LeftOut *left, LeftKind kind, const char *example)
{
    if (left->n[kind]++ == 0)
        snprintf(left->example[kind], sizeof left->example[kind], "%s", example);
}

static void put_line(const LeftOut *left, int kind, char *out, size_t room)
{
    int64_t n = left->n[kind];
    char limit[16] = "";
    if (kind == LEFT_LONG)
        snprintf(limit, sizeof limit, "%d", left->max_words);
    snprintf(out, room, "%" PRId64 " %s: %s%s (%s%s)", n, n == 1 ? kinds[kind].one : kinds[kind].many,
             kinds[kind].why, limit, n == 1 ? "" : "the first: ", left->example[kind]);
}

void left_out_tell(const LeftOut *left, const Report *report)
{
    char line[320];
    for (int k = 0; k < LEFT_KINDS; k++)
        if (left->n[k]) {
            put_line(left, k, line, sizeof line);
            (k < LEFT_LONG ? report_warn : report_note)(report, "left out: %s", line);
        }
}

int left_out_check(const LeftOut *left, Err *err)
{
    char line[320];
    for (int k = 0; k < LEFT_LONG; k++)
        if (left->n[k]) {
            put_line(left, k, line, sizeof line);
            return err_set(err, "--strict: %s", line);
        }
    return 0;
}
