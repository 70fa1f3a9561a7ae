/* A decoder: how one library reads the formats it is used for. A new one is one file with a Decoder, its extern below,
 * a row of FORMATS in image.c, how its files begin and how their names end in io/file/sniff.c.
 *
 * image.c calls a decoder only with bytes that begin like its format and, but for decode_cut, are not visibly truncated
 * (io/file/sniff.h). Functions return 0, or -1 with err; the caller then frees *image, which was zeroed before the
 * call. Any thread. */
#ifndef COCO_IO_PICTURE_DECODER_H
#define COCO_IO_PICTURE_DECODER_H

#include "io/base/err.h"
#include "io/picture/image.h"

#include <stddef.h>
#include <stdint.h>

typedef struct {
    /* The size of the stored picture in pixels, from its header. It may be absurd: image.c judges it. */
    int (*size)(const void *bytes, size_t len, int *w, int *h, Err *err);
    /* The picture as stored, whatever its EXIF orientation, its colours in sRGB (color.h): at its full size, or at a
     * smaller one of at least min_w x min_h if that is cheaper to decode. */
    int (*decode)(Image *image, const void *bytes, size_t len, int min_w, int min_h, Err *err);
    /* The pixels that decode holds in memory at once, for a stored size of w x h. NULL: all. */
    int64_t (*held)(const void *bytes, size_t len, int w, int h, int min_w, int min_h);
    /* As decode, for bytes that end too early: what is missing is grey. NULL: such a picture is refused. */
    int (*decode_cut)(Image *image, const void *bytes, size_t len, int min_w, int min_h, Err *err);
    /* As orientation_read (orientation.h), for a format that it does not know. NULL: that one is asked. */
    int (*orientation)(const void *bytes, size_t len);
} Decoder;

extern const Decoder decoder_heif; /* libheif: HEIC, AVIF */
extern const Decoder decoder_jpeg; /* libjpeg-turbo */
extern const Decoder decoder_png;  /* libpng */
extern const Decoder decoder_pnm;  /* no library */
extern const Decoder decoder_stb;  /* stb_image: GIF, BMP */
extern const Decoder decoder_tiff; /* libtiff */
extern const Decoder decoder_webp; /* libwebp */

/* The image of w x h pixels of RGBA, laid over white. It takes over the memory of `rgba`, which malloc() gave, and
 * frees what it does not need. */
Image decoder_over_white(unsigned char *rgba, int w, int h);
/* The same for pixels of RGB, in memory from malloc() that was made for four bytes per pixel. */
Image decoder_shrink(unsigned char *rgb, int w, int h);

#endif
