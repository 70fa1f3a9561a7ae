/* Lines from files and standard input without waiting for them: for a loop that has other things to wait for.
 *
 * The inputs are read one behind the other. One thread at a time per Feed. */
#ifndef COCO_IO_FILE_LINE_FEED_H
#define COCO_IO_FILE_LINE_FEED_H

#include "io/base/err.h"

#include <stddef.h>

typedef struct Feed Feed;

typedef enum {
    FEED_BAD = -1, /* err names the input, or the line, that cannot be read; the rest may still be */
    FEED_END = 0,
    FEED_LINE = 1,
    FEED_NOT_YET = 2 /* wait until feed_fd can be read */
} FeedAnswer;

/* The inputs, "-" for standard input; the array and its texts stay the caller's until feed_close. NULL: out of
 * memory. A file is opened when its turn comes. */
Feed *feed_open(const char *const *paths, int n, Err *err);
void feed_close(Feed *feed); /* NULL is legal */

/* The next line that is not blank, borrowed until the next call, without its line end. A line above 1 MiB is
 * answered with FEED_BAD and passed over. */
FeedAnswer feed_next(Feed *feed, const char **line, size_t *len, Err *err);
/* Behind FEED_NOT_YET: the descriptor to wait for. */
int feed_fd(const Feed *feed);
/* Where the last line stood: "urls.txt: line 3". Borrowed until the next call. */
const char *feed_place(const Feed *feed);

#endif
