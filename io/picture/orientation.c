#include "io/picture/orientation.h"

#include "io/file/sniff.h"

#include <libexif/exif-data.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A JPEG's segment holds no more; a PNG's chunk might. libexif wants this header before the data, as in a JPEG. */
enum { BLOCK_MAX = 65535, HEADER_LEN = 6 };
static const unsigned char HEADER[HEADER_LEN] = "Exif\0";

static int usable(int orientation)
{
    return orientation >= 1 && orientation <= 8 ? orientation : 1;
}

/* The first value of the entry; LONG is against the standard, but cameras and editors write it. 0: not a number. */
static int entry_value(const ExifEntry *entry, ExifByteOrder order)
{
    if (entry->format == EXIF_FORMAT_SHORT && entry->components == 1 && entry->size >= 2)
        return exif_get_short(entry->data, order);
    if (entry->format == EXIF_FORMAT_LONG && entry->components == 1 && entry->size >= 4)
        return exif_get_long(entry->data, order) <= 8 ? (int)exif_get_long(entry->data, order) : 0;
    return 0;
}

static int has_header(const unsigned char *block, size_t len)
{
    return len > HEADER_LEN && !memcmp(block, HEADER, HEADER_LEN);
}

/* From a block of EXIF that begins with its header. Some programs write the header twice. */
static int in_block(const unsigned char *block, size_t len)
{
    while (has_header(block + HEADER_LEN, len - HEADER_LEN)) {
        block += HEADER_LEN;
        len -= HEADER_LEN;
    }
    ExifData *data = exif_data_new();
    if (!data)
        return 1;
    /* Only what is in the file counts: libexif is not to amend it. */
    exif_data_unset_option(data, EXIF_DATA_OPTION_FOLLOW_SPECIFICATION);
    exif_data_load_data(data, block, (unsigned)len);
    ExifEntry *entry = exif_content_get_entry(data->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION);
    int orientation = entry ? usable(entry_value(entry, exif_data_get_byte_order(data))) : 1;
    exif_data_unref(data);
    return orientation;
}

static int in_jpeg(const void *bytes, size_t len)
{
    size_t at = 0;
    SniffPart part;
    while (sniff_jpeg_part(bytes, len, &at, &part) && part.type != 0xDA && part.type != 0xD9)
        if (part.type == 0xE1 && has_header(part.data, part.len))
            return in_block(part.data, part.len);
    return 1;
}

/* In the first chunk of this type, whose EXIF has no header; some programs write one. */
static int in_chunk(const void *bytes, size_t len, int (*next)(const void *, size_t, size_t *, SniffPart *),
                    unsigned type)
{
    size_t at = 0;
    SniffPart part;
    while (next(bytes, len, &at, &part)) {
        if (part.type != type || part.len > BLOCK_MAX - HEADER_LEN)
            continue;
        unsigned char *block = malloc(HEADER_LEN + part.len);
        if (!block)
            return 1;
        memcpy(block, HEADER, HEADER_LEN);
        memcpy(block + HEADER_LEN, part.data, part.len);
        int orientation = in_block(block, HEADER_LEN + part.len);
        free(block);
        return orientation;
    }
    return 1;
}

int orientation_read(const void *bytes, size_t len)
{
    if (sniff_is_jpeg(bytes, len))
        return in_jpeg(bytes, len);
    if (sniff_is_png(bytes, len))
        return in_chunk(bytes, len, sniff_png_part, SNIFF_TYPE('e', 'X', 'I', 'f'));
    return sniff_is_webp(bytes, len) ? in_chunk(bytes, len, sniff_webp_part, SNIFF_TYPE('E', 'X', 'I', 'F')) : 1;
}
