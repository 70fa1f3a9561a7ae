/* URLs under way, each with what has come of it so far and the lines of the input that ask for it.
 *
 * A fixed number of places, found by URL. One thread at a time. */
#ifndef COCO_PIPELINE_IMAGES_IN_FLIGHT_H
#define COCO_PIPELINE_IMAGES_IN_FLIGHT_H

#include "io/net/cache.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct Job {
    char *url;
    CacheFile file;
    bool looked;     /* at the first bytes */
    const char *why; /* it is no image; NULL: not known */
    int64_t *line;   /* n_lines records are to be written: the first asked for it, the others meanwhile */
    int n_lines, room;
    void *owner;      /* whose jobs these are */
    struct Job *next; /* of the same bucket, or the next free one */
    uint32_t hash;
} Job;

typedef struct Jobs Jobs;

/* NULL: out of memory. */
Jobs *jobs_open(int places, void *owner);
void jobs_close(Jobs *jobs); /* with what is under way; NULL is legal */
bool jobs_full(const Jobs *jobs);
/* The job of this URL; NULL: there is none. */
Job *jobs_find(const Jobs *jobs, const char *url);
/* A new job, which takes the URL (from malloc). Only where it is not full. */
Job *jobs_take(Jobs *jobs, char *url);
/* One more line that asks for it. -1: out of memory. */
int jobs_add_line(Jobs *jobs, Job *job, int64_t line);
/* How many lines ask for what is under way. */
int64_t jobs_lines(const Jobs *jobs);
void jobs_give(Jobs *jobs, Job *job); /* its place is free again */

#endif
