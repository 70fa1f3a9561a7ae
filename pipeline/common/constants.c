/* model/ and io/ do not see each other. What both must state, both must state alike. */
#include "io/base/size.h"
#include "io/data/vocab.h"
#include "model/captioner.h"

_Static_assert((int)WORD_NULL == (int)VOCAB_NULL && (int)WORD_START == (int)VOCAB_START &&
                   (int)WORD_END == (int)VOCAB_END && (int)WORD_UNK == (int)VOCAB_UNK,
               "special words have one number each");
_Static_assert((int)DIM_MAX == (int)DIMENSION_MAX, "one limit for dimensions");
