#include "pipeline/prepare/tokenizer.h"

#include "io/base/text.h"
#include "pipeline/tokens/ptb.h"

#include <stdlib.h>
#include <string.h>

/* The words that coco-eval compares, whatever caption comes next. */
static char *treebank(const char *text)
{
    return ptb_tokenize(text, PTB_ANY, PTB_PEERS);
}

/* The text as it is, but for its spaces. */
static char *as_it_is(const char *text)
{
    char *words = malloc(strlen(text) + 1), *out = words;
    for (text += strspn(text, " "); words && *text; text += strspn(text, " ")) {
        size_t n = strcspn(text, " ");
        if (out != words)
            *out++ = ' ';
        memcpy(out, text, n);
        out += n;
        text += n;
    }
    if (words)
        *out = '\0';
    return words;
}

static const Tokenizer tokenizers[] = {
    {"simple", text_simple_words, false}, {"ptb", treebank, false}, {"none", as_it_is, true}};

const Tokenizer *tokenizer_at(int index)
{
    return &tokenizers[index];
}
