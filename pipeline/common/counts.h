/* Counts how often each of a few texts occurs. One thread at a time. */
#ifndef COCO_PIPELINE_COMMON_COUNTS_H
#define COCO_PIPELINE_COMMON_COUNTS_H

#include <stdint.h>

enum { COUNTS_MAX = 32, COUNTS_TEXT = 80 };

typedef struct {
    char text[COUNTS_TEXT]; /* truncated if longer */
    int64_t n;
} TextCount;

typedef struct {
    TextCount line[COUNTS_MAX + 1];
    int n_lines;
} TextCounts;

/* Counts the text once more; after COUNTS_MAX different ones, new ones count as "other". */
void counts_add(TextCounts *tally, const char *text);
/* Sorts by falling count, equal counts alphabetically. */
void counts_sort(TextCounts *tally);

#endif
