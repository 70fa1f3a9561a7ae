/* Pictures from files. */
#ifndef COCO_TESTS_SUPPORT_PICTURE_H
#define COCO_TESTS_SUPPORT_PICTURE_H

#include "tests/support/test.h"

#include "io/file/file.h"
#include "io/picture/image.h"

#include <stdlib.h>

/* Decoded whole; the caller frees it. */
static inline Image load(const char *path)
{
    char err[1024];
    Image image;
    size_t len;
    char *bytes = file_read(path, IMAGE_FILE_MAX, &len, err, sizeof err);
    if (!bytes)
        fail_msg("%s", err);
    assert_ok(image_decode(&image, bytes, len, err, sizeof err));
    free(bytes);
    return image;
}

#endif
