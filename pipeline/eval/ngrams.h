/* Numbers for n-grams, on the hash table.
 *
 * An n-gram's key is the number of its first n-1 words, themselves an n-gram, and its last word: so n-grams of any
 * length are numbered from 0 in order of arrival, and compared and counted as integers.
 *
 * Threads: as io/base/hash.h says. */
#ifndef COCO_PIPELINE_EVAL_NGRAMS_H
#define COCO_PIPELINE_EVAL_NGRAMS_H

#include "io/base/hash.h"
#include "model/score/sentence.h"

#include <stdbool.h>
#include <stdint.h>

/* The number of the n-gram that extends prefix (-1: the word alone) by a word. -1: not in the table. */
int32_t ngram_find(const Hash *ngrams, int32_t prefix, int32_t word);
/* The prefix and the word of a number. */
void ngram_parts(const Hash *ngrams, int32_t id, int32_t *prefix, int32_t *word);

/* The numbers of all n-grams of n words, into id (NGRAM_MAX,n) as sentence_init takes them; -1 of one that is not in the
 * table. Returns whether there is such a one. Any thread, while nobody adds. */
bool ngrams_find(const Hash *ngrams, const int32_t *word, int n, int32_t *id);
/* Adds those that have no number, and gives them one: shorter ones first, and in their order. -1: out of memory. */
int ngrams_add(Hash *ngrams, const int32_t *word, int n, int32_t *id);

/* Makes the sentence of n words, and adds its n-grams to the table. -1: out of memory; no sentence to free. */
int ngram_sentence(Sentence *sentence, Hash *ngrams, const int32_t *word, int n);

#endif
