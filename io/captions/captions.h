/* Captions files: which image each caption belongs to, from any of the formats in which captions are kept.
 *
 *   COCO annotations        {"images":[{"id":9,"file_name":"x.jpg"},...],"annotations":[{"image_id":9,"caption":"..."},...]}
 *   Karpathy's splits       {"images":[{"filename":"x.jpg","split":"train","sentences":[{"raw":"..."},...]},...]}
 *   caption records         JSON Lines (io/data/record.h), or {"file_name":"x.jpg","text":"..."}, {"file":...,"captions":[...]}
 *   CSV                     RFC 4180: image,caption; a header may name the columns
 *   TSV                     image#0<TAB>caption
 *   bars                    image| 0| caption
 *
 * The format is recognised by the content. A file is read whole, up to 1 GiB; it must be UTF-8 (a byte order mark is
 * skipped) without NUL bytes. Any thread. */
#ifndef COCO_IO_CAPTIONS_CAPTIONS_H
#define COCO_IO_CAPTIONS_CAPTIONS_H

#include "io/base/err.h"

#include <stdint.h>

/* Texts are borrowed for the call, and are valid UTF-8. */
typedef struct {
    const char *file;    /* the image's name as the file gives it, without white space around it */
    const char *caption; /* may be empty */
    const char *split;   /* that the file gives the image; NULL: none. The same for the others */
    const char *url;
    const char *number; /* the caption's number among those of its image, or the annotation's id */
    const int64_t *id;  /* the image's */
} CaptionItem;

typedef struct {
    /* Called for each caption in file order. Any value but 0 ends the walk, and the place is put before the message. */
    int (*take)(void *ctx, const CaptionItem *item, Err *err);
    /* Called for a line that is not a caption, with its place ("a.csv: line 3"), after which reading continues. */
    void (*skip)(void *ctx, const char *place, const char *why);
    void *ctx;
} CaptionSink;

/* Reads a file, "-" for standard input. *format: what it was recognised as, for messages; a constant. -1: the file
 * cannot be read, is none of these, or is damaged as a whole; err names it and the line. */
int captions_read(const char *path, const CaptionSink *sink, const char **format, Err *err);

#endif
