#include "io/file/file.h"
#include "io/file/scratch.h"
#include "io/file/sniff.h"
#include "io/picture/image.h"
#include "pipeline/tag/same_picture.h"
#include "pipeline/tag/xmp_caption.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* Changes a copy of the picture, in the folder `work`, and reads it. The caller frees; NULL: failed. */
static char *change_copy(const char *work, const TagTask *task, const char *bytes, size_t len, size_t *n, Err *why)
{
    char *copy = path_join(work, "picture"), *changed = NULL;
    if (!copy)
        err_set(why, "out of memory");
    else if (!file_put(copy, bytes, len, why) && !set_in(copy, task, why))
        changed = file_read(copy, (size_t)2 * IMAGE_FILE_MAX, n, why);
    free(copy);
    return changed;
}

/* The same in a folder beside the picture, which holds the files that Exempi makes meanwhile: what a killed run
 * leaves of them is removed by the next one. */
static char *change(const TagTask *task, const char *bytes, size_t len, size_t *n, Err *why)
{
    char *real = realpath(task->picture, NULL), *work = NULL, *changed = NULL;
    int lock;
    if (real)
        scratch_sweep(real);
    if (!real || scratch_make(real, SCRATCH_DIR, &work, &lock)) {
        err_set(why, "%s", strerror(errno));
    } else {
        changed = change_copy(work, task, bytes, len, n, why);
        scratch_remove(work);
        scratch_forget(work);
        close(lock);
    }
    free(work);
    free(real);
    return changed;
}

/* The changed copy replaces the picture if it has the same pixels. */
static int embed(const TagTask *task, const char *bytes, size_t len, Err *why)
{
    size_t n;
    char *changed = change(task, bytes, len, &n, why);
    int rc = changed ? same_picture(bytes, len, changed, n, why) : -1;
    if (!rc)
        rc = form_replace(task->picture, changed, n, true, why);
    free(changed);
    return rc;
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
