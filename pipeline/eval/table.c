#include "pipeline/eval/table.h"

#include "pipeline/common/terminal.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct Table {
    int columns, left;
    char **cell; /* (n), row after row */
    size_t n, room;
    bool failed;
};

Table *table_new(int columns, int left)
{
    Table *t = calloc(1, sizeof *t);
    if (t)
        *t = (Table){.columns = columns, .left = left};
    return t;
}

void table_free(Table *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < t->n; i++)
        free(t->cell[i]);
    free(t->cell);
    free(t);
}

static bool make_room(Table *t)
{
    if (t->n < t->room)
        return true;
    size_t room = t->room ? 2 * t->room : 64;
    char **grown = realloc(t->cell, room * sizeof *grown);
    if (!grown)
        return false;
    t->cell = grown;
    t->room = room;
    return true;
}

void table_cell(Table *t, const char *fmt, ...)
{
    char *text = NULL, *safe = NULL;
    va_list args;
    va_start(args, fmt);
    int n = vasprintf(&text, fmt, args);
    va_end(args);
    size_t room = n < 0 ? 0 : (size_t)n * TERMINAL_GROWTH + 1;
    if (n < 0 || t->failed || !make_room(t) || !(safe = malloc(room))) {
        t->failed = true;
    } else {
        terminal_text(text, safe, room);
        t->cell[t->n++] = safe;
    }
    if (n >= 0)
        free(text);
}

/* How many characters are in UTF-8 text. */
static int length(const char *text)
{
    int n = 0;
    for (; *text; text++)
        n += (*text & 0xC0) != 0x80;
    return n;
}

int table_write(const Table *t, FILE *out)
{
    int *width = calloc((size_t)t->columns, sizeof *width);
    if (t->failed || !width) {
        free(width);
        return -1;
    }
    for (size_t i = 0; i < t->n; i++) {
        int column = (int)(i % (size_t)t->columns), n = length(t->cell[i]);
        width[column] = n > width[column] ? n : width[column];
    }
    for (size_t i = 0; i < t->n; i++) {
        int column = (int)(i % (size_t)t->columns), pad = width[column] - length(t->cell[i]);
        bool left = column < t->left, last = column == t->columns - 1;
        fprintf(out, "%*s%s%*s%s", left ? 0 : pad, "", t->cell[i], left && !last ? pad : 0, "", last ? "\n" : "  ");
    }
    free(width);
    return 0;
}
