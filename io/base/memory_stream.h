/* The end of a stream that open_memstream has made: fclose does not tell that the last bytes, or the text itself,
 * found no memory. */
#ifndef COCO_IO_BASE_MEMORY_STREAM_H
#define COCO_IO_BASE_MEMORY_STREAM_H

#include <stdio.h>

/* Closes it. 0: *text holds all that was written, and is the caller's. -1: out of memory; *text is NULL. */
int memory_stream_close(FILE *stream, char **text);

#endif
