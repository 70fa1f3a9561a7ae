#include "pipeline/common/terminal.h"

#include "io/base/utf8.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static uint32_t code_of(const unsigned char *s, size_t n)
{
    static const unsigned char LEAD[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    uint32_t c = s[0] & LEAD[n];
    for (size_t i = 1; i < n; i++)
        c = c << 6 | (s[i] & 0x3F);
    return c;
}

static bool is_safe(uint32_t c)
{
    bool control = c < 0x20 || (c >= 0x7F && c <= 0x9F);
    /* Marks, separators, embeddings and overrides, isolates: Unicode's Bidi_Control, and U+2028 and U+2029 among
     * them. */
    bool direction =
        c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
    return !control && !direction;
}

/* The safe form of the character at s, which takes *taken bytes. Returns its length. */
static size_t one(const char *s, size_t *taken, char form[4 * TERMINAL_GROWTH])
{
    static const char HEX[] = "0123456789abcdef";
    size_t n = utf8_length(s, 4); /* which stops at a NUL */
    *taken = n ? n : 1;
    if (n && is_safe(code_of((const unsigned char *)s, n))) {
        memcpy(form, s, n);
        return n;
    }
    for (size_t i = 0; i < *taken; i++) {
        unsigned char c = (unsigned char)s[i];
        char *f = form + TERMINAL_GROWTH * i;
        f[0] = '\\', f[1] = 'x', f[2] = HEX[c >> 4], f[3] = HEX[c & 15];
    }
    return TERMINAL_GROWTH * *taken;
}

size_t terminal_text(const char *text, char *out, size_t room)
{
    char form[4 * TERMINAL_GROWTH];
    size_t len = 0, taken, n;
    for (; *text; text += taken, len += n) {
        n = one(text, &taken, form);
        if (len + n >= room)
            break;
        memcpy(out + len, form, n);
    }
    out[len] = '\0';
    return len;
}

void terminal_put(FILE *out, const char *text)
{
    char form[4 * TERMINAL_GROWTH];
    for (size_t taken; *text; text += taken)
        fwrite(form, 1, one(text, &taken, form), out);
}
