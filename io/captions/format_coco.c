/* COCO's annotations: captions name their image by an id, which the list of images gives a file's name. */
#include "io/base/hash.h"
#include "io/captions/captions_format.h"
#include "io/data/annotations.h"
#include "io/data/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char UNIT[] = "annotation";

typedef struct {
    const CaptionFile *file;
    Hash *ids;          /* of images */
    const Json **image; /* by number in ids */
    long long number;   /* of the annotation, from 1 */
} Coco;

static bool recognise(const CaptionFile *f)
{
    size_t len;
    return *caption_file_head(f, &len) == '{' && caption_file_has(f, "annotations");
}

static int add_image(Coco *c, const Json *image, Err *err)
{
    int64_t id;
    const char *name, *first;
    int rc = json_is_object(image) ? json_get_id(image, "id", &id, err) : err_set(err, "not an object");
    if (rc > 0)
        rc = json_get_text(image, "file_name", &name, err) > 0 ? 1 : err_set(err, "no \"file_name\"");
    else if (rc == 0)
        rc = err_set(err, "no \"id\"");
    if (rc < 0)
        return -1;
    int32_t before = hash_count(c->ids), at = hash_add(c->ids, &id, sizeof id);
    if (at < 0)
        return err_set(err, "out of memory");
    if (at == before) {
        c->image[at] = image;
        return 0;
    }
    json_get_text(c->image[at], "file_name", &first, err);
    if (strcmp(first, name) != 0)
        return err_set(err, "id %" PRId64 " is that of '%s' already", id, first);
    return 0;
}

static int take(void *ctx, int64_t image_id, const char *caption, Err *err)
{
    Coco *c = ctx;
    CaptionItem item = {.caption = caption, .id = &image_id};
    int32_t at = hash_find(c->ids, &image_id, sizeof image_id);
    c->number++;
    if (at < 0) {
        char why[64];
        snprintf(why, sizeof why, "no image has the id %" PRId64, image_id);
        caption_skip(c->file, UNIT, c->number, why);
        return 0;
    }
    json_get_text(c->image[at], "file_name", &item.file, err);
    if (json_get_text(c->image[at], "coco_url", &item.url, err) <= 0 &&
        json_get_text(c->image[at], "flickr_url", &item.url, err) <= 0)
        item.url = NULL;
    if (json_get_text(c->image[at], "split", &item.split, err) <= 0)
        item.split = NULL;
    return caption_take(c->file, UNIT, c->number, &item, err);
}

static int read_images(Coco *c, const Json *json, Err *err)
{
    const Json *list;
    Err why;
    long long n = 1;
    int rc = json_get_array(json, "images", &list, &why);
    if (rc <= 0)
        return err_set(err, "%s: %s", c->file->name, rc ? why.text : "no \"images\": the images' names are needed");
    c->ids = hash_new();
    c->image = calloc((size_t)json_length(list) + 1, sizeof *c->image);
    if (!c->ids || !c->image)
        return err_set(err, "%s: out of memory", c->file->name);
    for (const Json *e = json_first(list); e; e = json_next(e), n++)
        if (add_image(c, e, &why))
            return err_set(err, "%s: image %lld: %s", c->file->name, n, why.text);
    return 0;
}

static int read(const CaptionFile *f, Err *err)
{
    Coco c = {.file = f};
    Json *json = json_parse_object(f->text, f->len, err);
    if (!json)
        return err_prefix(err, "%s: ", f->name);
    int rc = read_images(&c, json, err);
    if (rc == 0)
        rc = annotations_walk(json, f->name, take, &c, err);
    hash_free(c.ids);
    free(c.image);
    json_free(json);
    return rc;
}

const CaptionFormat captions_coco = {"COCO annotations", recognise, read};
