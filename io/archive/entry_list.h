/* The plain files of an archive by name and size, before any of them is written. One thread at a time. */
#ifndef COCO_IO_ARCHIVE_ENTRY_LIST_H
#define COCO_IO_ARCHIVE_ENTRY_LIST_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    char *name; /* tidied (io/archive/entry_name.h) */
    int64_t size;
} ListedEntry;

/* Zeroed at first. */
typedef struct {
    ListedEntry *entry;
    size_t n, room;
    size_t bytes; /* of all names */
} EntryList;

/* Copies the name. -1: out of memory. */
int entry_list_add(EntryList *list, const char *name, int64_t size);
void entry_list_free(EntryList *list);

/* Finds the root: the directory that holds a file with one of the names `markers`, which end with NULL. Returns a
 * name whose first *len bytes are the root ("" or "a/b/"), borrowed until the list is freed; NULL: there is no such
 * file. *second is such a file in another directory, or NULL. */
const char *entry_list_root(const EntryList *list, const char *const *markers, size_t *len, const char **second);

/* The name relative to the root, if it is below the root and wanted; else NULL. */
const char *entry_name_wanted(const char *name, const char *root, size_t len, int (*wanted)(const char *name));

/* Sorts the list, and adds up the sizes of the wanted files. Returns a duplicate entry, if any, else NULL. */
const char *entry_list_sum(EntryList *list, const char *root, size_t len, int (*wanted)(const char *name),
                           int64_t *total);

#endif
