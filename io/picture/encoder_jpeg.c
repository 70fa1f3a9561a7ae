#include "io/picture/encoder_jpeg.h"

#include "io/base/err.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

int encode_jpeg(const Image *image, int quality, bool sharp, unsigned char **bytes, size_t *len, Err *err)
{
    *bytes = NULL;
    *len = 0;
    tjhandle turbo = tjInitCompress();
    if (!turbo)
        return err_set(err, "out of memory");
    int colors = sharp ? TJSAMP_444 : TJSAMP_420;
    unsigned long room = tjBufSize(image->width, image->height, colors), n = room;
    unsigned char *out = room == (unsigned long)-1 ? NULL : malloc(room);
    int rc = 0;
    if (!out)
        rc = err_set(err, "cannot make a JPEG of %d x %d pixels", image->width, image->height);
    else if (tjCompress2(turbo, image->rgb, image->width, 0, image->height, TJPF_RGB, &out, &n, colors, quality,
                         TJFLAG_NOREALLOC))
        rc = err_set(err, "JPEG: %s", tjGetErrorStr2(turbo));
    tjDestroy(turbo);
    if (rc) {
        free(out);
        return -1;
    }
    unsigned char *less = realloc(out, n);
    *bytes = less ? less : out;
    *len = n;
    return 0;
}

void jpeg_note_dpi(unsigned char *bytes, size_t len, double dpi)
{
    static const unsigned char BEGIN[] = {0xFF, 0xD8, 0xFF, 0xE0, 0, 16, 'J', 'F', 'I', 'F', 0};
    enum { UNIT = 13, INCHES = 1 }; /* of JFIF's first segment; two densities of two bytes follow */
    if (dpi <= 0 || dpi > UINT16_MAX || len < UNIT + 5 || memcmp(bytes, BEGIN, sizeof BEGIN) != 0)
        return;
    unsigned density = (unsigned)(dpi + 0.5);
    bytes[UNIT] = INCHES;
    for (int i = 0; i < 2; i++) {
        bytes[UNIT + 1 + 2 * i] = (unsigned char)(density >> 8);
        bytes[UNIT + 2 + 2 * i] = (unsigned char)density;
    }
}
