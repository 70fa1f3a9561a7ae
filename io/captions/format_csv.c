/* Comma-separated values (RFC 4180). Fields in quotes may hold commas, line breaks and doubled quotes. Without a
 * header the first column is the image's name and the second the caption, and there is no third. Commas that somebody
 * forgot to quote in a caption that stands last belong to it. Spreadsheets of some countries write semicolons instead
 * of commas: the mark is the one that comes first. */
#include "io/captions/columns.h"
#include "io/captions/csv.h"

#include <stdlib.h>
#include <string.h>

static const char UNIT[] = "line";

static char mark_of(const CaptionFile *f)
{
    size_t len;
    const char *head = caption_file_head(f, &len);
    return csv_first_mark(head, len, ",;");
}

static bool recognise(const CaptionFile *f)
{
    size_t len;
    const char c = *caption_file_head(f, &len);
    return c != '{' && c != '[' && c != '<' && mark_of(f) != 0;
}

/* Joins the fields from `at` on, which stand one after another in the text, as they were before they were cut. */
static void join_rest(CsvRow *row, int at)
{
    for (int i = at + 1; i < row->n; i++) {
        if (row->quoted[at] || row->quoted[i])
            return;
        row->field[i][-1] = row->mark;
    }
    row->n = at + 1;
}

static int take_row(const CaptionFile *f, const Columns *c, int expected, CsvRow *row, Err *err)
{
    CaptionItem item;
    const char *why;
    if (row->n > expected && c->caption == expected - 1)
        join_rest(row, c->caption);
    if (!columns_item(c, row->field, row->n, &item, &why)) {
        caption_skip(f, UNIT, row->line, why);
        return 0;
    }
    return caption_take(f, UNIT, row->line, &item, err);
}

static int read(const CaptionFile *f, Err *err)
{
    Columns columns = {0, 1, -1, -1, -1};
    int expected = 2, rc;
    bool first = true;
    CsvReader reader = csv_begin(f->text, mark_of(f));
    CsvRow row;
    while ((rc = csv_next(&reader, &row, err)) > 0) {
        bool named = first && columns_named(&columns, row.field, row.n);
        expected = named ? row.n : expected;
        if (first && !named && columns_all_known(row.field, row.n, expected, err)) {
            rc = err_prefix(err, "line %lld: ", row.line);
            break;
        }
        first = false;
        if (!named && take_row(f, &columns, expected, &row, err)) {
            csv_end(&reader);
            return -1;
        }
    }
    csv_end(&reader);
    return rc < 0 ? err_prefix(err, "%s: ", f->name) : 0;
}

const CaptionFormat captions_csv = {"CSV", recognise, read};
