#include "io/data/vocab.h"

#include "io/base/err.h"
#include "io/data/json.h"
#include "io/file/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 256 << 20, WORDS_MAX = 1 << 20 };

/* The words with a meaning, by number. */
static const char *const special[] = {"<NULL>", "<START>", "<END>", "<UNK>"};
enum { N_SPECIAL = 4, N_NEEDED = 3, END = 2 };

/* <NULL>, <START> and <END> must be there, and none of the four anywhere but in its place. */
static int check(const Vocab *v, const char *where, Err *err)
{
    for (int k = 0; k < N_NEEDED; k++)
        if (k >= v->size)
            return err_set(err, "%s: %d words, and no %s among them", where, v->size, special[k]);
        else if (strcmp(v->word[k], special[k]))
            return err_set(err, "%s: word %d is '%s', not %s", where, k, v->word[k], special[k]);
    for (int i = N_NEEDED; i < v->size; i++)
        for (int k = 0; k < N_SPECIAL; k++)
            if (i != k && !strcmp(v->word[i], special[k]))
                return err_set(err, "%s: %s is word %d, expected %d", where, special[k], i, k);
    return 0;
}

int vocab_take(Vocab *v, char **words, int64_t n, const char *where, Err *err)
{
    int rc = 0;
    *v = (Vocab){words, (int)n};
    if (n > WORDS_MAX)
        rc = err_set(err, "%s: %lld words are too many", where, (long long)n);
    for (int64_t i = 0; i < n && rc == 0; i++)
        if (!utf8_valid(words[i], strlen(words[i])))
            rc = err_set(err, "%s: word %lld is not UTF-8", where, (long long)i);
    if (rc == 0)
        rc = check(v, where, err);
    if (rc) {
        for (int64_t i = 0; i < n; i++)
            free(words[i]);
        free(words);
        *v = (Vocab){NULL, 0};
    }
    return rc;
}

void vocab_free(Vocab *v)
{
    for (int i = 0; i < v->size; i++)
        free(v->word[i]);
    free(v->word);
    *v = (Vocab){NULL, 0};
}

int vocab_copy(Vocab *to, const Vocab *from)
{
    *to = (Vocab){calloc((size_t)from->size + 1, sizeof *to->word), 0};
    for (; to->word && to->size < from->size; to->size++)
        if (!(to->word[to->size] = strdup(from->word[to->size]))) {
            vocab_free(to);
            return -1;
        }
    return to->word ? 0 : -1;
}

/* Copies a JSON list of strings. NULL with a line where an element is none. */
static char **copy_words(const Json *list, int64_t *n, const char *path, Err *err)
{
    char **words = calloc((size_t)json_length(list) + 1, sizeof *words);
    *n = 0;
    for (const Json *e = json_first(list); e && words; e = json_next(e)) {
        const char *text = json_text(e);
        if (!text || !(words[*n] = strdup(text))) {
            err_set(err, "%s: idx_to_word: entry %lld is no string", path, (long long)*n);
            for (int64_t i = 0; i < *n; i++)
                free(words[i]);
            free(words);
            return NULL;
        }
        ++*n;
    }
    if (!words)
        err_set(err, "%s: out of memory", path);
    return words;
}

/* word_to_idx, where it is there, must send each word to its place. */
static int check_inverse(const Json *json, const Vocab *v, const char *path, Err *err)
{
    const Json *map = json_member(json, "word_to_idx");
    int i = 0;
    if (!map)
        return 0;
    /* Files keep both in one order; so the walk is straight, and a look-up is for those that do not. */
    for (const Json *e = json_first(map); e; e = json_next(e), i++) {
        int64_t at;
        const char *word = json_key(e);
        if (!word || json_int(e, 0, v->size - 1, &at))
            return err_set(err, "%s: word_to_idx: '%s' is no number from 0 to %d", path, word ? word : "?",
                           v->size - 1);
        if (strcmp(v->word[at], word))
            return err_set(err, "%s: word_to_idx says '%s' is %lld, idx_to_word has '%s' there", path, word,
                           (long long)at, v->word[at]);
    }
    if (i != v->size)
        return err_set(err, "%s: word_to_idx has %d words, idx_to_word %d", path, i, v->size);
    return 0;
}

int vocab_load(Vocab *v, const char *path, Err *err)
{
    Err why = {""};
    int64_t n;
    *v = (Vocab){NULL, 0};
    Json *json = json_load_object(path, FILE_MAX, err);
    if (!json)
        return -1;
    const Json *list;
    int rc = json_get_array(json, "idx_to_word", &list, &why);
    if (rc != 1)
        rc = err_set(err, "%s: %s", path, rc < 0 ? why.text : "no \"idx_to_word\"");
    else {
        char **words = copy_words(list, &n, path, err);
        rc = words ? vocab_take(v, words, n, path, err) : -1;
        if (rc == 0 && check_inverse(json, v, path, err)) {
            vocab_free(v);
            rc = -1;
        }
    }
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
    fputs("}}\n", f);
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
    return 0;
}

char *vocab_text(const Vocab *v, const int32_t *words, int n)
{
    size_t len = 0, at = 0;
    int end = 0;
    while (end < n && words[end] >= 0 && words[end] < v->size && words[end] != END)
        len += strlen(v->word[words[end++]]) + 1;
    char *text = malloc(len + 1);
    if (!text)
        return NULL;
    for (int i = 0; i < end; i++) {
        if (words[i] < END) /* <NULL> and <START> */
            continue;
        size_t k = strlen(v->word[words[i]]);
        if (at)
            text[at++] = ' ';
        memcpy(text + at, v->word[words[i]], k);
        at += k;
    }
    text[at] = '\0';
    return text;
}
