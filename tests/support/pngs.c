#include "tests/support/pngs.h"

#include "tests/support/crc.h"
#include "tests/support/test.h"

#include <string.h>

static void put(PngBytes *out, const void *bytes, size_t n)
{
    assert_in_range(out->n + n, 0, sizeof out->bytes);
    if (n)
        memcpy(out->bytes + out->n, bytes, n);
    out->n += n;
}

static void put32(PngBytes *out, uint32_t v)
{
    const unsigned char bytes[] = {(unsigned char)(v >> 24), (unsigned char)(v >> 16), (unsigned char)(v >> 8),
                                   (unsigned char)v};
    put(out, bytes, sizeof bytes);
}

static void put_chunk(PngBytes *out, const char *type, PngData data)
{
    put32(out, (uint32_t)data.n);
    size_t at = out->n;
    put(out, type, 4);
    put(out, data.bytes, data.n);
    put32(out, crc_of(out->bytes + at, out->n - at));
}

static uint32_t adler_of(PngData data)
{
    uint32_t a = 1, b = 0;
    for (size_t i = 0; i < data.n; i++) {
        a = (a + ((const unsigned char *)data.bytes)[i]) % 65521;
        b = (b + a) % 65521;
    }
    return b << 16 | a;
}

PngBytes pngs_make(const PngParts *p)
{
    PngBytes out = {{0}, 0}, head = {{0}, 0}, stream = {{0}, 0};
    put(&out, "\x89PNG\r\n\x1a\n", 8);
    put32(&head, p->w);
    put32(&head, p->h);
    const unsigned char rest[] = {(unsigned char)p->depth, (unsigned char)p->type, 0, 0,
                                  (unsigned char)p->interlace};
    put(&head, rest, sizeof rest);
    put_chunk(&out, "IHDR", (PngData){head.bytes, head.n});
    if (p->plte.n)
        put_chunk(&out, "PLTE", p->plte);
    if (p->trns.n)
        put_chunk(&out, "tRNS", p->trns);
    size_t n = p->rows.n;
    const unsigned char stored[] = {
        0x78, 1, 1, (unsigned char)n, (unsigned char)(n >> 8), (unsigned char)~n, (unsigned char)(~n >> 8)};
    put(&stream, stored, sizeof stored);
    put(&stream, p->rows.bytes, n);
    put32(&stream, adler_of(p->rows) ^ p->wrong_adler);
    put_chunk(&out, "IDAT", (PngData){stream.bytes, stream.n});
    put_chunk(&out, "IEND", (PngData){NULL, 0});
    return out;
}

PngBytes pngs_with_chunk(const PngBytes *png, size_t at, const char *type, PngData data)
{
    PngBytes out = {{0}, 0};
    put(&out, png->bytes, at);
    put_chunk(&out, type, data);
    put(&out, png->bytes + at, png->n - at);
    return out;
}
