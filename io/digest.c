#include "io/digest.h"

#include <glib.h>
#include <string.h>

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
    memcpy(hex, g_checksum_get_string(sum), DIGEST_LEN);
    hex[DIGEST_LEN] = '\0';
    g_checksum_free(sum);
}
