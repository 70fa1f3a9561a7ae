/* Arrays in files: the part of HDF5 that datasets and models need.
 *
 * Call it from the main thread only. Messages name the file and the dataset or attribute, and end with HDF5's own
 * reason. */
#ifndef COCO_IO_HDF5_H5_H
#define COCO_IO_HDF5_H5_H

#include "io/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

typedef struct H5 H5;

/* For reading. The HDF5 library runs in a process of its own (h5_cage.h), so that a damaged file is an error here,
 * whatever the library makes of it. Data that lie in other files (external links, external storage, virtual datasets)
 * are refused. */
H5 *h5_open(const char *path, Err *err);
/* Whether they are read from now on: for the owner of such data. */
void h5_allow_external(bool allow);
bool h5_external_allowed(void);
/* A new file for writing. It is built in memory: nothing appears at `path` until h5_close or h5_commit. */
H5 *h5_create(const char *path, Err *err);
/* The same for one that need not fit into memory: it is built on disk, beside its path, and ended by h5_commit or
 * h5_discard. `room` is the most bytes that it takes, which are reserved at once: HDF5 does not survive a disk
 * that fills up under it. `modified` is to be its time of modification; NULL: the time at which it was. The path
 * must not lead to something that exists and is not a regular file. */
H5 *h5_create_large(const char *path, int64_t room, const struct timespec *modified, Err *err);
/* Closes the file, even on failure; a created one is written to its path, in place: a failure leaves part of a file
 * there (h5_commit does not). NULL is legal. */
int h5_close(H5 *h5, Err *err);
/* Closes a created file, even on failure; it appears at its path whole or not at all, like an OutFile. */
int h5_commit(H5 *h5, Err *err);
/* Closes a created file and writes nothing. NULL is legal. */
void h5_discard(H5 *h5);
/* The path it was opened with, for messages. Borrowed until it is closed. */
const char *h5_path(const H5 *h5);

/* --- looking around --- */

enum { H5_MAX_RANK = 4 };
typedef enum { H5_INTEGERS, H5_FLOATS, H5_STRINGS, H5_OTHER } H5Kind;

typedef struct {
    H5Kind kind;
    int rank;
    int64_t dim[H5_MAX_RANK];
    char type[16];        /* "int32", "float16", "string" */
    char layout[48];      /* "contiguous", "chunked", "chunked, gzip" */
    int64_t stored_bytes; /* in the file */
} H5Info;

/* 1: a dataset or a group has this name; 0: none has it; -1: failed. */
int h5_has(H5 *h5, const char *name, Err *err);
/* 1: phrase says what a link leads to and why it is not followed: "link to '/words' of gone.h5, which is not there".
 * 0: the name is not such a link. -1: failed. */
int h5_broken_link(H5 *h5, const char *name, char *phrase, size_t room, Err *err);
int h5_info(H5 *h5, const char *name, H5Info *info, Err *err);
/* Calls fn for each name in a group ("/"), in alphabetical order, and says whether it is a dataset. -1 if the group
 * cannot be read or fn returned -1. */
int h5_each(H5 *h5, const char *group, int (*fn)(void *ctx, const char *name, int is_dataset), void *ctx, Err *err);

/* Drops dimensions of 1 after the first, the last ones first, until the rank is `rank`: (n,D,1,1) is taken for
 * (n,D). */
void h5_squeeze(H5Info *info, int rank);

/* --- reading. Widths are converted; integers are not taken for floats, nor floats for integers. What was never
 * written, and a virtual dataset without its source, is refused --- */

/* 0 if the dataset holds floats of this rank and these dimensions. Check before allocating memory for them. */
int h5_expect_floats(H5 *h5, const char *name, int rank, const int64_t *dim, Err *err);
/* Reads a whole dataset, which must have this rank and these dimensions, into out. */
int h5_read_floats(H5 *h5, const char *name, int rank, const int64_t *dim, float *out, Err *err);
int h5_read_doubles(H5 *h5, const char *name, int rank, const int64_t *dim, double *out, Err *err);
/* Values outside int32 are clamped. */
int h5_read_ints(H5 *h5, const char *name, int rank, const int64_t *dim, int32_t *out, Err *err);
/* Rows first … first + n - 1 of a dataset of float16 with these dimensions. */
int h5_read_halves(H5 *h5, const char *name, int rank, const int64_t *dim, int64_t first, int64_t n, uint16_t *out,
                   Err *err);
/* A one-dimensional dataset of strings, fixed or variable. The caller frees with h5_free_strings. */
int h5_read_strings(H5 *h5, const char *name, char ***out, int64_t *n, Err *err);
void h5_free_strings(char **strings, int64_t n);

/* A read-only matrix, from numbers of either kind: mapped if the file holds it contiguously as this machine's float32
 * or int32, else read and converted once. Valid until h5_unmap, even after h5_close. */
