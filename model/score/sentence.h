/* A caption as numbers: its words, and its n-grams for n from 1 to 4.
 *
 * Whoever makes a sentence numbers words and n-grams, from 0: equal ones get equal numbers. Scores need no more. */
#ifndef COCO_MODEL_SCORE_SENTENCE_H
#define COCO_MODEL_SCORE_SENTENCE_H

#include <stdint.h>

enum { NGRAM_MAX = 4 };

typedef struct {
    int32_t id, count;
} Gram;

/* The n-grams of k+1 words are gram[at[k]] ... gram[at[k+1]-1]: each once, by rising id. The tokens, which ROUGE-L
 * counts, are the words, or words joined by no-break spaces ("23 3/4"), which the COCO tools split for all other
 * metrics. */
typedef struct {
    int32_t *word;  /* (n), in the allocation of gram */
    int32_t *token; /* (n_tokens): word itself, unless sentence_set_tokens was called */
    int n, n_tokens;
    Gram *gram;
    int at[NGRAM_MAX + 1];
} Sentence;

/* Makes a sentence of n words. ngram (NGRAM_MAX, n): ngram[k*n + i] is the number of the k+1 words from word i on, for
 * i below n-k; the rest is not read. -1: out of memory; nothing to free. */
int sentence_init(Sentence *sentence, const int32_t *word, int n, const int32_t *ngram);
/* Makes n tokens, copied, those of a sentence. -1: out of memory, the sentence is as it was. */
int sentence_set_tokens(Sentence *sentence, const int32_t *token, int n);
void sentence_free(Sentence *sentence); /* safe on a zero-initialized one */
/* How often an n-gram of k+1 words occurs. */
int32_t sentence_count(const Sentence *sentence, int k, int32_t id);

#endif
