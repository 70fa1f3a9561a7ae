/* The name that a misspelt word was meant to be. Any thread. */
#ifndef COCO_CMD_NEAREST_H
#define COCO_CMD_NEAREST_H

/* Of n names the one that is the fewest edits away: a letter more, a letter less, another letter, or two that change
 * places; letters of either case are the same. The first of equals. A name that the word begins is one edit away. NULL:
 * none is within a third of the longer one's letters. */
const char *nearest(const char *word, const char *const *names, int n);

#endif
