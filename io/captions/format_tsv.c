/* Values separated by tabs, which cannot be quoted: Flickr8k's "x.jpg#0<TAB>a caption", or a table with a header. A tab
 * in a caption does not make a table of tabs: the next line must have one, too. */
#include "io/captions/columns.h"
#include "io/captions/csv.h"
#include "io/captions/lines.h"

#include <string.h>

static bool recognise(const CaptionFile *f)
{
    size_t len;
    const char *head = caption_file_head(f, &len), *next = head + len;
    if (*head == '{' || *head == '[' || !csv_first_mark(head, len, "\t"))
        return false;
    next += strspn(next, "\r\n");
    return !*next || csv_first_mark(head, len, "\t,;") == '\t' || csv_first_mark(next, strcspn(next, "\n"), "\t");
}

static int read(const CaptionFile *f, Err *err)
{
    return caption_lines(f, '\t', (Columns){0, 1, -1, -1, -1}, err);
}

const CaptionFormat captions_tsv = {"TSV", recognise, read};
