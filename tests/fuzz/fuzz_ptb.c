/* libFuzzer: the tokenizer, on any bytes. */
#include "pipeline/eval/ptb.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    for (int flags = 0; flags < 4; flags++) {
        char *tokens = ptb_tokenize(text, PTB_ANY, flags);
        size_t n = tokens ? strlen(tokens) : 0;
        /* Words with one space between them. */
        if (!tokens || strstr(tokens, "  ") || (n && (tokens[0] == ' ' || tokens[n - 1] == ' ')))
            abort();
        free(tokens);
    }
    free(text);
    return 0;
}
