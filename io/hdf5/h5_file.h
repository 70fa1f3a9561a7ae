/* Shared by the files of io/hdf5/; not for anybody else.
 *
 *   h5.h ─┬─ writing: h5_write.c, the HDF5 library in this process
 *         └─ reading: h5_ask.c ──request──► h5_serve.c ──► h5_lib.h, the HDF5 library
 *                        ▲      h5_cage.c       │            in a process of its own
 *                        └───────reply──────────┘
 *
 * libhdf5 trusts what it reads: a damaged file can crash it or keep it busy for ever. */
#ifndef COCO_IO_HDF5_H5_FILE_H
#define COCO_IO_HDF5_H5_FILE_H

#include "io/base/err.h"
#include "io/file/file.h"
#include "io/hdf5/h5.h"

#include <stdbool.h>
#include <sys/types.h>

struct H5 {
    char *path;
    bool writing;
    int64_t id; /* HDF5's hid_t: of a created file, or in the process that reads; else -1 */

    /* Writing to disk. */
    OutFile out; /* without a path: the file is built in memory */
    struct timespec modified;

    /* Reading, in this process. */
    pid_t reader;   /* 0 once it has ended */
    int socket;     /* to the reader */
    int file;       /* the file, for mapping */
    int memory;     /* shared with the reader, for arrays that it copies */
    int64_t taken;  /* bytes of memory that live on as matrices */
    int64_t length; /* of the file, in bytes */
};

/* Without its file. NULL: out of memory. */
H5 *h5_new(const char *path, bool writing, Err *err);
void h5_delete(H5 *h5);
/* Writes "file: name: what" and the innermost line of HDF5's error stack into err. Returns -1. */
int h5_fail(const H5 *h5, const char *name, const char *what, Err *err);
/* The same for a file that cannot be opened. */
int h5_open_fail(const H5 *h5, Err *err);
void h5_quiet(void); /* stops HDF5 from printing its errors */

#endif
