/* The words of a caption that count. */
#ifndef COCO_PIPELINE_TOKENS_TOKENS_H
#define COCO_PIPELINE_TOKENS_TOKENS_H

#include <stdbool.h>

typedef enum {
    TOKENS_PTB,   /* the COCO tools' words, see ptb.h */
    TOKENS_CLEAN, /* the same without punctuation and brackets */
    TOKENS_NONE   /* the text between white space, unchanged */
} TokenKind;

typedef struct {
    TokenKind kind;
    bool american; /* make British spellings American; not with TOKENS_NONE, which changes nothing */
    bool drop_unk; /* leave out <UNK>, which is a word to the COCO tools; TOKENS_CLEAN always does */
} TokenRule;

extern const char *const TOKEN_NAMES[]; /* "ptb", "clean", "none", by TokenKind */

/* The words with one space between them, without <START>, <END> and <NULL>, in capitals or not. next: see ptb.h. The
 * caller frees; NULL: out of memory. Any thread. */
char *tokens_of(const char *caption, const char *next, TokenRule rule);

/* The same with words split at any white space within, as BLEU and CIDEr of the COCO tools split them, and ROUGE-L does
 * not: a no-break space in "23 3/4", for one. The caller frees; NULL: out of memory. Any thread. */
char *tokens_split(const char *tokens);

/* 1 if the COCO tools would break the caption in two, and give every later one to the image after its own: a CR, VT,
 * FF, U+2028 or U+2029 is in it. */
int tokens_break(const char *caption);
/* How often the caption has <UNK> in it, in capitals or not. */
int tokens_unknown(const char *caption);

#endif
