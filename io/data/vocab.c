#include "io/data/vocab.h"

#include "io/base/size.h"
#include "io/base/utf8.h"
#include "io/data/json.h"
#include "io/file/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { FILE_MAX = 256 << 20 };

const char *const vocab_special[] = {"<NULL>", "<START>", "<END>", "<UNK>"};

/* Each special word must have its own number and no other; only <UNK> may be missing. */
static int check(const Vocab *v, const char *where, Err *err)
{
    for (int k = 0; k < VOCAB_UNK; k++)
        if (k >= v->size)
            return err_set(err, "%s: no %s, only %d words", where, vocab_special[k], v->size);
        else if (strcmp(v->word[k], vocab_special[k]))
            return err_set(err, "%s: word %d is '%s', not %s", where, k, v->word[k], vocab_special[k]);
    for (int i = VOCAB_UNK; i < v->size; i++)
        for (int k = 0; k < VOCAB_SPECIAL; k++)
            if (i != k && !strcmp(v->word[i], vocab_special[k]))
                return err_set(err, "%s: %s is word %d, expected %d", where, vocab_special[k], i, k);
    return 0;
}

static void free_words(char **words, int64_t n)
{
    for (int64_t i = 0; words && i < n; i++)
        free(words[i]);
    free(words);
}

int vocab_take(Vocab *v, char **words, int64_t n, const char *where, Err *err)
{
    int rc = 0;
    *v = (Vocab){.word = words, .size = (int)n};
    if (n > DIMENSION_MAX)
        rc = err_set(err, "%s: %lld words, expected %d at most", where, (long long)n, DIMENSION_MAX);
    for (int64_t i = 0; i < n && rc == 0; i++)
        if (!utf8_valid(words[i], strlen(words[i])))
            rc = err_set(err, "%s: word %lld is not UTF-8", where, (long long)i);
    if (rc == 0)
        rc = check(v, where, err);
    if (rc) {
        free_words(words, n);
        *v = (Vocab){.word = NULL};
    }
    return rc;
}

void vocab_free(Vocab *v)
{
    free_words(v->word, v->size);
    free(v->joiner);
    *v = (Vocab){.word = NULL};
}

int vocab_copy(Vocab *to, const Vocab *from)
{
    *to = (Vocab){.word = calloc((size_t)from->size + 1, sizeof *to->word)};
    bool done = to->word && (!from->joiner || (to->joiner = strdup(from->joiner)));
    for (; done && to->size < from->size; to->size += done)
        done = (to->word[to->size] = strdup(from->word[to->size])) != NULL;
    if (!done)
        vocab_free(to);
    return done ? 0 : -1;
}

/* Copies a JSON list of strings. */
static char **copy_words(const Json *list, int64_t *n, Err *err)
{
    char **words = calloc((size_t)json_length(list) + 1, sizeof *words);
    const Json *e = json_first(list);
    *n = 0;
    for (const char *text; e && words && (text = json_text(e)) && (words[*n] = strdup(text)); e = json_next(e))
        ++*n;
    if (words && !e)
        return words;
    if (words && !json_text(e))
        err_set(err, "idx_to_word: entry %lld is not a string", (long long)*n);
    else
        err_set(err, "out of memory");
    free_words(words, *n);
    return NULL;
}

/* word_to_idx, if there, must map each word to its place in idx_to_word. */
static int check_inverse(const Json *json, const Vocab *v, Err *err)
{
    const Json *map = json_member(json, "word_to_idx");
    int i = 0;
    if (!map)
        return 0;
    for (const Json *e = json_first(map); e; e = json_next(e), i++) {
        int64_t at;
        const char *word = json_key(e);
        if (!word || json_int(e, 0, v->size - 1, &at))
            return err_set(err, "word_to_idx: '%s': expected a number from 0 to %d", word ? word : "?",
                           v->size - 1);
        if (strcmp(v->word[at], word))
            return err_set(err, "word_to_idx says '%s' is %lld, idx_to_word has '%s' there", word, (long long)at,
                           v->word[at]);
    }
    if (i != v->size)
        return err_set(err, "word_to_idx has %d words, idx_to_word %d", i, v->size);
    return 0;
}

/* A joiner that is a space needs no copy. */
static int take_joiner(Vocab *v, const Json *json, Err *err)
{
    const char *joiner;
    int rc = json_get_text(json, "joiner", &joiner, err);
    return rc > 0 ? vocab_join(v, joiner, err) : rc;
}

