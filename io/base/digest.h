/* Digests: SHA-256 (FIPS 180-4) and MD5, from OpenSSL, which uses the processor's own instructions
 * for it: the file of a network takes 15 ms instead of 110. Any thread. */
#ifndef COCO_IO_BASE_DIGEST_H
#define COCO_IO_BASE_DIGEST_H

#include "io/base/err.h"

#include <signal.h>
#include <stddef.h>

enum { DIGEST_LEN = 64, DIGEST_MD5_LEN = 32 }; /* hexadecimal digits */

/* The SHA-256 in lower case hexadecimal, with a NUL. */
void digest_hex(const void *bytes, size_t len, char hex[DIGEST_LEN + 1]);
/* The same for a file of any length, read piece by piece. 1: ended early, as *stop was not 0 (stop may be NULL); -1:
 * the file cannot be read. */
int digest_file(const char *path, const volatile sig_atomic_t *stop, char hex[DIGEST_LEN + 1], Err *err);

/* The MD5 (RFC 1321): only to recognise files whose MD5 others have published. */
void digest_md5(const void *bytes, size_t len, char hex[DIGEST_MD5_LEN + 1]);

#endif
