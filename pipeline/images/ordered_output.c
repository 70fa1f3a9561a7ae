#include "pipeline/images/ordered_output.h"

#include <stdlib.h>

struct Order {
    FILE *out;
    char **line; /* that of number i is at i % room; NULL: not ready */
    int room;
    int64_t promised, written; /* numbers from `written` on are not out */
};

Order *order_open(FILE *out, int room)
{
    Order *order = calloc(1, sizeof *order);
    if (order)
        order->line = calloc((size_t)room, sizeof *order->line);
    if (!order || !order->line) {
        free(order);
        return NULL;
    }
    order->out = out;
    order->room = room;
    return order;
}

void order_close(Order *order)
{
    if (!order)
        return;
    for (int i = 0; i < order->room; i++)
        free(order->line[i]);
    free(order->line);
    free(order);
}

int order_has_room(const Order *order)
{
    return order->promised - order->written < order->room;
}

int64_t order_promise(Order *order)
{
    return order->promised++;
}

void order_flush(Order *order)
{
    for (; order->written < order->promised; order->written++) {
        char **line = &order->line[order->written % order->room];
        if (*line)
            fputs(*line, order->out);
        free(*line);
        *line = NULL;
    }
}

void order_line(Order *order, int64_t number, char *line)
{
    order->line[number % order->room] = line;
    for (char **next; order->written < order->promised && *(next = &order->line[order->written % order->room]);) {
        fputs(*next, order->out);
        free(*next);
        *next = NULL;
        order->written++;
    }
}
