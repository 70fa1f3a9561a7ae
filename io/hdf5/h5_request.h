/* What the reading process is asked, and what it answers. Both sides are one program, so the structs travel as they
 * are; the side that asked checks each answer, for the library may have overwritten anything. */
#ifndef COCO_IO_HDF5_H5_REQUEST_H
#define COCO_IO_HDF5_H5_REQUEST_H

#include "io/hdf5/h5.h"

typedef enum {
    ASK_OPEN,      /* answered once, unasked */
    ASK_HAS,       /* name */
    ASK_INFO,      /* name -> info */
    ASK_EACH,      /* name, a group -> text: for each member 'd' (a dataset) or '-', its name, NUL */
    ASK_LINK,      /* name -> text, NUL */
    ASK_EXPECT,    /* name, kind, strict, rank, dim */
    ASK_OFFSET,    /* the same -> integer */
    ASK_READ,      /* the same, number, rows, at: where in the shared memory the values go, bytes */
    ASK_STRINGS,   /* name -> integer, how many; text: each ends with NUL */
    ASK_ATTR_TEXT, /* object, name -> text, NUL */
    ASK_ATTR_INT,  /* object, name -> integer */
    ASK_ATTR_REAL, /* object, name -> real[0] */
    ASK_ATTR_REALS /* object, name, dim[0] -> real */
} H5Ask;

/* Numbers in memory. */
typedef enum { H5_FLOAT16, H5_FLOAT32, H5_FLOAT64, H5_INT32 } H5Number;

enum { H5_NAME_LEN = 256 };

typedef struct {
    H5Ask ask;
    char object[H5_NAME_LEN], name[H5_NAME_LEN];
    H5Kind kind;
    H5Number number;
    bool strict;
    int rank;
    int64_t dim[H5_MAX_RANK];
    int64_t first, rows; /* all if rows is 0 */
    int64_t at, bytes;
} H5Request;

typedef struct {
    int rc; /* of the function of h5.h: -1 with err, 0 or 1 */
    Err err;
    H5Info info;
    int64_t integer;
    double real[H5_REALS];
    int64_t text_bytes; /* of the text that follows */
} H5Reply;

#endif
