/* Members of a struct under the names of their attributes in a model file. A table of fields writes and reads them, so
 * that a new one is one row. Main thread. */
#ifndef COCO_PIPELINE_MODEL_FILE_FIELD_H
#define COCO_PIPELINE_MODEL_FILE_FIELD_H

#include "io/base/err.h"
#include "io/hdf5/h5.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum {
    FIELD_INT,    /* int64_t */
    FIELD_PERIOD, /* int64_t: a number of epochs, or, below 0, of iterations */
    FIELD_INT32,  /* int32_t */
    FIELD_BOOL,   /* bool; an integer in the file */
    FIELD_REAL,   /* double */
    FIELD_WORD,   /* int: the index of the word in `words` */
    FIELD_TEXT    /* const char *: allocated when it is read, for the struct's owner to free */
} FieldKind;

typedef struct {
    const char *name; /* of the attribute: "batch_size" */
    FieldKind kind;
    size_t at;                  /* offset of the member */
    double min, max;            /* of a number, when it is read */
    const char *(*words)(void); /* FIELD_WORD: the choice, "random|shuffle|sequential" */
    /* FIELD_INT, FIELD_REAL, FIELD_TEXT: may be missing from a file; then 0, NaN or NULL. NaN and NULL are not
     * written. */
    bool optional;
    /* A number or a word that is not written while it is `absent` (0, or the first word, unless the table says more),
     * and is that where it is missing: what files from before it was there meant. */
    bool sparse;
    int absent;
    const char *part; /* of an option with several members: what stands before its value, "cider="; NULL: nothing */
} Field;

/* A member that is not text, as a number to compare; a word by its index. */
double field_number(const Field *field, const void *base);

/* Whether it is sparse and has the value that is not written. */
bool field_absent(const Field *field, const void *base);

/* Writes the member of the struct at `base` as an attribute of an object of the file. */
int field_write(H5 *h5, const char *object, const Field *field, const void *base, Err *err);
/* Reads it. -1: it is missing, of another kind, out of range or not one of the words; the line names the file, the
 * object and the attribute. */
int field_read(H5 *h5, const char *object, const Field *field, void *base, Err *err);

/* The same for a table of n. */
int fields_write(H5 *h5, const char *object, const Field *fields, int n, const void *base, Err *err);
int fields_read(H5 *h5, const char *object, const Field *fields, int n, void *base, Err *err);

#endif
