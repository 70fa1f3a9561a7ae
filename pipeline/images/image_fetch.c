#include "pipeline/images/image_fetch.h"

#include "io/base/err.h"
#include "io/base/memory_stream.h"
#include "io/data/fetch_status.h"
#include "io/file/file.h"
#include "io/file/input_lines.h"
#include "io/net/cache.h"
#include "pipeline/images/cache_writer.h"
#include "pipeline/images/image_check.h"
#include "pipeline/images/image_get.h"
#include "pipeline/images/image_save.h"
#include "pipeline/images/in_flight.h"
#include "pipeline/images/ordered_output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct {
    const ImageFetchOptions *spec;
    const Report *report;
    ImageFetchCount *count;
    Cache *cache;
    InputLines *input;
    Http *http;
    CacheWriter *writer;
    OrderedOutput *ordered; /* NULL: records are written as they come */
    InFlight *window;
    bool ended; /* the input has */
    Err broken; /* the cache cannot be written, which ends the run; "" */
} Run;

/* Images in flight that are not being transferred wait for their next try or for a busy server. The window has many
 * more places than there are transfers, so that one slow server does not hold up the others. */
enum { WINDOW_FACTOR = 2, WINDOW_EXTRA = 1000, LINES_AT_ONCE = 16, LINES_MAX = 100000 };

ImageFetchOptions image_fetch_defaults(void)
{
    return (ImageFetchOptions){.negative_ttl = 86400, .parallel = 16, .http = http_defaults(), .out = stdout};
}

/* --- where the bytes go: into the cache, as long as they look like an image --- */

static int sink_restart(void *tag, HttpRange *range)
{
    ImageDownload *d = tag;
    (void)range;
    cache_restart(&d->file);
    d->checked = false;
    d->why = NULL;
    return 0;
}

static void sink_broke(void *tag)
{
    cache_restart(&((ImageDownload *)tag)->file);
}

static int sink_write(void *tag, const void *bytes, size_t n)
{
    ImageDownload *d = tag;
    Run *run = d->owner;
    size_t len;
    if (cache_write(&d->file, bytes, n, &run->broken))
        return -1;
    if (d->checked)
        return 0;
    const void *seen = cache_look(&d->file, &len, &run->broken);
    if (!seen)
        return -1;
    if (len < IMAGE_HEAD_BYTES)
        return 0;
    d->checked = true;
    return image_check_head(seen, len, &d->why) == IMAGE_GOOD ? 0 : -1;
}

/* --- records --- */

/* So that a reader at the other end of a pipe sees the records before we wait for more. */
static int flush_records(Run *run, Err *err)
{
    errno = 0;
    if (fflush(run->spec->out) || ferror(run->spec->out))
        return err_set(err, "writing a status record: %s", errno ? strerror(errno) : "write error");
    return 0;
}

static int put_record(Run *run, int64_t line, const Status *status, const char *reason, Err *err)
{
    ImageFetchCount *count = run->count;
    int64_t *which[] = {&count->ok, &count->cached, &count->dead, &count->failed};
    ++*which[status->status];
    if (status->status == STATUS_DEAD || status->status == STATUS_FAILED)
        counts_add(&count->reasons, reason);
    report_progress(run->report, count->ok + count->cached + count->dead + count->failed, 0);
    if (!run->ordered) {
        status_write(run->spec->out, status);
    } else {
        char *text = NULL;
        size_t len;
        FILE *memory = open_memstream(&text, &len);
        if (!memory)
            return err_set(err, "out of memory");
        status_write(memory, status);
        if (memory_stream_close(memory, &text))
            return err_set(err, "out of memory");
        ordered_put(run->ordered, line, text);
    }
    return ferror(run->spec->out) ? flush_records(run, err) : 0;
}

/* Writes the record of one line of the input, with the path of the copy if there is one. `reason` is for the tally. */
static int write_record(Run *run, int64_t line, const Status *status, const char *reason, Err *err)
{
    Status saved = *status;
    if (!run->spec->save_to || !status->path)
        return put_record(run, line, status, reason, err);
    char *copy = image_save(run->spec->save_to, status->url, status->path, err);
    if (!copy)
        return -1;
    saved.path = copy;
    int rc = put_record(run, line, &saved, reason, err);
    free(copy);
    return rc;
}

