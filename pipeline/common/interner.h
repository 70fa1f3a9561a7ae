/* Texts numbered from 0 in the order of their coming: words, captions, names. One thread at a time may add; any
 * number may look up meanwhile nobody adds. */
#ifndef COCO_PIPELINE_COMMON_INTERNER_H
#define COCO_PIPELINE_COMMON_INTERNER_H

#include <stddef.h>
#include <stdint.h>

typedef struct Words Words;

Words *words_new(void);        /* NULL: out of memory */
void words_free(Words *words); /* NULL is legal */
/* The number of a text of len bytes (no NUL among them), new or known. -1: out of memory. */
int32_t words_add(Words *words, const char *text, size_t len);
int32_t words_find(const Words *words, const char *text, size_t len); /* -1: it is not there */
int32_t words_count(const Words *words);
const char *words_text(const Words *words, int32_t id); /* borrowed until the next is added */

#endif
