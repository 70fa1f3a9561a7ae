#include "pipeline/images/images.h"

#include "io/base/err.h"
#include "io/data/fetch_status.h"
#include "io/file/input_lines.h"
#include "pipeline/images/cache_writer.h"
#include "pipeline/images/image_check.h"
#include "pipeline/images/in_flight.h"
#include "pipeline/images/ordered_output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct {
    const ImagesSpec *spec;
    const Report *report;
    ImagesCount *count;
    Cache *cache;
    InputLines *input;
    Http *http;
    Store *store;
    Order *order; /* NULL: as they come */
    Jobs *jobs;   /* the window */
    bool ended;   /* the input has */
    Err broken;   /* why the cache cannot be written; ends the run */
} Run;

/* Images under way beyond those being transferred wait for their next try, or for a server that is busy: there are
 * many more places than transfers, so that one slow server does not keep the others waiting. */
enum { WINDOW_FACTOR = 2, WINDOW_EXTRA = 1000, LINES_AT_ONCE = 16, LINES_MAX = 100000 };

ImagesSpec images_defaults(void)
{
    return (ImagesSpec){.negative_ttl = 86400, .parallel = 16, .http = http_defaults(), .out = stdout};
}

/* --- where the bytes of a job go: into the cache, as long as they look like an image --- */

static int sink_restart(void *tag, HttpAsk *ask)
{
    Job *job = tag;
    (void)ask;
    cache_restart(&job->file);
    job->looked = false;
    job->why = NULL;
    return 0;
}

static void sink_broke(void *tag)
{
    cache_restart(&((Job *)tag)->file);
}

static int sink_write(void *tag, const void *bytes, size_t n)
{
    Job *job = tag;
    Run *run = job->owner;
    size_t len;
    if (cache_write(&job->file, bytes, n, &run->broken))
        return -1;
    if (job->looked)
        return 0;
    const void *seen = cache_look(&job->file, &len, &run->broken);
    if (!seen)
        return -1;
    if (len < VERDICT_HEAD)
        return 0;
    job->looked = true;
    return verdict_of_head(seen, len, &job->why) == VERDICT_IMAGE ? 0 : -1;
}

/* --- records --- */

/* A reader at the other end of a pipe sees the records before we wait for more. */
static int flush_records(Run *run, Err *err)
{
    errno = 0;
    if (fflush(run->spec->out) || ferror(run->spec->out))
        return err_set(err, "writing a status record: %s", errno ? strerror(errno) : "write error");
    return 0;
}

/* The record of one line of the input. `reason`: for the tally. */
static int tell(Run *run, int64_t line, const Status *status, const char *reason, Err *err)
{
    ImagesCount *count = run->count;
    int64_t *which[] = {&count->ok, &count->cached, &count->dead, &count->failed};
    ++*which[status->status];
    if (status->status == STATUS_DEAD || status->status == STATUS_FAILED)
        tally_add(&count->reasons, reason);
    report_progress(run->report, count->ok + count->cached + count->dead + count->failed, 0);
    if (!run->order) {
        status_write(run->spec->out, status);
    } else {
        char *text = NULL;
        size_t len;
        FILE *memory = open_memstream(&text, &len);
        if (!memory)
            return err_set(err, "out of memory");
        status_write(memory, status);
        if (fclose(memory)) {
            free(text);
            return err_set(err, "out of memory");
        }
        order_line(run->order, line, text);
    }
    return ferror(run->spec->out) ? flush_records(run, err) : 0;
}

static void bury(Run *run, const char *url, long code, const char *why)
{
    if (run->spec->negative_ttl > 0)
        cache_bury(run->cache, url, code, why);
}

/* The end of a job: a record for each line that asked for it. `reason`: in words for the tally. */
static int finish(Run *run, Job *job, Status *status, const char *reason, Err *err)
{
    int rc = 0;
    status->url = job->url;
    for (int i = 0; rc == 0 && i < job->n_lines; i++) {
        rc = tell(run, job->line[i], status, reason, err);
        if (i == 0 && status->status == STATUS_OK) { /* the others find it there */
            status->status = STATUS_CACHED;
            status->code = 0;
            status->tries = 0;
        }
    }
    jobs_give(run->jobs, job);
    return rc;
}

