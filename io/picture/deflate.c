#include "io/picture/deflate.h"

#include <isa-l.h>
#include <stdlib.h>

/* Levels 1 and 2 of isa-l 2.30 enter position 2 of a stream under a hash of the state's address instead of the bytes
 * there, so that one run in some hundred compresses differently. Levels 0 and 3 do not. Level 3 makes a photographic
 * sheet as small as level 1 does and costs coco-render a twentieth more time; level 0 makes it a third larger. */
enum { LEVEL = 3, PIECE_MAX = 1 << 30 };

struct Deflate {
    struct isal_zstream stream;
    uint8_t level_buf[ISAL_DEF_LVL3_DEFAULT];
};

Deflate *deflate_begin(void)
{
    Deflate *d = malloc(sizeof *d);
    if (!d)
        return NULL;
    isal_deflate_init(&d->stream);
    d->stream.level = LEVEL;
    d->stream.level_buf = d->level_buf;
    d->stream.level_buf_size = sizeof d->level_buf;
    d->stream.gzip_flag = IGZIP_ZLIB;
    return d;
}

size_t deflate_some(Deflate *d, const unsigned char **in, size_t *n, int last, unsigned char *out, size_t room)
{
    struct isal_zstream *z = &d->stream;
    uint32_t space = room > PIECE_MAX ? PIECE_MAX : (uint32_t)room;
    z->next_out = out;
    z->avail_out = space;
    do { /* isa-l counts in 32 bits */
        uint32_t piece = *n > PIECE_MAX ? PIECE_MAX : (uint32_t)*n;
        z->next_in = (uint8_t *)*in;
        z->avail_in = piece;
        z->end_of_stream = last && piece == *n;
        isal_deflate(z); /* fails only on wrong settings */
        *in += piece - z->avail_in;
        *n -= piece - z->avail_in;
    } while (*n && z->avail_out);
    return space - z->avail_out;
}

void deflate_end(Deflate *d)
{
    free(d);
}
