/* Stems of English words, by the Snowball project's English stemmer (libstemmer; Porter 2002). */
#ifndef COCO_IO_BASE_STEMMER_H
#define COCO_IO_BASE_STEMMER_H

#include <stddef.h>

typedef struct Stemmer Stemmer;

Stemmer *stemmer_new(void);          /* NULL: out of memory */
void stemmer_free(Stemmer *stemmer); /* NULL is legal */
/* The stem of a word in lower case, UTF-8, of *n bytes, and the number of its bytes. Borrowed until the next call.
 * NULL: out of memory. One thread at a time. */
const char *stemmer_stem(Stemmer *stemmer, const char *word, size_t *n);

#endif
