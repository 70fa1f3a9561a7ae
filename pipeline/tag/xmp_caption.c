#include "pipeline/tag/xmp_caption.h"

#include "io/file/line_reader.h"

#include <stdlib.h>
#include <string.h>

static bool is_blank(const char *text)
{
    return !text || line_is_blank(text, strlen(text));
}

static bool is(const char *text, const char *other)
{
    return text && other && !strcmp(text, other);
}

TagState xmp_caption_judge(const XmpDoc *doc, const TagTask *task, Err *why)
{
    char *text[XMP_FIELDS];
    for (int i = 0; i < XMP_FIELDS; i++)
        text[i] = xmp_doc_get(doc, (XmpField)i);
    const char *description = text[XMP_DESCRIPTION], *alt = text[XMP_ALT_TEXT], *copy = text[XMP_OWN_CAPTION];
    bool here = !text[XMP_OWN_PICTURE] || is(text[XMP_OWN_PICTURE], form_base(task->picture));
    bool theirs = !is_blank(description) && !(here && is(description, copy));
    bool theirs_too = !is_blank(alt) && !(here && is(alt, copy));
    TagState state = TAG_WRITTEN;
    if (is(description, task->caption) && is(alt, task->caption) && here && is(copy, task->caption)) {
        state = TAG_SAME;
    } else if (!task->force && (theirs || theirs_too)) {
        state = TAG_KEPT;
        err_set(why, "coco-tag did not write the %s that is there for this picture",
                theirs ? "description" : "alternative text");
    }
    for (int i = 0; i < XMP_FIELDS; i++)
        free(text[i]);
    return state;
}

int xmp_caption_set(XmpDoc *doc, const TagTask *task, bool sidecar, Err *why)
{
    if (xmp_doc_set(doc, XMP_DESCRIPTION, task->caption, why) ||
        xmp_doc_set(doc, XMP_ALT_TEXT, task->caption, why) || xmp_doc_set(doc, XMP_OWN_CAPTION, task->caption, why))
        return -1;
    return sidecar ? xmp_doc_set(doc, XMP_OWN_PICTURE, form_base(task->picture), why) : 0;
}
