/* Words of an English sentence by the rules of the Penn Treebank, as the COCO caption tools have them.
 *
 * Those tools call Stanford's PTBTokenizer of 2014 with -preserveLines -lowerCase, and drop these tokens:
 *     '' ' `` ` -LRB- -RRB- -LCB- -RCB- . ? ! , : - -- ... ;
 * PTB_PEERS gives what is left, with the oddities that their scores rest on: brackets come out in lower case, are not
 * on that list, and stay as words ("-lrb-"); so do !! and ?!, and % & + = # $ @ / * between spaces; £ is #, € is $.
 * PTB_CLEAN has no word without a letter or a digit, and no bracket names.
 *
 * What differs from the peers: each sentence is read alone, where theirs take a line break inside one for the next
 * image's caption; slashes are not escaped ("1\/2"), which changes words alike on both sides and no score. */
#ifndef COCO_PIPELINE_EVAL_PTB_H
#define COCO_PIPELINE_EVAL_PTB_H

#include <stddef.h>

enum {
    PTB_PEERS = 0,
    PTB_CLEAN = 1,
    PTB_BRITISH = 2 /* leave British spellings, which are else made American ("grey" is "gray") */
};

/* The words in lower case (ASCII and Latin letters), with one space between them. The text is UTF-8; bytes that are
 * not are passed over. Spaces inside a word ("5 7/8", a phone number) are no-break ones. The caller frees; NULL: out
 * of memory. Any thread. */
char *ptb_tokenize(const char *text, int flags);

#endif
