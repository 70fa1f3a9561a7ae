#include "io/digest.h"

#include "io/err.h"

#include <errno.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>

enum { BLOCK_BYTES = 1 << 18 };

static void update(GChecksum *sum, const void *bytes, size_t len)
{
    const guchar *p = bytes;
    while (len > 0) { /* GLib counts in gssize */
        gssize n = len > (1u << 30) ? 1 << 30 : (gssize)len;
        g_checksum_update(sum, p, n);
        p += n;
        len -= (size_t)n;
    }
}

static void finish(GChecksum *sum, char *hex, size_t digits)
{
    memcpy(hex, g_checksum_get_string(sum), digits);
    hex[digits] = '\0';
    g_checksum_free(sum);
}

void digest_hex(const void *bytes, size_t len, char hex[DIGEST_LEN + 1])
{
    GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
    update(sum, bytes, len);
    finish(sum, hex, DIGEST_LEN);
}

void digest_md5(const void *bytes, size_t len, char hex[DIGEST_MD5_LEN + 1])
{
    GChecksum *sum = g_checksum_new(G_CHECKSUM_MD5);
    update(sum, bytes, len);
    finish(sum, hex, DIGEST_MD5_LEN);
}

int digest_file(const char *path, char hex[DIGEST_LEN + 1], char *err, size_t errlen)
{
    FILE *in = fopen(path, "rbe");
    if (!in)
        return err_set(err, errlen, "%s: %s", path, strerror(errno));
    GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
    char *block = g_malloc(BLOCK_BYTES);
    for (size_t n; (n = fread(block, 1, BLOCK_BYTES, in)) > 0;)
        update(sum, block, n);
    int failed = ferror(in), why = errno;
    fclose(in);
    g_free(block);
    finish(sum, hex, DIGEST_LEN);
    return failed ? err_set(err, errlen, "%s: %s", path, strerror(why)) : 0;
}
