#include "pipeline/prepare/word_numbers.h"

#include "io/data/dataset_files.h"
#include "io/file/file.h"
#include "io/file/line_reader.h"
#include "pipeline/model_file/model.h"
#include "pipeline/model_file/model_file.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void word_numbers_free(WordNumbers *w)
{
    vocab_free(&w->vocab);
    free(w->number);
    memset(w, 0, sizeof *w);
}

bool caption_is_used(const CaptionSet *set, const PreparedCaption *caption)
{
    const PreparedImage *image = &set->image[caption->image];
    return image->split != NO_SPLIT && image->row != NO_ROW;
}

/* --- counting --- */

typedef struct {
    const char *word;
    int64_t count;
} Counted;

static int by_count(const void *a, const void *b)
{
    const Counted *x = a, *y = b;
    return x->count != y->count ? (x->count < y->count ? 1 : -1) : strcmp(x->word, y->word);
}

static int64_t *count_train(const CaptionSet *set)
{
    int32_t train = hash_find(set->splits, "train", strlen("train"));
    int64_t *count = calloc((size_t)hash_count(set->words) + 1, sizeof *count);
    for (int64_t i = 0; count && i < set->n; i++) {
        const PreparedCaption *c = &set->caption[i];
        for (int32_t t = 0; caption_is_used(set, c) && set->image[c->image].split == train && t < c->n; t++)
            count[set->word_of[c->words + (size_t)t]]++;
    }
    return count;
}

/* The words to keep, in their order, after the special ones. */
static Counted *choose(WordNumbers *w, const CaptionSet *set, const int64_t *count, int64_t min_count, int *n)
{
    int32_t words = hash_count(set->words);
    Counted *kept = malloc(((size_t)words + VOCAB_SPECIAL) * sizeof *kept);
    *n = 0;
    for (int32_t i = 0; kept && i < words; i++) {
        size_t len;
        const char *word = hash_key(set->words, i, &len);
        bool special = vocab_is_special(word, len);
        w->different += count[i] > 0 && !special;
        if (count[i] >= min_count && count[i] > 0 && !special)
            kept[(*n)++] = (Counted){word, count[i]};
    }
    if (kept && *n)
        qsort(kept, (size_t)*n, sizeof *kept, by_count);
    return kept;
}

/* Copies the special words and the given ones into a vocabulary. */
static int make_vocab(Vocab *vocab, const Counted *kept, int n, const char *where, Err *err)
{
    char **word = calloc((size_t)n + VOCAB_SPECIAL, sizeof *word);
    int failed = !word;
    for (int i = 0; word && i < n + VOCAB_SPECIAL; i++) {
        word[i] = strdup(i < VOCAB_SPECIAL ? vocab_special[i] : kept[i - VOCAB_SPECIAL].word);
        failed += !word[i];
    }
    if (!failed)
        return vocab_take(vocab, word, n + VOCAB_SPECIAL, where, err);
    for (int i = 0; word && i < n + VOCAB_SPECIAL; i++)
        free(word[i]);
    free(word);
    return err_set(err, "out of memory");
}

/* Finds each of the captions' words in the vocabulary. */
static int number_words(WordNumbers *w, const CaptionSet *set, Err *err)
{
    int32_t words = hash_count(set->words);
    bool has_unknown = w->vocab.size > VOCAB_UNK && !strcmp(w->vocab.word[VOCAB_UNK], vocab_special[VOCAB_UNK]);
    w->unknown = has_unknown ? VOCAB_UNK : -1;
    w->number = malloc(((size_t)words + 1) * sizeof *w->number);
    if (!w->number)
        return err_set(err, "out of memory");
    for (int32_t i = 0; i < words; i++)
        w->number[i] = w->unknown;
    for (int i = VOCAB_UNK; i < w->vocab.size; i++) {
        int32_t at = hash_find(set->words, w->vocab.word[i], strlen(w->vocab.word[i]));
        if (at >= 0)
            w->number[at] = i;
    }
    return 0;
}

