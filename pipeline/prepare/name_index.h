/* What images' names stand for: numbers of images, or of rows of features. A name finds its number whole, as the end of
 * a longer path, or by its last part. Main thread. */
#ifndef COCO_PIPELINE_PREPARE_NAME_INDEX_H
#define COCO_PIPELINE_PREPARE_NAME_INDEX_H

#include "io/base/err.h"
#include "io/base/hash.h"

#include <stddef.h>
#include <stdint.h>

enum { NAME_UNKNOWN = -1, NAME_SEVERAL = -2 };

typedef struct {
    int64_t whole; /* the number of the path of this name, or NAME_UNKNOWN */
    int64_t end;   /* that of the one path that ends with it; NAME_SEVERAL: several do */
} NamedBy;

typedef struct {
    Hash *names;
    NamedBy *by; /* by number in names */
    size_t room;
} NameIndex;

int name_index_init(NameIndex *index, Err *err);
void name_index_free(NameIndex *index); /* safe on a zero-initialized one */

/* Names a number. If the name has one already, that stays. */
int name_index_add(NameIndex *index, int64_t number, const char *name, Err *err);

/* The number of the path that is the name; else of the only one that ends with it, from a slash on; else of the only
 * one with its last part. `askers`, unless NULL, are all names that look for numbers here: what two of them end with
 * finds none. NAME_SEVERAL: several paths end so; NAME_UNKNOWN: none does. */
int64_t name_index_find(const NameIndex *index, const char *name, const NameIndex *askers);

/* Any of the names, as an example; NULL: there are none. Borrowed. */
const char *name_index_any(const NameIndex *index);

#endif
