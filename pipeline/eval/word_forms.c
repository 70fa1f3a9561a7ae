#include "pipeline/eval/word_forms.h"

#include "io/base/stemmer.h"

#include <stdlib.h>
#include <string.h>

/* Words of at least a thousandth of all in English newspapers, as METEOR 1.5 lists them. */
static const char *const FUNCTION_WORDS[] = {
    "the",  ",",     ".",    "to",    "of",     "and",   "a",     "in",     "that",  "for",  "\"",     "is",
    "on",   "'s",    "it",   "with",  "was",    "as",    "said",  "at",     "he",    "by",   "be",     "from",
    "have", "has",   "are",  "his",   "but",    "an",    "this",  "not",    "i",     "will", "\u2019", "they",
    ")",    "-rrb-", "(",    "-lrb-", "who",    "their", "had",   "we",     "which", "were", "been",   "more",
    "or",   "s",     "its",  "would", "about",  "new",   "one",   "after",  "you",   ":",    "also",   "up",
    "when", "there", "than", "$",     "all",    "out",   "her",   "people", "she",   "year", "two",    "-",
    "can",  "if",    "last", "first", "\u201c", "over",  "other", "\u201d", "into",  "some", "what",   "so",
    "--",   "no",    "time", "years", "could",  "?",     "'t",    "—",      "'"};
enum { N_FUNCTION_WORDS = sizeof FUNCTION_WORDS / sizeof *FUNCTION_WORDS };

/* Numbers the stems. Those of a stem's words are the same; nothing else is said of them. */
static int number_stems(int32_t *number, const Hash *words)
{
    Stemmer *stemmer = stemmer_new();
    Hash *stems = hash_new();
    int rc = stemmer && stems ? 0 : -1;
    for (int32_t i = 0; !rc && i < hash_count(words); i++) {
        size_t n;
        const char *word = hash_key(words, i, &n), *stem = stemmer_stem(stemmer, word, &n);
        number[i] = stem ? hash_add(stems, stem, n) : -1;
        rc = number[i] < 0 ? -1 : 0;
    }
    hash_free(stems);
    stemmer_free(stemmer);
    return rc;
}

int word_forms_make(WordForms *forms, const Hash *words)
{
    size_t n = (size_t)hash_count(words) + 1;
    int32_t *stem = malloc(n * sizeof *stem);
    bool *function = calloc(n, sizeof *function);
    *forms = (WordForms){.stem = stem, .function = function};
    if (!stem || !function || number_stems(stem, words))
        return -1;
    for (int i = 0; i < N_FUNCTION_WORDS; i++) {
        int32_t word = hash_find(words, FUNCTION_WORDS[i], strlen(FUNCTION_WORDS[i]));
        if (word >= 0)
            function[word] = true;
    }
    return 0;
}

void word_forms_free(WordForms *forms)
{
    free((void *)forms->stem);
    free((void *)forms->function);
    *forms = (WordForms){0};
}
