/* Words of an English sentence by the rules of the Penn Treebank, as the COCO caption tools have them.
 *
 * Those tools (pycocoevalcap) write all captions to a file, one per line, call Stanford's PTBTokenizer 3.4.1 on it with
 * -preserveLines -lowerCase, and drop these tokens:
 *     '' ' `` ` -LRB- -RRB- -LCB- -RCB- . ? ! , : - -- ... ;
 * PTB_PEERS gives what is left, token for token, with the oddities that their scores rest on: the names of brackets
 * come out in lower case, are not on that list, and stay as words ("-lrb-"); so do !! and ?!, and % & + = # $ @ / *
 * between spaces; £ is #, € is $; British spelling stays. PTB_CLEAN drops words without a letter or a digit, and the
 * names of brackets.
 *
 * The tokenizer looks beyond the end of a line, so the words of a caption can depend on the next one:
 *   - "sign that reads K." ends in "k" if the next caption begins with A, The or another of some 50 such words, and in
 *     "k." before any other;
 *   - "no." and a few more abbreviations before numbers keep their full stop if the next caption begins with a digit;
 *   - a smiley, '90 or "3.jpg" at the very end of the file, without a line break after it, comes apart.
 * Hence `next`. Not copied are:
 *   - a quoted value in a tag that continues on the next line (<a b=' ... '>);
 *   - a line break within a caption (CR, VT, FF, U+2028, U+2029), after which the tools give the rest to the next
 *     image;
 *   - one character after an abbreviation at the very end of the file ("etc.1");
 *   - U+017F, U+0130, U+0131 and U+212A in place of the s, i and k of a listed word or abbreviation;
 *   - all of Java's rules for a capital sigma that ends a word within a token: a few simple rules approximate them. */
#ifndef COCO_PIPELINE_TOKENS_PTB_H
#define COCO_PIPELINE_TOKENS_PTB_H

enum {
    PTB_PEERS = 0,
    PTB_CLEAN = 1,
    PTB_AMERICAN = 2 /* make British spellings American ("grey" is "gray"): an option of that tokenizer, off here */
};

/* The words of text in lower case, with one space between them. A word may hold other spaces: "23 3/4", phone numbers
 * and tags have no-break ones. `next` is the caption after this one in the tools' file, or the rest of the file after
 * it; PTB_ANY if that is not known, NULL at the end. Both are UTF-8; bytes that are not are passed over. The caller
 * frees; NULL: out of memory. Any thread. */
char *ptb_tokenize(const char *text, const char *next, int flags);

/* The way most captions begin. */
#define PTB_ANY "A"

#endif
