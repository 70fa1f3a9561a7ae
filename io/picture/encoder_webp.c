#include "io/picture/encoder_webp.h"

#include "io/base/err.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <webp/encode.h>

int encode_webp(const Image *image, int quality, unsigned char **bytes, size_t *len, Err *err)
{
    uint8_t *out = NULL;
    size_t n = WebPEncodeRGB(image->rgb, image->width, image->height, image->width * 3, (float)quality, &out);
    *len = n;
    *bytes = n ? malloc(n) : NULL; /* libwebp's memory may not be free()'s */
    if (*bytes)
        memcpy(*bytes, out, n);
    WebPFree(out);
    if (!n)
        return err_set(err, "cannot make a WebP of %d x %d pixels", image->width, image->height);
    return *bytes ? 0 : err_set(err, "out of memory");
}
