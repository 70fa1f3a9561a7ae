/* Checks that a gzip file is complete and undamaged, for readers whose library ignores the checksum at its end. Any
 * thread. */
#ifndef COCO_IO_ARCHIVE_GZIP_H
#define COCO_IO_ARCHIVE_GZIP_H

#include <signal.h>
#include <stdint.h>

typedef enum {
    GZIP_DAMAGED = -1,
    GZIP_WHOLE = 0, /* or not gzip at all */
    GZIP_STOPPED = 1
} GzipAnswer;

/* Unpacks the file of descriptor fd from its beginning, up to `most` bytes, and discards the result; length and CRC-32
 * of each member must be right (RFC 1952). Moves the descriptor's file offset. Ends once *stop is not 0; `stop` may be
 * NULL. */
GzipAnswer gzip_check(int fd, int64_t most, const volatile sig_atomic_t *stop);

#endif
