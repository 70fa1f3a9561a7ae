/* One file of a zip archive, in memory: for formats that are zips, such as NumPy's .npz. Any thread. */
#ifndef COCO_IO_ARCHIVE_ZIP_ENTRY_H
#define COCO_IO_ARCHIVE_ZIP_ENTRY_H

#include "io/base/err.h"

#include <stddef.h>

/* The bytes of the file `name`; NULL: of the archive's only file. The caller frees. NULL: there is no such file (the
 * message lists those that are there), it has more than `max` bytes, or the archive is damaged. */
void *zip_entry_read(const char *path, const char *name, size_t max, size_t *len, Err *err);

#endif
