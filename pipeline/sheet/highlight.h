/* Which words of a caption at least one of its references has.
 *
 * Words are runs between white space without the punctuation at either end, compared in lower case; "<UNK>" is a word
 * that no reference has. Safe from any thread. */
#ifndef COCO_PIPELINE_SHEET_HIGHLIGHT_H
#define COCO_PIPELINE_SHEET_HIGHLIGHT_H

#include "io/data/record.h"

#include <stdbool.h>

typedef struct {
    size_t start, len; /* bytes of the text */
    bool found;        /* in a reference */
} HighlightWord;

typedef struct {
    char *text;          /* the caption as text_paragraph makes it */
    HighlightWord *word; /* in order */
    int n;
} Highlight;

/* -1: out of memory. The caller frees in either case. */
int highlight_words(Highlight *highlight, const Record *record);
void highlight_free(Highlight *highlight); /* safe on a zero-initialized one */

#endif
