#include "pipeline/images.h"

#include "io/err.h"
#include "io/feed.h"
#include "io/file.h"
#include "io/sniff.h"
#include "io/status.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* One URL under way. */
typedef struct {
    struct Run *run;
    char *url; /* NULL: this place is free */
    CacheFile file;
    int open;        /* file is begun */
    unsigned char head[SNIFF_LEN];
    size_t head_len;
    int looked;      /* the head was looked at */
    const char *not; /* what it is instead of an image */
    int64_t again;   /* how often it was asked for meanwhile */
} Job;

typedef struct Run {
    const ImagesSpec *spec;
    const Report *report;
    ImagesCount *count;
    Cache *cache;
    Feed *feed;
    Http *http;
    Job *job;   /* the window */
    int window;
    int ended;  /* the input has */
    char broken[ERR_LEN]; /* why the cache cannot be written; ends the run */
} Run;

/* Images under way beyond those being transferred wait for their next try; more places than transfers keep the
 * network busy meanwhile. */
enum { WINDOW_FACTOR = 2, WINDOW_EXTRA = 16, LINES_AT_ONCE = 256 };

ImagesSpec images_defaults(void)
{
    return (ImagesSpec){.parallel = 16, .http = http_defaults(), .out = stdout};
}

/* --- where the bytes of a job go: into the cache, as long as they look like an image --- */

static int sink_restart(void *tag, HttpAsk *ask)
{
    Job *job = tag;
    (void)ask;
    cache_abort(&job->file);
    job->open = 0;
    job->head_len = 0;
    job->looked = 0;
    job->not = NULL;
    return 0;
}

static int look(Job *job)
{
    job->looked = 1;
    job->not = sniff_not_image(job->head, job->head_len);
    return job->not ? -1 : 0;
}

static int sink_write(void *tag, const void *bytes, size_t n)
{
    Job *job = tag;
    Run *run = job->run;
    size_t take = sizeof job->head - job->head_len;
    if (!job->open && cache_begin(run->cache, job->url, &job->file, run->broken, sizeof run->broken))
        return -1;
    job->open = 1;
    if (take > n)
        take = n;
    memcpy(job->head + job->head_len, bytes, take);
    job->head_len += take;
    if (!job->looked && job->head_len == sizeof job->head && look(job))
        return -1;
    if (fwrite(bytes, 1, n, job->file.file) != n)
        return err_set(run->broken, sizeof run->broken, "%s: cannot write", job->file.temp);
    return 0;
}

/* --- results --- */

static int tell(Run *run, const Status *status, char *err, size_t errlen)
{
    ImagesCount *count = run->count;
    int64_t *which[] = {&count->ok, &count->cached, &count->dead, &count->failed};
    ++*which[status->status];
    report_progress(run->report, count->ok + count->cached + count->dead + count->failed, 0);
    return status_write(run->spec->out, status, err, errlen);
}

/* The job's status where its transfer is done: the last look, and the file gets its name. */
static int keep(Job *job, Status *status, char **path)
{
    Run *run = job->run;
    if (!job->looked && look(job)) {
        status->status = STATUS_DEAD;
        status->error = job->not;
        return 0;
    }
    job->open = 0;
    if (cache_commit(&job->file, path, run->broken, sizeof run->broken))
        return -1;
    status->status = STATUS_OK;
    status->path = *path;
    run->count->bytes += status->bytes;
    return 0;
}

static int finish(Run *run, const HttpResult *r, char *err, size_t errlen)
{
    Job *job = r->tag;
    char *path = NULL;
    Status status = {.url = job->url, .code = r->code, .bytes = r->bytes, .tries = r->tries};
    int rc = 0;
    if (r->outcome == HTTP_DONE) {
        rc = keep(job, &status, &path);
    } else if (r->outcome == HTTP_REFUSED) {
        status.status = STATUS_DEAD;
        status.error = job->not;
    } else {
        status.status = r->outcome == HTTP_DEAD ? STATUS_DEAD : STATUS_FAILED;
        status.error = r->error;
    }
    if (run->broken[0])
        rc = err_set(err, errlen, "%s", run->broken);
    else
        rc = tell(run, &status, err, errlen);
    if (status.status == STATUS_OK) {
        status.status = STATUS_CACHED;
        status.code = 0;
        status.tries = 0;
    }
    for (; rc == 0 && job->again > 0; job->again--)
        rc = tell(run, &status, err, errlen);
    free(path);
    cache_abort(&job->file);
    free(job->url);
    memset(job, 0, sizeof *job);
    return rc;
}

/* --- input --- */

static Job *job_of(Run *run, const char *url)
{
    for (int i = 0; i < run->window; i++)
        if (run->job[i].url && !strcmp(run->job[i].url, url))
            return &run->job[i];
    return NULL;
}

static Job *free_place(Run *run)
{
    for (int i = 0; i < run->window; i++)
        if (!run->job[i].url)
            return &run->job[i];
    return NULL;
}

