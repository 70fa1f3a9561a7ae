/* A training log as a file that may be there already: what it holds, before it is replaced or continued. Any thread. */
#ifndef COCO_IO_DATA_TRAINLOG_FILE_H
#define COCO_IO_DATA_TRAINLOG_FILE_H

#include "io/base/err.h"
#include "io/data/trainlog.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef enum {
    LOG_BAD = -1,  /* not a training log, or not readable: err says why */
    LOG_EMPTY = 0, /* nothing to lose: no such file, an empty one, a pipe or device, or one torn line alone */
    LOG_EVENTS = 1
} LogContent;

typedef struct {
    LogEvent first, last; /* `last` is `first` if the last line is not an event */
} LogEnds;

/* Looks at a log and leaves it as it is. The ends are for LOG_EVENTS. */
LogContent log_look(const char *path, LogEnds *ends, Err *err);

/* Cuts a log off after the last line of an iteration up to this one: what a run wrote that was killed before it saved
 * its model again, and what a run that resumes that model writes again. *lines: how many events that are. 0: cut, if there
 * were any. 1: a model was saved in one of them, so that they are its, and all is left. -1: not readable, or not cut. */
int log_cut(const char *path, int64_t iteration, int64_t *lines, Err *err);

/* Opens a log to append to it. A torn last line is cut off: *cut is its length in bytes, else 0. NULL: cannot be
 * opened. */
FILE *log_append(const char *path, int64_t *cut, Err *err);

/* Whether it is a regular file: one that will still be there later. */
bool log_stays(FILE *log);

#endif
