/* The names of sheets: one name, or a series that is numbered from 1 by %d or %03d in it, as in "sheet-%03d.png". */
#ifndef COCO_PIPELINE_SHEET_SHEET_OUTPUT_H
#define COCO_PIPELINE_SHEET_SHEET_OUTPUT_H

#include <stdbool.h>

/* What is wrong with the name ("more than one number in the name"); NULL: nothing. */
const char *sheet_output_problem(const char *output);
bool sheet_output_is_series(const char *output);
/* The path of sheet i, from 0. The caller frees. NULL: out of memory. */
char *sheet_output_name(const char *output, int i);

#endif
