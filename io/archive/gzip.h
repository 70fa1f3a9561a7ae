/* Whether a file that is packed with gzip is whole: for those who read it by a library that does not look at the
 * checksum at its end. Any thread. */
#ifndef COCO_IO_ARCHIVE_GZIP_H
#define COCO_IO_ARCHIVE_GZIP_H

#include <signal.h>
#include <stdint.h>

typedef enum {
    GZIP_DAMAGED = -1,
    GZIP_WHOLE = 0, /* also what is not gzip at all */
    GZIP_STOPPED = 1
} GzipAnswer;

/* Unpacks the file of descriptor fd from its beginning, up to `most` bytes, and forgets what comes out; length and
 * CRC-32 of each member must be right (RFC 1952). The descriptor's place in the file is not kept. `stop` may be NULL. */
GzipAnswer gzip_check(int fd, int64_t most, const volatile sig_atomic_t *stop);

#endif
