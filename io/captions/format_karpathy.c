/* Karpathy's dataset_coco.json, dataset_flickr8k.json, dataset_flickr30k.json: images with their split and sentences.
 * His split restval, the rest of COCO's validation images, trains. */
#include "io/captions/captions_format.h"
#include "io/data/json.h"

#include <stdlib.h>
#include <string.h>

static const char UNIT[] = "image";

static bool recognise(const CaptionFile *f)
{
    size_t len;
    return *caption_file_head(f, &len) == '{' && caption_file_has(f, "images");
}

/* "val2014/COCO_val2014_000000391895.jpg", where COCO's images lie; the name alone for the others. NULL: out of
 * memory. */
static char *path_of(const Json *image, const char *name, Err *err)
{
    const char *folder;
    char *path = NULL;
    if (json_get_text(image, "filepath", &folder, err) <= 0 || !*folder)
        return strdup(name);
    size_t room = strlen(folder) + strlen(name) + 2;
    path = malloc(room);
    if (path)
        snprintf(path, room, "%s/%s", folder, name);
    return path;
}

static int take_sentences(const CaptionFile *f, const Json *image, long long number, CaptionItem *item, Err *err)
{
    const Json *list;
    Err why;
    int rc = json_get_array(image, "sentences", &list, &why);
    if (rc <= 0) {
        caption_skip(f, UNIT, number, rc ? why.text : "no \"sentences\"");
        return 0;
    }
    for (const Json *e = json_first(list); e; e = json_next(e)) {
        CaptionItem one = *item;
        if (!json_is_object(e) || json_get_text(e, "raw", &one.caption, &why) <= 0)
            caption_skip(f, UNIT, number, "a sentence without \"raw\"");
        else if (caption_take(f, UNIT, number, &one, err))
            return -1;
    }
    return 0;
}

static int take_image(const CaptionFile *f, const Json *image, long long number, Err *err)
{
    CaptionItem item = {.file = NULL};
    int64_t id;
    Err why;
    if (!json_is_object(image) || json_get_text(image, "filename", &item.file, &why) <= 0) {
        caption_skip(f, UNIT, number, "no \"filename\"");
        return 0;
    }
    if (json_get_text(image, "split", &item.split, &why) <= 0)
        item.split = NULL;
    else if (!strcmp(item.split, "restval"))
        item.split = "train";
    if (json_get_id(image, "cocoid", &id, &why) > 0 || json_get_id(image, "imgid", &id, &why) > 0)
        item.id = &id;
    char *path = path_of(image, item.file, &why);
    if (!path)
        return err_set(err, "%s: out of memory", f->name);
    item.file = path;
    int rc = take_sentences(f, image, number, &item, err);
    free(path);
    return rc;
}

static int read(const CaptionFile *f, Err *err)
{
    const Json *list;
    Err why;
    long long n = 1;
    Json *json = json_parse_object(f->text, f->len, err);
    if (!json)
        return err_prefix(err, "%s: ", f->name);
    int rc =
        json_get_array(json, "images", &list, &why) > 0 ? 0 : err_set(err, "%s: \"images\": not a list", f->name);
    for (const Json *e = rc ? NULL : json_first(list); e && rc == 0; e = json_next(e), n++)
        rc = take_image(f, e, n, err);
    json_free(json);
    return rc;
}

const CaptionFormat captions_karpathy = {"Karpathy's dataset JSON", recognise, read};