int vocab_join(Vocab *v, const char *joiner, Err *err)
{
    char *copy = strcmp(joiner, VOCAB_SPACE) != 0 ? strdup(joiner) : NULL;
    if (!utf8_valid(joiner, strlen(joiner))) {
        free(copy);
        return err_set(err, "joiner: is not UTF-8");
    }
    if (!copy && strcmp(joiner, VOCAB_SPACE) != 0)
        return err_set(err, "out of memory");
    free(v->joiner);
    v->joiner = copy;
    return 0;
}

const char *vocab_joiner(const Vocab *v)
{
    return v->joiner ? v->joiner : VOCAB_SPACE;
}

/* Fills v from the file's object. path names it in vocab_take's messages. */
static int read_object(Vocab *v, const Json *json, const char *path, Err *err)
{
    const Json *list;
    int64_t n;
    int rc = json_get_array(json, "idx_to_word", &list, err);
    if (rc == 0)
        err_set(err, "no \"idx_to_word\"");
    char **words = rc == 1 ? copy_words(list, &n, err) : NULL;
    if (!words)
        return err_prefix(err, "%s: ", path);
    if (vocab_take(v, words, n, path, err))
        return -1;
    if (check_inverse(json, v, err) || take_joiner(v, json, err)) {
        vocab_free(v);
        return err_prefix(err, "%s: ", path);
    }
    return 0;
}

int vocab_load(Vocab *v, const char *path, Err *err)
{
    *v = (Vocab){.word = NULL};
    Json *json = json_load_object(path, FILE_MAX, err);
    int rc = json ? read_object(v, json, path, err) : -1;
    json_free(json);
    return rc;
}

int vocab_write(const Vocab *v, const char *path, Err *err)
{
    FILE *f = fopen(path, "we");
    if (!f)
        return err_set(err, "%s: %s", path, strerror(errno));
    fputs("{\"idx_to_word\": [", f);
    for (int i = 0; i < v->size; i++) {
        fputs(i ? ", " : "", f);
        json_put_text(f, v->word[i]);
    }
    fputs("], \"word_to_idx\": {", f);
    for (int i = 0; i < v->size; i++) {
        fputs(i ? ", " : "", f);
        json_put_text(f, v->word[i]);
        fprintf(f, ": %d", i);
    }
    fputs("}", f);
    if (v->joiner) {
        fputs(", \"joiner\": ", f);
        json_put_text(f, v->joiner);
    }
    fputs("}\n", f);
    int failed = ferror(f);
    if (fclose(f) || failed)
        return err_set(err, "%s: %s", path, strerror(errno));
    return 0;
}

int vocab_compare(const Vocab *a, const char *where_a, const Vocab *b, const char *where_b, Err *err)
{
    for (int i = 0; i < a->size && i < b->size; i++)
        if (strcmp(a->word[i], b->word[i]))
            return err_set(err, "vocabularies differ: word %d is '%s' in %s, '%s' in %s", i, a->word[i], where_a,
                           b->word[i], where_b);
    if (a->size != b->size)
        return err_set(err, "vocabularies differ: %d words in %s, %d in %s", a->size, where_a, b->size, where_b);
    if (strcmp(vocab_joiner(a), vocab_joiner(b)) != 0)
        return err_set(err, "vocabularies differ: words are joined by '%s' in %s, by '%s' in %s", vocab_joiner(a),
                       where_a, vocab_joiner(b), where_b);
    return 0;
}

char *vocab_text(const Vocab *v, const int32_t *words, int n)
{
    const char *joiner = vocab_joiner(v);
    size_t len = 0, at = 0, gap = strlen(joiner);
    int end = 0;
    while (end < n && words[end] >= 0 && words[end] < v->size && words[end] != VOCAB_END)
        len += strlen(v->word[words[end++]]) + gap;
    char *text = malloc(len + 1);
    if (!text)
        return NULL;
    for (int i = 0; i < end; i++) {
        if (words[i] == VOCAB_NULL || words[i] == VOCAB_START)
            continue;
        size_t k = strlen(v->word[words[i]]);
        if (at) {
            memcpy(text + at, joiner, gap);
            at += gap;
        }
        memcpy(text + at, v->word[words[i]], k);
        at += k;
    }
    text[at] = '\0';
    return text;
}

bool vocab_ends_word(const Vocab *v, int32_t word, int32_t next)
{
    if (*vocab_joiner(v) || next == VOCAB_END)
        return true;
    return v->word[next][0] == ' ' && strcmp(v->word[word], VOCAB_SPACE) != 0;
}

bool vocab_is_special(const char *word, size_t len)
{
    if (!len || *word != '<')
        return false;
    for (int k = 0; k < VOCAB_SPECIAL; k++)
        if (strlen(vocab_special[k]) == len && !strncasecmp(word, vocab_special[k], len))
            return true;
    return false;
}
