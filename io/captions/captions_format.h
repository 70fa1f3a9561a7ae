/* What the formats of io/captions/ share: the table's row, the file being read, and hand-over to the sink. Not for
 * anybody else. */
#ifndef COCO_IO_CAPTIONS_CAPTIONS_FORMAT_H
#define COCO_IO_CAPTIONS_CAPTIONS_FORMAT_H

#include "io/captions/captions.h"

#include <stdbool.h>
#include <stddef.h>

/* A file in memory: valid UTF-8, with a NUL only at text[len]. Readers may change the text. */
typedef struct {
    const char *name; /* "a.csv", "standard input" */
    char *text;
    size_t len;
    const CaptionSink *sink;
} CaptionFile;

typedef struct {
    const char *name; /* for messages */
    /* Formats are asked in the order of the table. */
    bool (*recognise)(const CaptionFile *file);
    int (*read)(const CaptionFile *file, Err *err);
} CaptionFormat;

extern const CaptionFormat captions_coco, captions_karpathy, captions_records, captions_tsv, captions_bars,
    captions_csv;

/* The file's first line that is not blank: its first byte, and *len without the line end. */
const char *caption_file_head(const CaptionFile *file, size_t *len);
/* Whether the JSON object at the file's start has a member of this name at its top. */
bool caption_file_has(const CaptionFile *file, const char *key);

/* Hands a caption to the sink, after white space around the name is cut off; one without a name is skipped. `unit` and
 * `number` say where it is: "line", 3. -1 with the place before the message. */
int caption_take(const CaptionFile *file, const char *unit, long long number, CaptionItem *item, Err *err);
void caption_skip(const CaptionFile *file, const char *unit, long long number, const char *why);

#endif
