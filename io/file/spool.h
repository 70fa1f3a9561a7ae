/* Texts kept on disk because they are too many for memory, and read back in any order.
 *
 * A spool is a nameless file in $TMPDIR (else /tmp), which vanishes with the process, however that ends. One thread
 * adds; after spool_rewind any number of threads may read. */
#ifndef COCO_IO_FILE_SPOOL_H
#define COCO_IO_FILE_SPOOL_H

#include "io/base/err.h"

#include <stddef.h>
#include <stdint.h>

typedef struct Spool Spool;

Spool *spool_open(Err *err);
/* Adds len bytes, fewer than 4 GiB; *place is where to find them. */
int spool_add(Spool *spool, const void *bytes, size_t len, int64_t *place, Err *err);
/* After the last spool_add. -1: the disk is full. */
int spool_rewind(Spool *spool, Err *err);
/* The bytes that were added at that place, with a NUL after them that *len does not count. The caller frees. */
char *spool_read(const Spool *spool, int64_t place, size_t *len, Err *err);
void spool_close(Spool *spool); /* NULL is legal */

#endif
