#include "pipeline/tokens/tokens.h"

#include "io/data/vocab.h"
#include "pipeline/tokens/ptb.h"
#include "pipeline/tokens/ptb_chars.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *const TOKEN_NAMES[] = {"ptb", "clean", "none"};

static bool is_unknown(const char *word, size_t n)
{
    return strlen(vocab_special[VOCAB_UNK]) == n && !strncasecmp(word, vocab_special[VOCAB_UNK], n);
}

char *tokens_of(const char *caption, const char *next, TokenRule rule)
{
    static const char WHITE[] = " \t\n\r\v\f";
    const char *space = rule.kind == TOKENS_NONE ? WHITE : " "; /* a word of the Treebank may hold other spaces */
    int flags = (rule.kind == TOKENS_CLEAN ? PTB_CLEAN : PTB_PEERS) | (rule.american ? PTB_AMERICAN : 0);
    char *text = rule.kind == TOKENS_NONE ? strdup(caption) : ptb_tokenize(caption, next, flags);
    char *out = text;
    if (!text)
        return NULL;
    for (const char *s = text + strspn(text, space); *s; s += strspn(s, space)) {
        size_t n = strcspn(s, space);
        if (!vocab_is_special(s, n) || (is_unknown(s, n) && !rule.drop_unk)) {
            if (out != text)
                *out++ = ' ';
            memmove(out, s, n);
            out += n;
        }
        s += n;
    }
    *out = '\0';
    return text;
}

char *tokens_split(const char *tokens)
{
    char *words = malloc(strlen(tokens) + 1), *out = words;
    for (size_t n; words && *tokens; tokens += n) {
        n = ptb_white(tokens);
        if (!n)
            *out++ = *tokens;
        else if (out > words && out[-1] != ' ')
            *out++ = ' ';
        n = n ? n : 1;
    }
    if (words)
        *(out > words && out[-1] == ' ' ? out - 1 : out) = '\0';
    return words;
}

int tokens_break(const char *caption)
{
    return strpbrk(caption, "\r\v\f") || strstr(caption, "\u2028") || strstr(caption, "\u2029");
}

int tokens_unknown(const char *caption)
{
    const char *unk = vocab_special[VOCAB_UNK];
    int n = 0;
    while ((caption = strcasestr(caption, unk))) {
        caption += strlen(unk);
        n++;
    }
    return n;
}
