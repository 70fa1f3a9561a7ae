/* libFuzzer: the lines that coco-fetch images and coco-render read: caption records, status records, URLs. */
#include "io/base/err.h"
#include "io/data/fetch_status.h"
#include "io/data/record.h"
#include "io/file/input_lines.h"
#include "pipeline/images/image_check.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A record that was read and is written reads the same again. */
static void round_trip(const Record *record, FILE *null)
{
    Err err;
    char *text = NULL;
    size_t len;
    Record again;
    FILE *memory = open_memstream(&text, &len);
    if (!memory)
        abort();
    int rc = record_write(memory, record, &err);
    fclose(memory);
    if (rc || record_parse(&again, text, len, &err))
        abort();
    if (again.image_id != record->image_id || strcmp(again.caption, record->caption) ||
        again.n_references != record->n_references || isnan(again.logprob) != isnan(record->logprob))
        abort();
    fwrite(text, 1, len, null);
    record_free(&again);
    free(text);
}

static void one_line(const char *line, size_t len, FILE *null)
{
    Err err;
    const char *why;
    int kind;
    Record record;
    char *url = status_url_of(line, len, &kind, &err);
    if (url) {
        Status status = {.status = kind < 0 ? STATUS_FAILED : (StatusKind)kind, .url = url, .error = url};
        status_write(null, &status);
        (void)image_check(url, line, len, &why);
    }
    free(url);
    if (record_parse(&record, line, len, &err) == 0) {
        round_trip(&record, null);
        record_free(&record);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static FILE *null;
    char path[32];
    Err err;
    const char *paths[] = {path}, *line;
    size_t len;
    if (!null)
        null = fopen("/dev/null", "w");
    int fd = memfd_create("lines", MFD_CLOEXEC);
    if (!null || fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    InputLines *in = input_lines_open(paths, 1, &err);
    for (LineAnswer answer; in && (answer = input_lines_next(in, &line, &len, &err)) != LINE_END;)
        if (answer == LINE_READ)
            one_line(line, len, null);
    input_lines_close(in);
    close(fd);
    return 0;
}
