/* libFuzzer: the tokenizer, on any bytes: a text, and after its first line break what follows it. */
#include "pipeline/tokens/ptb.h"
#include "pipeline/tokens/tokens.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Words have one space between them and none around. */
static void check(char *words)
{
    size_t n = words ? strlen(words) : 0;
    if (!words || strstr(words, "  ") || (n && (words[0] == ' ' || words[n - 1] == ' ')))
        abort();
    free(words);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    char *next = strchr(text, '\n');
    if (next)
        *next++ = '\0';
    for (int flags = 0; flags < 4; flags++)
        check(ptb_tokenize(text, next, flags));
    for (int kind = TOKENS_PTB; kind <= TOKENS_NONE; kind++) {
        char *tokens = tokens_of(text, next, (TokenRule){.kind = (TokenKind)kind, .drop_unk = size % 2});
        if (tokens)
            check(tokens_split(tokens));
        check(tokens);
    }
    free(text);
    return 0;
}
