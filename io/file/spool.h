/* Texts put aside on the disk, read again in any order: what is too much to hold in memory.
 *
 * A spool is a file without a name in $TMPDIR (else /tmp), which is gone with the process, however that ends.
 * Adding is one thread's; once spool_rewind has been called any number of threads may read. */
#ifndef COCO_IO_FILE_SPOOL_H
#define COCO_IO_FILE_SPOOL_H

#include "io/base/err.h"

#include <stddef.h>
#include <stdint.h>

typedef struct Spool Spool;

Spool *spool_open(Err *err);
/* Adds len bytes, fewer than 4 GiB; *place is what finds them again. */
int spool_add(Spool *spool, const void *bytes, size_t len, int64_t *place, Err *err);
/* Ends the adding. -1: the disk is full. */
int spool_rewind(Spool *spool, Err *err);
/* The bytes that were added at that place, ended by NUL; *len without it. The caller frees. */
char *spool_read(const Spool *spool, int64_t place, size_t *len, Err *err);
void spool_close(Spool *spool); /* NULL is legal */

#endif
