#include "pipeline/sample/endings.h"

#include <stdlib.h>
#include <string.h>

static const char *const words[] = {"a",    "an",  "and",  "are", "as",   "at",    "by",    "for",
                                    "from", "her", "his",  "in",  "into", "is",    "it",    "its",
                                    "near", "of",  "on",   "or",  "that", "the",   "their", "this",
                                    "to",   "up",  "upon", "was", "were", "while", "with"};

bool *bad_endings(const Vocab *vocab)
{
    bool *bad = calloc((size_t)vocab->size, sizeof *bad);
    for (int i = 0; bad && i < vocab->size; i++)
        for (size_t k = 0; k < sizeof words / sizeof *words; k++)
            if (!strcmp(vocab->word[i], words[k]))
                bad[i] = true;
    return bad;
}
