#include "io/archive/entry_name.h"

#include "io/base/utf8.h"

#include <ctype.h>
#include <string.h>

static const char *const separators = "/\\";

/* UTF-8 without control characters: not ASCII's, nor U+0080 to U+009F, which terminals obey too. */
static int is_text(const char *name)
{
    for (const unsigned char *p = (const unsigned char *)name; *p; p++)
        if (iscntrl(*p) || (p[0] == 0xc2 && p[1] < 0xa0))
            return 0;
    return utf8_valid(name, strlen(name));
}

/* "/a", "\a", "C:a". */
static int is_absolute(const char *name)
{
    return strchr(separators, name[0]) || (isalpha((unsigned char)name[0]) && name[1] == ':');
}

static int climbs(const char *name)
{
    for (const char *p = name; *p;) {
        size_t n = strcspn(p, separators);
        if (n == 2 && p[0] == '.' && p[1] == '.')
            return 1;
        p += n + (p[n] != '\0');
    }
    return 0;
}

const char *entry_name_fault(const char *name)
{
    if (!*name)
        return "has no name";
    if (strlen(name) > ENTRY_NAME_MAX)
        return "has a name that is too long";
    if (!is_text(name))
        return "has a name that is not text";
    if (is_absolute(name))
        return "is an absolute path";
    return climbs(name) ? "leads out of the directory" : NULL;
}

void entry_name_tidy(char *name)
{
    char *out = name;
    for (const char *p = name; *p;) {
        size_t n = strcspn(p, "/");
        if (n > 1 || (n == 1 && *p != '.')) {
            if (out > name)
                *out++ = '/';
            memmove(out, p, n);
            out += n;
        }
        p += n + (p[n] != '\0');
    }
    *out = '\0';
}

const char *entry_name_shown(const char *name, char shown[ENTRY_SHOWN_LEN])
{
    enum { ROOM = ENTRY_SHOWN_LEN - 4 }; /* leaves space for "..." and a NUL */
    int text = is_text(name);
    size_t n = 0;
    for (; name[n] && n < ROOM; n++) {
        unsigned char c = (unsigned char)name[n];
        shown[n] = iscntrl(c) || (c > 127 && !text) ? '?' : (char)c;
    }
    if (name[n]) { /* do not cut a character in two */
        while (n > 0 && ((unsigned char)name[n] & 0xc0) == 0x80)
            n--;
        memcpy(shown + n, "...", 3);
        n += 3;
    }
    shown[n] = '\0';
    return shown;
}
