/* The names of sheets: one name, or a series that is numbered from 1 by a field in it, as in "sheet-%03d.png".
 *
 * A field is %d, %3d or %03d, with any digits. A %d with a letter after it is text, as in "50%done.png". %% stands
 * for a percent sign, as does any other %. */
#ifndef COCO_PIPELINE_SHEET_SHEET_OUTPUT_H
#define COCO_PIPELINE_SHEET_SHEET_OUTPUT_H

#include <stdbool.h>

/* What is wrong with the name ("more than one number in the name"); NULL: nothing. */
const char *sheet_output_problem(const char *output);
/* The formats of sheets, in words; whether the name ends as one of them. */
#define SHEET_FORMATS "PNG, JPEG or WebP"
bool sheet_output_known(const char *output);
bool sheet_output_is_series(const char *output);
/* The path of sheet i, from 0. The caller frees. NULL: out of memory. */
char *sheet_output_name(const char *output, int i);

#endif
