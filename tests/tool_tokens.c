/* Prints the words of captions, one caption a line, as the COCO tools would have them of a file of these lines:
 *     tool_tokens <captions.txt */
#include "pipeline/tokens/ptb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* All of standard input, ended by NUL. */
static char *read_all(void)
{
    size_t n = 0, room = 1 << 16;
    char *text = NULL;
    do {
        room *= 2;
        char *grown = realloc(text, room);
        if (!grown)
            return NULL;
        text = grown;
        n += fread(text + n, 1, room - 1 - n, stdin);
    } while (n == room - 1);
    text[n] = '\0';
    return text;
}

int main(void)
{
    char *text = read_all(), *next;
    for (char *line = text; line && *line; line = next) {
        char *end = strchr(line, '\n');
        next = end ? end + 1 : line + strlen(line);
        if (end)
            *end = '\0';
        char *tokens = ptb_tokenize(line, end ? next : NULL, PTB_PEERS);
        if (!tokens)
            return 1;
        puts(tokens);
        free(tokens);
    }
    free(text);
    return fflush(stdout) != 0;
}
