/* British spellings made American. */
#ifndef COCO_PIPELINE_EVAL_AMERICAN_H
#define COCO_PIPELINE_EVAL_AMERICAN_H

/* Rewrites the word in place; there must be room for one byte more ("learnt", "learned"). As Stanford's
 * tokenizer does, and no further: a list of words ("centre", but not "centres"), the endings -our(s), -aemia and
 * -programme(s), haemo- and leukaem- anywhere. Words with capitals are left alone, save Defence and Labour. Any
 * thread. */
void americanize(char *word);

#endif
