#include "pipeline/common/checksum.h"

#include "io/base/digest.h"

#include <string.h>

bool is_sha256(const char *text)
{
    return strlen(text) == DIGEST_LEN && strspn(text, "0123456789abcdefABCDEF") == DIGEST_LEN;
}
