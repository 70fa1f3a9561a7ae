/* Unpacks an untrusted zip or tar (.tar, .tar.gz) archive.
 *
 *      pass 1: judge every entry, write nothing ──► root, wanted files, sizes, space ──► pass 2: write the wanted files
 *
 * One bad entry refuses the whole archive before anything is written: a name that leads out of the directory or is not
 * text, a link, a device, a pipe, a socket, an encrypted entry, a wanted file that occurs twice, more entries or bytes
 * than the limits allow. Then only the wanted files are written, as plain files of mode 0666 less the umask, none over
 * another; the rest of the archive is skipped. An entry must hold exactly as many bytes as pass 1 expected.
 *
 * Zips are read by the directory at their end, so a truncated one is refused. Damage is detected as far as the format
 * allows: a zip has a checksum of each file, a tar only of names and sizes. A pipe in a zip counts as a plain file, as
 * zip(1) marks data that it read from a pipe. While an archive is read, the libraries treat text as UTF-8, in the
 * calling thread alone. One thread at a time for one directory. */
#ifndef COCO_IO_ARCHIVE_UNPACK_H
#define COCO_IO_ARCHIVE_UNPACK_H

#include "io/base/err.h"

#include <signal.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    const char *path;
    const char *name; /* for messages */
    /* The root, which all names are relative to: the directory of a file with one of the names `markers`, which end
     * with NULL; or, unless `root` is NULL, that one: "a/b/", "" is the top. */
    const char *const *markers;
    const char *root;
    int (*wanted)(const char *name); /* whether to write the file of this name, "images/a.png" */
    int64_t max_bytes;               /* of all entries, unpacked */
    /* Called from within; may be NULL. Counts the bytes of wanted files. */
    void (*progress)(void *ctx, int64_t done, int64_t total);
    void *ctx;
    const volatile sig_atomic_t *stop; /* unpacking ends once this is not 0; may be NULL */
} UnpackSpec;

typedef enum {
    UNPACK_REFUSED = -2, /* the archive is bad; err has its name, the entry, and what is wrong */
    UNPACK_FAILED = -1,  /* the archive cannot be read, or the directory cannot be written; err says why */
    UNPACK_DONE = 0,
    UNPACK_STOPPED = 1 /* *stop asked for it */
} UnpackAnswer;

/* Fills `dir`, which exists and is empty. On failure the caller removes what was written. */
UnpackAnswer unpack_archive(const UnpackSpec *spec, const char *dir, Err *err);

#endif
