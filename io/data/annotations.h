/* COCO's caption annotations: {"images":[...],"annotations":[{"image_id":9,"caption":"..."},...]}.
 *
 * Read whole, as JSON; up to 512 MiB. Safe from any thread. */
#ifndef COCO_IO_DATA_ANNOTATIONS_H
#define COCO_IO_DATA_ANNOTATIONS_H

#include "io/base/err.h"
#include "io/data/json.h"

#include <stddef.h>
#include <stdint.h>

enum { ANNOTATIONS_MAX_BYTES = 512 << 20 };

/* Called for each caption, in file order; the text is borrowed for the call. Any value but 0 ends the walk, and the
 * annotation's place is put before the message in err. */
typedef int (*CaptionFn)(void *ctx, int64_t image_id, const char *caption, Err *err);

/* Visits the captions of an annotations file. -1: err names the file and the annotation ("refs.json: annotation 17: no
 * \"caption\""). */
int annotations_each(const char *path, CaptionFn fn, void *ctx, Err *err);
/* The same of a file that has been parsed; `name` is the file's in messages. */
int annotations_walk(const Json *file, const char *name, CaptionFn fn, void *ctx, Err *err);

#endif
