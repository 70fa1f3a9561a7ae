/* The pictures in a directory's subfolders by the last part of their names, for lists that name them by that alone.
 * Any thread reads; one at a time makes. */
#ifndef COCO_IO_FILE_BASE_NAMES_H
#define COCO_IO_FILE_BASE_NAMES_H

#include "io/base/err.h"
#include "io/base/hash.h"

typedef struct {
    Hash *names;
    char **path; /* (names) below the directory; NULL: several pictures have the name */
} BaseNames;

typedef enum { BASE_NAME_NONE, BASE_NAME_ONE, BASE_NAME_SEVERAL } BaseNameFound;

/* Walks through the whole tree. Left out are hidden names, symbolic links, which could lead out of it or in a circle,
 * and folders without permission, whose pictures nobody could read. The caller frees also after a failure. */
int base_names_read(BaseNames *names, const char *dir, Err *err);
void base_names_free(BaseNames *names); /* safe on a zeroed one */

/* *path: below the directory, of the only picture with the name; borrowed. */
BaseNameFound base_names_find(const BaseNames *names, const char *name, const char **path);

#endif
