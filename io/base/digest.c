#include "io/base/digest.h"

#include "io/base/err.h"
#include "io/base/libraries.h"

/* The forms of OpenSSL 1.1: they take no memory and cannot fail, as those that replaced them can. */
#define OPENSSL_API_COMPAT 0x10100000L

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/md5.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

enum { PIECE_BYTES = 1 << 16 };

static void write_hex(const unsigned char *bytes, size_t n, char *hex)
{
    for (size_t i = 0; i < n; i++, hex += 2) {
        hex[0] = "0123456789abcdef"[bytes[i] >> 4];
        hex[1] = "0123456789abcdef"[bytes[i] & 15];
    }
    *hex = '\0';
}

static void take_hex(SHA256_CTX *sum, char hex[DIGEST_LEN + 1])
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256_Final(digest, sum);
    write_hex(digest, sizeof digest, hex);
}

void digest_hex(const void *bytes, size_t len, char hex[DIGEST_LEN + 1])
{
    SHA256_CTX sum;
    SHA256_Init(&sum);
    SHA256_Update(&sum, bytes, len);
    take_hex(&sum, hex);
}

void digest_md5(const void *bytes, size_t len, char hex[DIGEST_MD5_LEN + 1])
{
    unsigned char digest[MD5_DIGEST_LENGTH];
    MD5_CTX sum;
    MD5_Init(&sum);
    MD5_Update(&sum, bytes, len);
    MD5_Final(digest, &sum);
    write_hex(digest, sizeof digest, hex);
}

int digest_file(const char *path, const volatile sig_atomic_t *stop, char hex[DIGEST_LEN + 1], Err *err)
{
    FILE *in = fopen(path, "rbe");
    if (!in)
        return err_set(err, "%s: %s", path, strerror(errno));
    SHA256_CTX sum;
    char piece[PIECE_BYTES];
    size_t n;
    int rc;
    SHA256_Init(&sum);
    while ((rc = stop && *stop) == 0 && (n = fread(piece, 1, PIECE_BYTES, in)) > 0)
        SHA256_Update(&sum, piece, n);
    if (ferror(in))
        rc = err_set(err, "%s: %s", path, strerror(errno));
    fclose(in);
    take_hex(&sum, hex);
    return rc;
}

void library_openssl(char version[LIBRARY_VERSION])
{
    /* "OpenSSL 3.0.15 3 Sep 2024" */
    if (sscanf(OpenSSL_version(OPENSSL_VERSION), "%*s %31s", version) != 1)
        *version = '\0';
}
