#include "io/base/stemmer.h"

#include <libstemmer.h>
#include <limits.h>

Stemmer *stemmer_new(void)
{
    return (Stemmer *)sb_stemmer_new("english", "UTF_8");
}

void stemmer_free(Stemmer *stemmer)
{
    sb_stemmer_delete((struct sb_stemmer *)stemmer);
}

const char *stemmer_stem(Stemmer *stemmer, const char *word, size_t *n)
{
    struct sb_stemmer *snowball = (struct sb_stemmer *)stemmer;
    if (*n > INT_MAX)
        return word;
    const sb_symbol *stem = sb_stemmer_stem(snowball, (const sb_symbol *)word, (int)*n);
    *n = stem ? (size_t)sb_stemmer_length(snowball) : 0;
    return (const char *)stem;
}
