/* Pictures through a network, or through several, ahead of the caller and in order: a Pipe (pipeline/common/pipe.h)
 * whose threads read, decode, prepare and run one picture each. Memory is bounded by a few pictures for each thread.
 * Main thread. */
#ifndef COCO_PIPELINE_FEATURES_PICTURE_STREAM_H
#define COCO_PIPELINE_FEATURES_PICTURE_STREAM_H

#include "pipeline/features/extractor.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    int64_t place;           /* in the list of paths */
    PictureNumbers *numbers; /* of each extractor, unless it is broken */
    bool broken;
    Err why;
} Picture;

typedef struct PictureStream PictureStream;

enum { PICTURES_AHEAD = 4 }; /* for each thread */

/* Starts with the pictures at n places of a list of paths, each for all extractors (of which there are `extractors`);
 * all arguments are borrowed until it stops. NULL: failed. */
PictureStream *picture_stream_start(const Extractor *extractor, int extractors, char *const *path,
                                    const int64_t *place, int64_t n, int threads, Err *err);
/* The next one, borrowed until the next call: 1; 0 at the end; -1 failed. */
int picture_stream_next(PictureStream *stream, const Picture **picture, Err *err);
/* Whether picture_stream_next would return at once. */
bool picture_stream_ready(PictureStream *stream);
void picture_stream_stop(PictureStream *stream); /* joins the threads and frees; NULL is legal */

#endif
