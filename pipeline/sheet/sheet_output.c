#include "pipeline/sheet/sheet_output.h"

#include "io/picture/picture_writer.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The length of the %d or %03d at s; 0: there is none. */
static size_t number_field(const char *s)
{
    size_t digits = s[0] == '%' ? strspn(s + 1, "0123456789") : 0;
    if (s[0] != '%' || s[1 + digits] != 'd' || digits > 2)
        return 0;
    return digits == 0 && isalpha((unsigned char)s[2]) ? 0 : digits + 2;
}

/* How many bytes at s stand for one of the name. */
static size_t step(const char *s)
{
    return s[0] == '%' && s[1] == '%' ? 2 : 1;
}

static const char *find_field(const char *output)
{
    for (const char *s = output; *s; s += step(s))
        if (number_field(s))
            return s;
    return NULL;
}

bool sheet_output_known(const char *output)
{
    return picture_writer_knows(output);
}

bool sheet_output_is_series(const char *output)
{
    return find_field(output) != NULL;
}

const char *sheet_output_problem(const char *output)
{
    const char *field = find_field(output);
    if (!*output)
        return "an empty name";
    if (field && find_field(field + number_field(field)))
        return "more than one number in the name";
    return NULL;
}

char *sheet_output_name(const char *output, int i)
{
    enum { NUMBER_MAX = 100 }; /* bytes: two digits say how wide it is */
    const char *field = find_field(output), *s = output;
    char *name = malloc(strlen(output) + NUMBER_MAX), *to = name;
    while (name && *s) {
        if (s != field) {
            *to++ = *s;
            s += step(s);
            continue;
        }
        int width = (int)strtol(s + 1, NULL, 10);
        to += s[1] == '0' ? snprintf(to, NUMBER_MAX, "%0*d", width, i + 1)
                          : snprintf(to, NUMBER_MAX, "%*d", width, i + 1);
        s += number_field(s);
    }
    if (name)
        *to = '\0';
    return name;
}
