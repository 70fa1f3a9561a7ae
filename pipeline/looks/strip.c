#include "pipeline/looks/strip.h"

#include "io/base/err.h"
#include "io/base/text.h"
#include "pipeline/sheet/tile_box.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GREY = 0x90 }; /* where there is no photograph */

/* From one line of the strip to the next. */
static int pitch(const TileStyle *s)
{
    return s->box_h + s->word_h + s->pad + s->rule;
}

static void place(const TileStyle *s, int cell, int *x, int *y)
{
    *x = s->pad + cell % s->look.strip * (s->box_w + s->pad);
    *y = s->pad + cell / s->look.strip * pitch(s);
}

int strip_height(const TileStyle *s, const Record *record)
{
    Looks looks;
    int rc = attention_looks(&looks, s->look.attention, record), cells = rc ? 0 : looks.steps.n + 1;
    looks_free(&looks);
    return rc ? -1 : (cells + s->look.strip - 1) / s->look.strip * pitch(s);
}

char *strip_label(const Attention *attention, const Looks *looks, int step, const char *caption)
{
    const CaptionStep *word = &looks->steps.step[step];
    const char *text = caption + word->start;
    bool space = word->len == 1 && *text == ' ';
    char share[16] = "", *label;
    if (attention_sentinel(attention))
        snprintf(share, sizeof share, " %.0f%%", 100 * looks_share(looks, step));
    int n = asprintf(&label, "%.*s%s", space ? 3 : (int)word->len, space ? "\u2423" : text, share);
    return n < 0 ? NULL : label;
}

/* Puts the word below its picture; the share is set apart. */
static int put_label(const TileStyle *s, Canvas *canvas, const char *label, bool shared, int x, int y)
{
    TextStyle style = s->word;
    char *clean = text_paragraph(label);
    const char *blank = clean && shared ? strrchr(clean, ' ') : NULL;
    TextSpan share = {.color = s->theme->muted};
    if (blank) {
        share.start = (size_t)(blank - clean);
        share.end = strlen(clean);
        style.spans = &share;
        style.n_spans = 1;
    }
    if (clean)
        (void)canvas_text(canvas, &style, x, y, clean);
    free(clean);
    return clean ? 0 : -1;
}

static int draw_step(const TileStyle *s, Canvas *canvas, const Looks *looks, int step, const Record *record,
                     const Image *image, Err *err)
{
    Image lit;
    int x, y;
    if (light_draw(&lit, image, attention_grid(s->look.attention), looks_weights(looks, step), err))
        return -1;
    char *label = strip_label(s->look.attention, looks, step, record->caption);
    place(s, step + 1, &x, &y);
    tile_box_draw(s, canvas, x, y, NULL, &lit, NULL);
    int rc =
        label ? put_label(s, canvas, label, attention_sentinel(s->look.attention), x, y + s->box_h + s->rule) : -1;
    image_free(&lit);
    free(label);
    return rc ? err_set(err, "out of memory") : 0;
}

/* Grey, as large as the box. */
static int grey_image(Image *image, const TileStyle *s, Err *err)
{
    size_t bytes = (size_t)s->box_w * (size_t)s->box_h * 3;
    *image = (Image){s->box_w, s->box_h, malloc(bytes)};
    if (!image->rgb)
        return err_set(err, "out of memory");
    memset(image->rgb, GREY, bytes);
    return 0;
}

int strip_draw(const TileStyle *s, Canvas *canvas, const Record *record, const Image *image, const char *why,
               Err *err)
{
    Looks looks;
    Image grey = {0};
    int x, y, rc = attention_looks(&looks, s->look.attention, record) ? err_set(err, "out of memory") : 0;
    place(s, 0, &x, &y);
    tile_box_draw(s, canvas, x, y, record, image, why);
    if (!rc && !image)
        rc = grey_image(&grey, s, err);
    for (int i = 0; i < looks.steps.n && !rc; i++)
        rc = draw_step(s, canvas, &looks, i, record, image ? image : &grey, err);
    image_free(&grey);
    looks_free(&looks);
    return rc;
}
