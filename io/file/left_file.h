/* Files that a run leaves for the next one under a name that others can guess. Any thread. */
#ifndef COCO_IO_FILE_LEFT_FILE_H
#define COCO_IO_FILE_LEFT_FILE_H

#include "io/base/err.h"

/* Opens the file, or makes it, to read and write. In a folder of many users, another one may have put something there:
 * a file that they still have open, a link, or a second name of a file elsewhere. None of them is opened. A descriptor;
 * -1: failed, with errno, too. */
int left_file_open(const char *path, Err *err);

#endif
