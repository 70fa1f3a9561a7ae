#include "pipeline/sheet/tiles.h"

#include "pipeline/common/pipe.h"
#include "pipeline/sheet/canvas_pool.h"

#include <stdlib.h>

enum {
    NETWORK_WORKERS = 8,   /* threads that wait for downloads compute little */
    NETWORK_AHEAD = 16,    /* tiles in progress if images are downloaded: at least this many, */
    AHEAD_MAX = 64,        /* at most this many, */
    AHEAD_BYTES = 64 << 20 /* and fewer if their cards together would take more than this */
};

struct Tiles {
    TilesSpec spec;
    int64_t n, taken; /* `taken` is take_tile's alone */
    SheetTile *pool;
    int depth;
    CanvasPool *canvases; /* each for one card; NULL: no card is drawn */
    Pipe *pipe;
};

static int take_tile(void *ctx, void *item, Err *err)
{
    Tiles *t = ctx;
    SheetTile *tile = item;
    (void)err;
    if (t->taken == t->n)
        return 0;
    tile->i = t->taken++;
    tile->record = sheet_records_at(t->spec.records, tile->i);
    return 1;
}

/* The image: as large as the page wants it, but not enlarged; without a page, as large as the card wants it. */
static void load_image(const Tiles *t, SheetTile *tile, Image *image)
{
    LookupImage found;
    int w, h;
    if (t->spec.page) {
        page_box(t->spec.look, &w, &h);
    } else {
        w = t->spec.plan->style.box_w;
        h = t->spec.plan->style.box_h;
    }
    tile->dead = lookup_image(t->spec.lookup, tile->record, w, h, !t->spec.page, &found, &tile->why) != 0;
    free(tile->path);
    tile->path = found.path;
    tile->at_url = found.at_url;
    tile->cut = found.cut;
    tile->reason = found.reason;
    *image = found.image;
}

/* Scales the image to fit into the card's box. */
static int fit_image(const TileStyle *style, Image *image, Err *err)
{
    Image fitted;
    int w, h;
    image_fit(image, style->box_w, style->box_h, &w, &h);
    if (w == image->width && h == image->height)
        return 0;
    if (image_scale(&fitted, image, w, h, err))
        return -1;
    image_free(image);
    *image = fitted;
    return 0;
}

static int draw_card(const Tiles *t, SheetTile *tile, Image *image, Err *err)
{
    const SheetPlan *plan = t->spec.plan;
    const TileStyle *style = &plan->style;
    int text_h = plan->text_h[tile->i / plan->columns];
    if (!tile->dead && fit_image(style, image, err))
        return -1;
    if (!tile->rgb)
        tile->rgb = malloc((size_t)style->card_w * (size_t)(style->top_h + plan->highest) * 3);
    if (!tile->rgb)
        return err_set(err, "out of memory");
    Canvas *canvas = canvas_pool_take(t->canvases, err);
    if (!canvas)
        return -1;
    int rc = tile_draw(style, canvas, text_h, tile->record, tile->dead ? NULL : image,
                       image_reason_words(tile->reason), err);
    if (!rc)
        rc = canvas_rows(canvas, 0, style->top_h + text_h, tile->rgb, err);
    canvas_pool_give(t->canvases, canvas);
    return rc;
}

/* The pictures of the caption's words, in the light of what they looked at. */
static int draw_looks(const Tiles *t, SheetTile *tile, const Image *image, Err *err)
{
    const Attention *attention = t->spec.look->attention;
    Looks looks;
    int rc = attention_looks(&looks, attention, tile->record) ? err_set(err, "out of memory") : 0;
    PagePicture *grown = rc ? NULL : realloc(tile->looks, (size_t)(looks.steps.n + 1) * sizeof *grown);
    tile->looks = grown ? grown : tile->looks;
    if (!rc && !grown)
        rc = err_set(err, "out of memory");
    for (int i = 0; i < looks.steps.n && !rc; i++) {
        Image lit;
        rc = light_draw(&lit, image, attention_grid(attention), looks_weights(&looks, i), err);
        if (!rc)
            rc = page_picture(t->spec.page, tile->i, &lit, &tile->looks[i], err);
        image_free(&lit);
    }
    looks_free(&looks);
    return rc;
}

