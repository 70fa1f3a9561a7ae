#include "io/digest.h"

#include "io/err.h"

#include <errno.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ends the sum, and frees it. */
static void take_hex(GChecksum *sum, char hex[DIGEST_LEN + 1])
{
    memcpy(hex, g_checksum_get_string(sum), DIGEST_LEN);
    hex[DIGEST_LEN] = '\0';
    g_checksum_free(sum);
}

void digest_hex(const void *bytes, size_t len, char hex[DIGEST_LEN + 1])
{
    GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
    const guchar *p = bytes;
    while (len > 0) { /* GLib counts in gssize */
        gssize n = len > (1u << 30) ? 1 << 30 : (gssize)len;
        g_checksum_update(sum, p, n);
        p += n;
        len -= (size_t)n;
    }
    take_hex(sum, hex);
}

int digest_file(const char *path, const volatile sig_atomic_t *stop, char hex[DIGEST_LEN + 1], char *err,
                size_t errlen)
{
    enum { PIECE = 1 << 18 };
    FILE *f = fopen(path, "rbe");
    guchar *piece = malloc(PIECE);
    if (!f || !piece) {
        err_set(err, errlen, "%s: %s", path, strerror(errno));
        free(piece);
        if (f)
            fclose(f);
        return -1;
    }
    GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
    size_t n;
    int rc = 0;
    while (!(rc = stop && *stop) && (n = fread(piece, 1, PIECE, f)) > 0)
        g_checksum_update(sum, piece, (gssize)n);
    if (ferror(f))
        rc = err_set(err, errlen, "%s: %s", path, strerror(errno));
    take_hex(sum, hex);
    fclose(f);
    free(piece);
    return rc;
}
