#include "io/captions/lines.h"

#include <string.h>

enum { MAX_FIELDS = 16 };

/* Cuts a line at its marks, into at most `most` fields; the last takes the rest. */
static int cut(char *line, char mark, int most, char *field[MAX_FIELDS])
{
    int n = 0;
    for (char *s = line; s; n++) {
        char *end = n + 1 < most ? strchr(s, mark) : NULL;
        field[n] = s;
        if (end)
            *end++ = '\0';
        s = end;
    }
    return n;
}

static int take_line(const CaptionFile *f, const Columns *c, char **field, int n, long long number, Err *err)
{
    CaptionItem item;
    const char *why;
    char *cut_off = n > c->image ? columns_cut_number(field[c->image]) : NULL;
    if (!columns_item(c, field, n, &item, &why)) {
        caption_skip(f, "line", number, why);
        return 0;
    }
    if (cut_off)
        item.number = cut_off;
    return caption_take(f, "line", number, &item, err);
}

static int largest(const Columns *c)
{
    const int at[] = {c->image, c->caption, c->number, c->split, c->url};
    int most = 0;
    for (size_t i = 0; i < sizeof at / sizeof *at; i++)
        most = at[i] > most ? at[i] : most;
    return most;
}

int caption_lines(const CaptionFile *f, char mark, Columns columns, Err *err)
{
    int most = largest(&columns) + 1;
    bool first = true;
    long long number = 1;
    for (char *s = f->text; *s; number++) {
        char *end = s + strcspn(s, "\n"), *next = end + (*end == '\n'), *field[MAX_FIELDS];
        if (end > s && end[-1] == '\r')
            end--;
        *end = '\0';
        if (s[strspn(s, " \t\r")]) {
            /* A header may have more columns than are known. */
            int n = cut(s, mark, first ? MAX_FIELDS : most, field);
            if (first && columns_named(&columns, field, n)) {
                most = n;
            } else if (first && columns_all_known(field, n, most, err)) {
                return err_prefix(err, "%s: line %lld: ", f->name, number);
            } else {
                for (int i = n - 1; i >= most; i--)
                    field[i][-1] = mark;
                n = n < most ? n : most;
                if (take_line(f, &columns, field, n, number, err))
                    return -1;
            }
            first = false;
        }
        s = next;
    }
    return 0;
}
