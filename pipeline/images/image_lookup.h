/* Finds the image of a caption record and decodes it at a wanted size.
 *
 *      file below --images ─► file below the dataset ─► without --images, below the current folder ─► cache ─► the URL
 *                                                                                                     over http(s)
 *
 * The first place that has the image decides: if it is corrupt there, that is an error, and no other place is tried.
 * Records are not trusted: a "file" may not lead out of its directory by ".." or an absolute path, and a file:// URL
 * must lead into one of the two directories. Symbolic links there are the owner's, and are followed wherever they lead.
 * A record without a file is looked for in --images by its id, under the names that COCO gives. A file that is a name
 * without folders is looked for in the subfolders of --images, too, before the cache; they are walked through when the
 * first such file is missing.
 *
 * lookup_open and lookup_close on one thread; lookup_image on any number. */
#ifndef COCO_PIPELINE_IMAGES_IMAGE_LOOKUP_H
#define COCO_PIPELINE_IMAGES_IMAGE_LOOKUP_H

#include "io/base/err.h"
#include "io/data/record.h"
#include "io/net/cache.h"
#include "io/net/http.h"
#include "io/picture/image.h"
#include "pipeline/common/root.h"
#include "pipeline/images/image_reason.h"

#include <stdbool.h>

typedef struct LookupTree LookupTree;

typedef struct {
    Root root[2];     /* --images and the dataset directory; zeroed: not given */
    LookupTree *tree; /* the subfolders of --images; NULL: not given */
    Cache *cache;     /* NULL: it could not be opened */
    HttpPool *pool;   /* NULL: offline */
    double negative_ttl;
    int64_t max_pixels;
} Lookup;

/* Where to look. */
typedef struct {
    const char *images;  /* directory, which must exist; NULL: none */
    const char *data;    /* dataset directory, which must exist; NULL: none */
    const char *cache;   /* directory; NULL: the user's */
    double negative_ttl; /* seconds for which a dead URL is not asked for again */
    bool offline;        /* no URL is asked for; the cache is used */
    int64_t max_pixels;  /* of an image in memory; 0: IMAGE_PIXELS_MAX */
    HttpOptions http;    /* its `stop` ends waiting for the network */
} LookupSpec;

/* The cache and URLs only. */
LookupSpec lookup_defaults(void);

int lookup_open(Lookup *lookup, const LookupSpec *spec, Err *err);
void lookup_close(Lookup *lookup);

/* What was found. */
typedef struct {
    Image image;
    char *path;         /* of the file, absolute; NULL: it was at the URL, or there is none. The caller frees */
    bool at_url;        /* there was no such file, and the URL was looked up */
    bool cut;           /* the image is a JPEG that ends too early, drawn as far as it goes */
    ImageReason reason; /* why the image is missing */
} LookupImage;

/* The record's image, scaled to fit the box; with `enlarge` a smaller one is scaled up. Blocks. -1: err says
 * why ("HTTP 404", "no such file"), and the image is zeroed. Once a server cannot be reached, its other URLs
 * that are not in the cache fail at once with the same reason. */
int lookup_image(const Lookup *lookup, const Record *record, int box_w, int box_h, bool enlarge, LookupImage *out,
                 Err *err);

#endif