static void mark_dead(Run *run, const char *url, long code, const char *why)
{
    if (run->spec->negative_ttl > 0)
        cache_mark_dead(run->cache, url, code, why);
}

/* The end of a download: writes a record for each line that asked for it. `reason` is for the tally. */
static int finish(Run *run, ImageDownload *d, Status *status, const char *reason, Err *err)
{
    int rc = 0;
    status->url = d->url;
    for (int i = 0; rc == 0 && i < d->n_lines; i++) {
        rc = write_record(run, d->line[i], status, reason, err);
        if (i == 0 && status->status == STATUS_OK) { /* for the other lines it was there already */
            status->status = STATUS_CACHED;
            status->code = 0;
            status->tries = 0;
        }
    }
    in_flight_remove(run->window, d);
    return rc;
}

/* A transfer has ended. A complete one goes to the cache writer; a failed one gets its record now. */
static int on_transferred(Run *run, const HttpResult *r, Err *err)
{
    ImageDownload *d = r->tag;
    Status status = {.code = r->code, .bytes = r->bytes, .tries = r->tries, .error = r->error};
    const char *reason = r->reason;
    if (run->broken.text[0])
        return err_set(err, "%s", run->broken.text);
    if (r->outcome == HTTP_DONE)
        return cache_writer_give(run->writer, r) ? err_set(err, "out of memory") : 0;
    status.status = r->outcome == HTTP_FAILED ? STATUS_FAILED : STATUS_DEAD;
    if (r->outcome == HTTP_REFUSED) /* by sink_write, at the first bytes */
        status.error = reason = d->why;
    if (status.status == STATUS_DEAD && (r->outcome == HTTP_REFUSED || r->answered))
        mark_dead(run, d->url, r->code, status.error);
    return finish(run, d, &status, reason, err);
}

static int on_written(Run *run, const WrittenImage *w, Err *err)
{
    static const StatusKind kind[] = {
        [IMAGE_GOOD] = STATUS_OK, [IMAGE_WRONG] = STATUS_DEAD, [IMAGE_TRUNCATED] = STATUS_FAILED};
    bool good = w->verdict == IMAGE_GOOD;
    Status status = {.status = kind[w->verdict],
                     .path = w->path,
                     .code = w->code,
                     .bytes = w->bytes,
                     .tries = w->tries,
                     .error = good ? NULL : w->why};
    if (w->broken.text[0])
        return err_set(err, "%s", w->broken.text);
    if (good)
        run->count->bytes += w->bytes;
    if (w->verdict == IMAGE_WRONG)
        mark_dead(run, w->download->url, w->code, w->why);
    return finish(run, w->download, &status, w->why, err);
}

/* --- input --- */

static bool has_room(const Run *run)
{
    return !in_flight_is_full(run->window) && in_flight_lines(run->window) < LINES_MAX &&
           (!run->ordered || ordered_has_room(run->ordered));
}

static int64_t file_size(const char *path)
{
    struct stat st;
    return stat(path, &st) ? 0 : (int64_t)st.st_size;
}

/* 1: the network need not be asked, and *rc says whether the record was written. */
static int known_already(Run *run, const char *url, int64_t line, int *rc, Err *err)
{
    char why[256], *path = image_cached(run->cache, url);
    long code;
    if (path) {
        Status status = {.status = STATUS_CACHED, .url = url, .path = path, .bytes = file_size(path)};
        *rc = write_record(run, line, &status, "", err);
        free(path);
        return 1;
    }
    if (cache_is_dead(run->cache, url, run->spec->negative_ttl, &code, why, sizeof why)) {
        Status status = {.status = STATUS_DEAD, .url = url, .code = code, .error = why};
        *rc = write_record(run, line, &status, why, err);
        return 1;
    }
    return 0;
}

/* Starts the download of a new URL, which is taken over. NULL: out of memory. */
static ImageDownload *start_download(Run *run, char *url, Err *err)
{
    static const HttpSink sink = {.restart = sink_restart, .write = sink_write, .broke = sink_broke};
    ImageDownload *d = in_flight_add(run->window, url);
    if (!d) {
        free(url);
        err_set(err, "out of memory");
        return NULL;
    }
    return cache_begin(run->cache, url, &d->file, err) || http_add(run->http, url, sink, d, err) ? NULL : d;
}

