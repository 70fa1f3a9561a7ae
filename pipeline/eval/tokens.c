#include "pipeline/eval/tokens.h"

#include "io/data/vocab.h"
#include "pipeline/eval/ptb.h"

#include <stddef.h>
#include <string.h>

const char *const TOKEN_NAMES[] = {"ptb", "clean", "none"};

char *tokens_of(const char *caption, TokenRule rule)
{
    static const char WHITE[] = " \t\n\r\v\f";
    int flags = (rule.kind == TOKENS_CLEAN ? PTB_CLEAN : PTB_PEERS) | (rule.british ? PTB_BRITISH : 0);
    char *text = rule.kind == TOKENS_NONE ? strdup(caption) : ptb_tokenize(caption, flags);
    char *out = text;
    if (!text)
        return NULL;
    for (const char *s = text + strspn(text, WHITE); *s; s += strspn(s, WHITE)) {
        size_t n = strcspn(s, WHITE);
        if (!vocab_is_special(s, n)) {
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

int tokens_break(const char *caption)
{
    return strpbrk(caption, "\r\v\f") || strstr(caption, "\xC2\x85") || strstr(caption, "\u2028") ||
           strstr(caption, "\u2029");
}
