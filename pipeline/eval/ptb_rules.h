/* The rules of the Penn Treebank tokenizer: where a token ends, and how it is written. See ptb.h. */
#ifndef COCO_PIPELINE_EVAL_PTB_RULES_H
#define COCO_PIPELINE_EVAL_PTB_RULES_H

/* How a token is written. */
typedef enum {
    PTB_NOTHING, /* no token: white space, or an unknown character */
    PTB_KEEP,    /* as it stands */
    PTB_WORD,    /* a plain word: without soft hyphens; spelling may change */
    PTB_SOFT,    /* without soft hyphens */
    PTB_TAG,     /* with no-break spaces */
    PTB_PHONE,   /* with no-break spaces, and brackets by name */
    PTB_FACE,    /* a smiley: brackets by name */
    PTB_QUOTED,  /* quotes as `` ` ' '' */
    PTB_AMP,     /* "&amp;" as "&" */
    PTB_PART,    /* fractions of one character as "1/2" */
    PTB_COINS,   /* signs of money as "cents", "#" or "$" */
    PTB_TWO_DASHES,
    PTB_DOTS,
    PTB_LESS,
    PTB_MORE,
    PTB_OPEN,
    PTB_CLOSE,
    PTB_OPEN_BRACE,
    PTB_CLOSE_BRACE,
    PTB_OPEN_SQUARE,
    PTB_CLOSE_SQUARE
} PtbKind;

typedef struct {
    PtbKind kind;
    const unsigned char *end;   /* of the token */
    const unsigned char *reach; /* of the match: the token, and what must follow it */
} PtbMatch;

/* The token at the start of `classes` (see ptb_chars.h), which NUL ends and which does not begin with it. One class at
 * least is taken. Any thread. */
PtbMatch ptb_match(const unsigned char *classes);

#endif
