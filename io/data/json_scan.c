#include "io/data/json_scan.h"

#include "io/data/json.h"

#include <string.h>

/* --- what cJSON accepts and JSON does not ---
 * cJSON treats any control character as white space and accepts raw control characters inside strings, numbers such as
 * "01" and "1.", NUL inside strings, and invalid UTF-8. The scan below rejects these and leaves the grammar to
 * cJSON. */

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *skip_digits(const char *s)
{
    while (is_digit(*s))
        s++;
    return s;
}

const char *json_scan_number(const char *s)
{
    if (*s == '-')
        s++;
    if (!is_digit(*s))
        return NULL;
    s = *s == '0' ? s + 1 : skip_digits(s);
    if (*s == '.') {
        if (!is_digit(s[1]))
            return NULL;
        s = skip_digits(s + 1);
    }
    if (*s == 'e' || *s == 'E') {
        s++;
        if (*s == '+' || *s == '-')
            s++;
        if (!is_digit(*s))
            return NULL;
        s = skip_digits(s);
    }
    return is_digit(*s) ? NULL : s;
}

bool json_is_large(const char *s, const char *end)
{
    const char *digits = s + (*s == '-');
    return end - digits > 15 && skip_digits(digits) == end;
}

const char *json_scan_string(const char *s, const char **why)
{
    for (s++; *s != '"'; s++) {
        if ((unsigned char)*s < 0x20) {
            *why = *s ? "control character in a string" : "unterminated string";
            return NULL;
        }
        if (*s == '\\') {
            if (!strncmp(s, "\\u0000", 6)) {
                *why = "NUL character in a string";
                return NULL;
            }
            s++;
            if ((unsigned char)*s < 0x20) {
                *why = "unterminated string";
                return NULL;
            }
        }
    }
    return s + 1;
}

const char *json_scan(const char *s, const char *end, bool *large, const char **why)
{
    *large = false;
    while (s < end) {
        const char *at = s;
        if (*s == '"') {
            s = json_scan_string(s, why);
        } else if (*s == '-' || is_digit(*s)) {
            *why = "bad number";
            s = json_scan_number(s);
            *large |= s && json_is_large(at, s);
        } else if ((unsigned char)*s < 0x20 && *s != '\t' && *s != '\n' && *s != '\r') {
            *why = "control character";
            return at;
        } else {
            s++;
        }
        if (!s)
            return at;
    }
    return NULL;
}
