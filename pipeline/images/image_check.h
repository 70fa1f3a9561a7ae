/* Whether what a URL has brought is the image that was asked for, told by its bytes.
 *
 * Any thread. */
#ifndef COCO_PIPELINE_IMAGES_IMAGE_CHECK_H
#define COCO_PIPELINE_IMAGES_IMAGE_CHECK_H

#include <stddef.h>

typedef enum {
    VERDICT_IMAGE,
    VERDICT_DEAD, /* something else, and it will be that again: a page, a placeholder */
    VERDICT_CUT   /* an image without its end: another time it may be whole */
} Verdict;

enum { VERDICT_HEAD = 512 }; /* bytes from the start that suffice for verdict_of_head */

/* By the first bytes (all of them, or VERDICT_HEAD at least): DEAD where they begin like no image. *why becomes a
 * constant text, "" for an image. */
Verdict verdict_of_head(const void *bytes, size_t len, const char **why);

/* By all of them, and by the URL that they came from at last, behind redirects. Flickr answers for a photograph that
 * was taken away with a picture that says so, and status 200: known by its name, or its size and digest. */
Verdict verdict_of(const char *url, const void *bytes, size_t len, const char **why);

#endif
