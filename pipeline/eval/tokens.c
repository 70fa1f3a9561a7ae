#include "pipeline/eval/tokens.h"

#include "pipeline/eval/ptb.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

const char *const TOKEN_NAMES[] = {"ptb", "clean", "none"};

static const char UNKNOWN[] = "<UNK>";

static int is_dropped(const char *word, size_t n, TokenRule rule)
{
    const char *const special[] = {"<START>", "<END>", "<NULL>", rule.drop_unk ? UNKNOWN : NULL};
    for (size_t i = 0; i < sizeof special / sizeof *special && special[i]; i++)
        if (strlen(special[i]) == n && !strncasecmp(word, special[i], n))
            return 1;
    return 0;
}

char *tokens_of(const char *caption, const char *next, TokenRule rule)
{
    static const char WHITE[] = " \t\n\r\v\f";
    const char *space =
        rule.kind == TOKENS_NONE ? WHITE : " "; /* words of the Penn Treebank may have others in them */
    int flags = (rule.kind == TOKENS_CLEAN ? PTB_CLEAN : PTB_PEERS) | (rule.american ? PTB_AMERICAN : 0);
    char *text = rule.kind == TOKENS_NONE ? strdup(caption) : ptb_tokenize(caption, next, flags);
    char *out = text;
    if (!text)
        return NULL;
    for (const char *s = text + strspn(text, space); *s; s += strspn(s, space)) {
        size_t n = strcspn(s, space);
        if (!is_dropped(s, n, rule)) {
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
    return strpbrk(caption, "\r\v\f") || strstr(caption, "\u2028") || strstr(caption, "\u2029");
}

int tokens_unknown(const char *caption)
{
    return strcasestr(caption, UNKNOWN) != NULL;
}
