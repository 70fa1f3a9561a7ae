#include "pipeline/images/in_flight.h"

#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 1024 };

struct Jobs {
    Job *job;
    int places;
    void *owner;
    int64_t lines;
    Job *free;
    Job *bucket[BUCKETS];
};

Jobs *jobs_open(int places, void *owner)
{
    Jobs *jobs = calloc(1, sizeof *jobs);
    if (jobs)
        jobs->job = calloc((size_t)places, sizeof *jobs->job);
    if (!jobs || !jobs->job) {
        free(jobs);
        return NULL;
    }
    jobs->places = places;
    jobs->owner = owner;
    for (int i = places - 1; i >= 0; i--) {
        jobs->job[i].next = jobs->free;
        jobs->free = &jobs->job[i];
    }
    return jobs;
}

static void job_clear(Job *job)
{
    cache_abort(&job->file);
    free(job->url);
    free(job->line);
    memset(job, 0, sizeof *job);
}

void jobs_close(Jobs *jobs)
{
    if (!jobs)
        return;
    for (int i = 0; i < jobs->places; i++)
        job_clear(&jobs->job[i]);
    free(jobs->job);
    free(jobs);
}

bool jobs_full(const Jobs *jobs)
{
    return !jobs->free;
}

/* FNV-1a. */
static uint32_t hash_of(const char *url)
{
    uint32_t h = 2166136261u;
    for (const unsigned char *p = (const unsigned char *)url; *p; p++)
        h = (h ^ *p) * 16777619u;
    return h;
}

Job *jobs_find(const Jobs *jobs, const char *url)
{
    uint32_t hash = hash_of(url);
    Job *job = jobs->bucket[hash % BUCKETS];
    while (job && (job->hash != hash || strcmp(job->url, url)))
        job = job->next;
    return job;
}

Job *jobs_take(Jobs *jobs, char *url)
{
    Job *job = jobs->free;
    jobs->free = job->next;
    uint32_t hash = hash_of(url);
    Job **bucket = &jobs->bucket[hash % BUCKETS];
    *job = (Job){.url = url, .owner = jobs->owner, .hash = hash, .next = *bucket};
    *bucket = job;
    return job;
}

int jobs_add_line(Jobs *jobs, Job *job, int64_t line)
{
    if (job->n_lines == job->room) {
        int room = job->room ? 2 * job->room : 1;
        int64_t *grown = realloc(job->line, (size_t)room * sizeof *grown);
        if (!grown)
            return -1;
        job->line = grown;
        job->room = room;
    }
    job->line[job->n_lines++] = line;
    jobs->lines++;
    return 0;
}

int64_t jobs_lines(const Jobs *jobs)
{
    return jobs->lines;
}

void jobs_give(Jobs *jobs, Job *job)
{
    Job **at = &jobs->bucket[job->hash % BUCKETS];
    while (*at != job)
        at = &(*at)->next;
    *at = job->next;
    jobs->lines -= job->n_lines;
    job_clear(job);
    job->next = jobs->free;
    jobs->free = job;
}
