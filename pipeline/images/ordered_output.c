#include "pipeline/images/ordered_output.h"

#include <stdlib.h>

struct OrderedOutput {
    FILE *out;
    char **line; /* (room) number i is at i % room; NULL: not ready */
    int room;
    int64_t reserved, written; /* numbers below these are */
};

OrderedOutput *ordered_new(FILE *out, int room)
{
    OrderedOutput *ordered = calloc(1, sizeof *ordered);
    if (ordered)
        ordered->line = calloc((size_t)room, sizeof *ordered->line);
    if (!ordered || !ordered->line) {
        free(ordered);
        return NULL;
    }
    ordered->out = out;
    ordered->room = room;
    return ordered;
}

void ordered_free(OrderedOutput *ordered)
{
    if (!ordered)
        return;
    for (int i = 0; i < ordered->room; i++)
        free(ordered->line[i]);
    free(ordered->line);
    free(ordered);
}

bool ordered_has_room(const OrderedOutput *ordered)
{
    return ordered->reserved - ordered->written < ordered->room;
}

int64_t ordered_reserve(OrderedOutput *ordered)
{
    return ordered->reserved++;
}

static char **next_line(const OrderedOutput *ordered)
{
    return &ordered->line[ordered->written % ordered->room];
}

/* Writes the next line, if it is ready, and goes on to the one after it. */
static void write_next(OrderedOutput *ordered)
{
    char **line = next_line(ordered);
    if (*line)
        fputs(*line, ordered->out);
    free(*line);
    *line = NULL;
    ordered->written++;
}

void ordered_put(OrderedOutput *ordered, int64_t number, char *line)
{
    ordered->line[number % ordered->room] = line;
    while (ordered->written < ordered->reserved && *next_line(ordered))
        write_next(ordered);
}

void ordered_flush(OrderedOutput *ordered)
{
    while (ordered->written < ordered->reserved)
        write_next(ordered);
}
