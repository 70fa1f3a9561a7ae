#include "pipeline/sheet/highlight.h"

#include "io/base/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The words of all references, in lower case and sorted. */
typedef struct {
    char **word;
    size_t n, room;
} Lexicon;

static int by_spelling(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int learn_word(Lexicon *lexicon, const char *text, size_t len)
{
    if (lexicon->n == lexicon->room) {
        size_t room = lexicon->room ? lexicon->room * 2 : 64;
        char **grown = realloc(lexicon->word, room * sizeof *grown);
        if (!grown)
            return -1;
        lexicon->word = grown;
        lexicon->room = room;
    }
    lexicon->word[lexicon->n] = text_lower(text, len);
    return lexicon->word[lexicon->n++] ? 0 : -1;
}

static int learn(Lexicon *lexicon, const char *reference)
{
    char *text = text_paragraph(reference);
    size_t at = 0, start, len;
    int rc = text ? 0 : -1;
    while (!rc && text_word(text, &at, &start, &len))
        rc = learn_word(lexicon, text + start, len);
    free(text);
    return rc;
}

/* Whether the word is "<UNK>", whose brackets belong to it. */
static bool is_unknown(const char *text, const HighlightWord *word)
{
    return word->len == 3 && word->start && text[word->start - 1] == '<' && text[word->start + 3] == '>' &&
           !strncasecmp(text + word->start, "unk", 3);
}

static int look_up(const Lexicon *lexicon, const char *text, HighlightWord *word)
{
    if (is_unknown(text, word)) {
        word->start--;
        word->len += 2;
        return 0;
    }
    char *lower = text_lower(text + word->start, word->len);
    if (!lower)
        return -1;
    word->found = lexicon->n && bsearch(&lower, lexicon->word, lexicon->n, sizeof *lexicon->word, by_spelling);
    free(lower);
    return 0;
}

static int mark_words(Highlight *h, const Lexicon *lexicon)
{
    size_t at = 0, start, len;
    h->word = malloc((strlen(h->text) / 2 + 1) * sizeof *h->word); /* words are at least two bytes apart */
    if (!h->word)
        return -1;
    while (text_word(h->text, &at, &start, &len)) {
        HighlightWord *word = &h->word[h->n++];
        *word = (HighlightWord){.start = start, .len = len};
        if (look_up(lexicon, h->text, word))
            return -1;
    }
    return 0;
}

int highlight_words(Highlight *h, const Record *record)
{
    Lexicon lexicon = {NULL, 0, 0};
    memset(h, 0, sizeof *h);
    h->text = text_paragraph(record->caption);
    int rc = h->text ? 0 : -1;
    for (int i = 0; i < record->n_references && !rc; i++)
        rc = learn(&lexicon, record->references[i]);
    if (!rc && lexicon.n)
        qsort(lexicon.word, lexicon.n, sizeof *lexicon.word, by_spelling);
    if (!rc)
        rc = mark_words(h, &lexicon);
    for (size_t i = 0; i < lexicon.n; i++)
        free(lexicon.word[i]);
    free(lexicon.word);
    return rc;
}

void highlight_free(Highlight *h)
{
    free(h->text);
    free(h->word);
    memset(h, 0, sizeof *h);
}
