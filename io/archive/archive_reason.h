/* Why libarchive could not go on; for io/archive/. Any thread. */
#ifndef COCO_IO_ARCHIVE_ARCHIVE_REASON_H
#define COCO_IO_ARCHIVE_ARCHIVE_REASON_H

struct archive;

enum { ARCHIVE_REASON = 256 };

/* The first line of the library's reason, in out. NULL: it gives none. */
const char *archive_reason(struct archive *archive, char out[ARCHIVE_REASON]);

#endif
