/* Captions tables whose rows are lines and whose fields are not quoted. Not for anybody outside io/captions/. */
#ifndef COCO_IO_CAPTIONS_LINES_H
#define COCO_IO_CAPTIONS_LINES_H

#include "io/captions/columns.h"

/* Reads a table whose fields are separated by `mark`; a header on its first line replaces the columns. What stands in
 * the last column may hold the mark itself. "#0" at the end of a name is the caption's number. */
int caption_lines(const CaptionFile *file, char mark, Columns columns, Err *err);

#endif
