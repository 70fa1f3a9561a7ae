#include "io/picture/coded_size.h"

#include <stdbool.h>
#include <string.h>

/* --- bits, the highest of a byte first; past the end they are 0 --- */

typedef struct {
    const uint8_t *at;
    size_t n, next; /* in bits */
} Bits;

static uint64_t take(Bits *b, unsigned n)
{
    uint64_t v = 0;
    for (; n; n--, b->next++)
        v = v << 1 | (b->next < b->n ? b->at[b->next / 8] >> (7 - b->next % 8) & 1 : 0);
    return v;
}

static bool ended(const Bits *b)
{
    return b->next > b->n;
}

/* Exp-Golomb: k zeros, a one, k bits. AV1's uvlc is the same. */
static uint64_t take_golomb(Bits *b)
{
    unsigned zeros = 0;
    while (zeros < 32 && !ended(b) && !take(b, 1))
        zeros++;
    return ((uint64_t)1 << zeros) - 1 + take(b, zeros);
}

static int64_t pixels(const Bits *b, uint64_t w, uint64_t h)
{
    const uint64_t most = 1u << 31; /* the product fits */
    return ended(b) ? 0 : (int64_t)((w < most ? w : most) * (h < most ? h : most));
}

/* --- HEVC --- */

enum { HEVC_SEQUENCE = 33, PROFILE_BITS = 88, LEVEL_BITS = 8 };
/* The size stands within so many bytes: profiles and levels of seven layers, and four numbers. */
enum { SEQUENCE_START = 128 };

/* Without the bytes that keep start codes out of a unit: 0 0 3 stands for 0 0. */
static size_t unescape(uint8_t *out, const uint8_t *in, size_t len)
{
    size_t n = 0;
    for (size_t i = 0, zeros = 0; i < len && n < SEQUENCE_START; i++) {
        if (zeros >= 2 && in[i] == 3) {
            zeros = 0;
            continue;
        }
        zeros = in[i] ? 0 : zeros + 1;
        out[n++] = in[i];
    }
    return n;
}

static void skip_profile_and_levels(Bits *b, unsigned more_layers)
{
    bool profile[8] = {false}, level[8] = {false};
    b->next += PROFILE_BITS + LEVEL_BITS;
    for (unsigned i = 0; more_layers && i < 8; i++) { /* those above more_layers are reserved */
        profile[i] = take(b, 1) && i < more_layers;
        level[i] = take(b, 1) && i < more_layers;
    }
    for (unsigned i = 0; i < more_layers; i++)
        b->next += (profile[i] ? PROFILE_BITS : 0) + (level[i] ? LEVEL_BITS : 0);
}

int64_t hevc_unit_pixels(const uint8_t *unit, size_t len)
{
    uint8_t start[SEQUENCE_START];
    if (len < 2 || (unit[0] >> 1 & 63) != HEVC_SEQUENCE)
        return 0;
    Bits b = {start, 8 * unescape(start, unit + 2, len - 2), 4 /* the video's set */};
    unsigned more_layers = (unsigned)take(&b, 3);
    take(&b, 1);
    skip_profile_and_levels(&b, more_layers);
    take_golomb(&b);          /* its own number */
    if (take_golomb(&b) == 3) /* 4:4:4 */
        take(&b, 1);
    uint64_t w = take_golomb(&b), h = take_golomb(&b);
    return pixels(&b, w, h);
}

int64_t hevc_coded_pixels(const uint8_t *units, size_t len)
{
    int64_t largest = 0;
    while (len > 4) {
        size_t n = (size_t)units[0] << 24 | (size_t)units[1] << 16 | (size_t)units[2] << 8 | units[3];
        units += 4;
        len -= 4;
        n = n < len ? n : len;
        int64_t one = hevc_unit_pixels(units, n);
        largest = one > largest ? one : largest;
        units += n;
        len -= n;
    }
    return largest;
}

/* --- AV1 --- */

enum { AV1_SEQUENCE = 1 };

static void skip_operating_points(Bits *b, unsigned delay_bits, bool delays)
{
    for (unsigned points = (unsigned)take(b, 5) + 1; points; points--) {
        take(b, 12);
        if (take(b, 5) > 7) /* a level that has tiers */
            take(b, 1);
        if (delay_bits && take(b, 1))
            b->next += 2 * delay_bits + 1;
        if (delays && take(b, 1))
            take(b, 4);
    }
}

static void skip_timing(Bits *b)
{
    unsigned delay_bits = 0;
    if (take(b, 1)) {
        take(b, 64); /* the length of a tick */
        if (take(b, 1))
            take_golomb(b);
        if (take(b, 1)) {
            delay_bits = (unsigned)take(b, 5) + 1;
            b->next += 32 + 5 + 5;
        }
    }
    bool delays = take(b, 1);
    skip_operating_points(b, delay_bits, delays);
}

static int64_t sequence_pixels(const uint8_t *header, size_t len)
{
    Bits b = {header, 8 * len, 4 /* profile, whether it is one picture */};
    if (take(&b, 1)) /* the short form */
        take(&b, 5);
    else
        skip_timing(&b);
    unsigned w_bits = (unsigned)take(&b, 4) + 1, h_bits = (unsigned)take(&b, 4) + 1;
    uint64_t w = take(&b, w_bits) + 1, h = take(&b, h_bits) + 1;
    return pixels(&b, w, h);
}

/* A number in bytes of seven bits, the lowest first. */
static size_t take_leb128(const uint8_t *at, size_t len, uint64_t *v)
{
    size_t i = 0;
    *v = 0;
    for (; i < len && i < 8; i++) {
        *v |= (uint64_t)(at[i] & 127) << 7 * i;
        if (!(at[i] & 128))
            return i + 1;
    }
    return i;
}

int64_t av1_coded_pixels(const uint8_t *units, size_t len)
{
    int64_t largest = 0;
    while (len) {
        int type = units[0] >> 3 & 15;
        size_t head = units[0] & 4 ? 2 : 1; /* an extension */
        bool sized = units[0] & 2;
        if (head > len)
            break;
        uint64_t n = len - head;
        if (sized)
            head += take_leb128(units + head, len - head, &n);
        n = n < len - head ? n : len - head;
        int64_t one = type == AV1_SEQUENCE ? sequence_pixels(units + head, (size_t)n) : 0;
        largest = one > largest ? one : largest;
        units += head + n;
        len -= head + (size_t)n;
    }
    return largest;
}
