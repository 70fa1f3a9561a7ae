/* Values separated by tabs, which cannot be quoted: Flickr8k's "x.jpg#0<TAB>a caption", or a table with a header. */
#include "io/captions/columns.h"
#include "io/captions/lines.h"

#include <string.h>

static bool recognise(const CaptionFile *f)
{
    size_t len;
    const char *head = caption_file_head(f, &len);
    return *head != '{' && *head != '[' && memchr(head, '\t', len);
}

static int read(const CaptionFile *f, Err *err)
{
    return caption_lines(f, '\t', (Columns){0, 1, -1, -1, -1}, err);
}

const CaptionFormat captions_tsv = {"TSV", recognise, read};
