/* Characters as the Penn Treebank tokenizer of ptb.h sees them. */
#ifndef COCO_PIPELINE_TOKENS_PTB_CHARS_H
#define COCO_PIPELINE_TOKENS_PTB_CHARS_H

#include <stddef.h>
#include <stdint.h>

/* Classes of characters above ASCII; the rules name them by these numbers. An ASCII character is its own class. */
enum {
    PTB_LETTER = 0x80,
    PTB_SOFT_HYPHEN = 0x81,
    PTB_MARK = 0x82, /* combining marks and the like, which may occur in words */
    PTB_DIGIT = 0x83,
    PTB_APOSTROPHE = 0x90, /* of Unicode and of Windows-1252 */
    PTB_TICK = 0x91,       /* single quotes that may stand for it within a word */
    PTB_QUOTE = 0x92,      /* all other quotes */
    PTB_NO_BREAK = 0x93,   /* no-break space */
    PTB_SPACE = 0x94,      /* all other spaces */
    PTB_BREAK = 0x95,      /* line and paragraph separators */
    PTB_NEXT_LINE = 0x96,  /* U+0085, which is Windows-1252's ellipsis */
    PTB_ELLIPSIS = 0x97,
    PTB_DASH = 0x98,
    PTB_HYPHEN = 0x99,
    PTB_ARABIC_MARK = 0x9A, /* decimal and thousands separators */
    PTB_COMMA = 0x9B,       /* ideographic comma */
    PTB_SUPERSCRIPT = 0x9C, /* digits */
    PTB_SUBSCRIPT = 0x9D,   /* digits */
    PTB_SCRIPT_SIGN = 0x9E, /* superscript and subscript plus and minus */
    PTB_FRACTION = 0x9F,
    PTB_FRACTION_SLASH = 0xA0,
    PTB_MONEY = 0xA1,
    PTB_NO_WIDTH = 0xA2,    /* parts words and is dropped */
    PTB_SYMBOL = 0xA3,      /* a word by itself */
    PTB_SECOND_HALF = 0xFE, /* of a character above U+FFFF, the first being PTB_OTHER */
    PTB_OTHER = 0xFF        /* dropped, except within addresses and tags */
};

/* The class of a character, U+0080 to U+10FFFF. Any thread. */
unsigned char ptb_class(uint32_t character);
/* The small letter of a capital; any other character itself. */
uint32_t ptb_lower(uint32_t character);
/* How many bytes of UTF-8 the character at text has if it is white space to Python, as the scorers' split() has it;
 * 0: it is not. */
size_t ptb_white(const char *text);

#endif
