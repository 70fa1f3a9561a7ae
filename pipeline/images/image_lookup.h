/* Finds the image of a caption record and decodes it at a wanted size.
 *
 *      file below --images ─► file below the dataset ─► cache ─► the URL over http(s)
 *
 * The first place that has the image decides: if it is corrupt there, that is an error, and no other place is tried.
 * Records are not trusted: a "file" may not lead out of its directory by "..", a symbolic link or an absolute path, and
 * a file:// URL must lead into one of the two directories.
 *
 * lookup_open and lookup_close on one thread; lookup_image on any number. */
#ifndef COCO_PIPELINE_IMAGES_IMAGE_LOOKUP_H
#define COCO_PIPELINE_IMAGES_IMAGE_LOOKUP_H

#include "io/base/err.h"
#include "io/data/record.h"
#include "io/net/cache.h"
#include "io/net/http.h"
#include "io/picture/image.h"

#include <stdbool.h>

typedef struct {
    char *root[2]; /* --images and the dataset directory, resolved; NULL: not given */
    Cache *cache;  /* NULL: it could not be opened */
    HttpPool *pool;
    double negative_ttl;
} Lookup;

/* Where to look. */
typedef struct {
    const char *images;  /* directory, which must exist; NULL: none */
    const char *data;    /* dataset directory, which must exist; NULL: none */
    const char *cache;   /* directory; NULL: the user's */
    double negative_ttl; /* seconds for which a dead URL is not asked for again */
    HttpOptions http;    /* its `stop` ends waiting for the network */
} LookupSpec;

/* The cache and URLs only. */
LookupSpec lookup_defaults(void);

int lookup_open(Lookup *lookup, const LookupSpec *spec, Err *err);
void lookup_close(Lookup *lookup);

/* The record's image, scaled to fit the box; with `enlarge` a smaller one is scaled up. *at_url: there was no such file,
 * and the URL was looked up. Blocks. -1: err says why, short enough for a tile ("HTTP 404", "no such file"). */
int lookup_image(const Lookup *lookup, const Record *record, int box_w, int box_h, bool enlarge, Image *out,
                 bool *at_url, Err *err);

#endif
