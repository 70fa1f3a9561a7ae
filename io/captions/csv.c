#include "io/captions/csv.h"

#include <stdlib.h>
#include <string.h>

char csv_first_mark(const char *line, size_t len, const char *marks)
{
    bool quoted = false;
    for (size_t i = 0; i < len; i++) {
        quoted = quoted != (line[i] == '"');
        if (!quoted && line[i] && strchr(marks, line[i]))
            return line[i];
    }
    return 0;
}

CsvReader csv_begin(char *text, char mark)
{
    return (CsvReader){.at = text, .line = 1, .mark = mark};
}

void csv_end(CsvReader *r)
{
    free(r->field);
    free(r->quoted);
    *r = (CsvReader){.at = NULL};
}

static int make_room(CsvReader *r)
{
    int more = r->room ? 2 * r->room : 8;
    char **field = realloc(r->field, (size_t)more * sizeof *field);
    if (!field)
        return -1;
    r->field = field;
    bool *quoted = realloc(r->quoted, (size_t)more * sizeof *quoted);
    if (!quoted)
        return -1;
    r->quoted = quoted;
    r->room = more;
    return 0;
}

/* Takes the quotes off the field at s, whose first byte is a quote. Returns what follows the closing quote, and *end,
 * the field's end; NULL: it never closes. */
static char *unquote(CsvReader *r, char *s, char **end)
{
    char *out = s;
    for (s++; *s; s++) {
        if (*s == '"' && s[1] != '"') {
            *end = out;
            return s + 1;
        }
        s += *s == '"';
        r->line += *s == '\n';
        *out++ = *s;
    }
    return NULL;
}

/* Cuts one field at r->at. *last: it is the row's last. -1: its quote never ends. */
static int cut_field(CsvReader *r, char **field, bool *quoted, bool *last)
{
    char *s = r->at, *end = NULL;
    const char stops[] = {r->mark, '\n', '\0'};
    *field = s;
    *quoted = *s == '"';
    if (*quoted && !(s = unquote(r, s, &end)))
        return -1;
    s += strcspn(s, stops); /* nothing should be between the closing quote and here */
    *last = *s != r->mark;
    r->at = s + (*s != '\0');
    r->line += *s == '\n';
    if (!end)
        end = s > *field && *s != r->mark && s[-1] == '\r' ? s - 1 : s;
    *end = '\0';
    return 0;
}

static void skip_blank(CsvReader *r)
{
    for (;;) {
        size_t n = strspn(r->at, " \t\r");
        if (r->at[n] != '\n')
            return;
        r->at += n + 1;
        r->line++;
    }
}

int csv_next(CsvReader *r, CsvRow *row, Err *err)
{
    bool last = false;
    skip_blank(r);
    *row = (CsvRow){.mark = r->mark, .line = r->line};
    if (!r->at[strspn(r->at, " \t\r")])
        return 0;
    while (!last) {
        if (row->n == r->room && make_room(r))
            return err_set(err, "line %lld: out of memory", row->line);
        if (cut_field(r, &r->field[row->n], &r->quoted[row->n], &last))
            return err_set(err, "line %lld: a quote that never ends", row->line);
        row->n++;
    }
    row->field = r->field;
    row->quoted = r->quoted;
    return 1;
}
