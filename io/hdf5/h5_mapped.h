/* Which file a mapping is of, for the handler of the signal that comes when the file is shorter than it was. */
#ifndef COCO_IO_HDF5_H5_MAPPED_H
#define COCO_IO_HDF5_H5_MAPPED_H

#include <stddef.h>

/* Remembers that these bytes are mapped from the file; of more than MAPPED_MAX mappings at once, the first ones. Any
 * thread. */
enum { MAPPED_MAX = 16 };
void mapped_remember(const void *base, size_t bytes, const char *path);
/* To be called before they are unmapped. */
void mapped_forget(const void *base);
/* The path of the file that is mapped at the address, cut after some hundred bytes; NULL: none is known.
 * Async-signal-safe. */
const char *mapped_path(const void *address);

#endif