/* A transfer has ended: what is whole goes to the store, the rest has its record now. */
static int arrived(Run *run, const HttpResult *r, Err *err)
{
    Job *job = r->tag;
    Status status = {.code = r->code, .bytes = r->bytes, .tries = r->tries, .error = r->error};
    const char *reason = r->reason;
    if (run->broken.text[0])
        return err_set(err, "%s", run->broken.text);
    if (r->outcome == HTTP_DONE)
        return store_give(run->store, r) ? err_set(err, "out of memory") : 0;
    status.status = r->outcome == HTTP_FAILED ? STATUS_FAILED : STATUS_DEAD;
    if (r->outcome == HTTP_REFUSED) /* by sink_write, at the first bytes */
        status.error = reason = job->why;
    if (status.status == STATUS_DEAD && (r->outcome == HTTP_REFUSED || r->answered))
        bury(run, job->url, r->code, status.error);
    return finish(run, job, &status, reason, err);
}

static int stored(Run *run, const Stored *s, Err *err)
{
    static const StatusKind kind[] = {
        [VERDICT_IMAGE] = STATUS_OK, [VERDICT_DEAD] = STATUS_DEAD, [VERDICT_CUT] = STATUS_FAILED};
    bool image = s->verdict == VERDICT_IMAGE;
    Status status = {.status = kind[s->verdict],
                     .path = s->path,
                     .code = s->code,
                     .bytes = s->bytes,
                     .tries = s->tries,
                     .error = image ? NULL : s->why};
    if (s->broken.text[0])
        return err_set(err, "%s", s->broken.text);
    if (image)
        run->count->bytes += s->bytes;
    if (s->verdict == VERDICT_DEAD)
        bury(run, s->job->url, s->code, s->why);
    return finish(run, s->job, &status, s->why, err);
}

/* --- input --- */

static bool has_room(const Run *run)
{
    return !jobs_full(run->jobs) && jobs_lines(run->jobs) < LINES_MAX &&
           (!run->order || order_has_room(run->order));
}

static int64_t file_size(const char *path)
{
    struct stat st;
    return stat(path, &st) ? 0 : (int64_t)st.st_size;
}

/* Where the network need not be asked: 1, and *rc says whether the record was written. */
static int known_already(Run *run, const char *url, int64_t line, int *rc, Err *err)
{
    char why[256], *path = images_find(run->cache, url);
    long code;
    if (path) {
        Status status = {.status = STATUS_CACHED, .url = url, .path = path, .bytes = file_size(path)};
        *rc = tell(run, line, &status, "", err);
        free(path);
        return 1;
    }
    if (cache_dead(run->cache, url, run->spec->negative_ttl, &code, why, sizeof why)) {
        Status status = {.status = STATUS_DEAD, .url = url, .code = code, .error = why};
        *rc = tell(run, line, &status, why, err);
        return 1;
    }
    return 0;
}

/* Takes a URL on, which becomes the job's or is freed. */
static int take_url(Run *run, char *url, Err *err)
{
    static const HttpSink sink = {.restart = sink_restart, .write = sink_write, .broke = sink_broke};
    Job *job = jobs_find(run->jobs, url);
    int64_t line = run->order ? order_promise(run->order) : 0;
    int rc = 0, known = job || known_already(run, url, line, &rc, err);
    if (known)
        free(url);
    else
        job = jobs_take(run->jobs, url);
    if (job && jobs_add_line(run->jobs, job, line))
        return err_set(err, "out of memory");
    if (known)
        return rc;
    return cache_begin(run->cache, url, &job->file, err) || http_add(run->http, url, sink, job, err) ? -1 : 0;
}

/* One line. */
static int take_line(Run *run, const char *line, size_t len, Err *err)
{
    Err why;
    int kind;
    char *url = status_url_of(line, len, &kind, &why);
    if (url && run->spec->retry_failed && kind != STATUS_FAILED) {
        free(url);
        url = NULL;
        if (kind >= 0)
            return 0;
        err_set(&why, "no \"status\"");
    }
    if (url)
        return take_url(run, url, err);
    run->count->bad_lines++;
    report_warn(run->report, "%s: %s", input_lines_place(run->input), why.text);
    return 0;
}

