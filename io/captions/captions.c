#include "io/captions/captions.h"

#include "io/base/utf8.h"
#include "io/captions/captions_format.h"
#include "io/file/line_reader.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 1 << 30 };

/* CSV comes last: its mark, a comma, may also stand in the captions of the others. */
static const CaptionFormat *const formats[] = {&captions_coco, &captions_karpathy, &captions_records,
                                               &captions_tsv,  &captions_bars,     &captions_csv};
enum { N_FORMATS = sizeof formats / sizeof *formats };

/* --- for the formats --- */

const char *caption_file_head(const CaptionFile *f, size_t *len)
{
    const char *s = f->text + strspn(f->text, " \t\r\n");
    while (s > f->text && (s[-1] == ' ' || s[-1] == '\t'))
        s--;
    *len = strcspn(s, "\r\n");
    return s;
}

/* The end of the JSON string whose quote is at s, or of the text. */
static const char *end_of_string(const char *s)
{
    for (s++; *s && *s != '"'; s++)
        s += *s == '\\' && s[1];
    return *s ? s + 1 : s;
}

bool caption_file_has(const CaptionFile *f, const char *key)
{
    size_t n = strlen(key);
    int depth = 0;
    for (const char *s = f->text + strspn(f->text, " \t\r\n"); *s;) {
        if (*s == '"') {
            const char *end = end_of_string(s), *after = end + strspn(end, " \t\r\n");
            if (depth == 1 && *after == ':' && (size_t)(end - s) == n + 2 && !memcmp(s + 1, key, n))
                return true;
            s = end;
            continue;
        }
        depth += (*s == '{' || *s == '[') - (*s == '}' || *s == ']');
        if (depth == 0)
            return false;
        s++;
    }
    return false;
}

static void name_place(const CaptionFile *f, const char *unit, long long number, char out[256])
{
    snprintf(out, 256, "%.200s: %s %lld", f->name, unit, number);
}

void caption_skip(const CaptionFile *f, const char *unit, long long number, const char *why)
{
    char place[256];
    name_place(f, unit, number, place);
    f->sink->skip(f->sink->ctx, place, why);
}

int caption_take(const CaptionFile *f, const char *unit, long long number, CaptionItem *item, Err *err)
{
    const char *name = item->file ? item->file : "";
    while (isspace((unsigned char)*name))
        name++;
    size_t n = strlen(name);
    while (n > 0 && isspace((unsigned char)name[n - 1]))
        n--;
    if (n == 0 || memchr(name, '\n', n) || memchr(name, '\r', n)) {
        caption_skip(f, unit, number, n ? "the image's name holds a line break" : "no name of an image");
        return 0;
    }
    char *copy = strndup(name, n);
    if (!copy)
        return err_set(err, "%s: out of memory", f->name);
    item->file = copy;
    int rc = f->sink->take(f->sink->ctx, item, err);
    free(copy);
    if (rc) {
        char place[256];
        name_place(f, unit, number, place);
        return err_prefix(err, "%s: ", place);
    }
    return 0;
}

/* --- the file --- */

static long long line_of(const char *text, const char *at)
{
    long long n = 1;
    for (; text < at; text++)
        n += *text == '\n';
    return n;
}

/* Text that the formats can rely on. */
static int check_text(const CaptionFile *f, Err *err)
{
    if (f->len >= 2 && ((!memcmp(f->text, "\xff\xfe", 2)) || !memcmp(f->text, "\xfe\xff", 2)))
        return err_set(err, "%s: is UTF-16; save it as UTF-8", f->name);
    const char *nul = memchr(f->text, '\0', f->len);
    if (nul)
        return err_set(err, "%s: line %lld: holds a NUL byte: not text", f->name, line_of(f->text, nul));
    if (utf8_valid(f->text, f->len))
        return 0;
    const char *line = f->text;
    for (size_t n = strcspn(line, "\n"); utf8_valid(line, n); n = strcspn(line, "\n"))
        line += n + 1;
    return err_set(err, "%s: line %lld: is not UTF-8", f->name, line_of(f->text, line));
}

static int read_recognised(const CaptionFile *f, const char **format, Err *err)
{
    for (int i = 0; i < N_FORMATS; i++)
        if (formats[i]->recognise(f)) {
            *format = formats[i]->name;
            return formats[i]->read(f, err);
        }
    char names[256] = "";
    for (int i = 0; i < N_FORMATS; i++) {
        size_t n = strlen(names);
        snprintf(names + n, sizeof names - n, "%s%s", i ? ", " : "", formats[i]->name);
    }
    return err_set(err, "%s: is not a captions file of a known format (%s)", f->name, names);
}

int captions_read(const char *path, const CaptionSink *sink, const char **format, Err *err)
{
    LineReader *in = line_reader_open(path, FILE_MAX, err);
    CaptionFile f = {.sink = sink};
    int rc = -1;
    *format = NULL;
    if (!in)
        return -1;
    f.name = line_reader_name(in);
    (void)line_reader_peek(in); /* past a byte order mark */
    f.text = line_reader_rest(in, FILE_MAX, &f.len, err);
    if (f.text)
        rc = f.len ? check_text(&f, err) : err_set(err, "%s: is empty", f.name);
    if (rc == 0)
        rc = read_recognised(&f, format, err);
    free(f.text);
    line_reader_close(in);
    return rc;
}
