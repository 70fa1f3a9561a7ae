/* The words of a caption that count. */
#ifndef COCO_PIPELINE_EVAL_TOKENS_H
#define COCO_PIPELINE_EVAL_TOKENS_H

typedef enum {
    TOKENS_PTB,   /* the COCO tools' words, see ptb.h */
    TOKENS_CLEAN, /* the same without marks and brackets */
    TOKENS_NONE   /* what white space parts, as it stands */
} TokenKind;

typedef struct {
    TokenKind kind;
    int british; /* leave British spellings; not with TOKENS_NONE, which changes nothing */
} TokenRule;

extern const char *const TOKEN_NAMES[]; /* "ptb", "clean", "none", by TokenKind */

/* The words with one space between them; <START>, <END>, <NULL> and <UNK>, in capitals or not, are none. The caller
 * frees; NULL: out of memory. Any thread. */
char *tokens_of(const char *caption, TokenRule rule);

/* 1 where the COCO tools would break the caption in two, and every later one would move to the next image: CR, VT, FF,
 * U+0085, U+2028 or U+2029 in it. */
int tokens_break(const char *caption);

#endif
