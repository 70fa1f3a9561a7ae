#include "pipeline/sheet/page.h"

#include "io/base/err.h"
#include "io/base/text.h"
#include "io/picture/encoder_jpeg.h"
#include "pipeline/sheet/confidence.h"
#include "pipeline/sheet/highlight.h"
#include "pipeline/sheet/strip.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { QUALITY = 88, DENSITY = 2 };

struct Page {
    TileLook look;
    PageFiles *files;
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
    page->files = page_files_open(path, err);
    if (page->files)
        return page;
    page_free(page);
    return NULL;
}

void page_free(Page *page)
{
    if (page)
        page_files_free(page->files);
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
    if (encode_jpeg(image, QUALITY, &bytes, &len, err))
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

/* Writes the last part of a path as part of a URL. */
static void put_url(FILE *out, const char *path)
{
    const char *slash = strrchr(path, '/');
    for (const unsigned char *s = (const unsigned char *)(slash ? slash + 1 : path); *s; s++)
        if (isalnum(*s) || strchr("-._~", *s))
            putc(*s, out);
        else
            fprintf(out, "%%%02X", *s);
}

/* --- the page --- */

/* Colours come from the theme, by name. */
static const char STYLE[] =
    "*{box-sizing:border-box}\n"
    "body{margin:0;padding:clamp(12px,2.5vw,36px);background:var(--page);color:var(--ink);"
    "line-height:1.4;font-family:system-ui,'DejaVu Sans',sans-serif;overflow-wrap:anywhere}\n"
    "h1{margin:0;font-size:1.35em}\n"
    "header p{margin:.2em 0 1.3em;color:var(--muted)}\n"
    "main{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,var(--tile)),1fr));gap:1.2em}\n"
    "figure{margin:0;background:var(--card)}\n"
    ".box{position:relative;display:flex;flex-direction:column;align-items:center;justify-content:center;"
    "aspect-ratio:var(--aspect);overflow:hidden;background:var(--box)}\n"
    ".box img{display:block;width:100%;height:100%;object-fit:contain}\n"
    ".box svg{width:30%;max-height:40%;flex:none}\n"
    ".box p{margin:.6em .8em 0;font-size:.86em;text-align:center;color:var(--alarm)}\n"
    ".tag{position:absolute;top:.5em;left:.5em;padding:.05em .45em;font-size:.76em;font-weight:700;"
    "background:var(--tag);color:var(--on-tag)}\n"
    "figcaption{padding:.65em .8em .75em}\n"
    "figcaption p{margin:0}\n"
    ".caption{font-weight:700}\n"
    ".missed{font-weight:400;color:var(--missed)}\n"
    ".empty{font-weight:400;font-style:italic;color:var(--faint)}\n"
    "ul{margin:.45em 0 0;padding:0;list-style:none;font-size:.88em;color:var(--muted)}\n"
    "li{display:flex;align-items:baseline;gap:.55em}\n"
    "li+li{margin-top:.25em}\n"
    "li span{flex:1}\n"
    "li b{font-size:.86em;color:var(--mark)}\n"
    "li b.same{color:var(--match)}\n"
    ".strip{grid-column:1/-1}\n"
    ".looks{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(45%,calc(var(--tile)*.8)),1fr));"
    "gap:.6em;padding:.8em .8em 0}\n"
    ".looks .box{background:none}\n"
    ".look p{margin:.15em 0 0;text-align:center;font-weight:700;font-size:.9em}\n"
    "figcaption .facts{margin-top:.55em;font-size:.76em;color:var(--faint)}\n"
    "@media print{figure{break-inside:avoid}}\n";

static const char GONE[] =
    "<svg width=\"0\" height=\"0\" style=\"position:absolute\" aria-hidden=\"true\"><symbol id=\"gone\" "
    "viewBox=\"-12 -12 124 104\"><path d=\"M0 0H100V80H0Z\" fill=\"none\" stroke=\"var(--stroke)\" "
    "stroke-width=\"4\" stroke-linejoin=\"round\"/><path d=\"M12 68 36 36 54 56 66 44 88 68Z\" "
    "fill=\"var(--stroke)\"/><path d=\"M-8 88 108 -8\" stroke=\"var(--box)\" stroke-width=\"16\"/><path "
    "d=\"M-8 88 108 -8\" stroke=\"var(--alarm)\" stroke-width=\"4\" stroke-linecap=\"round\"/></symbol></svg>\n";

static void put_colors(FILE *out, const TileLook *look)
{
    const Theme *t = theme_colors(look->theme);
    const struct {
        const char *name;
        Color color;
    } COLORS[] = {{"page", t->page},     {"card", t->card},   {"box", t->box},       {"ink", t->ink},
                  {"missed", t->missed}, {"muted", t->muted}, {"faint", t->faint},   {"mark", t->mark},
                  {"match", t->match},   {"tag", t->tag},     {"on-tag", t->on_tag}, {"stroke", t->stroke},
                  {"alarm", t->alarm}};
    static const char *const LINES[] = {"", ";text-decoration:underline", ";text-decoration:underline double"};
    double size = 10 + 0.0195 * look->box_w;
    fprintf(out, ":root{color-scheme:%s;font-size:%.1fpx;--tile:%dpx;--aspect:%d/%d",
            look->theme == THEME_DARK ? "dark" : "light",
            size < 12   ? 12
            : size > 20 ? 20
                        : size,
            look->box_w, look->box_w, look->box_h);
    for (size_t i = 0; i < sizeof COLORS / sizeof *COLORS; i++)
        fprintf(out, ";--%s:#%06X", COLORS[i].name, COLORS[i].color);
    for (int level = 1; level < CONFIDENCE_LEVELS && look->confidence; level++)
        fprintf(out, ";--p%d:#%06X", level, confidence_shade(t, level));
    fputs("}\n", out);
    for (int level = 1; level < CONFIDENCE_LEVELS && look->confidence; level++)
        fprintf(out, ".p%d{background:var(--p%d)%s}\n", level, level, LINES[confidence_underlines(level)]);
}

void page_begin(Page *page, FILE *out, const char *title, const char *subtitle)
{
    page->out = out;
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
          out);
    put_text(page, title);
    fputs("</title>\n<style>\n", out);
    put_colors(out, &page->look);
    fprintf(out, "%s</style>\n</head>\n<body>\n%s<header>\n<h1 dir=\"auto\">", STYLE, GONE);
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

static void put_box(Page *page, const Record *r, const PagePicture *picture, const char *why)
{
    FILE *out = page->out;
    fputs("<div class=\"box\">", out);
    if (picture) {
        put_picture(page, picture, r->caption);
    } else {
        fputs("<svg aria-hidden=\"true\"><use href=\"#gone\"/></svg><p>", out);
        put_text(page, why);
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

static void put_facts(Page *page, const Record *r)
{
    char text[TILE_NUMBER_LEN];
    fprintf(page->out, "<p class=\"facts\">image %" PRId64, r->image_id);
    if (tile_number(TILE_LOGPROB, r, text))
        fprintf(page->out, " \u00b7 log p %s", text);
    if (tile_number(TILE_SCORE, r, text))
        fprintf(page->out, " \u00b7 score %s", text);
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

void page_figure(Page *page, const Record *r, const PagePicture *picture, const PagePicture *looks, const char *why)
{
    bool strip = page->look.attention;
    fputs(strip ? "<figure class=\"strip\">\n<div class=\"looks\">\n" : "<figure>\n", page->out);
    put_box(page, r, picture, why);
    if (strip) {
        put_looks(page, r, picture ? looks : NULL);
        fputs("</div>\n", page->out);
    }
    fputs("<figcaption>\n", page->out);
    put_caption(page, r);
    put_references(page, r);
    put_facts(page, r);
    fputs("</figcaption>\n</figure>\n", page->out);
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