int word_numbers_append(WordNumbers *w, const CaptionSet *set, const int32_t *words, int n, Err *err)
{
    Vocab *v = &w->vocab;
    char **grown = realloc(v->word, ((size_t)v->size + (size_t)n + 1) * sizeof *grown);
    if (!grown)
        return err_set(err, "out of memory");
    v->word = grown;
    for (int i = 0; i < n; i++, v->size++)
        if (!(v->word[v->size] = strdup(hash_key(set->words, words[i], NULL))))
            return err_set(err, "out of memory");
    free(w->number);
    return number_words(w, set, err);
}

int word_numbers_count(WordNumbers *w, const CaptionSet *set, int64_t min_count, Err *err)
{
    int n;
    *w = (WordNumbers){.different = 0};
    int64_t *count = count_train(set);
    Counted *kept = count ? choose(w, set, count, min_count, &n) : NULL;
    int rc = kept ? make_vocab(&w->vocab, kept, n, "the captions", err) : err_set(err, "out of memory");
    free(kept);
    free(count);
    if (rc == 0 && set->characters)
        rc = vocab_join(&w->vocab, "", err);
    return rc ? rc : number_words(w, set, err);
}

/* --- from elsewhere --- */

/* Takes the vocabulary out of a model. */
static int read_model(Vocab *vocab, const char *path, Err *err)
{
    Model model;
    if (model_load(&model, path, err))
        return -1;
    *vocab = model.vocab;
    model.vocab = (Vocab){.word = NULL};
    model_free(&model);
    return 0;
}

/* A list of words may begin with the special ones. */
static int read_list(Vocab *vocab, const char *path, Err *err)
{
    Lines lines;
    if (lines_read(&lines, path, err))
        return -1;
    Counted *word = malloc((lines.n + 1) * sizeof *word);
    Hash *seen = hash_new();
    int n = 0, rc = word && seen ? 0 : err_set(err, "out of memory");
    for (size_t i = 0; i < lines.n && rc == 0; i++) {
        size_t len = strlen(lines.line[i]);
        int32_t before = hash_count(seen);
        if (len == 0 || vocab_is_special(lines.line[i], len))
            continue;
        if (strchr(lines.line[i], ' ') || hash_add(seen, lines.line[i], len) != before)
            rc = err_set(err, "%s: line %zu: '%.80s': expected a word that is not there yet", path, i + 1,
                         lines.line[i]);
        word[n++] = (Counted){lines.line[i], 0};
    }
    if (rc == 0)
        rc = make_vocab(vocab, word, n, path, err);
    hash_free(seen);
    free(word);
    lines_free(&lines);
    return rc;
}

static int read_vocab(Vocab *vocab, const char *from, Err *err)
{
    static const char hdf5[] = "\x89HDF";
    struct stat st;
    char head[16] = "";
    if (stat(from, &st) == 0 && S_ISDIR(st.st_mode)) {
        char *path = dataset_file_path(from, DATASET_FILE_VOCAB, "");
        int rc = path ? vocab_load(vocab, path, err) : err_set(err, "out of memory");
        free(path);
        return rc;
    }
    FILE *f = fopen(from, "rbe");
    size_t n = f ? fread(head, 1, sizeof head - 1, f) : 0;
    if (f)
        fclose(f);
    if (n >= strlen(hdf5) && !memcmp(head, hdf5, strlen(hdf5)))
        return read_model(vocab, from, err);
    return head[strspn(head, " \t\r\n\xef\xbb\xbf")] == '{' ? vocab_load(vocab, from, err)
                                                            : read_list(vocab, from, err);
}

int word_numbers_take(WordNumbers *w, const CaptionSet *set, const char *from, Err *err)
{
    *w = (WordNumbers){.different = 0};
    if (read_vocab(&w->vocab, from, err))
        return -1;
    bool spelled = !*vocab_joiner(&w->vocab);
    if (spelled != set->characters)
        return err_set(err, "%s: its words are %s: %s", from, spelled ? "characters" : "whole words",
                       spelled ? "--characters takes them" : "not for --characters");
    return number_words(w, set, err);
}
