/* What must not be lost when the power fails: bytes before their name, names before what they replace is removed. Any
 * thread. */
#ifndef COCO_IO_FILE_SYNC_H
#define COCO_IO_FILE_SYNC_H

/* The bytes of a file. -1 with errno. */
int sync_file(const char *path);
/* Everything below a directory: the whole file system that it is on. -1 with errno. */
int sync_tree(const char *path);
/* The names in a directory, and in the one that holds the path. Some file systems cannot do it, so failures are
 * ignored. */
void sync_dir(const char *path);
void sync_parent(const char *path);

#endif
