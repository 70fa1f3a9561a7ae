/* Caption records, as coco-sample and coco-fetch show write them; only `file` and `caption` are needed here.
 * `references` are captions too, except beside a generated caption, which its logprob shows: it was only compared
 * with them. */
#include "io/captions/captions_format.h"
#include "io/data/json.h"

#include <string.h>

static const char UNIT[] = "line";

static bool recognise(const CaptionFile *f)
{
    size_t len;
    return *caption_file_head(f, &len) == '{' && caption_file_has(f, "caption");
}

static int take_references(const CaptionFile *f, const Json *list, long long number, const CaptionItem *item,
                           Err *err)
{
    for (const Json *e = json_first(list); e; e = json_next(e)) {
        CaptionItem one = *item;
        one.caption = json_text(e);
        if (!one.caption)
            caption_skip(f, UNIT, number, "a reference that is not a string");
        else if (caption_take(f, UNIT, number, &one, err))
            return -1;
    }
    return 0;
}

static int take_record(const CaptionFile *f, const Json *json, long long number, Err *err)
{
    CaptionItem item = {.file = NULL};
    const Json *references;
    double logprob;
    int64_t id;
    Err why;
    int generated, more;
    /* An absent member leaves NULL. */
    if (json_get_text(json, "file", &item.file, &why) < 0 ||
        json_get_text(json, "caption", &item.caption, &why) < 0 ||
        json_get_text(json, "split", &item.split, &why) < 0 || json_get_text(json, "url", &item.url, &why) < 0 ||
        (generated = json_get_real(json, "logprob", &logprob, &why)) < 0 ||
        (more = json_get_array(json, "references", &references, &why)) < 0) {
        caption_skip(f, UNIT, number, why.text);
        return 0;
    }
    if (!item.file || !item.caption) {
        caption_skip(f, UNIT, number, item.file ? "no \"caption\"" : "no \"file\"");
        return 0;
    }
    if (json_get_id(json, "image_id", &id, &why) > 0)
        item.id = &id;
    CaptionItem first = item;
    if (caption_take(f, UNIT, number, &first, err))
        return -1;
    return more && !generated ? take_references(f, references, number, &item, err) : 0;
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
