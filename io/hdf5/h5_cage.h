/* The process that reads one file with the HDF5 library, and its limits.
 *
 * It is forked when a file is opened and ends when the file is closed, or when its opener ends. Its memory and its
 * time are limited by what the file may need, and it cannot open other files. When the library crashes in it, or runs
 * out of its time, the request fails with "FILE: damaged (the HDF5 library stopped in it)", and so do all later
 * ones. */
#ifndef COCO_IO_HDF5_H5_CAGE_H
#define COCO_IO_HDF5_H5_CAGE_H

#include "io/hdf5/h5_file.h"
#include "io/hdf5/h5_request.h"

#include <stddef.h>

/* Opens h5->path for reading. After -1, cage_end all the same. */
int cage_begin(H5 *h5, Err *err);
/* Ends the reader and frees h5. */
void cage_end(H5 *h5);

/* Returns the reply's rc. text may be NULL; else it receives text_bytes bytes and a NUL, which the caller frees, or
 * NULL if there are none. */
int cage_ask(H5 *h5, const H5Request *request, H5Reply *reply, char **text, Err *err);

/* The most bytes that the content of a file may unpack to: gzip packs 1032 to 1 at best. */
int64_t cage_most_bytes(const H5 *h5);

/* Whole messages. -1: the other side has ended. */
int cage_send(int socket, const void *bytes, size_t n);
int cage_receive(int socket, void *bytes, size_t n);

/* The reader's side (h5_serve.c): answers requests until the socket closes. */
_Noreturn void h5_serve(H5 *h5, int socket);

#endif
