/* How a caption's text becomes words. Any thread. */
#ifndef COCO_PIPELINE_PREPARE_TOKENIZER_H
#define COCO_PIPELINE_PREPARE_TOKENIZER_H

#include <stdbool.h>

typedef struct {
    const char *name;
    /* The words with one space between them, of valid UTF-8. The caller frees; NULL: out of memory. */
    char *(*words)(const char *text);
    bool keeps_unknown; /* <UNK> comes through */
} Tokenizer;

#define TOKENIZER_NAMES "simple|ptb|none"

/* By its place in TOKENIZER_NAMES. */
const Tokenizer *tokenizer_at(int index);

#endif
