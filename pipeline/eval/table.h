/* A table of text for people: columns as wide as their widest cell, two spaces between them. Main thread. */
#ifndef COCO_PIPELINE_EVAL_TABLE_H
#define COCO_PIPELINE_EVAL_TABLE_H

#include <stdio.h>

typedef struct Table Table;

/* The first `left` columns are aligned left, the others right. NULL: out of memory. */
Table *table_new(int columns, int left);
void table_free(Table *table); /* NULL is legal */
/* Adds the next cell; rows follow one another. What would reach a terminal as control is escaped
 * (pipeline/common/terminal.h). Does nothing after memory has run out:
 * table_write tells. */
void table_cell(Table *table, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Writes the rows. -1: out of memory, here or in a table_cell; nothing was written. Check ferror(out) for write
 * errors. */
int table_write(const Table *table, FILE *out);

#endif
