/* A choice among words, kept as one text, "random|shuffle": what an option's help prints, what an attribute of a file
 * may say, what a message lists. A word's number is its index in the text, from 0. Any thread. */
#ifndef COCO_PIPELINE_COMMON_CHOICE_H
#define COCO_PIPELINE_COMMON_CHOICE_H

enum { CHOICE_WORD = 32 }; /* room for a word of any choice */

/* The index of a word; -1: it is not one of the words. */
int choice_index(const char *words, const char *word);
/* How many words there are. */
int choice_count(const char *words);
/* The word at an index, which must be one of theirs, cut off at CHOICE_WORD - 1 bytes. Returns out. */
const char *choice_word(const char *words, int index, char out[CHOICE_WORD]);

#endif
