/* Why an image cannot be had, in the few words that a tile has room for; an Err beside it says it in full. */
#ifndef COCO_PIPELINE_IMAGES_IMAGE_REASON_H
#define COCO_PIPELINE_IMAGES_IMAGE_REASON_H

typedef enum {
    REASON_NONE, /* it can be had */
    REASON_NO_FILE,
    REASON_NO_NAME,
    REASON_NOT_A_FILE,
    REASON_BROKEN_SYMLINK,
    REASON_ACCESS,
    REASON_UNREADABLE,
    REASON_NOT_CACHED,
    REASON_DEAD_LINK,
    REASON_BAD_LINK,
    REASON_NO_CONNECTION,
    REASON_SERVER_BUSY,
    REASON_SERVER_ERROR,
    REASON_DOWNLOAD,
    REASON_NOT_IMAGE,
    REASON_FORMAT,
    REASON_TOO_LARGE,
    REASON_CUT,
    REASON_UNDECODED,
    REASON_MEMORY
} ImageReason;

/* "link is dead"; "" for REASON_NONE. A constant. */
const char *image_reason_words(ImageReason reason);

/* Of an HTTP status that is not a success. */
ImageReason image_reason_of_status(long code);

#endif
