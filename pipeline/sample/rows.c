#include "pipeline/sample/rows.h"

#include "io/base/err.h"
#include "io/data/record.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static int append(RowList *list, int64_t *room, int64_t row)
{
    if (list->n == *room) {
        int64_t more = *room ? 2 * *room : 1024;
        int64_t *grown = realloc(list->row, (size_t)more * sizeof *grown);
        if (!grown)
            return -1;
        list->row = grown;
        *room = more;
    }
    list->row[list->n++] = row;
    return 0;
}

/* The whole line is one number. Those too large for any row give INT64_MAX. The line has a NUL after it. */
static int parse_number(const char *line, size_t len, int64_t *row)
{
    for (size_t i = 0; i < len; i++)
        if (!isdigit((unsigned char)line[i]))
            return -1;
    *row = strtoll(line, NULL, 10);
    return len ? 0 : -1;
}

static int parse_record(const char *line, size_t len, const char *split, int64_t *row, Err *err)
{
    Record record;
    int rc = 0;
    if (record_parse(&record, line, len, err))
        return -1;
    *row = record.row;
    if (record.row < 0)
        rc = err_set(err, "the record has no \"row\"");
    else if (record.split && split && strcmp(record.split, split))
        rc = err_set(err, "the record is of split '%.40s', not '%s'", record.split, split);
    record_free(&record);
    return rc;
}

static int parse_line(const char *line, size_t len, int64_t images, const char *split, int64_t *row, Err *err)
{
    while (len && isspace((unsigned char)*line))
        line++, len--;
    while (len && isspace((unsigned char)line[len - 1]))
        len--;
    if (len && line[0] == '{') {
        if (parse_record(line, len, split, row, err))
            return -1;
    } else if (parse_number(line, len, row)) {
        return err_set(err, "'%.*s' is neither a row number nor a record", (int)(len < 40 ? len : 40), line);
    }
    if (*row == INT64_MAX && line[0] != '{')
        return err_set(err, "row %.*s is too large (images: %lld)", (int)(len < 40 ? len : 40), line,
                       (long long)images);
    if (*row >= images)
        return err_set(err, "row %lld is out of range (images: %lld)", (long long)*row, (long long)images);
    return 0;
}

static int read_rows(RowList *list, const RowSelection *s, const Report *report, Err *err)
{
    RecordReader *reader = record_open(s->path, err);
    const char *line;
    size_t len;
    int64_t room = 0, row = -1;
    int rc = reader ? 1 : -1;
    report_wait(report, !strcmp(s->path, "-"));
    while (rc > 0 && (rc = record_line(reader, &line, &len, err)) > 0) {
        if (parse_line(line, len, s->images, s->split, &row, err))
            rc = err_prefix(err, "%s: ", record_place(reader));
        else if (append(list, &room, row))
            rc = err_set(err, "%s: out of memory", s->path);
    }
    report_wait(report, false);
    record_close(reader);
    return rc;
}

static int all_rows(RowList *list, int64_t images, Err *err)
{
    list->row = malloc((size_t)images * sizeof *list->row + 1);
    if (!list->row)
        return err_set(err, "no memory for %lld rows", (long long)images);
    for (list->n = 0; list->n < images; list->n++)
        list->row[list->n] = list->n;
    return 0;
}

int rows_select(RowList *list, const RowSelection *s, const Report *report, Err *err)
{
    *list = (RowList){NULL, 0};
    if (s->path ? read_rows(list, s, report, err) : all_rows(list, s->images, err)) {
        rows_free(list);
        return -1;
    }
    if (s->first >= 0 && s->first < list->n)
        list->n = s->first;
    int64_t n = 0;
    for (int64_t i = s->shard; i < list->n; i += s->shards)
        list->row[n++] = list->row[i];
    list->n = n;
    return 0;
}

void rows_free(RowList *list)
{
    free(list->row);
    *list = (RowList){NULL, 0};
}
