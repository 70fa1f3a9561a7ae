#include "pipeline/tokens/ptb.h"

#include "io/base/utf8.h"
#include "pipeline/tokens/american.h"
#include "pipeline/tokens/ptb_chars.h"
#include "pipeline/tokens/ptb_rules.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* --- UTF-8 --- */

/* One character at s (ended by NUL): its length. A byte that is not UTF-8 is U+FFFF. */
static size_t decode(const char *text, uint32_t *c)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t n = *s < 0x80 ? 1 : utf8_length(text, 4);
    *c = n < 2 ? *s : *s & (0x7FU >> n);
    for (size_t i = 1; i < n; i++)
        *c = *c << 6 | (s[i] & 0x3FU);
    if (!n)
        *c = 0xFFFF;
    return n ? n : 1;
}

static char *encode(uint32_t c, char *out)
{
    int more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const unsigned char LEAD[] = {0, 0xC0, 0xE0, 0xF0};
    *out++ = (char)(LEAD[more] | c >> 6 * more);
    while (more-- > 0)
        *out++ = (char)(0x80 | (c >> 6 * more & 0x3F));
    return out;
}

/* --- classes --- */

/* Writes the classes of `room` characters of text at most. Returns their end. */
static unsigned char *classify(const char *text, size_t room, unsigned char *out)
{
    uint32_t c;
    while (*text && room-- > 0) {
        size_t n = decode(text, &c);
        *out++ = c < 0x80 ? (unsigned char)c : ptb_class(c);
        if (n == 4) /* two characters to Java */
            *out++ = PTB_SECOND_HALF;
        text += n;
    }
    return out;
}

/* How many bytes of text n classes stand for. */
static size_t bytes_of(const char *text, const unsigned char *classes, size_t n)
{
    const char *s = text;
    uint32_t c;
    for (size_t i = 0; i < n && *s; i++)
        if (classes[i] != PTB_SECOND_HALF)
            s += decode(s, &c);
    return (size_t)(s - text);
}

/* --- small letters --- */

/* Whether a character can be a capital or a small letter: Latin, Greek, Cyrillic, Armenian. */
static int is_cased(uint32_t c)
{
    if (c < 0x80)
        return (c | 0x20) - 'a' < 26;
    return (c < 0x590 || (c >= 0x1E00 && c < 0x2000) || (c >= 0xFB00 && c < 0xFB18) || c >= 0xFF21) &&
           ptb_class(c) == PTB_LETTER;
}

/* Whether words part at a character within a token: at most marks, and at scripts of East Asia. */
static int is_parting(uint32_t c)
{
    return c < 0x80 ? !isalnum((int)c) && !strchr(".'-_", (int)c) : c < 0xC0 || (c >= 0x2E80 && c < 0xAC00);
}

/* Whether a word ends at the start of n bytes of a token: before any letter with case. */
static int is_end(const char *text, size_t n)
{
    uint32_t c;
    for (size_t i = 0; i < n;) {
        i += decode(text + i, &c);
        if (is_cased(c) || is_parting(c))
            return !is_cased(c);
    }
    return 1;
}

/* Writes the n bytes of a token in small letters, as Java has them. Returns the end. */
static char *lower(const char *token, size_t n, char *out)
{
    enum { SIGMA = 0x3A3, FINAL_SIGMA = 0x3C2, DOTTED_I = 0x130, DOT = 0x307 };
    uint32_t c;
    int in_word = 0; /* a letter with case is before this character, and nothing that parts words after it */
    for (size_t i = 0, bytes; i < n; i += bytes) {
        bytes = decode(token + i, &c);
        if (c < 0x80) {
            *out++ = (char)ptb_lower(c);
        } else if (c == SIGMA) {
            int final = in_word && is_end(token + i + bytes, n - i - bytes);
            out = encode(final ? FINAL_SIGMA : ptb_lower(c), out);
        } else if (c == DOTTED_I) {
            out = encode(DOT, encode('i', out));
        } else if (ptb_lower(c) != c) {
            out = encode(ptb_lower(c), out);
        } else {
            memcpy(out, token + i, bytes);
            out += bytes;
        }
        in_word = is_cased(c) || (in_word && !is_parting(c));
    }
    return out;
}

/* --- tokens --- */

/* What is rewritten within a token of a kind. */
typedef struct {
    PtbKind kind;
    const char *from, *to;
} Change;

