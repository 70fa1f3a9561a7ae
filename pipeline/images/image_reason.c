#include "pipeline/images/image_reason.h"

const char *image_reason_words(ImageReason reason)
{
    static const char *const WORDS[] = {
        [REASON_NONE] = "",
        [REASON_NO_FILE] = "file not found",
        [REASON_NO_NAME] = "no file named",
        [REASON_NOT_A_FILE] = "not a file",
        [REASON_BROKEN_SYMLINK] = "broken symbolic link",
        [REASON_ACCESS] = "access refused",
        [REASON_UNREADABLE] = "file not readable",
        [REASON_NOT_CACHED] = "not in cache",
        [REASON_DEAD_LINK] = "link is dead",
        [REASON_BAD_LINK] = "link is broken",
        [REASON_NO_CONNECTION] = "no connection",
        [REASON_SERVER_BUSY] = "server is busy",
        [REASON_SERVER_ERROR] = "server error",
        [REASON_DOWNLOAD] = "download failed",
        [REASON_NOT_IMAGE] = "not an image",
        [REASON_FORMAT] = "unknown format",
        [REASON_TOO_LARGE] = "image too large",
        [REASON_CUT] = "image cut off",
        [REASON_UNDECODED] = "cannot be decoded",
        [REASON_MEMORY] = "out of memory",
    };
    return WORDS[reason];
}

ImageReason image_reason_of_status(long code)
{
    switch (code) {
    case 401:
    case 402:
    case 403:
    case 407:
    case 451:
        return REASON_ACCESS;
    case 408:
    case 425:
    case 429:
    case 503:
        return REASON_SERVER_BUSY;
    default:
        return code >= 500 ? REASON_SERVER_ERROR : REASON_DEAD_LINK;
    }
}
