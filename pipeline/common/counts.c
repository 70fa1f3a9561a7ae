#include "pipeline/common/counts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void counts_add(TextCounts *tally, const char *text)
{
    char cut[COUNTS_TEXT];
    int i = 0;
    snprintf(cut, sizeof cut, "%s", text);
    while (i < tally->n_lines && strcmp(tally->line[i].text, cut))
        i++;
    if (i == COUNTS_MAX && i == tally->n_lines)
        snprintf(cut, sizeof cut, "other");
    else if (i > COUNTS_MAX)
        i = COUNTS_MAX;
    if (i == tally->n_lines) {
        memcpy(tally->line[i].text, cut, sizeof cut);
        tally->line[tally->n_lines++].n = 0;
    }
    tally->line[i].n++;
}

static int by_number(const void *a, const void *b)
{
    const TextCount *x = a, *y = b;
    return x->n != y->n ? (x->n < y->n ? 1 : -1) : strcmp(x->text, y->text);
}

void counts_sort(TextCounts *tally)
{
    qsort(tally->line, (size_t)tally->n_lines, sizeof *tally->line, by_number);
}
