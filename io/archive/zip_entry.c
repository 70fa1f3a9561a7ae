#include "io/archive/zip_entry.h"

#include "io/archive/archive_reason.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 1 << 16 };

static int fail(struct archive *a, const char *path, Err *err)
{
    char reason[ARCHIVE_REASON];
    return err_set(err, "%s: %s", path, archive_reason(a, reason) ? reason : "a damaged zip archive");
}

static void *read_data(struct archive *a, const char *path, size_t max, size_t *len, Err *err)
{
    size_t n = 0, room = 0;
    char *bytes = NULL;
    for (la_ssize_t got = 1; got > 0; n += got > 0 ? (size_t)got : 0) {
        if (n + BLOCK > room) {
            size_t more = room ? 2 * room : 4 * BLOCK;
            char *grown = realloc(bytes, more);
            if (!grown || n > max) {
                free(grown ? grown : bytes);
                err_set(err, grown ? "%s: holds more than %zu bytes" : "%s: out of memory", path, max);
                return NULL;
            }
            bytes = grown, room = more;
        }
        if ((got = archive_read_data(a, bytes + n, BLOCK)) < 0) {
            free(bytes);
            fail(a, path, err);
            return NULL;
        }
    }
    *len = n;
    return bytes;
}

/* Reads on to the wanted file. 1: found; 0: it is not there, and `seen` lists the others. */
static int find(struct archive *a, const char *path, const char *name, char *seen, size_t room, Err *err)
{
    struct archive_entry *entry;
    int rc;
    while ((rc = archive_read_next_header(a, &entry)) == ARCHIVE_OK || rc == ARCHIVE_WARN) {
        const char *own = archive_entry_pathname(entry);
        size_t n = strlen(seen);
        if (own && name && !strcmp(own, name))
            return 1;
        snprintf(seen + n, room - n, "%s%s", n ? ", " : "", own ? own : "?");
        if (!name)
            return 1;
    }
    return rc == ARCHIVE_EOF ? 0 : fail(a, path, err);
}

void *zip_entry_read(const char *path, const char *name, size_t max, size_t *len, Err *err)
{
    struct archive *a = archive_read_new();
    char seen[400] = "";
    void *bytes = NULL;
    if (!a) {
        err_set(err, "%s: out of memory", path);
        return NULL;
    }
    archive_read_support_format_zip(a);
    int rc = archive_read_open_filename(a, path, BLOCK) == ARCHIVE_OK ? 1 : fail(a, path, err);
    if (rc > 0)
        rc = find(a, path, name, seen, sizeof seen, err);
    if (rc == 0)
        err_set(err, name ? "%s: no %s in it; it holds %s" : "%s: holds nothing", path, name ? name : "", seen);
    if (rc > 0)
        bytes = read_data(a, path, max, len, err);
    /* Without a name there must be nothing to choose from. */
    if (bytes && !name && find(a, path, "", seen, sizeof seen, err) == 0 && strstr(seen, ", ")) {
        free(bytes);
        bytes = NULL;
        err_set(err, "%s: holds several arrays (%s); name one: %s:ARRAY", path, seen, path);
    }
    archive_read_free(a);
    return bytes;
}
