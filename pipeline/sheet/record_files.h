/* What a dataset directory knows of records that name no file: its lists say the file and the URL of each image row.
 * Main thread. */
#ifndef COCO_PIPELINE_SHEET_RECORD_FILES_H
#define COCO_PIPELINE_SHEET_RECORD_FILES_H

#include "io/base/err.h"
#include "io/data/record.h"

typedef struct RecordFiles RecordFiles;

/* `data` may be NULL: nothing is known. NULL: out of memory. */
RecordFiles *record_files_open(const char *data, Err *err);
void record_files_close(RecordFiles *files); /* NULL is legal */

/* Gives a record without file and URL those of its row in its split, or of the image that has its id. The first such
 * record makes it read the lists of every split. -1: out of memory. */
int record_files_fill(RecordFiles *files, Record *record, Err *err);

#endif
