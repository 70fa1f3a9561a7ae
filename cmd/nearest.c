#include "cmd/nearest.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { LONGEST = 48 }; /* of words that are compared */

static int least(int a, int b)
{
    return a < b ? a : b;
}

static int same(const char *a, const char *b)
{
    return tolower((unsigned char)*a) == tolower((unsigned char)*b);
}

/* The edits between two words: optimal string alignment. d[i][j] is that of the first i and j letters. */
static int edits(const char *a, size_t n, const char *b, size_t m)
{
    int d[LONGEST + 1][LONGEST + 1];
    for (size_t i = 0; i <= n; i++)
        d[i][0] = (int)i;
    for (size_t j = 0; j <= m; j++)
        d[0][j] = (int)j;
    for (size_t i = 1; i <= n; i++)
        for (size_t j = 1; j <= m; j++) {
            int changed = d[i - 1][j - 1] + !same(a + i - 1, b + j - 1);
            d[i][j] = least(changed, least(d[i - 1][j], d[i][j - 1]) + 1);
            if (i > 1 && j > 1 && same(a + i - 1, b + j - 2) && same(a + i - 2, b + j - 1))
                d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
        }
    return d[n][m];
}

const char *nearest(const char *word, const char *const *names, int n)
{
    const char *best = NULL;
    int fewest = LONGEST;
    size_t len = strlen(word);
    for (int i = 0; i < n && len > 0 && len <= LONGEST; i++) {
        size_t m = strlen(names[i]), longer = len > m ? len : m;
        if (m > LONGEST)
            continue;
        int distance = strncasecmp(word, names[i], len) ? edits(word, len, names[i], m) : 1;
        if (distance <= (int)(longer + 1) / 3 && distance < fewest) {
            fewest = distance;
            best = names[i];
        }
    }
    return best;
}