/* Takes lines while there are any and there is room. 1: there may be more at once; 0: wait; -1 failed. */
static int take_lines(Run *run, Err *err)
{
    for (int i = 0; i < LINES_AT_ONCE; i++) {
        const char *line;
        Err why;
        size_t len;
        if (run->ended || !has_room(run))
            return 0;
        switch (input_lines_next(run->input, &line, &len, &why)) {
        case LINE_READ:
            if (take_line(run, line, len, err))
                return -1;
            break;
        case LINE_BAD:
            run->count->bad_lines++;
            report_warn(run->report, "%s", why.text);
            break;
        case LINE_NOT_YET:
            return 0;
        case LINE_END:
            run->ended = true;
            return 0;
        }
    }
    return 1;
}

/* --- the loop --- */

/* What the store has done. With `wait`, and something in it, at least one. */
static int take_stored(Run *run, bool wait, Err *err)
{
    const Stored *s;
    for (; store_next(run->store, wait, &s); wait = false)
        if (stored(run, s, err))
            return -1;
    return 0;
}

/* What the network has brought; with `wait` something is waited for: the network, the input, or the store. */
static int take_arrived(Run *run, bool wait, Err *err)
{
    HttpResult result;
    int got = http_next(run->http, &result, 0, -1, err);
    if (got == 0 && wait) {
        int fd = !run->ended && has_room(run) ? input_lines_fd(run->input) : -1;
        if (flush_records(run, err))
            return -1;
        if (fd < 0 && http_pending(run->http) == 0)
            return take_stored(run, true, err);
        bool holds = store_holds(run->store);
        got = http_next(run->http, &result, holds ? 0.002 : 1, fd, err);
        if (got == 0 && holds) /* nothing more comes at once */
            store_begin(run->store);
    }
    return got > 0 ? arrived(run, &result, err) : got;
}

static int loop(Run *run, Err *err)
{
    while (!report_stop(run->report)) {
        int more = take_lines(run, err);
        if (more < 0 || take_stored(run, store_pending(run->store) == STORE_MAX, err))
            return -1;
        if (run->ended && http_pending(run->http) == 0 && store_pending(run->store) == 0)
            break;
        if (take_arrived(run, !more, err))
            return -1;
    }
    run->count->unsettled = jobs_lines(run->jobs);
    if (run->order) /* asked to stop: what is done is told */
        order_flush(run->order);
    return flush_records(run, err);
}

static int open_run(Run *run, Err *err)
{
    static const char *const standard_input[] = {"-"};
    const ImagesSpec *spec = run->spec;
    HttpOptions http = spec->http;
    if (run->report)
        http.stop = run->report->stop;
    int window = WINDOW_FACTOR * spec->parallel + WINDOW_EXTRA;
    run->jobs = jobs_open(window, run);
    run->order = spec->ordered ? order_open(spec->out, window) : NULL;
    if (!run->jobs || (spec->ordered && !run->order))
        return err_set(err, "out of memory");
    if (!(run->cache = cache_open(spec->cache, err)) || !(run->http = http_open(&http, spec->parallel, err)))
        return -1;
    if (!(run->store = store_start(run->http, err)))
        return -1;
    run->input = spec->n_inputs ? input_lines_open(spec->inputs, spec->n_inputs, err)
                                : input_lines_open(standard_input, 1, err);
    return run->input ? 0 : -1;
}

static void close_run(Run *run)
{
    store_stop(run->store); /* it and the transfers write to the jobs' files */
    http_close(run->http);
    jobs_close(run->jobs);
    order_close(run->order);
    input_lines_close(run->input);
    cache_close(run->cache);
}

int images_fetch(const ImagesSpec *spec, const Report *report, ImagesCount *count, Err *err)
{
    Run run = {.spec = spec, .report = report, .count = count};
    memset(count, 0, sizeof *count);
    int rc = open_run(&run, err);
    if (rc == 0)
        rc = loop(&run, err);
    close_run(&run);
    tally_sort(&count->reasons);
    return rc;
}