static int64_t file_size(const char *path)
{
    struct stat st;
    return stat(path, &st) ? 0 : (int64_t)st.st_size;
}

/* Takes a URL on, which becomes the job's or is freed. */
static int take_url(Run *run, char *url, char *err, size_t errlen)
{
    static const HttpSink sink = {.restart = sink_restart, .write = sink_write};
    Job *job = job_of(run, url);
    char *path = job ? NULL : cache_find(run->cache, url);
    int rc = 0;
    if (job) {
        job->again++;
    } else if (path) {
        Status status = {.status = STATUS_CACHED, .url = url, .path = path, .bytes = file_size(path)};
        rc = tell(run, &status, err, errlen);
    } else {
        job = free_place(run);
        job->run = run;
        job->url = url;
        return http_add(run->http, url, sink, job, err, errlen);
    }
    free(path);
    free(url);
    return rc;
}

/* Takes lines while there are any and there is room. 1: there may be more at once; 0: wait; -1 failed. */
static int take_lines(Run *run, char *err, size_t errlen)
{
    for (int i = 0; i < LINES_AT_ONCE; i++) {
        const char *line;
        char why[ERR_LEN], *url;
        size_t len;
        if (run->ended || !free_place(run))
            return 0;
        switch (feed_next(run->feed, &line, &len, why, sizeof why)) {
        case FEED_LINE:
            url = status_url_of(line, len, why, sizeof why);
            if (url && take_url(run, url, err, errlen))
                return -1;
            if (!url) {
                run->count->bad_lines++;
                report_warn(run->report, "%s: %s", feed_place(run->feed), why);
            }
            break;
        case FEED_BAD:
            run->count->bad_lines++;
            report_warn(run->report, "%s", why);
            break;
        case FEED_NOT_YET:
            return 0;
        case FEED_END:
            run->ended = 1;
            return 0;
        }
    }
    return 1;
}

/* --- the loop --- */

static int loop(Run *run, char *err, size_t errlen)
{
    while (!report_stop(run->report)) {
        HttpResult result;
        int more = take_lines(run, err, errlen);
        if (more < 0)
            return -1;
        if (run->ended && http_pending(run->http) == 0)
            return 0;
        int fd = !run->ended && free_place(run) ? feed_fd(run->feed) : -1;
        int got = http_next(run->http, &result, more ? 0 : 1, fd, err, errlen);
        if (got < 0 || (got && finish(run, &result, err, errlen)))
            return -1;
    }
    return 0;
}

static int open_run(Run *run, char *err, size_t errlen)
{
    static const char *const standard_input[] = {"-"};
    const ImagesSpec *spec = run->spec;
    HttpOptions http = spec->http;
    if (run->report)
        http.stop = run->report->stop;
    run->window = WINDOW_FACTOR * spec->parallel + WINDOW_EXTRA;
    run->job = calloc((size_t)run->window, sizeof *run->job);
    if (!run->job)
        return err_set(err, errlen, "out of memory");
    if (!(run->cache = cache_open(spec->cache, err, errlen)) ||
        !(run->http = http_open(&http, spec->parallel, err, errlen)))
        return -1;
    run->feed = spec->n_inputs ? feed_open(spec->inputs, spec->n_inputs, err, errlen)
                               : feed_open(standard_input, 1, err, errlen);
    return run->feed ? 0 : -1;
}

static void close_run(Run *run)
{
    http_close(run->http); /* first: its transfers write to the jobs' files */
    for (int i = 0; run->job && i < run->window; i++) {
        cache_abort(&run->job[i].file);
        free(run->job[i].url);
    }
    free(run->job);
    feed_close(run->feed);
    cache_close(run->cache);
}

int images_fetch(const ImagesSpec *spec, const Report *report, ImagesCount *count, char *err, size_t errlen)
{
    Run run = {.spec = spec, .report = report, .count = count};
    memset(count, 0, sizeof *count);
    int rc = open_run(&run, err, errlen);
    if (rc == 0)
        rc = loop(&run, err, errlen);
    close_run(&run);
    return rc;
}

/* --- one image --- */

int images_get(const Cache *cache, const char *url, const HttpOptions *http, char **bytes, size_t *len,
               char *err, size_t errlen)
{
    char *path = cache_find(cache, url);
    if (path) {
        *bytes = file_read(path, (size_t)http->max_bytes, len, err, errlen);
        free(path);
        return *bytes ? 0 : -1;
    }
    if (http_get(url, http, bytes, len, NULL, err, errlen))
        return -1;
    const char *not = sniff_not_image(*bytes, *len);
    if (not) {
        free(*bytes);
        return err_set(err, errlen, "%s", not);
    }
    /* A cache that cannot be written costs a second download another day; the image is here. */
    (void)cache_store(cache, url, *bytes, *len, NULL, 0);
    return 0;
}
