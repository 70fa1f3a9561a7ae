#include "pipeline/prepare/caption_set.h"

#include "io/data/dataset_files.h"
#include "io/data/vocab.h"
#include "pipeline/prepare/image_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int caption_set_init(CaptionSet *s, const Tokenizer *tokenizer, int max_words, const Report *report, Err *err)
{
    *s = (CaptionSet){.tokenizer = tokenizer,
                      .max_words = max_words,
                      .report = report,
                      .named = true,
                      .left = {.max_words = max_words}};
    s->names = hash_new();
    s->splits = hash_new();
    s->numbers = hash_new();
    s->words = hash_new();
    /* The usual splits come first, whatever the order in which images have them. */
    static const char *const usual[] = {"train", "val", "test"};
    bool done = s->names && s->splits && s->numbers && s->words;
    for (size_t i = 0; done && i < sizeof usual / sizeof *usual; i++)
        done = hash_add(s->splits, usual[i], strlen(usual[i])) >= 0;
    return done ? 0 : err_set(err, "out of memory");
}

void caption_set_free(CaptionSet *s)
{
    for (int32_t i = 0; s->image && i < hash_count(s->names); i++) {
        free(s->image[i].url);
        free(s->image[i].file);
    }
    for (int64_t i = 0; i < s->n; i++)
        free(s->caption[i].text);
    hash_free(s->names);
    hash_free(s->splits);
    hash_free(s->numbers);
    hash_free(s->words);
    free(s->image);
    free(s->caption);
    free(s->word_of);
    memset(s, 0, sizeof *s);
}

/* Room for one more in an array of `size` byte elements. */
static int grow(void *array, size_t *room, size_t n, size_t size)
{
    void **at = array;
    if (n < *room)
        return 0;
    size_t more = *room ? 2 * *room : 1024;
    void *grown = realloc(*at, more * size);
    if (!grown)
        return -1;
    *at = grown;
    *room = more;
    return 0;
}

/* --- images --- */

int32_t caption_set_image(CaptionSet *s, const char *name, Err *err)
{
    name = plain_name(name);
    int32_t before = hash_count(s->names);
    int32_t at = grow(&s->image, &s->image_room, (size_t)before, sizeof *s->image)
                     ? -1
                     : hash_add(s->names, name, strlen(name));
    if (at < 0)
        return err_set(err, "out of memory");
    if (at == before)
        s->image[at] = (PreparedImage){.split = NO_SPLIT, .row = NO_ROW, .id = NO_ID};
    return at;
}

int caption_set_index(const CaptionSet *s, NameIndex *index, Err *err)
{
    int rc = name_index_init(index, err);
    for (int32_t i = 0; rc == 0 && i < hash_count(s->names); i++)
        rc = name_index_add(index, i, caption_set_name(s, i), err);
    return rc;
}

const char *caption_set_name(const CaptionSet *s, int64_t image)
{
    return hash_key(s->names, (int32_t)image, NULL);
}

const char *caption_set_file(const CaptionSet *s, int64_t image)
{
    return s->image[image].file ? s->image[image].file : caption_set_name(s, image);
}

int caption_set_split(CaptionSet *s, int32_t image, const char *split, Err *err)
{
    if (dataset_split_check(split, err))
        return -1;
    int32_t at = hash_add(s->splits, split, strlen(split));
    if (at < 0)
        return err_set(err, "out of memory");
    if (s->image[image].split != NO_SPLIT && s->image[image].split != at)
        return err_set(err, "'%s' is in the splits %s and %s", caption_set_name(s, image),
                       hash_key(s->splits, s->image[image].split, NULL), split);
    s->image[image].split = at;
    return 0;
}

/* --- captions --- */

/* The bytes of the next word; with `characters`, of the next character, or of <UNK>. */
static size_t word_bytes(const CaptionSet *s, const char *words)
{
    const char *unknown = vocab_special[VOCAB_UNK];
    if (!s->characters)
        return strcspn(words, " ");
    if (!strncmp(words, unknown, strlen(unknown)))
        return strlen(unknown);
    size_t n = 1;
    while (((unsigned char)words[n] & 0xC0) == 0x80) /* the rest of a UTF-8 sequence */
        n++;
    return n;
}

static int add_words(CaptionSet *s, const char *words, int32_t *n)
{
    for (*n = 0; *words; ++*n) {
        size_t len = word_bytes(s, words);
        if (grow(&s->word_of, &s->word_room, s->n_words + (size_t)*n, sizeof *s->word_of))
            return -1;
        int32_t word = hash_add(s->words, words, len);
        if (word < 0)
            return -1;
        s->word_of[s->n_words + (size_t)*n] = word;
        words += len + (!s->characters && words[len] == ' ');
    }
    return 0;
}

