/* British spellings made American. */
#ifndef COCO_PIPELINE_TOKENS_AMERICAN_H
#define COCO_PIPELINE_TOKENS_AMERICAN_H

/* Rewrites the word in place; there must be room for one byte more ("learnt", "learned"). Does what Stanford's
 * tokenizer does if asked, and no more: a list of words ("centre", but not "centres"), the endings -our(s), -aemia and
 * -programme(s), and haemato- and leukaem- anywhere; but also haemo-, which the original means to change and does not.
 * Words with capitals stay, except Defence and Labour. Any thread. */
void americanize(char *word);

#endif
