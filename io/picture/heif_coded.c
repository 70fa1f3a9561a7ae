#include "io/picture/heif_coded.h"

#include "io/picture/coded_size.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Boxes (ISO/IEC 14496-12): meta holds iprp > ipco > the decoders' settings, hvcC or av1C; iinf, the items' types;
 * iloc, where the items' bytes are, in the file or in idat.
 *
 * What is broken is passed over: libheif will say so. */

/* --- bytes; past the end they are 0 --- */

typedef struct {
    const uint8_t *at;
    size_t len;
} Span;

static Span skip(Span s, uint64_t n)
{
    n = n < s.len ? n : s.len;
    return (Span){s.at + n, s.len - n};
}

static Span first(Span s, uint64_t n)
{
    return (Span){s.at, n < s.len ? n : s.len};
}

static uint64_t take(Span *s, unsigned bytes)
{
    uint64_t v = 0;
    for (; bytes; bytes--) {
        v = v << 8 | (s->len ? *s->at : 0);
        *s = skip(*s, 1);
    }
    return v;
}

/* The next box of the span. False: there is none. */
static bool take_box(Span *s, uint32_t *type, Span *body)
{
    if (s->len < 8)
        return false;
    Span box = *s;
    uint64_t n = take(&box, 4), head = 8;
    *type = (uint32_t)take(&box, 4);
    if (n == 1) {
        n = take(&box, 8);
        head = 16;
    }
    if (!n) /* up to the end */
        n = s->len;
    if (n < head)
        return false;
    *body = skip(first(*s, n), head);
    *s = skip(*s, n);
    return true;
}

#define TYPE(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

/* --- the items --- */

typedef struct {
    uint32_t id, type;
} Item;

typedef struct {
    Span file, idat, iloc;
    Item *items; /* of the types below, in the end by their numbers */
    size_t n_items, room;
    uint64_t budget; /* of bytes of items */
    int64_t largest;
} Reader;

static void count(Reader *r, int64_t pixels)
{
    r->largest = pixels > r->largest ? pixels : r->largest;
}

enum {
    HEVC = TYPE('h', 'v', 'c', '1'),
    AV1 = TYPE('a', 'v', '0', '1'),
    GRID = TYPE('g', 'r', 'i', 'd'),
    OVERLAY = TYPE('i', 'o', 'v', 'l')
};

static bool is_counted(uint32_t type)
{
    return type == HEVC || type == AV1 || type == GRID || type == OVERLAY;
}

static void read_item_infos(Reader *r, Span iinf)
{
    uint32_t type;
    Span infe;
    bool wide = take(&iinf, 4) >> 24;
    take(&iinf, wide ? 4 : 2);
    while (take_box(&iinf, &type, &infe)) {
        unsigned version = (unsigned)(take(&infe, 4) >> 24);
        if (type != TYPE('i', 'n', 'f', 'e') || version < 2)
            continue;
        Item item = {.id = (uint32_t)take(&infe, version == 2 ? 2 : 4), .type = 0};
        take(&infe, 2); /* protection */
        item.type = (uint32_t)take(&infe, 4);
        if (!is_counted(item.type))
            continue;
        if (r->n_items == r->room) {
            Item *more = realloc(r->items, (2 * r->room + 8) * sizeof *more);
            if (!more) {
                count(r, INT64_MAX);
                return;
            }
            r->items = more;
            r->room = 2 * r->room + 8;
        }
        r->items[r->n_items++] = item;
    }
}