static int put_on_page(const Tiles *t, SheetTile *tile, const Image *image, Err *err)
{
    if (page_picture(t->spec.page, tile->i, image, &tile->picture, err))
        return -1;
    return t->spec.look->attention ? draw_looks(t, tile, image, err) : 0;
}

static int work_tile(void *ctx, void *item, Err *err)
{
    const Tiles *t = ctx;
    SheetTile *tile = item;
    Image image;
    load_image(t, tile, &image);
    int rc = t->spec.page && !tile->dead ? put_on_page(t, tile, &image, err) : 0;
    if (!rc && t->spec.plan)
        rc = draw_card(t, tile, &image, err);
    image_free(&image);
    return rc;
}

/* Bytes of the highest card; 1 if none is drawn. */
static int64_t card_bytes(const Tiles *t)
{
    const SheetPlan *plan = t->spec.plan;
    return plan ? (int64_t)plan->style.card_w * (plan->style.top_h + plan->highest) * 3 : 1;
}

/* How many threads: more than compute if they wait for the network, unless cards are large. */
static int tiles_workers(const Tiles *t, bool network)
{
    int threads = t->spec.threads;
    return network && threads < NETWORK_WORKERS && card_bytes(t) < AHEAD_BYTES / 16 ? NETWORK_WORKERS : threads;
}

/* How many tiles are in progress besides those being worked on. */
static int tiles_ahead(const Tiles *t, bool network)
{
    int64_t ahead = t->spec.columns * (network ? 2 : 1);
    if (network && ahead < NETWORK_AHEAD)
        ahead = NETWORK_AHEAD;
    ahead = ahead < AHEAD_MAX ? ahead : AHEAD_MAX;
    int64_t few = AHEAD_BYTES / card_bytes(t) + 1;
    ahead = ahead < few ? ahead : few;
    return (int)(ahead < t->n ? ahead : t->n);
}

Tiles *tiles_start(const TilesSpec *spec, Err *err)
{
    const SheetFacts *facts = sheet_records_facts(spec->records);
    Tiles *t = calloc(1, sizeof *t);
    if (!t) {
        err_set(err, "out of memory");
        return NULL;
    }
    t->spec = *spec;
    t->n = facts->n;
    int workers = tiles_workers(t, facts->network);
    t->depth = workers + tiles_ahead(t, facts->network) + 1;
    t->pool = calloc((size_t)t->depth, sizeof *t->pool);
    int failed = t->pool ? 0 : err_set(err, "out of memory");
    if (!failed && spec->plan) {
        const TileStyle *style = &spec->plan->style;
        t->canvases = canvas_pool_new(workers, style->card_w, style->top_h + spec->plan->highest, err);
        failed = !t->canvases;
    }
    PipeSpec pipe = {.take = take_tile,
                     .work = work_tile,
                     .ctx = t,
                     .items = t->pool,
                     .item_size = sizeof *t->pool,
                     .depth = t->depth,
                     .workers = workers};
    t->pipe = failed ? NULL : pipe_start(&pipe, err);
    if (t->pipe)
        return t;
    tiles_stop(t);
    return NULL;
}

int tiles_next(Tiles *t, const SheetTile **tile, Err *err)
{
    void *item;
    int rc = pipe_next(t->pipe, &item, err);
    if (rc > 0)
        *tile = item;
    return rc;
}

void tiles_stop(Tiles *t)
{
    if (!t)
        return;
    pipe_stop(t->pipe);
    for (int i = 0; i < t->depth && t->pool; i++) {
        free(t->pool[i].rgb);
        free(t->pool[i].looks);
        free(t->pool[i].path);
    }
    canvas_pool_free(t->canvases);
    free(t->pool);
    free(t);
}
