#include "io/data/annotations.h"

#include "io/base/err.h"

static int read_element(const Json *e, int64_t *id, const char **caption, Err *err)
{
    if (!json_is_object(e))
        return err_set(err, "not an object");
    int rc = json_get_id(e, "image_id", id, err);
    if (rc <= 0)
        return rc ? rc : err_set(err, "no \"image_id\"");
    rc = json_get_text(e, "caption", caption, err);
    if (rc <= 0)
        return rc ? rc : err_set(err, "no \"caption\"");
    return 0;
}

static int each(const Json *list, const char *path, CaptionFn fn, void *ctx, Err *err)
{
    Err why;
    int64_t n = 1;
    for (const Json *e = json_first(list); e; e = json_next(e), n++) {
        int64_t id;
        const char *caption;
        if (read_element(e, &id, &caption, &why) || fn(ctx, id, caption, &why))
            return err_set(err, "%s: annotation %lld: %s", path, (long long)n, why.text);
    }
    return 0;
}

int annotations_walk(const Json *file, const char *name, CaptionFn fn, void *ctx, Err *err)
{
    Err why;
    const Json *list;
    int rc = json_get_array(file, "annotations", &list, &why);
    if (rc > 0)
        return each(list, name, fn, ctx, err);
    return err_set(err, "%s: %s", name, rc ? why.text : "no \"annotations\": not a COCO captions file");
}

int annotations_each(const char *path, CaptionFn fn, void *ctx, Err *err)
{
    Json *json = json_load_object(path, ANNOTATIONS_MAX_BYTES, err);
    if (!json)
        return -1;
    int rc = annotations_walk(json, path, fn, ctx, err);
    json_free(json);
    return rc;
}