static int by_id(const void *a, const void *b)
{
    const Item *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

static const Item *find_item(const Reader *r, uint32_t id)
{
    return r->n_items ? bsearch(&(Item){id, 0}, r->items, r->n_items, sizeof *r->items, by_id) : NULL;
}

/* A picture made of others (ISO/IEC 23008-12, 6.6.2): how large it becomes. */
static int64_t canvas_pixels(Span item, size_t before)
{
    const uint64_t most = 1u << 31; /* the product fits */
    unsigned width = take(&item, 2) & 1 ? 4 : 2;
    item = skip(item, before);
    uint64_t w = take(&item, width), h = take(&item, width);
    return (int64_t)((w < most ? w : most) * (h < most ? h : most));
}

static int64_t item_pixels(uint32_t type, Span item)
{
    switch (type) {
    case HEVC:
        return hevc_coded_pixels(item.at, item.len);
    case AV1:
        return av1_coded_pixels(item.at, item.len);
    case GRID:
        return canvas_pixels(item, 2); /* rows, columns */
    case OVERLAY:
        return canvas_pixels(item, 8); /* the colour of its ground */
    default:
        return 0;
    }
}

/* The bytes of an item, which may lie in pieces. */
static void read_item(Reader *r, const Item *item, const Span *piece, size_t n)
{
    size_t len = 0, at = 0;
    for (size_t i = 0; i < n; i++)
        len += piece[i].len; /* within the budget */
    uint8_t *whole = n > 1 && len ? malloc(len) : NULL;
    if (n > 1 && len && !whole) {
        count(r, INT64_MAX);
        return;
    }
    for (size_t i = 0; whole && i < n; at += piece[i++].len)
        if (piece[i].len)
            memcpy(whole + at, piece[i].at, piece[i].len);
    const uint8_t *bytes = whole ? whole : n ? piece[0].at : NULL;
    if (len)
        count(r, item_pixels(item->type, (Span){bytes, len}));
    free(whole);
}

/* The widths, in bytes, of the numbers in iloc. */
typedef struct {
    unsigned version, offset, length, base, index;
} Widths;

/* One item of iloc. False: it cannot be read. */
static bool read_location(Reader *r, Span *iloc, const Widths *w)
{
    const Item *item = find_item(r, (uint32_t)take(iloc, w->version < 2 ? 2 : 4));
    Span from = w->version && (take(iloc, 2) & 15) == 1 ? r->idat : r->file;
    take(iloc, 2); /* the file itself */
    uint64_t base = take(iloc, w->base);
    size_t n = (size_t)take(iloc, 2), each = w->index + w->offset + w->length;
    if (!each || n > iloc->len / each)
        return !each && n <= 1;
    Span *piece = calloc(n ? n : 1, sizeof *piece);
    if (!piece)
        return false;
    for (size_t i = 0; i < n; i++) {
        take(iloc, w->index);
        uint64_t offset = base + take(iloc, w->offset);
        piece[i] = first(skip(from, offset), take(iloc, w->length));
        if (item && piece[i].len > r->budget) {
            count(r, INT64_MAX);
            piece[i].len = 0;
        }
        r->budget -= item ? piece[i].len : 0;
    }
    if (item)
        read_item(r, item, piece, n);
    free(piece);
    return true;
}

static void read_locations(Reader *r, Span iloc)
{
    Widths w = {.version = (unsigned)(take(&iloc, 4) >> 24)};
    unsigned widths = (unsigned)take(&iloc, 2);
    w.offset = widths >> 12;
    w.length = widths >> 8 & 15;
    w.base = widths >> 4 & 15;
    w.index = w.version ? widths & 15 : 0;
    for (uint64_t n = take(&iloc, w.version < 2 ? 2 : 4); n && iloc.len; n--)
        if (!read_location(r, &iloc, &w))
            break;
}

/* --- the decoders' settings --- */

/* hvcC: lists of units (ISO/IEC 14496-15, 8.3.3.1). */
static void read_hevc_settings(Reader *r, Span s)
{
    s = skip(s, 22);
    for (uint64_t lists = take(&s, 1); lists && s.len; lists--) {
        take(&s, 1);
        for (uint64_t units = take(&s, 2); units && s.len; units--) {
            uint64_t n = take(&s, 2);
            Span unit = first(s, n);
            count(r, hevc_unit_pixels(unit.at, unit.len));
            s = skip(s, n);
        }
    }
}

static void read_av1_settings(Reader *r, Span s)
{
    s = skip(s, 4);
    count(r, av1_coded_pixels(s.at, s.len));
}

/* --- the file --- */

static void read_boxes(Reader *r, Span s, int depth);

static void read_box(Reader *r, uint32_t type, Span body, int depth)
{
    switch (type) {
    case TYPE('m', 'e', 't', 'a'):
        read_boxes(r, skip(body, 4), depth + 1);
        break;
    case TYPE('i', 'p', 'r', 'p'):
    case TYPE('i', 'p', 'c', 'o'):
        read_boxes(r, body, depth + 1);
        break;
    case TYPE('h', 'v', 'c', 'C'):
        read_hevc_settings(r, body);
        break;
    case TYPE('a', 'v', '1', 'C'):
        read_av1_settings(r, body);
        break;
    case TYPE('i', 'i', 'n', 'f'):
        read_item_infos(r, body);
        break;
    case TYPE('i', 'd', 'a', 't'):
        r->idat = body;
        break;
    case TYPE('i', 'l', 'o', 'c'):
        r->iloc = body;
        break;
    default:
        break;
    }
}

static void read_boxes(Reader *r, Span s, int depth)
{
    uint32_t type;
    Span body;
    while (depth < 4 && take_box(&s, &type, &body))
        read_box(r, type, body, depth);
}

int64_t heif_coded_pixels(const void *bytes, size_t len)
{
    Reader r = {.file = {bytes, len}, .budget = 2 * (uint64_t)len};
    read_boxes(&r, r.file, 0);
    if (r.n_items)
        qsort(r.items, r.n_items, sizeof *r.items, by_id);
    read_locations(&r, r.iloc);
    free(r.items);
    return r.largest;
}
