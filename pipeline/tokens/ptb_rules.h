/* The rules of the Penn Treebank tokenizer: where a token ends, and how it is written. See ptb.h. */
#ifndef COCO_PIPELINE_TOKENS_PTB_RULES_H
#define COCO_PIPELINE_TOKENS_PTB_RULES_H

#include <stddef.h>

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

/* What is known of a text while it is matched from its start to its end: from where on, and up to where, each group of
 * rules can match. So the time is linear in the text, whatever it holds. */
enum { PTB_GROUPS = 14 };

typedef struct {
    const unsigned char *from[PTB_GROUPS];
    const unsigned char *until[PTB_GROUPS]; /* NULL: nowhere; unused for groups that never read far */
} PtbScan;

/* Begins with the classes of a text (see ptb_chars.h), which NUL ends and which must not change from now on. Of
 * these, the first `line` classes are the line; what follows it is only read ahead. */
void ptb_scan_init(PtbScan *scan, const unsigned char *classes, size_t line);
/* The token at `at`, which rises from call to call and is not the NUL. One class at least is taken. A scan is for one
 * thread at a time. */
PtbMatch ptb_match(PtbScan *scan, const unsigned char *at);

#endif
