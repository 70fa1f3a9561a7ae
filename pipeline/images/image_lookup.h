/* The image of a caption record: where it is, and its pixels at a wanted size.
 *
 *      file below --images ─► file below the dataset ─► cache ─► the URL over http(s)
 *
 * The first place that has it counts: a corrupt file there is told, not papered over by the next place.
 * What a record says is not trusted: its file never leads out of the directory, neither by ".." nor by a
 * symbolic link nor as an absolute path, and a file:// URL is taken only below one of the two directories.
 *
 * A Lookup is not changed after lookup_open: any number of threads may load through one. */
#ifndef COCO_PIPELINE_IMAGES_IMAGE_LOOKUP_H
#define COCO_PIPELINE_IMAGES_IMAGE_LOOKUP_H

#include "io/base/err.h"
#include "io/data/record.h"
#include "io/net/cache.h"
#include "io/net/http.h"
#include "io/picture/image.h"

#include <stdbool.h>

typedef struct {
    char *root[2]; /* --images and the dataset directory, resolved; NULL where not given */
    Cache *cache;  /* NULL: none could be opened */
    HttpPool *pool;
    double negative_ttl;
} Lookup;

/* Where to look. */
typedef struct {
    const char *images;  /* directory; NULL: none. One that is missing is an error, and so it is of the next */
    const char *data;    /* dataset directory; NULL: none */
    const char *cache;   /* directory; NULL: the user's */
    double negative_ttl; /* seconds for which a dead URL is not asked for again */
    HttpOptions http;    /* its `stop` ends waiting for the network */
} LookupSpec;

/* Nowhere but in the cache and at URLs. */
LookupSpec lookup_defaults(void);

int lookup_open(Lookup *lookup, const LookupSpec *spec, Err *err);
void lookup_close(Lookup *lookup);

/* The record's image, fitted into the box with its aspect kept; a smaller one is enlarged if asked. *at_url: no
 * file had it, and its URL was asked. Blocks; any thread. -1: err says why, in words that stand for themselves in a small box ("HTTP 404", "no such file"). */
int lookup_image(const Lookup *lookup, const Record *record, int box_w, int box_h, bool enlarge, Image *out,
                 bool *at_url, Err *err);

#endif