static const Change CHANGES[] = {
    {PTB_WORD, "\u00AD", ""},       {PTB_SOFT, "\u00AD", ""},       {PTB_TAG, " ", "\u00A0"},
    {PTB_PHONE, " ", "\u00A0"},     {PTB_PHONE, "(", "-lrb-"},      {PTB_PHONE, ")", "-rrb-"},
    {PTB_FACE, "(", "-lrb-"},       {PTB_FACE, ")", "-rrb-"},       {PTB_AMP, "&amp;", "&"},
    {PTB_QUOTED, "&apos;", "'"},    {PTB_QUOTED, "\xC2\x92", "'"},  {PTB_QUOTED, "\u2019", "'"},
    {PTB_QUOTED, "\u203A", "'"},    {PTB_QUOTED, "\xC2\x91", "`"},  {PTB_QUOTED, "\u2018", "`"},
    {PTB_QUOTED, "\u201B", "`"},    {PTB_QUOTED, "\u2039", "`"},    {PTB_QUOTED, "&quot;", "''"},
    {PTB_QUOTED, "\"", "''"},       {PTB_QUOTED, "\xC2\x94", "''"}, {PTB_QUOTED, "\u201D", "''"},
    {PTB_QUOTED, "\u00BB", "''"},   {PTB_QUOTED, "\xC2\x93", "``"}, {PTB_QUOTED, "\u201C", "``"},
    {PTB_QUOTED, "\u00AB", "``"},   {PTB_PART, "\u00BC", "1/4"},    {PTB_PART, "\u00BD", "1/2"},
    {PTB_PART, "\u00BE", "3/4"},    {PTB_PART, "\u2153", "1/3"},    {PTB_PART, "\u2154", "2/3"},
    {PTB_COINS, "\u00A2", "cents"}, {PTB_COINS, "\u00A3", "#"},     {PTB_COINS, "\xC2\x80", "$"},
    {PTB_COINS, "\u00A4", "$"},     {PTB_COINS, "\u20A0", "$"},     {PTB_COINS, "\u20AC", "$"},
};

/* Tokens that are always the same; NULL for all others. */
static const char *const FIXED[] = {
    [PTB_TWO_DASHES] = "--",
    [PTB_DOTS] = "...",
    [PTB_LESS] = "<",
    [PTB_MORE] = ">",
    [PTB_OPEN] = "-lrb-",
    [PTB_CLOSE] = "-rrb-",
    [PTB_OPEN_BRACE] = "-lcb-",
    [PTB_CLOSE_BRACE] = "-rcb-",
    [PTB_OPEN_SQUARE] = "-lsb-",
    [PTB_CLOSE_SQUARE] = "-rsb-",
};

/* The change that applies to the text up to `end`, NULL if there is none. */
static const Change *find_change(PtbKind kind, const char *text, const char *end)
{
    for (size_t i = 0; i < sizeof CHANGES / sizeof *CHANGES; i++) {
        if (CHANGES[i].kind != kind)
            continue;
        size_t n = strlen(CHANGES[i].from);
        int (*const differ)(const char *, const char *, size_t) = kind == PTB_AMP ? strncasecmp : strncmp;
        if (n <= (size_t)(end - text) && !differ(text, CHANGES[i].from, n))
            return &CHANGES[i];
    }
    return NULL;
}

/* Writes the n bytes of a token as its kind has them, ended by NUL. Returns the end. */
static char *rewrite(PtbKind kind, const char *text, size_t n, char *out)
{
    for (const char *end = text + n; text < end;) {
        const Change *change = find_change(kind, text, end);
        if (change) {
            out = stpcpy(out, change->to);
            text += strlen(change->from);
        } else {
            *out++ = *text++;
        }
    }
    *out = '\0';
    return out;
}

/* Whether the tools drop a token. (The brackets on their list never match, as they are in lower case by then.) */
static int is_punctuation(const char *token, size_t n)
{
    static const char *const LIST[] = {"''", "'", "``", "`", ".", "?", "!", ",", ":", "-", "--", "...", ";"};
    for (size_t i = 0; n <= 3 && i < sizeof LIST / sizeof *LIST; i++)
        if (strlen(LIST[i]) == n && !memcmp(token, LIST[i], n))
            return 1;
    return 0;
}

