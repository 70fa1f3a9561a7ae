/* Which words of a caption one of its references has too.
 *
 * Words are runs between white space without the punctuation at their ends, compared in lower case; "<UNK>" is a word
 * that nobody has. Safe from any thread. */
#ifndef COCO_PIPELINE_SHEET_HIGHLIGHT_H
#define COCO_PIPELINE_SHEET_HIGHLIGHT_H

#include "io/data/record.h"

#include <stdbool.h>

typedef struct {
    size_t start, len; /* bytes of the text */
    bool found;
} FoundWord;

typedef struct {
    char *text;      /* the caption as text_paragraph makes it */
    FoundWord *word; /* in order */
    int n;
} Found;

/* -1: out of memory. The caller frees, either way. */
int found_words(Found *found, const Record *record);
void found_free(Found *found); /* legal on a zeroed one */

#endif
