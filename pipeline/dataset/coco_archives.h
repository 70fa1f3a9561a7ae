/* The archives of COCO, as its makers publish them: a row each, in coco_archives.c. Any thread. */
#ifndef COCO_PIPELINE_DATASET_COCO_ARCHIVES_H
#define COCO_PIPELINE_DATASET_COCO_ARCHIVES_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    int year;
    const char *part; /* "train", "val", "annotations", "karpathy" */
    const char *url;
    const char *mirrored;            /* where a mirror has it, below its base: "zips/train2014.zip" */
    const char *root;                /* the directory in the archive that counts; "" is its top */
    const char *target;              /* where that lies below the dataset's directory */
    int (*wanted)(const char *name); /* which of its files are written, by their name below the root */
    int64_t packed, unpacked;        /* bytes of the archive, and of the wanted files */
} CocoArchive;

/* The rows; the last is followed by one without a part. */
const CocoArchive *coco_archives(void);
/* The row of a part of a year; `len` bytes of its name. NULL: there is none. */
const CocoArchive *coco_archives_find(int year, const char *part, int len);

/* What is on the disk of an archive. */
typedef struct {
    bool unpacked;  /* its target is there */
    int64_t packed; /* bytes of the archive that are there */
} CocoState;

/* The bytes of disk space that fetching and unpacking n archives takes at most, one after another; with `drop` each
 * archive is removed once it is unpacked. */
int64_t coco_archives_space(const CocoArchive *const *archives, const CocoState *states, int n, bool drop);

#endif
