#include "pipeline/page/page.h"

#include "io/base/err.h"
#include "io/base/text.h"
#include "io/file/file.h"
#include "io/picture/encoder_jpeg.h"
#include "pipeline/looks/confidence.h"
#include "pipeline/looks/strip.h"
#include "pipeline/page/page_style.h"
#include "pipeline/sheet/highlight.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { QUALITY = 88, DENSITY = 2 };

struct Page {
    TileLook look;
    PageFiles *files;
    char *path;
    FILE *out;
    bool no_memory; /* for a text that is missing now */
};

/* --- pictures --- */

Page *page_open(const char *path, const TileLook *look, Err *err)
{
    Page *page = calloc(1, sizeof *page);
    if (!page) {
        err_set(err, "out of memory");
        return NULL;
    }
    page->look = *look;
    page->path = strdup(path);
    page->files = page->path ? page_files_open(path, err) : NULL;
    if (!page->path)
        err_set(err, "out of memory");
    if (page->files)
        return page;
    page_free(page);
    return NULL;
}

void page_free(Page *page)
{
    if (page) {
        page_files_free(page->files);
        free(page->path);
    }
    free(page);
}

void page_box(const TileLook *look, int *w, int *h)
{
    double density = look->scale > DENSITY ? look->scale : DENSITY;
    *w = tile_side(look->box_w, density);
    *h = tile_side(look->box_h, density);
}

int page_picture(const Page *page, int64_t i, const Image *image, PagePicture *picture, Err *err)
{
    unsigned char *bytes;
    size_t len;
    if (encode_jpeg(image, QUALITY, false, &bytes, &len, err))
        return -1;
    picture->w = image->width;
    picture->h = image->height;
    int rc = page_files_add(page->files, i, bytes, len, picture->name, err);
    free(bytes);
    return rc;
}

/* --- text --- */

/* Writes n bytes as the text of an element or of a quoted attribute. */
static void put_escaped(FILE *out, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        switch (text[i]) {
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        case '\'':
            fputs("&#39;", out);
            break;
        default:
            putc(text[i], out);
        }
}

static void put_text(Page *page, const char *text)
{
    char *clean = text_paragraph(text);
    if (clean)
        put_escaped(page->out, clean, strlen(clean));
    else
        page->no_memory = true;
    free(clean);
}

/* Writes text as part of a URL: letters, digits and those of `safe` as they are, but for what HTML escapes. */
static void put_percent(FILE *out, const char *text, const char *safe)
{
    for (const unsigned char *s = (const unsigned char *)text; *s; s++)
        if (*s == '&' && strchr(safe, '&'))
            fputs("&amp;", out);
        else if (*s < 128 && (isalnum(*s) || strchr(safe, *s)))
            putc(*s, out);
        else
            fprintf(out, "%%%02X", *s);
}

/* Writes the last part of a path as part of a URL. */
static void put_url(FILE *out, const char *path)
{
    const char *slash = strrchr(path, '/');
    put_percent(out, slash ? slash + 1 : path, "-._~");
}

/* --- the page --- */

void page_begin(Page *page, FILE *out, const char *title, const char *subtitle)
{
    page->out = out;
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
          out);
    put_text(page, title);
    fputs("</title>\n<style>\n", out);
    page_style_put(out, &page->look);
    fprintf(out, "</style>\n</head>\n<body>\n%s<header>\n<h1 dir=\"auto\">", PAGE_GONE);
    put_text(page, title);
    fputs("</h1>\n<p>", out);
    put_text(page, subtitle);
    fputs("</p>\n</header>\n<main>\n", out);
}

static void put_picture(Page *page, const PagePicture *picture, const char *text)
{
    FILE *out = page->out;
    fputs("<img src=\"", out);
    put_url(out, page_files_dir(page->files));
    fprintf(out, "/%s\" width=\"%d\" height=\"%d\" loading=\"lazy\" decoding=\"async\" alt=\"", picture->name,
            picture->w, picture->h);
    put_text(page, text);
    fputs("\">", out);
}

/* Begins a link to the full picture: its file, if that is where it was found, else its URL. False: neither can be a
 * link. */
static bool begin_link(Page *page, const PageFigure *f)
{
    const char *url = f->record->url;
    FILE *out = page->out;
    char *way = f->file ? path_from(page->path, f->file) : NULL;
    if (way) {
        fputs("<a href=\"", out);
        put_percent(out, way, "-._~/");
        free(way);
    } else if (url && (!strncasecmp(url, "http://", 7) || !strncasecmp(url, "https://", 8))) {
        fputs("<a href=\"", out);
        put_percent(out, url, "-._~/:?#[]@!$&()*+,;=%");
    } else {
        return false;
    }
    fputs("\" rel=\"noreferrer\">", out);
    return true;
}

static void put_box(Page *page, const PageFigure *f)
{
    FILE *out = page->out;
    const Record *r = f->record;
    fputs("<div class=\"box\">", out);
    if (f->picture) {
        bool linked = begin_link(page, f);
        put_picture(page, f->picture, r->caption);
        fputs(linked ? "</a>" : "", out);
    } else {
        fputs("<svg aria-hidden=\"true\"><use href=\"#gone\"/></svg><p>", out);
        put_text(page, f->why);
        fputs("</p>", out);
    }
    if (page->look.show_split && r->split) {
        fputs("<span class=\"tag\">", out);
        put_text(page, r->split);
        fputs("</span>", out);
    }
    fputs("</div>\n", out);
}

