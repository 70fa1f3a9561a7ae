#include "io/file/file.h"
#include "io/file/sniff.h"
#include "io/picture/image.h"
#include "pipeline/tag/same_picture.h"
#include "pipeline/tag/xmp_caption.h"

#include <stdlib.h>
#include <string.h>

static bool takes_xmp(const char *kind)
{
    return kind && (!strcmp(kind, "JPEG") || !strcmp(kind, "PNG") || !strcmp(kind, "TIFF"));
}

/* Only an undamaged picture of a format that is known here is touched. */
static int check(const char *bytes, size_t len, Err *why)
{
    const char *wrong = sniff_not_image(bytes, len);
    if (!wrong)
        wrong = sniff_cut(bytes, len);
    if (wrong)
        return err_set(why, "%s", wrong);
    const char *kind = sniff_kind(bytes, len);
    return takes_xmp(kind) ? 0 : err_set(why, "a caption cannot be put into %s: --xmp writes one beside it", kind);
}

static int set_in(const char *copy, const TagTask *task, Err *why)
{
    XmpDoc *doc = xmp_doc_open(copy, true, why);
    int rc = doc && !xmp_caption_set(doc, task, false, why) && !xmp_doc_save(doc, why) ? 0 : -1;
    xmp_doc_close(doc);
    return rc;
}

/* The copy is changed, and replaces the picture if that has the same pixels. */
static int embed(const TagTask *task, const char *bytes, size_t len, Err *why)
{
    const char *copy;
    size_t n;
    FormFile *file = form_begin(task->picture, bytes, len, &copy, why);
    if (!file)
        return -1;
    char *changed = set_in(copy, task, why) ? NULL : file_read(copy, (size_t)2 * IMAGE_FILE_MAX, &n, why);
    int rc = changed ? same_picture(bytes, len, changed, n, why) : -1;
    free(changed);
    if (!rc)
        return form_end(file, true, why);
    form_abort(file);
    return -1;
}

static TagState put(const TagTask *task, Err *why)
{
    size_t len;
    char *bytes = file_read(task->picture, IMAGE_FILE_MAX, &len, why);
    XmpDoc *doc = bytes && !check(bytes, len, why) ? xmp_doc_open(task->picture, false, why) : NULL;
    TagState state = doc ? xmp_caption_judge(doc, task, why) : TAG_FAILED;
    xmp_doc_close(doc);
    if (state == TAG_WRITTEN && !task->dry && embed(task, bytes, len, why))
        state = TAG_FAILED;
    free(bytes);
    return state;
}

const TagForm form_embed = {.put = put};
