#include "io/sniff.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static int begins(const unsigned char *b, size_t len, size_t at, const char *magic, size_t n)
{
    return len >= at + n && !memcmp(b + at, magic, n);
}

static int is_image(const unsigned char *b, size_t len)
{
    if (begins(b, len, 0, "\xff\xd8\xff", 3) ||                    /* JPEG */
        begins(b, len, 0, "\x89PNG\r\n\x1a\n", 8) ||
        begins(b, len, 0, "GIF87a", 6) || begins(b, len, 0, "GIF89a", 6) ||
        (begins(b, len, 0, "RIFF", 4) && begins(b, len, 8, "WEBP", 4)) ||
        begins(b, len, 0, "II*\0", 4) || begins(b, len, 0, "MM\0*", 4)) /* TIFF */
        return 1;
    /* BMP: its header's size stands at 14, and 40 to 124 are the known ones, 12 the oldest. */
    if (begins(b, len, 0, "BM", 2) && len > 17 && b[14] >= 12 && b[14] <= 124 && !b[15] && !b[16] && !b[17])
        return 1;
    if (begins(b, len, 4, "ftyp", 4) && (begins(b, len, 8, "avif", 4) || begins(b, len, 8, "avis", 4) ||
                                         begins(b, len, 8, "heic", 4) || begins(b, len, 8, "mif1", 4)))
        return 1;
    return len > 2 && b[0] == 'P' && b[1] >= '1' && b[1] <= '6' && isspace(b[2]); /* PNM */
}

/* Whether the text begins with this, in either case of letters. */
static int opens_with(const char *text, size_t len, const char *tag)
{
    size_t n = strlen(tag);
    return len >= n && !strncasecmp(text, tag, n);
}

const char *sniff_not_image(const void *bytes, size_t len)
{
    const char *s = bytes, *end = s + len;
    if (len == 0)
        return "empty, not an image";
    if (is_image(bytes, len))
        return NULL;
    if (opens_with(s, len, "\xef\xbb\xbf")) /* byte order mark */
        s += 3;
    while (s < end && isspace((unsigned char)*s))
        s++;
    if (s == end || *s != '<')
        return "not an image";
    len = (size_t)(end - s);
    if (opens_with(s, len, "<!doctype html") || opens_with(s, len, "<html") || opens_with(s, len, "<head") ||
        opens_with(s, len, "<body") || opens_with(s, len, "<!--") || opens_with(s, len, "<title") ||
        opens_with(s, len, "<script") || memmem(s, len, "<html", 5))
        return "an HTML page, not an image";
    return "XML or other markup, not an image";
}
