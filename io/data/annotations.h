/* COCO's caption annotations: {"images":[...],"annotations":[{"image_id":9,"caption":"..."},...]}.
 *
 * Read whole, as JSON; up to 512 MiB. Safe from any thread. */
#ifndef COCO_IO_DATA_ANNOTATIONS_H
#define COCO_IO_DATA_ANNOTATIONS_H

#include "io/base/err.h"

#include <stddef.h>
#include <stdint.h>

enum { ANNOTATIONS_MAX_BYTES = 512 << 20 };

/* What is called for each caption, in the file's order; the text is borrowed for the call. Anything but 0 ends the
 * walk; the line in err is then given the annotation's place. */
typedef int (*CaptionFn)(void *ctx, int64_t image_id, const char *caption, Err *err);

/* The captions of an annotations file. -1: err names the file and the annotation ("refs.json: annotation 17: no
 * \"caption\""). */
int annotations_each(const char *path, CaptionFn fn, void *ctx, Err *err);

#endif
