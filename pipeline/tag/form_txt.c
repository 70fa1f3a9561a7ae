#include "pipeline/tag/form.h"

#include "io/file/line_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_BYTES = 1 << 20 };

/* Whether the caption may replace what is there now. */
static TagState judge(const TagTask *task, const char *now, size_t len, const char *text, size_t n, Err *why)
{
    if (len == n && !memcmp(now, text, n))
        return TAG_SAME;
    int own = task->force || line_is_blank(now, len) ? 1 : own_texts_has(task->own, task->picture, now, len, why);
    if (own < 0)
        return TAG_FAILED;
    if (own)
        return TAG_WRITTEN;
    err_set(why, "coco-tag did not write the text that is there for this picture");
    return TAG_KEPT;
}

static int write_text(const TagTask *task, const char *text, size_t n, Err *why)
{
    if (own_texts_add(task->own, task->picture, text, n, why))
        return -1;
    return form_replace(task->target, text, n, false, why);
}

static TagState put(const TagTask *task, Err *why)
{
    char *text, *now;
    size_t len;
    TagState state = TAG_WRITTEN;
    int n = asprintf(&text, "%s\n", task->caption);
    if (n < 0) {
        err_set(why, "out of memory");
        return TAG_FAILED;
    }
    int there = form_read(task->target, TEXT_BYTES, &now, &len, why);
    if (there)
        state = there < 0 ? TAG_FAILED : judge(task, now, len, text, (size_t)n, why);
    if (state == TAG_WRITTEN && !task->dry && write_text(task, text, (size_t)n, why))
        state = TAG_FAILED;
    free(now);
    free(text);
    return state;
}

const TagForm form_txt = {.suffix = ".txt", .put = put};
