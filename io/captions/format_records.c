/* JSON Lines, an image each: caption records, as coco-sample and coco-fetch show write them, of which only `file` and
 * `caption` are needed here, and what others write, such as Hugging Face's metadata.jsonl: `file_name`, `text`, or a
 * list `captions`. `references` are captions too, except beside a generated caption, which its logprob shows: it was
 * only compared with them. */
#include "io/captions/captions_format.h"
#include "io/data/json.h"

#include <string.h>

static const char UNIT[] = "line";
static const char *const FILE_KEYS[2] = {"file", "file_name"}, *const CAPTION_KEYS[2] = {"caption", "text"};

static bool recognise(const CaptionFile *f)
{
    size_t len;
    return *caption_file_head(f, &len) == '{' &&
           (caption_file_has(f, "caption") || caption_file_has(f, "text") || caption_file_has(f, "captions"));
}

/* The text of the first of two keys that is there. */
static int get_either(const Json *json, const char *const keys[2], const char **text, Err *why)
{
    int there = json_get_text(json, keys[0], text, why);
    return there ? there : json_get_text(json, keys[1], text, why);
}

/* Each of a list's captions, of which one is "a reference" or "a caption". */
static int take_list(const CaptionFile *f, const Json *list, const char *kind, long long number,
                     const CaptionItem *item, Err *err)
{
    for (const Json *e = json_first(list); e; e = json_next(e)) {
        CaptionItem one = *item;
        Err why;
        one.caption = json_text(e);
        if (!one.caption) {
            err_set(&why, "%s that is not a string", kind);
            caption_skip(f, UNIT, number, why.text);
        } else if (caption_take(f, UNIT, number, &one, err)) {
            return -1;
        }
    }
    return 0;
}

static int take_record(const CaptionFile *f, const Json *json, long long number, Err *err)
{
    CaptionItem item = {.file = NULL};
    const Json *references, *captions;
    double logprob;
    int64_t id;
    Err why;
    int has_logprob, has_references, has_captions;
    /* An absent member leaves NULL. */
    if (get_either(json, FILE_KEYS, &item.file, &why) < 0 ||
        get_either(json, CAPTION_KEYS, &item.caption, &why) < 0 ||
        json_get_text(json, "split", &item.split, &why) < 0 || json_get_text(json, "url", &item.url, &why) < 0 ||
        (has_logprob = json_get_real(json, "logprob", &logprob, &why)) < 0 ||
        (has_references = json_get_array(json, "references", &references, &why)) < 0 ||
        (has_captions = json_get_array(json, "captions", &captions, &why)) < 0) {
        caption_skip(f, UNIT, number, why.text);
        return 0;
    }
    if (!item.file || (!item.caption && !(has_captions && json_first(captions)))) {
        caption_skip(f, UNIT, number, item.file ? "no \"caption\"" : "no \"file\"");
        return 0;
    }
    if (json_get_id(json, "image_id", &id, &why) > 0)
        item.id = &id;
    CaptionItem first = item;
    if ((item.caption && caption_take(f, UNIT, number, &first, err)) ||
        (has_captions && take_list(f, captions, "a caption", number, &item, err)))
        return -1;
    return has_references && !has_logprob ? take_list(f, references, "a reference", number, &item, err) : 0;
}

static int read(const CaptionFile *f, Err *err)
{
    long long number = 1;
    for (char *s = f->text; *s; number++) {
        size_t n = strcspn(s, "\n");
        if (strspn(s, " \t\r") < n) {
            Err why;
            Json *json = json_parse_object(s, n, &why);
            if (!json)
                caption_skip(f, UNIT, number, why.text);
            int rc = json ? take_record(f, json, number, err) : 0;
            json_free(json);
            if (rc)
                return -1;
        }
        s += n + (s[n] == '\n');
    }
    return 0;
}

const CaptionFormat captions_records = {"caption records", recognise, read};
