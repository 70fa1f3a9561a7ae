#include "pipeline/sample/caption_format.h"

#include "io/data/json.h"
#include "io/data/record.h"
#include "pipeline/common/ground_truth.h"
#include "pipeline/common/terminal.h"

#include <errno.h>
#include <string.h>

static int64_t id_of(const CaptionItem *item)
{
    const Lines *files = item->data ? &item->data->files : NULL;
    const char *file = files && item->row < (int64_t)files->n ? files->line[item->row] : item->file;
    return coco_image_id(file, item->row);
}

static int write_picture(FILE *out, const CaptionItem *item, Err *err)
{
    return record_write(out,
                        &(Record){.image_id = id_of(item),
                                  .row = -1,
                                  .file = (char *)item->file,
                                  .caption = (char *)item->caption,
                                  .logprob = item->logprob},
                        err);
}

/* What the dataset knows of the image, with the caption. */
static int write_record(FILE *out, const CaptionItem *item, Err *err)
{
    Record record;
    if (!item->data)
        return write_picture(out, item, err);
    if (truth_record(item->data, item->row, &record, err))
        return -1;
    record.caption = (char *)item->caption;
    record.logprob = item->logprob;
    int rc = record_write(out, &record, err);
    record.caption = NULL; /* not the record's to free */
    record_free(&record);
    return rc;
}

static int write_result(FILE *out, const CaptionItem *item, Err *err)
{
    fprintf(out, "{\"image_id\":%lld,\"caption\":", (long long)id_of(item));
    json_put_text(out, item->caption);
    fputs("}", out);
    return ferror(out) ? err_set(err, "cannot write: %s", strerror(errno)) : 0;
}

static int write_text(FILE *out, const CaptionItem *item, Err *err)
{
    terminal_put(out, item->caption);
    putc('\n', out);
    return ferror(out) ? err_set(err, "cannot write: %s", strerror(errno)) : 0;
}

const char CAPTION_FORMATS[] = "jsonl|coco|text";

static const CaptionFormat formats[] = {
    {.name = "jsonl", .begin = "", .between = "", .end = "", .write = write_record},
    {.name = "coco", .begin = "[", .between = ",\n", .end = "]\n", .write = write_result},
    {.name = "text", .begin = "", .between = "", .end = "", .write = write_text},
};

const CaptionFormat *caption_format(int i)
{
    return i < (int)(sizeof formats / sizeof *formats) ? &formats[i] : NULL;
}