static int64_t count_words(const char *words)
{
    int64_t n = *words != '\0';
    for (; *words; words++)
        n += *words == ' ';
    return n;
}

int caption_set_words(CaptionSet *s, int32_t image, const char *words, Err *err)
{
    int64_t count = count_words(words);
    if (count == 0 || count > s->max_words) {
        left_out_add(&s->left, count ? LEFT_LONG : LEFT_EMPTY, caption_set_name(s, image));
        return 0;
    }
    int32_t n;
    if (grow(&s->caption, &s->caption_room, (size_t)s->n, sizeof *s->caption) || add_words(s, words, &n))
        return err_set(err, "out of memory");
    s->caption[s->n++] = (PreparedCaption){image, n, s->n_words, NULL};
    s->n_words += (size_t)n;
    s->image[image].captions++;
    return 0;
}

int caption_set_text(CaptionSet *s, int32_t image, const char *words, const char *text, Err *err)
{
    int64_t before = s->n;
    if (caption_set_words(s, image, words, err))
        return -1;
    if (s->n > before && !(s->caption[before].text = strdup(text)))
        return err_set(err, "out of memory");
    return 0;
}

/* Line breaks and tabs in a caption are spaces: some tokenizers see ends of captions in them. */
static char *one_line(const char *text)
{
    char *line = strdup(text);
    for (char *p = line; p && *p; p++)
        if ((unsigned char)*p < ' ')
            *p = ' ';
    return line;
}

/* Adds the words of n bytes of text, and then `last`, to a list with one space between words. */
static int append_words(const CaptionSet *s, char **list, const char *text, size_t n, const char *last)
{
    char *piece = strndup(text, n), *words = piece ? s->tokenizer->words(piece) : NULL, *all = NULL;
    const char *before = *list ? *list : "";
    if (words && asprintf(&all, "%s%s%s%s%s", before, *before && *words ? " " : "", words,
                          *last && (*before || *words) ? " " : "", last) < 0)
        all = NULL;
    free(piece);
    free(words);
    free(*list);
    *list = all;
    return all ? 0 : -1;
}

/* The words of a caption. <UNK> in captions that these commands have written stays what it is. The caller frees;
 * NULL: out of memory. */
static char *words_of(const CaptionSet *s, const char *text)
{
    const char *unknown = vocab_special[VOCAB_UNK], *at;
    char *list = NULL;
    if (s->tokenizer->keeps_unknown || !strstr(text, unknown))
        return s->tokenizer->words(text);
    for (; (at = strstr(text, unknown)); text = at + strlen(unknown))
        if (append_words(s, &list, text, (size_t)(at - text), unknown))
            return NULL;
    return append_words(s, &list, text, strlen(text), "") ? NULL : list;
}

/* 1: the image has a caption of that number already. */
static int is_doubled(CaptionSet *s, int32_t image, const char *number, Err *err)
{
    char key[64];
    int32_t before = hash_count(s->numbers);
    if (!number)
        return 0;
    int n = snprintf(key, sizeof key, "%d %.48s", image, number);
    int32_t at = hash_add(s->numbers, key, (size_t)n);
    return at < 0 ? err_set(err, "out of memory") : at < before;
}

static int take(void *ctx, const CaptionItem *item, Err *err)
{
    CaptionSet *s = ctx;
    int32_t image = caption_set_image(s, item->file, err);
    if (image < 0 || (item->split && caption_set_split(s, image, item->split, err)))
        return -1;
    PreparedImage *about = &s->image[image];
    if (item->url && !about->url && !(about->url = one_line(item->url)))
        return err_set(err, "out of memory");
    if (item->id && about->id == NO_ID)
        about->id = *item->id;
    int doubled = is_doubled(s, image, item->number, err);
    if (doubled > 0)
        left_out_add(&s->left, LEFT_DOUBLED, item->file);
    if (doubled)
        return doubled < 0 ? -1 : 0;
    char *line = one_line(item->caption), *words = line ? words_of(s, line) : NULL;
    int rc = words ? caption_set_words(s, image, words, err) : err_set(err, "out of memory");
    free(words);
    free(line);
    return rc;
}

static void skip(void *ctx, const char *place, const char *why)
{
    enum { TOLD = 3 };
    CaptionSet *s = ctx;
    char line[400];
    snprintf(line, sizeof line, "%s: %s", place, why);
    if (s->left.n[LEFT_DAMAGED] < TOLD)
        report_warn(s->report, "%s", line);
    left_out_add(&s->left, LEFT_DAMAGED, place);
}

CaptionSink caption_set_sink(CaptionSet *s)
{
    return (CaptionSink){.take = take, .skip = skip, .ctx = s};
}
