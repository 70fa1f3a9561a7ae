/* libFuzzer: pictures of any format. The first two bytes choose the box, the rest is the file. The checksums of a PNG
 * are corrected, so that changed files get past them. */
#include "io/file/sniff.h"
#include "io/picture/image.h"
#include "io/picture/orientation.h"
#include "tests/support/crc.h"
#include "tests/support/decode.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void correct_checksums(uint8_t *file, size_t n)
{
    size_t at = 0;
    SniffPart part;
    while (sniff_is_png(file, n) && sniff_png_part(file, n, &at, &part)) {
        uint32_t crc = crc_of(part.data - 4, part.len + 4);
        for (int i = 0; i < 4; i++)
            file[at - 4 + (size_t)i] = (uint8_t)(crc >> (24 - 8 * i));
    }
}

/* All pixels can be read. */
static void read_pixels(const Image *image)
{
    if (image->width < 1 || image->height < 1)
        abort();
    size_t sum = 0, n = (size_t)image->width * (size_t)image->height * 3;
    for (size_t i = 0; i < n; i++)
        sum += image->rgb[i];
    if (sum > n * 255)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    Err err;
    int box_w = data[0] + 1, box_h = data[1] + 1;
    size_t n = size - 2;
    uint8_t *file = malloc(n ? n : 1); /* in memory of its own, so that a read beyond the end is seen */
    if (!file)
        return 0;
    memcpy(file, data + 2, n);
    correct_checksums(file, n);
    Image image;
    int orientation = orientation_read(file, n);
    if (orientation < 1 || orientation > 8)
        abort();
    if (!decode_fit(&image, file, n, box_w, box_h, &err)) {
        if (sniff_not_image(file, n) || sniff_cut(file, n) || image.width > box_w || image.height > box_h)
            abort();
        read_pixels(&image);
        image_free(&image);
    }
    if (!decode_whole(&image, file, n, &err)) {
        read_pixels(&image);
        image_free(&image);
    }
    free(file);
    return 0;
}
