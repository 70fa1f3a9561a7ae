#include "pipeline/common/choice.h"

#include <stdio.h>
#include <string.h>

int choice_index(const char *words, const char *word)
{
    size_t len = strlen(word);
    for (int index = 0;; index++) {
        size_t n = strcspn(words, "|");
        if (n == len && !strncmp(words, word, n))
            return index;
        if (!words[n])
            return -1;
        words += n + 1;
    }
}

int choice_count(const char *words)
{
    int n = 1;
    while ((words = strchr(words, '|'))) {
        words++;
        n++;
    }
    return n;
}

const char *choice_word(const char *words, int index, char out[CHOICE_WORD])
{
    for (; index > 0; index--)
        words = strchr(words, '|') + 1;
    snprintf(out, CHOICE_WORD, "%.*s", (int)strcspn(words, "|"), words);
    return out;
}
