#include "pipeline/sample/caption_format.h"

#include "io/data/json.h"
#include "io/data/record.h"
#include "pipeline/common/ground_truth.h"
#include "pipeline/common/terminal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int64_t id_of(const CaptionItem *item)
{
    return item->data ? dataset_image_id(item->data, item->row) : coco_image_id(item->file, item->row);
}

/* What is known of a picture, or of the dataset's image, with the caption. */
static int write_record(FILE *out, const CaptionItem *item, Err *err)
{
    Record record = {.image_id = id_of(item), .row = -1, .file = (char *)item->file};
    if (item->data && truth_record(item->data, item->row, &record, err))
        return -1;
    if (item->truth)
        free(truth_take(&record, item->truth - 1));
    record.caption = (char *)item->caption;
    record.logprob = item->logprob;
    record.candidates = item->candidates;
    record.n_candidates = item->n_candidates;
    record.word_logprobs = (double *)item->word_logprobs;
    record.n_word_logprobs = item->n_word_logprobs;
    int rc = record_write(out, &record, err);
    record.caption = NULL; /* these are not the record's to free */
    record.word_logprobs = NULL;
    if (item->data)
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
    {.name = "jsonl", .begin = "", .between = "", .end = "", .logprob = true, .write = write_record},
    {.name = "coco", .begin = "[", .between = ",\n", .end = "]\n", .write = write_result},
    {.name = "text", .begin = "", .between = "", .end = "", .write = write_text},
};

const CaptionFormat *caption_format(int i)
{
    return i < (int)(sizeof formats / sizeof *formats) ? &formats[i] : NULL;
}
