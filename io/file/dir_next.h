/* Reading a directory to its end, which one that cannot be read further does not have. Any thread, on streams of its
 * own. */
#ifndef COCO_IO_FILE_DIR_NEXT_H
#define COCO_IO_FILE_DIR_NEXT_H

#include <dirent.h>

/* The next name but "." and "..": 1; 0: there are no more; -1: it cannot be read, with errno. *name lasts until the
 * next call or closedir. */
int dir_next(DIR *dir, const char **name);

#endif
