#include "pipeline/eval/sentence_lines.h"

#include "pipeline/eval/ngrams.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 512 }; /* lines that are under way at a time */

/* A line that is under way. */
typedef struct {
    char *tokens, *split; /* as tokens_of and tokens_split give them */
    int32_t *word;        /* (n): of split; room for as many words as it can have */
    int32_t *ngram;       /* (NGRAM_MAX,n), in the same block: as sentence_init takes them */
    int32_t *token;       /* (n_tokens): of tokens, if these are others; else NULL */
    int n, n_tokens;
    bool new_words, new_ngrams; /* some have no number yet */
    bool failed;                /* out of memory */
} Work;

/* How many words a text can have, separated by one space. */
static size_t most_words(const char *text)
{
    return strlen(text) / 2 + 1;
}

/* The numbers of the words in text into id, at most WORDS_MAX + 1 of them: -1 of those that are not in the table, unless
 * they are added. Returns how many; -1: out of memory. */
static int number_words(Hash *words, bool add, const char *text, int32_t *id)
{
    int n = 0;
    for (const char *s = text; *s && n <= WORDS_MAX; s += *s == ' ') {
        size_t len = strcspn(s, " ");
        id[n] = add ? hash_add(words, s, len) : hash_find(words, s, len);
        if (add && id[n] < 0)
            return -1;
        n++;
        s += len;
    }
    return n;
}

/* --- what all threads do --- */

static void find_words(const SentenceTables *t, const char *text, const char *next, Work *w)
{
    w->tokens = tokens_of(text, next, t->rule);
    w->split = w->tokens ? tokens_split(w->tokens) : NULL;
    size_t room = w->split ? most_words(w->split) : 0;
    w->word = room ? malloc((1 + NGRAM_MAX) * room * sizeof *w->word) : NULL;
    w->failed = !w->word;
    if (w->failed)
        return;
    w->ngram = w->word + room;
    w->n = number_words(t->words, false, w->split, w->word);
    for (int i = 0; i < w->n; i++)
        w->new_words |= w->word[i] < 0;
}

static void find_ngrams(const SentenceTables *t, Work *w)
{
    w->new_ngrams = ngrams_find(t->ngrams, w->word, w->n, w->ngram);
}

static void make_sentence(Work *w, Sentence *sentence)
{
    w->failed = sentence_init(sentence, w->word, w->n, w->ngram) != 0 ||
                (w->token && sentence_set_tokens(sentence, w->token, w->n_tokens) != 0);
}

/* --- what one thread does --- */

/* Words that no-break spaces join ("23 3/4") are tokens of their own. */
static int add_tokens(const SentenceTables *t, Work *w)
{
    if (!strcmp(w->split, w->tokens))
        return 0;
    w->token = malloc(most_words(w->tokens) * sizeof *w->token);
    w->n_tokens = w->token ? number_words(t->words, true, w->tokens, w->token) : -1;
    return w->n_tokens < 0 ? -1 : 0;
}

static int add_words(const SentenceTables *t, const SentenceLine *line, Work *w, Err *err)
{
    if (w->n > WORDS_MAX)
        return err_set(err, "image %" PRId64 ": a caption has more than %d words", line->image_id, WORDS_MAX);
    if ((w->new_words && number_words(t->words, true, w->split, w->word) < 0) ||
        (line->number && (*line->number = hash_add(t->texts, w->tokens, strlen(w->tokens))) < 0) ||
        add_tokens(t, w))
        return err_set(err, "out of memory");
    return 0;
}

static int add_ngrams(const SentenceTables *t, Work *w, Err *err)
{
    return w->new_ngrams && ngrams_add(t->ngrams, w->word, w->n, w->ngram) ? err_set(err, "out of memory") : 0;
}

static int check(const Work *work, int64_t n, Err *err)
{
    for (int64_t i = 0; i < n; i++)
        if (work[i].failed)
            return err_set(err, "out of memory");
    return 0;
}

/* --- a chunk --- */

static int make_sentences(const SentenceTables *t, const SentenceLine *line, Work *work, int64_t n, Err *err)
{
    int rc = check(work, n, err);
    for (int64_t i = 0; !rc && i < n; i++)
        rc = add_words(t, &line[i], &work[i], err);
    if (rc)
        return rc;
#pragma omp parallel for schedule(dynamic, 16)
    for (int64_t i = 0; i < n; i++)
        find_ngrams(t, &work[i]);
    for (int64_t i = 0; !rc && i < n; i++)
        rc = add_ngrams(t, &work[i], err);
    if (rc)
        return rc;
#pragma omp parallel for schedule(dynamic, 16)
    for (int64_t i = 0; i < n; i++)
        make_sentence(&work[i], line[i].sentence);
    return check(work, n, err);
}

/* next: the text of the line after the chunk; NULL: none. */
static int make_chunk(const SentenceTables *t, const SentenceLine *line, Work *work, int64_t n, const char *next,
                      Err *err)
{
    memset(work, 0, (size_t)n * sizeof *work);
#pragma omp parallel for schedule(dynamic, 16)
    for (int64_t i = 0; i < n; i++)
        find_words(t, *line[i].text, i + 1 < n ? *line[i + 1].text : next, &work[i]);
    int rc = make_sentences(t, line, work, n, err);
#pragma omp parallel for schedule(dynamic, 16)
    for (int64_t i = 0; i < n; i++) {
        free(*line[i].text);
        *line[i].text = work[i].tokens;
        free(work[i].split);
        free(work[i].word);
        free(work[i].token);
    }
    return rc;
}

int sentence_lines_make(const SentenceTables *t, const SentenceLine *line, int64_t n, Err *err)
{
    Work *work = malloc(CHUNK * sizeof *work);
    int rc = work ? 0 : err_set(err, "out of memory");
    for (int64_t i = 0; !rc && i < n; i += CHUNK) {
        int64_t left = n - i, size = left < CHUNK ? left : CHUNK;
        rc = make_chunk(t, line + i, work, size, size < left ? *line[i + size].text : NULL, err);
    }
    free(work);
    return rc;
}
