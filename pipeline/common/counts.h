/* How often each of a few texts was seen. One thread at a time. */
#ifndef COCO_PIPELINE_COMMON_COUNTS_H
#define COCO_PIPELINE_COMMON_COUNTS_H

#include <stdint.h>

enum { TALLY_MAX = 32, TALLY_TEXT = 80 };

typedef struct {
    char text[TALLY_TEXT]; /* cut where it is longer */
    int64_t n;
} TallyLine;

typedef struct {
    TallyLine line[TALLY_MAX + 1];
    int n_lines;
} Tally;

/* One more of this text; where there are TALLY_MAX others already, of "other". */
void tally_add(Tally *tally, const char *text);
/* The most frequent first, in the order of the alphabet among equals. */
void tally_sort(Tally *tally);

#endif
