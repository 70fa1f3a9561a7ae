#include "pipeline/tag/xmp_caption.h"

#include <stdlib.h>

enum { SIDECAR_BYTES = 16 << 20 };

static int write_sidecar(XmpDoc *doc, const TagTask *task, Err *why)
{
    size_t len;
    if (xmp_caption_set(doc, task, true, why))
        return -1;
    char *text = xmp_doc_text(doc, &len, why);
    int rc = text ? form_replace(task->target, text, len, false, why) : -1;
    free(text);
    return rc;
}

/* What other programs keep in the sidecar stays. */
static TagState put(const TagTask *task, Err *why)
{
    char *now;
    size_t len;
    int there = form_read(task->target, SIDECAR_BYTES, &now, &len, why);
    XmpDoc *doc = there < 0 ? NULL : there ? xmp_doc_parse(now, len, why) : xmp_doc_new(why);
    TagState state = doc ? xmp_caption_judge(doc, task, why) : TAG_FAILED;
    if (state == TAG_WRITTEN && !task->dry && write_sidecar(doc, task, why))
        state = TAG_FAILED;
    xmp_doc_close(doc);
    free(now);
    return state;
}

const TagForm form_xmp = {.suffix = ".xmp", .put = put};
