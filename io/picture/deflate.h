/* The compression of PNG: zlib streams (RFC 1950), by isa-l, several times as fast as zlib. The same bytes in the same
 * pieces give the same stream in every run; a processor with other vector instructions may give another stream of the
 * same content. One thread per stream. */
#ifndef COCO_IO_PICTURE_DEFLATE_H
#define COCO_IO_PICTURE_DEFLATE_H

#include <stddef.h>

typedef struct Deflate Deflate;

Deflate *deflate_begin(void); /* NULL: out of memory */
/* Compresses from *in, *n bytes, and moves both on; returns how many bytes it wrote to out. Fewer than `room`: all
 * input is taken, and with `last` the stream is complete. As many as `room`: call again. */
size_t deflate_some(Deflate *deflate, const unsigned char **in, size_t *n, int last, unsigned char *out,
                    size_t room);
void deflate_end(Deflate *deflate); /* NULL is legal */

#endif
