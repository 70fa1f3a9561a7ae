#include "io/archive/gzip.h"

#include "io/base/libraries.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

enum { PIECE_BYTES = 1 << 18 };

GzipAnswer gzip_check(int fd, int64_t most, const volatile sig_atomic_t *stop)
{
    int own = lseek(fd, 0, SEEK_SET) == 0 ? dup(fd) : -1; /* gzclose closes it */
    gzFile in = own < 0 ? NULL : gzdopen(own, "rb");
    unsigned char *piece = malloc(PIECE_BYTES);
    GzipAnswer answer = in && piece ? GZIP_WHOLE : GZIP_DAMAGED;
    int n = 0, stopped = 0;
    /* A file that is not gzip is passed through (gzdirect); there is nothing to check. */
    while (answer == GZIP_WHOLE && !(stopped = stop && *stop) && (n = gzread(in, piece, PIECE_BYTES)) > 0 &&
           !gzdirect(in) && (most -= n) > 0)
        ;
    if (stopped)
        answer = GZIP_STOPPED;
    else if (n < 0)
        answer = GZIP_DAMAGED;
    if (!in && own >= 0)
        close(own);
    /* A truncated member is reported by the close. */
    if (in && gzclose_r(in) != Z_OK && answer == GZIP_WHOLE && most > 0)
        answer = GZIP_DAMAGED;
    free(piece);
    return answer;
}

void library_zlib(char version[LIBRARY_VERSION])
{
    snprintf(version, LIBRARY_VERSION, "%s", zlibVersion());
}
