/* What the handler of a signal that ends the process needs of the libraries below. */
#ifndef COCO_PIPELINE_COMMON_CRASH_H
#define COCO_PIPELINE_COMMON_CRASH_H

/* Makes ready, once, before other threads start. */
void crash_prepare(void);
/* All are async-signal-safe. Removes unfinished files and directories. */
void crash_clean(void);
/* What the text library said last, one line; "": nothing. */
const char *crash_reason(void);
/* The path of the HDF5 file that is mapped at this address; NULL: none is known. */
const char *crash_file(const void *address);

#endif
