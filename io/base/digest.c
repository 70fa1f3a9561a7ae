#include "io/base/digest.h"

#include "io/base/err.h"

#include <errno.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>

enum { PIECE_BYTES = 1 << 18 };

static void update(GChecksum *sum, const void *bytes, size_t len)
{
    const guchar *p = bytes;
    while (len > 0) { /* GLib takes a gssize */
        gssize n = len > (1u << 30) ? 1 << 30 : (gssize)len;
        g_checksum_update(sum, p, n);
        p += n;
        len -= (size_t)n;
    }
}

/* Writes the digest and frees the sum. */
static void take_hex(GChecksum *sum, char *hex, size_t digits)
{
    memcpy(hex, g_checksum_get_string(sum), digits);
    hex[digits] = '\0';
    g_checksum_free(sum);
}

void digest_hex(const void *bytes, size_t len, char hex[DIGEST_LEN + 1])
{
    GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
    update(sum, bytes, len);
    take_hex(sum, hex, DIGEST_LEN);
}

void digest_md5(const void *bytes, size_t len, char hex[DIGEST_MD5_LEN + 1])
{
    GChecksum *sum = g_checksum_new(G_CHECKSUM_MD5);
    update(sum, bytes, len);
    take_hex(sum, hex, DIGEST_MD5_LEN);
}

int digest_file(const char *path, const volatile sig_atomic_t *stop, char hex[DIGEST_LEN + 1], Err *err)
{
    FILE *in = fopen(path, "rbe");
    if (!in)
        return err_set(err, "%s: %s", path, strerror(errno));
    GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
    char *piece = g_malloc(PIECE_BYTES);
    size_t n;
    int rc;
    while ((rc = stop && *stop) == 0 && (n = fread(piece, 1, PIECE_BYTES, in)) > 0)
        update(sum, piece, n);
    if (ferror(in))
        rc = err_set(err, "%s: %s", path, strerror(errno));
    fclose(in);
    g_free(piece);
    take_hex(sum, hex, DIGEST_LEN);
    return rc;
}
