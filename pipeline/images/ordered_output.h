/* Lines that are ready in any order, written in the order of their numbers.
 *
 *   ordered_reserve ──► number ──► ... ──► ordered_put: ready ──► written once all before it are
 *
 * Memory is bounded by the number of lines that may be reserved and not yet written. One thread at a time. */
#ifndef COCO_PIPELINE_IMAGES_ORDERED_OUTPUT_H
#define COCO_PIPELINE_IMAGES_ORDERED_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct OrderedOutput OrderedOutput;

/* For at most `room` lines that are not yet written. NULL: out of memory. The stream stays the caller's. */
OrderedOutput *ordered_new(FILE *out, int room);
void ordered_free(OrderedOutput *ordered); /* lines not yet written are lost; NULL is legal */

/* Whether one more line may be reserved. */
bool ordered_has_room(const OrderedOutput *ordered);
/* The next line's number. Only if there is room. */
int64_t ordered_reserve(OrderedOutput *ordered);
/* The line with this number, its newline included; from malloc, and now ours to free. If writing fails, ferror(out)
 * says so. */
void ordered_put(OrderedOutput *ordered, int64_t number, char *line);
/* Writes every line that is ready, and gives up those that are not. */
void ordered_flush(OrderedOutput *ordered);

#endif
