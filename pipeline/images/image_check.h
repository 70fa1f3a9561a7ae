/* Checks downloads by content: whether the bytes are the image that was asked for, and not an HTML page, a truncated
 * image or Flickr's "photo unavailable" picture. Any thread. */
#ifndef COCO_PIPELINE_IMAGES_IMAGE_CHECK_H
#define COCO_PIPELINE_IMAGES_IMAGE_CHECK_H

#include <stddef.h>

typedef enum {
    IMAGE_GOOD,
    IMAGE_WRONG,    /* a page, a placeholder: it will be the same next time */
    IMAGE_TRUNCATED /* next time it may be complete */
} ImageVerdict;

enum { IMAGE_HEAD_BYTES = 512 }; /* of the start, enough for image_check_head */

/* Judges the first bytes (all of them, or at least IMAGE_HEAD_BYTES): IMAGE_WRONG if no image begins like this. *why
 * becomes a constant text, "" for IMAGE_GOOD. */
ImageVerdict image_check_head(const void *bytes, size_t len, const char **why);

/* Judges all the bytes, and the URL that they came from, after redirects. For a photograph that was removed, Flickr
 * sends a picture that says so, with status 200; it is recognised by its name, or by its size and digest. */
ImageVerdict image_check(const char *url, const void *bytes, size_t len, const char **why);

#endif