/* Writes the caption, each word that no reference has in a span. */
static void put_highlighted(Page *page, const Record *r)
{
    FILE *out = page->out;
    Highlight h;
    size_t at = 0;
    if (!highlight_words(&h, r)) {
        for (int i = 0; i < h.n; i++) {
            const HighlightWord *word = &h.word[i];
            if (word->found)
                continue;
            put_escaped(out, h.text + at, word->start - at);
            fputs("<span class=\"missed\">", out);
            put_escaped(out, h.text + word->start, word->len);
            fputs("</span>", out);
            at = word->start + word->len;
        }
        put_escaped(out, h.text + at, strlen(h.text + at));
    } else {
        page->no_memory = true;
    }
    highlight_free(&h);
}

/* Writes the caption, each word with its probability. */
static void put_confidence(Page *page, const Record *r)
{
    FILE *out = page->out;
    Confidence c;
    size_t at = 0;
    page->no_memory |= confidence_words(&c, r) != 0;
    for (int i = 0; i < c.steps.n && c.text; i++) {
        const CaptionStep *word = &c.steps.step[i];
        put_escaped(out, c.text + at, word->start - at);
        fprintf(out, "<span class=\"p%d\" title=\"probability %.3g\">", confidence_level(&c, i),
                confidence_probability(&c, i));
        put_escaped(out, c.text + word->start, word->len);
        fputs("</span>", out);
        at = word->start + word->len;
    }
    if (c.text)
        put_escaped(out, c.text + at, strlen(c.text + at));
    confidence_free(&c);
}

static void put_caption(Page *page, const Record *r)
{
    if (record_is_blank(r)) {
        fputs("<p class=\"empty\">(empty caption)</p>\n", page->out);
        return;
    }
    fputs("<p class=\"caption\" dir=\"auto\">", page->out);
    if (page->look.highlight && r->n_references)
        put_highlighted(page, r);
    else if (page->look.confidence)
        put_confidence(page, r);
    else
        put_text(page, r->caption);
    fputs("</p>\n", page->out);
}

static void put_references(Page *page, const Record *r)
{
    int n = tile_references(&page->look, r);
    if (n)
        fputs("<ul>\n", page->out);
    for (int i = 0; i < n; i++) {
        bool equal;
        const char *reference = tile_reference(&page->look, r, i, &equal);
        fprintf(page->out, "<li><b%s title=\"ground truth\">GT</b><span dir=\"auto\">",
                equal ? " class=\"same\"" : "");
        put_text(page, reference);
        fputs("</span></li>\n", page->out);
    }
    if (n)
        fputs("</ul>\n", page->out);
}

static void put_label(Page *page, const Record *r)
{
    if (page->look.label == TILE_LABEL_FILE && r->file)
        put_text(page, tile_file_name(r));
    else if (page->look.label != TILE_LABEL_NONE)
        fprintf(page->out, "image %" PRId64, r->image_id);
}

static void put_facts(Page *page, const Record *r)
{
    static const TileNumber NUMBERS[] = {TILE_LOGPROB, TILE_SCORE};
    const char *between = page->look.label == TILE_LABEL_NONE ? "" : " \u00b7 ";
    char text[TILE_NUMBER_LEN];
    fputs("<p class=\"facts\">", page->out);
    put_label(page, r);
    for (int i = 0; i < 2; i++)
        if (tile_number(NUMBERS[i], r, true, text)) {
            fprintf(page->out, "%s%s", between, text);
            between = " \u00b7 ";
        }
    fputs("</p>\n", page->out);
}

/* Writes the box of each word of the caption, with the word below it. */
static void put_looks(Page *page, const Record *r, const PagePicture *pictures)
{
    Looks looks;
    if (attention_looks(&looks, page->look.attention, r))
        page->no_memory = true;
    for (int i = 0; i < looks.steps.n && pictures && !page->no_memory; i++) {
        char *label = strip_label(page->look.attention, &looks, i, r->caption);
        page->no_memory |= !label;
        fputs("<div class=\"look\"><div class=\"box\">", page->out);
        put_picture(page, &pictures[i], "");
        fputs("</div>\n<p dir=\"auto\">", page->out);
        put_text(page, label ? label : "");
        fputs("</p></div>\n", page->out);
        free(label);
    }
    looks_free(&looks);
}

void page_figure(Page *page, const PageFigure *f)
{
    bool strip = page->look.attention;
    fputs(strip ? "<figure class=\"strip\">\n<div class=\"looks\">\n" : "<figure>\n", page->out);
    put_box(page, f);
    if (strip) {
        put_looks(page, f->record, f->picture ? f->looks : NULL);
        fputs("</div>\n", page->out);
    }
    if (!page->look.no_text) {
        fputs("<figcaption>\n", page->out);
        put_caption(page, f->record);
        put_references(page, f->record);
        put_facts(page, f->record);
        fputs("</figcaption>\n", page->out);
    }
    fputs("</figure>\n", page->out);
}

int page_end(Page *page, Err *err)
{
    if (page->no_memory)
        return err_set(err, "out of memory");
    errno = 0;
    fputs("</main>\n</body>\n</html>\n", page->out);
    if (fflush(page->out) || ferror(page->out))
        return err_set(err, "%s", errno ? strerror(errno) : "write error");
    return page_files_publish(page->files, err);
}

void page_keep(Page *page)
{
    page_files_keep(page->files);
}
