/* The libraries of others that io/ works with, and their versions, as the running program has them.
 *
 * A program is linked with the files of io/ that it needs, and with their libraries alone. A row's function stands in a
 * file that is linked wherever its library is used. Libraries that cannot tell their version have no row.
 * pipeline/common/parts.h tells which of them a program has. */
#ifndef COCO_IO_BASE_LIBRARIES_H
#define COCO_IO_BASE_LIBRARIES_H

/* The name in its function, and what --version calls it. */
/* clang-format off */
#define LIBRARIES(row) \
    row(hdf5, "HDF5") \
    row(cjson, "cJSON") \
    row(glib, "GLib") \
    row(curl, "libcurl") \
    row(openssl, "OpenSSL") \
    row(archive, "libarchive") \
    row(zlib, "zlib") \
    row(png, "libpng") \
    row(cairo, "cairo") \
    row(pango, "Pango") \
    row(webp, "libwebp") \
    row(heif, "libheif") \
    row(tiff, "LibTIFF") \
    row(lcms, "Little CMS") \
    row(lapack, "LAPACK") \
    row(onnxruntime, "ONNX Runtime") \
    row(mpi, "MPI")
/* clang-format on */

enum { LIBRARY_VERSION = 32 };

/* "1.10.8". */
#define DECLARE_LIBRARY(id, name) void library_##id(char version[LIBRARY_VERSION]);
LIBRARIES(DECLARE_LIBRARY)
#undef DECLARE_LIBRARY

#endif
