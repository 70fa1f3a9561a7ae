#include "io/picture/decoder.h"

#include "io/base/err.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>

/* PGM and PPM, plain (P2, P3) and binary (P5, P6). Samples run from 0 to the header's maximum, up to 65535; above 255 a
 * binary sample takes two bytes, the high one first. Every maximum becomes 255. */

typedef struct {
    const unsigned char *at, *end; /* what is not read yet */
    bool plain;
    int channels, w, h, max;
} Reader;

enum { NUMBER_MAX = 999999999, MAXIMUM = 65535 };

/* The next decimal number, after white space and comments; comments run from # to the end of their line. -1: there is
 * none; NUMBER_MAX + 1: it is larger than NUMBER_MAX. */
static int next_number(Reader *r)
{
    while (r->at < r->end && (isspace(*r->at) || *r->at == '#')) {
        if (*r->at++ == '#')
            while (r->at < r->end && *r->at != '\n' && *r->at != '\r')
                r->at++;
    }
    if (r->at == r->end || !isdigit(*r->at))
        return -1;
    int number = 0;
    for (; r->at < r->end && isdigit(*r->at); r->at++)
        number = number > NUMBER_MAX / 10 ? NUMBER_MAX + 1 : number * 10 + (*r->at - '0');
    return number;
}

static int read_header(Reader *r, const void *bytes, size_t len, Err *err)
{
    const unsigned char *b = bytes;
    *r = (Reader){.at = b + 2, .end = b + len, .plain = b[1] < '5', .channels = b[1] == '3' || b[1] == '6' ? 3 : 1};
    r->w = next_number(r);
    r->h = next_number(r);
    r->max = next_number(r);
    if (r->w > NUMBER_MAX || r->h > NUMBER_MAX)
        return err_set(err, "too many pixels");
    if (r->w < 0 || r->h < 0 || r->max < 0)
        return err_set(err, r->at == r->end ? "truncated PNM" : "corrupt PNM (not a number in its header)");
    if (r->max < 1 || r->max > MAXIMUM)
        return err_set(err, "corrupt PNM (its maximum is not from 1 to %d)", MAXIMUM);
    r->at += r->at < r->end; /* one white space */
    return 0;
}

static int size(const void *bytes, size_t len, int *w, int *h, Err *err)
{
    Reader r;
    if (read_header(&r, bytes, len, err))
        return -1;
    *w = r.w;
    *h = r.h;
    return 0;
}

/* A sample from 0 to 255; -1: there is none. Binary ones are known to be there. */
static int next_sample(Reader *r)
{
    int v;
    if (r->plain) {
        v = next_number(r);
    } else {
        v = *r->at++;
        if (r->max > 255)
            v = v << 8 | *r->at++;
    }
    if (v < 0 || r->max == 255)
        return v < 255 ? v : 255;
    v = v < r->max ? v : r->max;
    return (v * 255 + r->max / 2) / r->max;
}

static int read_pixels(Reader *r, unsigned char *rgb, Err *err)
{
    for (size_t n = (size_t)r->w * (size_t)r->h; n; n--, rgb += 3) {
        int v = 0;
        for (int c = 0; c < 3; c++) {
            if (c < r->channels)
                v = next_sample(r);
            if (v < 0)
                return err_set(err,
                               r->at == r->end ? "truncated PNM" : "corrupt PNM (not a number in its samples)");
            rgb[c] = (unsigned char)v;
        }
    }
    return 0;
}

static int decode(Image *image, const void *bytes, size_t len, int min_w, int min_h, Err *err)
{
    Reader r;
    (void)min_w;
    (void)min_h;
    if (read_header(&r, bytes, len, err))
        return -1;
    /* A plain sample is a digit and a separator, which the last may lack. */
    size_t n = (size_t)r.w * (size_t)r.h, samples = n * (size_t)r.channels, left = (size_t)(r.end - r.at);
    if (r.plain ? (left + 1) / 2 < samples : left / (r.max > 255 ? 2 : 1) < samples)
        return err_set(err, "truncated PNM");
    unsigned char *rgb = malloc(n * 3);
    if (!rgb)
        return err_set(err, "out of memory for %d x %d pixels", r.w, r.h);
    if (read_pixels(&r, rgb, err)) {
        free(rgb);
        return -1;
    }
    *image = (Image){r.w, r.h, rgb};
    return 0;
}

const Decoder decoder_pnm = {.size = size, .decode = decode};
