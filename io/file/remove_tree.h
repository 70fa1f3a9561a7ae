/* Removes a directory with everything in it, or a file, whoever else changes it meanwhile: no symbolic link is
 * followed, no path is walked twice, and nothing on another file system goes. Async-signal-safe. */
#ifndef COCO_IO_FILE_REMOVE_TREE_H
#define COCO_IO_FILE_REMOVE_TREE_H

/* How deep it goes: a level takes 4 KiB of the stack and a descriptor. What is deeper stays, with all that it is in. */
enum { REMOVE_DEPTH_SIGNAL = 8, REMOVE_DEPTH = 100 };

/* `name` is one in the open directory `dir`, or with AT_FDCWD a path. Failures are ignored. */
void remove_tree(int dir, const char *name, int depth);
/* The same for a directory that is open as `fd`: what is in that one goes, even if the name leads to another by now,
 * and the name if it leads to an empty directory. */
void remove_open_tree(int dir, const char *name, int fd, int depth);

#endif
