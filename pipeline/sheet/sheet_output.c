#include "pipeline/sheet/sheet_output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The length of the %d or %03d at s; 0: there is none. */
static size_t number_field(const char *s)
{
    size_t n = 1 + strspn(s + 1, "0123456789");
    return s[0] == '%' && s[n] == 'd' && n <= 3 ? n + 1 : 0;
}

static const char *find_field(const char *output)
{
    for (const char *s = output; *s; s++)
        if (number_field(s))
            return s;
    return NULL;
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
    if (field && find_field(field + 1))
        return "more than one number in the name";
    return NULL;
}

char *sheet_output_name(const char *output, int i)
{
    char *name;
    const char *field = find_field(output);
    if (!field)
        return strdup(output);
    size_t n = number_field(field);
    int width = (int)strtol(field + 1, NULL, 10);
    int rc = field[1] == '0' ? asprintf(&name, "%.*s%0*d%s", (int)(field - output), output, width, i + 1, field + n)
                             : asprintf(&name, "%.*s%*d%s", (int)(field - output), output, width, i + 1, field + n);
    return rc < 0 ? NULL : name;
}
