/* Digests of bytes: SHA-256 (FIPS 180-4), from GLib, which is here already below pango. */
#ifndef COCO_IO_DIGEST_H
#define COCO_IO_DIGEST_H

#include <stddef.h>

enum { DIGEST_LEN = 64 }; /* hexadecimal digits */

/* The digest in lower case hexadecimal, with a NUL. Any thread. */
void digest_hex(const void *bytes, size_t len, char hex[DIGEST_LEN + 1]);

#endif
