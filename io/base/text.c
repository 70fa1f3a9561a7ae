#include "io/base/text.h"

#include <glib.h>
#include <string.h>

#define ELLIPSIS "\xe2\x80\xa6"

/* The length of the longest start of the text that has at most `max` bytes and ends between characters. */
static size_t head(const char *text, size_t max)
{
    size_t len = strnlen(text, max + 1);
    if (len <= max)
        return len;
    for (len = max; len > max - 4 && ((unsigned char)text[len] & 0xC0) == 0x80;)
        len--;
    return len;
}

static bool is_control(gunichar c)
{
    return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x2028 || c == 0x2029;
}

static bool overrides_direction(gunichar c)
{
    return c == 0x202D || c == 0x202E;
}

/* GLib has allocated with malloc() since 2.46: its strings may be freed with free(). */
char *text_paragraph(const char *text)
{
    while (*text && ((unsigned char)*text <= ' ' || *text == '\x7F'))
        text++;
    size_t len = head(text, TEXT_MAX);
    bool cut = text[len] != '\0';
    char *valid = g_utf8_make_valid(text, (gssize)len);
    GString *out = g_string_sized_new(len + sizeof ELLIPSIS);
    for (const char *s = valid; *s; s = g_utf8_next_char(s)) {
        gunichar c = g_utf8_get_char(s);
        bool white = is_control(c) || g_unichar_isspace(c);
        if (!overrides_direction(c) && (out->len || !white))
            g_string_append_unichar(out, is_control(c) ? ' ' : c);
    }
    g_free(valid);
    if (cut || out->len > TEXT_MAX) {
        g_string_truncate(out, head(out->str, TEXT_MAX - strlen(ELLIPSIS)));
        g_string_append(out, ELLIPSIS);
    }
    return g_string_free(out, FALSE);
}

char *text_lower(const char *text, size_t len)
{
    return g_utf8_strdown(text, (gssize)len);
}

/* Han, kana: scripts that are written without spaces, and in which most characters mean something. */
static bool stands_alone(gunichar c)
{
    GUnicodeScript script = g_unichar_get_script(c);
    return script == G_UNICODE_SCRIPT_HAN || script == G_UNICODE_SCRIPT_HIRAGANA ||
           script == G_UNICODE_SCRIPT_KATAKANA;
}

/* The end of the run at s, which ends before white space, and before and after a character that stands alone, with its
 * marks. */
static const char *end_of_run(const char *s)
{
    bool alone = stands_alone(g_utf8_get_char(s));
    for (s = g_utf8_next_char(s); *s; s = g_utf8_next_char(s)) {
        gunichar c = g_utf8_get_char(s);
        if (g_unichar_isspace(c) || (!g_unichar_ismark(c) && (alone || stands_alone(c))))
            break;
    }
    return s;
}

bool text_word(const char *text, size_t *at, size_t *start, size_t *len)
{
    const char *s = text + *at;
    for (;;) {
        while (*s && g_unichar_isspace(g_utf8_get_char(s)))
            s = g_utf8_next_char(s);
        if (!*s)
            return false;
        const char *first = NULL, *end = s; /* from the first character that is not punctuation to after the last */
        for (const char *run = end_of_run(s); s < run; s = g_utf8_next_char(s))
            if (!g_unichar_ispunct(g_utf8_get_char(s))) {
                first = first ? first : s;
                end = g_utf8_next_char(s);
            }
        if (first) {
            *at = (size_t)(s - text);
            *start = (size_t)(first - text);
            *len = (size_t)(end - first);
            return true;
        }
    }
}

/* U+02BC and U+FF07 are letters, or marks, to Unicode. */
static bool is_apostrophe(gunichar c)
{
    return c == '\'' || c == 0x2019 || c == 0x02BC || c == 0xFF07;
}

static void drop_apostrophes(char *text)
{
    char *to = text;
    for (const char *s = text, *next; *s; s = next) {
        next = g_utf8_next_char(s);
        if (is_apostrophe(g_utf8_get_char(s)))
            continue;
        memmove(to, s, (size_t)(next - s));
        to += next - s;
    }
    *to = '\0';
}

/* In lower case, without apostrophes, and only then composed: a small j with a caron has a character of its own, the
 * capital one has not, and an accent after an apostrophe comes to stand on the letter before that. */
static char *lower_composed(const char *text)
{
    bool ascii = g_str_is_ascii(text); /* most captions: several times as fast */
    char *lower = ascii ? g_ascii_strdown(text, -1) : g_utf8_strdown(text, -1);
    drop_apostrophes(lower);
    if (ascii)
        return lower;
    char *composed = g_utf8_normalize(lower, -1, G_NORMALIZE_NFC);
    g_free(lower);
    return composed;
}

char *text_simple_words(const char *text)
{
    char *lower = lower_composed(text);
    GString *out = g_string_new(NULL);
    bool apart = false; /* something has ended the last word */
    for (const char *s = lower; s && *s; s = g_utf8_next_char(s)) {
        gunichar c = g_utf8_get_char(s);
        /* An accent that NFC leaves on its own, or an Indic vowel sign, belongs to the letter before it. */
        if (g_unichar_isalnum(c) || (g_unichar_ismark(c) && out->len && !apart)) {
            if (apart && out->len)
                g_string_append_c(out, ' ');
            g_string_append_len(out, s, g_utf8_next_char(s) - s);
            apart = false;
        } else {
            apart = true;
        }
    }
    g_free(lower);
    return g_string_free(out, FALSE);
}
