/* One image by its URL: from the cache, or else from the network. Any thread. */
#ifndef COCO_PIPELINE_IMAGES_IMAGE_GET_H
#define COCO_PIPELINE_IMAGES_IMAGE_GET_H

#include "io/base/err.h"
#include "io/net/cache.h"
#include "io/net/http.h"
#include "pipeline/images/image_reason.h"

#include <stddef.h>

/* The path of this URL's file in the cache, if it begins like an image; if not (a failing disk, a power failure,
 * somebody's hand), it is to be downloaded again. The caller frees; NULL: there is none. */
char *image_cached(const Cache *cache, const char *url);

/* The bytes of one image: from the cache, else downloaded, checked, and cached. `cache` may be NULL. A URL that was
 * dead less than negative_ttl seconds ago is not asked for, and no URL is if `pool` is NULL. Blocks. The caller frees
 * *bytes. -1: err says why ("HTTP 404", "an HTML page, not an image"), *reason in few words. */
int image_get(const Cache *cache, HttpPool *pool, double negative_ttl, const char *url, char **bytes, size_t *len,
              ImageReason *reason, Err *err);

#endif
