/* Images on their way: each with what has arrived of it so far and the lines of the input that ask for it.
 *
 * A fixed number of places, found by URL. One thread at a time. */
#ifndef COCO_PIPELINE_IMAGES_IN_FLIGHT_H
#define COCO_PIPELINE_IMAGES_IN_FLIGHT_H

#include "io/net/cache.h"

#include <stdbool.h>
#include <stdint.h>

/* The download of one image. */
typedef struct {
    char *url; /* NULL: the place is free */
    CacheFile file;
    bool checked;    /* the first bytes have been */
    const char *why; /* it is not an image; NULL: not known */
    int64_t *line;   /* n_lines status records to write: one for the line that asked first, others for repeats */
    int n_lines, room;
    void *owner; /* as given to in_flight_new */
} ImageDownload;

typedef struct InFlight InFlight;

InFlight *in_flight_new(int places, void *owner); /* NULL: out of memory */
void in_flight_free(InFlight *all);               /* with everything in it; NULL is legal */
bool in_flight_is_full(const InFlight *all);
/* The download of this URL; NULL: there is none. */
ImageDownload *in_flight_find(const InFlight *all, const char *url);
/* Adds a download, if there is room and none of this URL. Takes ownership of the malloc'd url unless it returns NULL:
 * out of memory. */
ImageDownload *in_flight_add(InFlight *all, char *url);
/* One more line asks for it. -1: out of memory. */
int in_flight_add_line(InFlight *all, ImageDownload *download, int64_t line);
/* How many lines ask for what is in flight. */
int64_t in_flight_lines(const InFlight *all);
void in_flight_remove(InFlight *all, ImageDownload *download);

#endif
