#include "pipeline/tag/same_picture.h"

#include "io/file/sniff.h"
#include "io/picture/image.h"

#include <stdbool.h>
#include <string.h>

typedef struct {
    const unsigned char *bytes;
    size_t len, at;
    int (*next)(const void *, size_t, size_t *, SniffPart *);
} Parts;

static bool is_metadata(bool jpeg, unsigned type)
{
    static const unsigned CHUNKS[] = {SNIFF_TYPE('i', 'T', 'X', 't'), SNIFF_TYPE('t', 'E', 'X', 't'),
                                      SNIFF_TYPE('z', 'T', 'X', 't'), SNIFF_TYPE('e', 'X', 'I', 'f')};
    if (jpeg)
        return type == 0xE1 || type == 0xED;
    for (size_t i = 0; i < sizeof CHUNKS / sizeof *CHUNKS; i++)
        if (type == CHUNKS[i])
            return true;
    return false;
}

/* The next part that is not metadata. */
static bool next_part(Parts *p, bool jpeg, SniffPart *part)
{
    while (p->next(p->bytes, p->len, &p->at, part))
        if (!is_metadata(jpeg, part->type))
            return true;
    return false;
}

/* From a JPEG's first scan on nothing changes at all. */
static bool same_parts(Parts *a, Parts *b, bool jpeg)
{
    SniffPart one, other;
    for (;;) {
        bool more = next_part(a, jpeg, &one);
        if (more != next_part(b, jpeg, &other))
            return false;
        if (!more)
            return true;
        if (one.type != other.type || one.len != other.len || memcmp(one.data, other.data, one.len) != 0)
            return false;
        if (jpeg && one.type == 0xDA)
            return a->len - a->at == b->len - b->at && !memcmp(a->bytes + a->at, b->bytes + b->at, a->len - a->at);
    }
}

static int same_pixels(const void *before, size_t len, const void *after, size_t n, Err *err)
{
    Image one, other;
    const ImageWish whole = {.box_w = 0};
    if (image_decode(&one, before, len, &whole, NULL, err))
        return -1;
    int rc = image_decode(&other, after, n, &whole, NULL, err);
    if (!rc && (one.width != other.width || one.height != other.height ||
                memcmp(one.rgb, other.rgb, (size_t)one.width * (size_t)one.height * 3) != 0))
        rc = err_set(err, "the caption would change the picture");
    image_free(&one);
    image_free(&other);
    return rc;
}

int same_picture(const void *before, size_t len, const void *after, size_t n, Err *err)
{
    bool jpeg = sniff_is_jpeg(before, len);
    if (!jpeg && !sniff_is_png(before, len))
        return same_pixels(before, len, after, n, err);
    if (jpeg ? !sniff_is_jpeg(after, n) : !sniff_is_png(after, n))
        return err_set(err, "the caption would change the picture");
    Parts a = {before, len, 0, jpeg ? sniff_jpeg_part : sniff_png_part}, b = {after, n, 0, a.next};
    return same_parts(&a, &b, jpeg) ? 0 : err_set(err, "the caption would change the picture");
}
