/* Flickr30k's table: "x.jpg| 0| a caption", with the header "image_name| comment_number| comment" or without. */
#include "io/captions/columns.h"
#include "io/captions/lines.h"

#include <string.h>

static bool recognise(const CaptionFile *f)
{
    size_t len;
    const char *head = caption_file_head(f, &len), *bar = memchr(head, '|', len), *comma = memchr(head, ',', len);
    return *head != '{' && *head != '[' && bar && (!comma || bar < comma);
}

static int read(const CaptionFile *f, Err *err)
{
    return caption_lines(f, '|', (Columns){0, 2, 1, -1, -1}, err);
}

const CaptionFormat captions_bars = {"Flickr30k's bars", recognise, read};
