#include "io/picture/encoder_jpeg.h"

#include "io/base/err.h"

#include <stdlib.h>
#include <turbojpeg.h>

int encode_jpeg(const Image *image, int quality, unsigned char **bytes, size_t *len, Err *err)
{
    *bytes = NULL;
    *len = 0;
    tjhandle turbo = tjInitCompress();
    if (!turbo)
        return err_set(err, "out of memory");
    unsigned long room = tjBufSize(image->width, image->height, TJSAMP_420), n = room;
    unsigned char *out = room == (unsigned long)-1 ? NULL : malloc(room);
    int rc = 0;
    if (!out)
        rc = err_set(err, "cannot make a JPEG of %d x %d pixels", image->width, image->height);
    else if (tjCompress2(turbo, image->rgb, image->width, 0, image->height, TJPF_RGB, &out, &n, TJSAMP_420, quality,
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
