/* A zip or tar (.tar, .tar.gz) archive from strangers, unpacked into a directory of one's own.
 *
 *      pass 1: every entry judged, none written ──► root, wanted files, sizes, space ──► pass 2: they are written
 *
 * One entry that should not be there refuses the whole archive before anything is written: a name that leads out of
 * the directory or is no text, a link, a device, a pipe, a socket, an encrypted entry, a wanted file that is there
 * twice, more entries or bytes than the limits allow. Then the wanted files alone are written, as plain files of
 * mode 0666 less the umask, none over another; what else the archive holds is passed over. An entry must hold just
 * the bytes that pass 1 counted on.
 *
 * Zips are read by the directory at their end, so that one cut short is none. What damage the format can show is
 * seen: a zip has a checksum of each file, a tar only of names and sizes. A pipe in a zip is a plain file, as zip(1)
 * marks what it has read from one. The libraries' idea of text is UTF-8 while
 * an archive is read, for the calling thread alone. One thread at a time for one directory. */
#ifndef COCO_IO_ARCHIVE_ARCHIVE_H
#define COCO_IO_ARCHIVE_ARCHIVE_H

#include "io/base/err.h"

#include <signal.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    const char *path;
    const char *name;                /* what messages call it */
    const char *marker;              /* the file whose directory is the root: all names are seen from there */
    int (*wanted)(const char *name); /* whether the file of this name, "images/a.png", is to be written */
    int64_t max_bytes;               /* of all that it holds, unpacked */
    /* Called from within, may be NULL: so many bytes of the wanted files are written. */
    void (*progress)(void *ctx, int64_t done, int64_t total);
    void *ctx;
    const volatile sig_atomic_t *stop; /* where it points at a number, unpacking ends; or NULL */
} ArchiveSpec;

typedef enum {
    UNPACK_REFUSED = -2, /* the archive is of no use: err names it, the entry, and what is wrong */
    UNPACK_FAILED = -1,  /* the archive could not be read, or the directory not be written: err says why */
    UNPACK_DONE = 0,
    UNPACK_STOPPED = 1 /* *stop asked for it */
} UnpackAnswer;

/* Fills `dir`, which is there and empty. What a failure has written is the caller's to remove. */
UnpackAnswer archive_unpack(const ArchiveSpec *spec, const char *dir, Err *err);

#endif
