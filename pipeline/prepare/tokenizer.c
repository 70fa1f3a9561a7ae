#include "pipeline/prepare/tokenizer.h"

#include "io/base/text.h"
#include "pipeline/eval/ptb.h"

#include <stdlib.h>

/* The words that coco-eval compares, whatever caption comes next. */
static char *treebank(const char *text)
{
    return ptb_tokenize(text, PTB_ANY, PTB_PEERS);
}

static const Tokenizer tokenizers[] = {{"simple", text_simple_words}, {"ptb", treebank}};

const Tokenizer *tokenizer_at(int index)
{
    return &tokenizers[index];
}
