/* Lines that become ready in any order, written in the order in which they were promised.
 *
 *   order_promise ──► number ──► ... ──► order_line: ready ──► out, when all before it are out
 *
 * Memory is bounded by how many may be promised and not yet out. One thread at a time. */
#ifndef COCO_PIPELINE_IMAGES_ORDERED_OUTPUT_H
#define COCO_PIPELINE_IMAGES_ORDERED_OUTPUT_H

#include <stdint.h>
#include <stdio.h>

typedef struct Order Order;

/* For at most `room` lines that are not yet out. NULL: out of memory. The stream stays the caller's. */
Order *order_open(FILE *out, int room);
void order_close(Order *order); /* what is not out yet is lost; NULL is legal */

/* Whether one more may be promised. */
int order_has_room(const Order *order);
/* The number of a line to come. Only with room. */
int64_t order_promise(Order *order);
/* Writes what is ready, though lines before it never came. */
void order_flush(Order *order);
/* The line of that number, with its newline; becomes the order's to free. Whether writing failed shows in
 * ferror(out). */
void order_line(Order *order, int64_t number, char *line);

#endif
