/* Pictures from files, for tests. */
#ifndef COCO_TESTS_SUPPORT_PICTURE_H
#define COCO_TESTS_SUPPORT_PICTURE_H

#include "io/base/err.h"
#include "tests/support/decode.h"
#include "tests/support/test.h"

#include "io/file/file.h"
#include "io/picture/image.h"

#include <stdlib.h>

/* The decoded picture; the caller frees it. */
static inline Image load(const char *path)
{
    Err err;
    Image image;
    size_t len;
    char *bytes = file_read(path, IMAGE_FILE_MAX, &len, &err);
    if (!bytes)
        fail_msg("%s", err.text);
    assert_ok(decode_whole(&image, bytes, len, &err));
    free(bytes);
    return image;
}

#endif