typedef struct {
    union { /* (rows, columns); one column if the dataset has one dimension */
        const float *floats;
        const int32_t *ints;
    };
    int64_t rows, columns;
    void *base; /* of the mapping: of the file, or of memory that holds a copy */
    size_t bytes;
} H5Matrix;
/* Wanted are H5_FLOATS or H5_INTEGERS, of this rank, 1 or 2, and these dimensions; the dataset, squeezed, must have
 * them. Integers are taken for floats; floats that are whole numbers for integers: -1 with the row of the first one
 * that is not. Integers outside int32 are clamped. */
int h5_map(H5 *h5, const char *name, H5Kind kind, int rank, const int64_t *dim, H5Matrix *matrix, Err *err);
void h5_unmap(H5Matrix *matrix); /* safe on a zero-initialized one */

/* A large array of floats, of which rows (of the first dimension) are read one at a time: mapped where the file holds
 * them, each in one piece, as float16 or float32. Nothing of it is held in memory. Valid until h5_unmap_rows, even
 * after h5_close. */
typedef struct {
    int64_t rows;
    size_t numbers;  /* in a row */
    int width;       /* bytes of a number in the file */
    int64_t *offset; /* (rows) */
    void *base;      /* of the mapping */
    size_t bytes;
} H5Rows;
/* The dataset must have this rank and these dimensions. -1 also if its rows are compressed or in pieces. */
int h5_map_rows(H5 *h5, const char *name, int rank, const int64_t *dim, H5Rows *rows, Err *err);
void h5_unmap_rows(H5Rows *rows); /* safe on a zero-initialized one */
/* Copies a row, converted, to out (numbers). False: one of its numbers is not finite. Any thread. */
bool h5_row(const H5Rows *rows, int64_t row, float *out);

/* Attributes of an object ("/" or "/optim"): 1 with the value, 0 if there is none, -1 if it is of another kind. The
 * caller frees text. Integers may have any width; reals may be stored as integers. */
int h5_attr_text(H5 *h5, const char *object, const char *name, char **out, Err *err);
int h5_attr_int(H5 *h5, const char *object, const char *name, int64_t *out, Err *err);
int h5_attr_real(H5 *h5, const char *object, const char *name, double *out, Err *err);
/* One of exactly n numbers, 1 to H5_REALS. */
enum { H5_REALS = 16 };
int h5_attr_reals(H5 *h5, const char *object, const char *name, int n, double *out, Err *err);

/* --- writing. No time is stored --- */

int h5_make_group(H5 *h5, const char *name, Err *err);
int h5_write_floats(H5 *h5, const char *name, int rank, const int64_t *dim, const float *in, Err *err);
int h5_write_doubles(H5 *h5, const char *name, int rank, const int64_t *dim, const double *in, Err *err);
int h5_write_ints(H5 *h5, const char *name, int rank, const int64_t *dim, const int32_t *in, Err *err);
int h5_write_strings(H5 *h5, const char *name, int64_t n, const char *const *in, Err *err);
int h5_put_text(H5 *h5, const char *object, const char *name, const char *value, Err *err);
int h5_put_int(H5 *h5, const char *object, const char *name, int64_t value, Err *err);
int h5_put_real(H5 *h5, const char *object, const char *name, double value, Err *err);
int h5_put_reals(H5 *h5, const char *object, const char *name, int n, const double *values, Err *err);

/* Arrays that are written some rows at a time (the first dimension): float32, which readers can map, and float16,
 * in chunks of one row. */
int h5_make_floats(H5 *h5, const char *name, int rank, const int64_t *dim, Err *err);
int h5_put_floats(H5 *h5, const char *name, int64_t first, int64_t n, const float *in, Err *err);
int h5_make_halves(H5 *h5, const char *name, int rank, const int64_t *dim, Err *err);
int h5_put_halves(H5 *h5, const char *name, int64_t first, int64_t n, const uint16_t *in, Err *err);
/* Rounds to the nearest float16, IEEE 754's binary16, ties to even; 65520 and more become infinity. */
void h5_to_halves(const float *in, size_t n, uint16_t *out);
enum { H5_HALF_INFINITY = 0x7c00 }; /* its bits; a number that is not finite has all of these set */
/* Adds a contiguous array to a file that is closed, and writes its rows one after another without holding them: n
 * rows of dim[0] in order, in float16 (width 2) or float32 (4). Whoever writes the file has it under a name that
 * nobody else reads. */
typedef struct H5Append H5Append;
H5Append *h5_append_begin(const char *path, const char *name, int width, int rank, const int64_t *dim, Err *err);
int h5_append_row(H5Append *append, const float *in, Err *err);
/* The same for n numbers of int32. Several arrays of a file may be begun before the first is ended. */
H5Append *h5_append_begin_ints(const char *path, const char *name, int64_t n, Err *err);
int h5_append_int(H5Append *append, int32_t value, Err *err);
/* Frees, even on failure. -1 also if rows are missing. */
int h5_append_end(H5Append *append, Err *err);
void h5_append_abort(H5Append *append); /* NULL is legal */

#endif
