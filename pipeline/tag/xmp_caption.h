/* The caption in XMP: as description and as alternative text, beside a copy by which it is known again. Main thread. */
#ifndef COCO_PIPELINE_TAG_XMP_CAPTION_H
#define COCO_PIPELINE_TAG_XMP_CAPTION_H

#include "io/picture/xmp.h"
#include "pipeline/tag/form.h"

/* Whether the task's caption is to be set: TAG_WRITTEN; TAG_SAME: it is there; TAG_KEPT: one of the two texts is
 * neither ours nor blank. They are ours if they are the copy's words, and if the copy's picture, where it is named,
 * is this one. */
TagState xmp_caption_judge(const XmpDoc *doc, const TagTask *task, Err *why);
/* Sets both texts and the copy; in a sidecar the picture's name too. */
int xmp_caption_set(XmpDoc *doc, const TagTask *task, bool sidecar, Err *why);

#endif