/* A line asks for this URL, which is taken over. */
static int take_url(Run *run, char *url, Err *err)
{
    ImageDownload *d = in_flight_find(run->window, url);
    int64_t line = run->ordered ? ordered_reserve(run->ordered) : 0;
    int rc = 0;
    if (d || known_already(run, url, line, &rc, err))
        free(url);
    else if (!(d = start_download(run, url, err)))
        return -1;
    return d && in_flight_add_line(run->window, d, line) ? err_set(err, "out of memory") : rc;
}

/* One line of input. */
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

/* Takes lines while there are any and there is room. 1: there may be more right now; 0: wait; -1: failed. */
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

/* Takes what the cache writer has done; with `wait`, at least one, if any is pending. */
static int take_written(Run *run, bool wait, Err *err)
{
    const WrittenImage *w;
    for (; cache_writer_next(run->writer, wait, &w); wait = false)
        if (on_written(run, w, err))
            return -1;
    return 0;
}

/* Takes what the network has brought; with `wait`, waits for the network, the input, or the cache writer. */
static int take_transferred(Run *run, bool wait, Err *err)
{
    HttpResult result;
    int got = http_next(run->http, &result, 0, -1, err);
    if (got == 0 && wait) {
        int fd = !run->ended && has_room(run) ? input_lines_fd(run->input) : -1;
        if (flush_records(run, err))
            return -1;
        if (fd < 0 && http_pending(run->http) == 0)
            return take_written(run, true, err);
        bool holds = cache_writer_holds(run->writer);
        got = http_next(run->http, &result, holds ? 0.002 : 1, fd, err);
        if (got == 0 && holds) /* nothing more has come to go with them */
            cache_writer_begin(run->writer);
    }
    return got > 0 ? on_transferred(run, &result, err) : got;
}

static int loop(Run *run, Err *err)
{
    while (!report_stop(run->report)) {
        int more = take_lines(run, err);
        if (more < 0 || take_written(run, cache_writer_pending(run->writer) == CACHE_WRITER_MAX, err))
            return -1;
        if (run->ended && http_pending(run->http) == 0 && cache_writer_pending(run->writer) == 0)
            break;
        if (take_transferred(run, !more, err))
            return -1;
    }
    run->count->unsettled = in_flight_lines(run->window);
    if (run->ordered) /* if stopped: the records after those that never came */
        ordered_flush(run->ordered);
    return flush_records(run, err);
}

static int open_run(Run *run, Err *err)
{
    static const char *const standard_input[] = {"-"};
    const ImageFetchOptions *spec = run->spec;
    HttpOptions http = spec->http;
    if (run->report)
        http.stop = run->report->stop;
    int places = WINDOW_FACTOR * spec->parallel + WINDOW_EXTRA;
    if (spec->save_to && file_mkdirs(spec->save_to, err))
        return -1;
    run->window = in_flight_new(places, run);
    run->ordered = spec->ordered ? ordered_new(spec->out, places) : NULL;
    if (!run->window || (spec->ordered && !run->ordered))
        return err_set(err, "out of memory");
    if (!(run->cache = cache_open(spec->cache, spec->http.insecure, err)) ||
        !(run->http = http_open(&http, spec->parallel, err)))
        return -1;
    if (!(run->writer = cache_writer_start(run->http, err)))
        return -1;
    run->input = spec->n_inputs ? input_lines_open(spec->inputs, spec->n_inputs, err)
                                : input_lines_open(standard_input, 1, err);
    return run->input ? 0 : -1;
}

static void close_run(Run *run)
{
    cache_writer_stop(run->writer); /* it and the transfers write to the files of the window */
    http_close(run->http);
    in_flight_free(run->window);
    ordered_free(run->ordered);
    input_lines_close(run->input);
    cache_close(run->cache);
}

int image_fetch(const ImageFetchOptions *spec, const Report *report, ImageFetchCount *count, Err *err)
{
    Run run = {.spec = spec, .report = report, .count = count};
    memset(count, 0, sizeof *count);
    int rc = open_run(&run, err);
    if (rc == 0)
        rc = loop(&run, err);
    close_run(&run);
    counts_sort(&count->reasons);
    return rc;
}