/* Whether a letter or a digit is in the token, or in the n classes that it was read from. */
static int has_alnum(PtbKind kind, const char *token, const unsigned char *classes, size_t n)
{
    if (FIXED[kind] || kind == PTB_COINS || kind == PTB_FACE || (kind == PTB_TAG && *token == '<'))
        return 0;
    for (size_t i = 0; i < n; i++)
        if (memchr("\x80\x82\x83\x9C\x9D\x9F", classes[i], 6))
            return 1;
    return strpbrk(token, "0123456789abcdefghijklmnopqrstuvwxyz") != NULL;
}

/* Puts the token of a match at out, ended by NUL: its end, or out itself if it is dropped. */
static char *put(const PtbMatch *m, const unsigned char *classes, const char *text, size_t n, int flags, char *raw,
                 char *out)
{
    char *end;
    if (FIXED[m->kind]) {
        end = stpcpy(out, FIXED[m->kind]);
    } else if (m->kind == PTB_KEEP) {
        end = lower(text, n, out);
    } else {
        end = rewrite(m->kind, text, n, raw);
        if (m->kind == PTB_WORD && flags & PTB_AMERICAN) {
            americanize(raw);
            end = raw + strlen(raw);
        }
        end = lower(raw, (size_t)(end - raw), out);
    }
    *end = '\0';
    if (is_punctuation(out, (size_t)(end - out)) ||
        (flags & PTB_CLEAN && !has_alnum(m->kind, out, classes, (size_t)(m->end - classes))))
        return out;
    return end;
}

/* The length of a word of letters alone before a space or the end of the line, which no rule would part. 0: the rules
 * must be asked. */
static size_t plain_word(const unsigned char *at)
{
    size_t n = 0;
    while ((at[n] | 0x20U) - 'a' < 26U)
        n++;
    if (at[n] != ' ' && at[n] != '\n')
        return 0;
    /* cannot gonna gotta lemme gimme wanna are two words each */
    return (n == 5 || n == 6) && memchr("cglw", at[0] | 0x20, 4) ? 0 : n;
}

/* The end of a text without white space there. */
static char *strip(const char *text, char *end)
{
    for (size_t n = 1; n <= 3; n++)
        if (n <= (size_t)(end - text) && ptb_white(end - n) == n)
            return strip(text, end - n);
    return end;
}

/* The words at out. end: of the classes of text. */
static void put_all(const char *text, const unsigned char *classes, const unsigned char *end, int flags, char *raw,
                    char *out)
{
    char *start = out, *stripped = out;
    size_t n;
    PtbScan scan;
    ptb_scan_init(&scan, classes, (size_t)(end - classes));
    for (const unsigned char *at = classes; at < end; text += n) {
        PtbMatch m;
        n = plain_word(at);
        if (n) {
            m = (PtbMatch){flags & PTB_AMERICAN ? PTB_WORD : PTB_KEEP, at + n, at + n};
        } else {
            m = ptb_match(&scan, at);
            n = bytes_of(text, at, (size_t)(m.end - at));
        }
        if (m.kind != PTB_NOTHING) {
            char *token = out;
            if (out > start)
                *token++ = ' ';
            char *token_end = put(&m, at, text, n, flags, raw, token);
            if (token_end > token)
                out = token_end;
            stripped = token_end;
        }
        at = m.end;
    }
    /* Python strips the line before it drops marks. */
    if (stripped == out)
        out = strip(start, out);
    *out = '\0';
}

char *ptb_tokenize(const char *text, const char *next, int flags)
{
    enum { AHEAD = 256, GROWTH = 6 }; /* "(" becomes " -lrb-", and a British word may grow by a letter */
    size_t length = strlen(text);
    char *tokens = malloc(GROWTH * length + 8), *raw = malloc(GROWTH * length + 8);
    unsigned char *classes = malloc(length + 2 * AHEAD + 4), *end;
    if (!tokens || !raw || !classes) {
        free(tokens);
        free(raw);
        free(classes);
        return NULL;
    }
    end = classify(text, length, classes);
    for (unsigned char *c = classes; c < end; c++)
        if (*c == '\n')
            *c = ' ';
    unsigned char *after = end;
    if (next) {
        *after++ = '\n';
        after = classify(next, AHEAD, after);
        *after++ = '\n';
    }
    *after = '\0';
    put_all(text, classes, end, flags, raw, tokens);
    free(raw);
    free(classes);
    return tokens;
}
