#include "pipeline/common/ground_truth.h"

#include "io/base/err.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A copy of a line of a list, or NULL if it is missing or empty. *failed counts copies for which memory ran out. */
static char *copy_line(const Lines *lines, int64_t row, int *failed)
{
    if ((size_t)row >= lines->n || !*lines->line[row])
        return NULL;
    char *copy = strdup(lines->line[row]);
    *failed += !copy;
    return copy;
}

int truth_record(const Dataset *data, int64_t row, Record *record, Err *err)
{
    int64_t first = data->caption_at[row], n = data->caption_at[row + 1] - first;
    int failed = 0;
    memset(record, 0, sizeof *record);
    record->row = row;
    record->logprob = NAN;
    record->split = *data->split ? strdup(data->split) : NULL; /* bare features have none */
    record->file = copy_line(&data->files, row, &failed);
    record->url = copy_line(&data->urls, row, &failed);
    record->image_id = dataset_image_id(data, row);
    record->has_references = 1;
    record->references = calloc((size_t)n + 1, sizeof *record->references);
    failed += (*data->split && !record->split) + !record->references;
    for (int64_t k = 0; !failed && k < n; k++) {
        record->references[k] = dataset_text(data, data->caption_of[first + k]);
        record->n_references += record->references[k] != NULL;
        failed += !record->references[k];
    }
    if (!failed)
        return 0;
    record_free(record);
    return err_set(err, "out of memory");
}

char *truth_take(Record *record, int64_t k)
{
    char **chosen = record->references + k, *text = *chosen;
    record->n_references--;
    memmove(chosen, chosen + 1, (size_t)((int64_t)record->n_references - k) * sizeof *chosen);
    return text;
}
