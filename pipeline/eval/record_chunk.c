#include "pipeline/eval/record_chunk.h"

#include <stdlib.h>
#include <string.h>

/* 1: a line more; 0: there is none; -1: it cannot be read. */
static int read_line(RecordChunk *c, RecordReader *reader, Err *err)
{
    const char *text;
    size_t len;
    int rc = record_line(reader, &text, &len, err);
    if (rc <= 0)
        return rc;
    char *copy = malloc(len + 1);
    if (!copy)
        return err_set(err, "out of memory");
    memcpy(copy, text, len + 1);
    c->line[c->n++] = (RecordLine){.text = copy, .len = len, .number = record_number(reader)};
    return 1;
}

int record_chunk_read(RecordChunk *c, RecordReader *reader, Err *err)
{
    int rc = 1;
    for (c->n = 0; c->n < RECORD_CHUNK && rc > 0;)
        rc = read_line(c, reader, err);
#pragma omp parallel for schedule(dynamic, 16)
    for (int i = 0; i < c->n; i++) {
        Err why;
        RecordLine *line = &c->line[i];
        line->parsed = record_parse(&line->record, line->text, line->len, &why) == 0;
    }
    return rc;
}

void record_chunk_free(RecordChunk *c)
{
    for (int i = 0; i < c->n; i++) {
        free(c->line[i].text);
        record_free(&c->line[i].record);
    }
    c->n = 0;
}
