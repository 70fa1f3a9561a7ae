#include "io/picture/exif.h"

#include "io/file/sniff.h"

#include <libexif/exif-data.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A JPEG's segment holds no more; a PNG's chunk might. libexif wants this head before the data, as in a JPEG. */
enum { EXIF_MAX_BYTES = 65535, EXIF_HEAD = 6 };
static const unsigned char HEAD[EXIF_HEAD] = "Exif\0";

static int usable(int orientation)
{
    return orientation >= 1 && orientation <= 8 ? orientation : 1;
}

/* Of one block of EXIF, its head before it. */
static int orientation_of(const unsigned char *block, size_t len)
{
    ExifData *data = exif_data_new();
    if (!data)
        return 1;
    /* Nothing is amended: only what stands there counts. */
    exif_data_unset_option(data, EXIF_DATA_OPTION_FOLLOW_SPECIFICATION);
    exif_data_load_data(data, block, (unsigned)len);
    ExifEntry *entry = exif_content_get_entry(data->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION);
    int orientation = 1;
    if (entry && entry->format == EXIF_FORMAT_SHORT && entry->components == 1 && entry->size >= 2)
        orientation = usable(exif_get_short(entry->data, exif_data_get_byte_order(data)));
    exif_data_unref(data);
    return orientation;
}

static int of_jpeg(const void *bytes, size_t len)
{
    size_t at = 0;
    SniffPart part;
    while (sniff_jpeg_part(bytes, len, &at, &part) && part.type != 0xDA && part.type != 0xD9)
        if (part.type == 0xE1 && part.len > EXIF_HEAD && !memcmp(part.data, HEAD, EXIF_HEAD))
            return orientation_of(part.data, part.len);
    return 1;
}

static int of_png(const void *bytes, size_t len)
{
    size_t at = 0;
    SniffPart part;
    while (sniff_png_part(bytes, len, &at, &part)) {
        if (part.type != SNIFF_PNG_TYPE('e', 'X', 'I', 'f') || part.len > EXIF_MAX_BYTES - EXIF_HEAD)
            continue;
        unsigned char *block = malloc(EXIF_HEAD + part.len);
        if (!block)
            return 1;
        memcpy(block, HEAD, EXIF_HEAD);
        memcpy(block + EXIF_HEAD, part.data, part.len);
        int orientation = orientation_of(block, EXIF_HEAD + part.len);
        free(block);
        return orientation;
    }
    return 1;
}

int exif_orientation(const void *bytes, size_t len)
{
    return sniff_is_jpeg(bytes, len) ? of_jpeg(bytes, len) : sniff_is_png(bytes, len) ? of_png(bytes, len) : 1;
}
