/* The text files that coco-tag has written, so that it can tell them from those of people.
 *
 * A folder with such files has a file .coco-tag: JSON Lines, one for each text that was written there,
 *
 *   {"picture":"a.jpg","sha256":"<of the text file>"}
 *
 * A text is ours if its digest stands there for its picture. Lines are only ever added, each in one write and before
 * its text appears: a kill leaves at most a line too many. What cannot be read of the file is skipped. Main thread. */
#ifndef COCO_PIPELINE_TAG_OWN_TEXTS_H
#define COCO_PIPELINE_TAG_OWN_TEXTS_H

#include "io/base/err.h"

#include <stddef.h>

typedef struct OwnTexts OwnTexts;

OwnTexts *own_texts_open(Err *err);  /* NULL: out of memory */
void own_texts_close(OwnTexts *own); /* NULL is legal */

/* Whether this content of the picture's text file is ours: 1 or 0; -1: the folder's list cannot be read. */
int own_texts_has(OwnTexts *own, const char *picture, const void *text, size_t len, Err *err);
/* Remembers that it is going to be. */
int own_texts_add(OwnTexts *own, const char *picture, const void *text, size_t len, Err *err);

#endif
