#include "io/archive/archive_reason.h"

#include "io/base/libraries.h"

#include <archive.h>
#include <stdio.h>
#include <string.h>

const char *archive_reason(struct archive *archive, char out[ARCHIVE_REASON])
{
    const char *reason = archive_error_string(archive);
    if (!reason)
        return NULL;
    snprintf(out, ARCHIVE_REASON, "%.*s", (int)strcspn(reason, "\n"), reason);
    return out;
}

void library_archive(char version[LIBRARY_VERSION])
{
    int n = archive_version_number();
    snprintf(version, LIBRARY_VERSION, "%d.%d.%d", n / 1000000, n / 1000 % 1000, n % 1000);
}
