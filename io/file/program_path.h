/* Where the file of the running program is. Any thread. */
#ifndef COCO_IO_FILE_PROGRAM_PATH_H
#define COCO_IO_FILE_PROGRAM_PATH_H

#include <limits.h>
#include <stdbool.h>

/* Its path, without links; where there is no /proc, that by which it was started. False: unknown. */
bool program_path(char path[PATH_MAX]);

#endif
