#include "io/net/download.h"

#include "io/base/digest.h"
#include "io/base/err.h"
#include "io/base/size.h"
#include "io/file/file.h"
#include "io/file/left_file.h"
#include "io/file/space.h"
#include "io/net/download_origin.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    const DownloadSpec *spec;
    DownloadResult *result;
    char *part, *origin_path;
    int fd;       /* of the part, locked */
    int64_t have; /* bytes in it */
    DownloadOrigin origin;
    const char *url;  /* the mirror that is being tried */
    int64_t asked;    /* the first byte that it was asked for */
    bool start_over;  /* ask for the whole file, whatever is here */
    bool resumed;     /* the part holds bytes of more than one answer */
    bool wrong_range; /* the server sent other bytes than asked for */
    bool fatal;       /* another mirror would not do better */
    Err why;          /* why the sink has refused; "" */
} Download;

static void note(const Download *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void note(const Download *d, const char *fmt, ...)
{
    char text[ERR_LEN];
    va_list ap;
    if (!d->spec->note)
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    d->spec->note(d->spec->ctx, text);
}

/* --- where a part came from --- */

/* Whether this run may have such bytes: what anybody on the way may have sent is nothing for one that checks. */
static bool is_trusted(const Download *d)
{
    return !d->origin.insecure || d->spec->http.insecure;
}

/* Without a file that says where it came from the part cannot be resumed, which does no harm; a file about other
 * bytes must not stay. */
static void save_origin(Download *d)
{
    if (!origin_save(&d->origin, d->origin_path))
        return;
    unlink(d->origin_path);
    free(d->origin.validator);
    d->origin.validator = NULL;
}

/* A strong ETag stands for the exact bytes; a weak one does not. */
static bool is_strong(const char *etag)
{
    return etag && *etag == '"';
}

/* Empties the part, for the body that follows this head. */
static int begin_part(Download *d, const HttpHead *head)
{
    const char *validator = is_strong(head->etag) ? head->etag : head->modified;
    origin_clear(&d->origin);
    if (ftruncate(d->fd, 0))
        return err_set(&d->why, "%s: %s", d->part, strerror(errno));
    d->have = 0;
    d->resumed = d->start_over = false; /* if this is interrupted, it may be resumed */
    d->origin.url = strdup(d->url);
    d->origin.validator = validator ? strdup(validator) : NULL;
    d->origin.length = head->length;
    d->origin.insecure = d->spec->http.insecure;
    if (!d->origin.url || (validator && !d->origin.validator))
        return err_set(&d->why, "out of memory");
    save_origin(d);
    return 0;
}

/* --- the sink --- */

static int on_restart(void *tag, HttpRange *range)
{
    Download *d = tag;
    d->asked = 0;
    if (d->start_over || d->have == 0 || !d->origin.validator || strcmp(d->origin.url, d->url) || !is_trusted(d))
        return 0;
    d->asked = d->have;
    *range = (HttpRange){d->asked, d->origin.validator};
    return 0;
}

/* Whether the answer continues where the part ends. */
static bool continues(const Download *d, const HttpHead *head)
{
    const DownloadOrigin *o = &d->origin;
    if (!d->asked || head->from != d->asked)
        return false;
    if (o->length >= 0 && head->total >= 0 && head->total != o->length)
        return false;
    /* The same validator, if the head has one. */
    const char *now = is_strong(o->validator) ? head->etag : head->modified;
    return !now || !strcmp(now, o->validator);
}

static int check_space(Download *d, int64_t need)
{
    int rc = space_check(d->part, need, d->part, &d->why);
    d->fatal = d->fatal || rc;
    return rc;
}

static int on_head(void *tag, const HttpHead *head)
{
    Download *d = tag;
    char size[SIZE_TEXT_LEN];
    if (head->code != 206) {
        if (d->asked)
            note(d, "%s: starting over: the server cannot resume, or its file has changed", d->url);
        else if (d->have > 0 && !d->start_over)
            note(d, "%s: starting over: the partial file is %s", d->url,
                 is_trusted(d) ? "from another URL, or of an unknown version"
                               : "from a server whose certificate was not checked");
        return begin_part(d, head) || check_space(d, head->length) ? -1 : 0;
    }
    if (!continues(d, head)) {
        d->wrong_range = true;
        return err_set(&d->why, "the server sent a different range than was asked for");
    }
    note(d, "%s: resuming at %s", d->url, size_text(d->asked, size));
    d->resumed = true;
    if (d->spec->http.insecure && !d->origin.insecure) { /* from now on the part is */
        d->origin.insecure = true;
        save_origin(d);
    }
    return check_space(d, head->length);
}

static int on_write(void *tag, const void *bytes, size_t n)
{
    Download *d = tag;
    const char *p = bytes;
    if ((int64_t)n > d->spec->http.max_bytes - d->have)
        return err_set(&d->why, "larger than %" PRId64 " bytes", d->spec->http.max_bytes);
    while (n > 0) {
        ssize_t written = pwrite(d->fd, p, n, d->have);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0) {
            d->fatal = true;
            return err_set(&d->why, "%s: %s", d->part, strerror(errno));
        }
        p += written;
        n -= (size_t)written;
        d->have += written;
    }
    if (d->spec->progress)
        d->spec->progress(d->spec->ctx, d->have, d->origin.length > 0 ? d->origin.length : 0);
    return 0;
}

/* --- one server --- */

/* Runs one transfer until it ends. */
static DownloadAnswer transfer(Download *d, HttpResult *result, Err *err)
{
    HttpSink sink = {.restart = on_restart, .head = on_head, .write = on_write};
    HttpOptions options = d->spec->http;
    options.as_sent = true;
    d->wrong_range = false;
    d->why.text[0] = '\0';
    Http *http = http_open(&options, 1, err);
    int rc = http ? http_add(http, d->url, sink, d, err) : -1;
    int got = 0;
    while (rc == 0 && !got && !(options.stop && *options.stop))
        if ((got = http_next(http, result, 1, -1, err)) < 0)
            rc = -1;
    if (rc == 0 && got && result->outcome != HTTP_DONE)
        rc = err_set(err, "%s", d->why.text[0] ? d->why.text : result->error);
    http_close(http);
    return rc ? DOWNLOAD_FAILED : got ? DOWNLOAD_DONE : DOWNLOAD_STOPPED;
}

/* Whether only resuming has failed, so that the whole file may still be had. */
static bool failed_to_resume(const Download *d, const HttpResult *result)
{
    return d->asked && (d->wrong_range || (result->outcome == HTTP_DEAD && result->code == 416));
}

static DownloadAnswer check_digest(const Download *d, const char *path, Err *err)
{
    char hex[DIGEST_LEN + 1];
    int rc = d->spec->sha256 ? digest_file(path, d->spec->http.stop, hex, err) : 0;
    if (rc == 0 && d->spec->sha256 && strcasecmp(hex, d->spec->sha256))
        rc = err_set(err, "its SHA-256 is %s, not the one expected", hex);
    return (DownloadAnswer)rc;
}

/* The transfer is done: is the part the file? */
static DownloadAnswer check_whole(const Download *d, Err *err)
{
    if (d->origin.length >= 0 && d->have != d->origin.length)
        return (DownloadAnswer)err_set(err, "received %" PRId64 " of %" PRId64 " bytes", d->have, d->origin.length);
    return check_digest(d, d->part, err);
}

static bool is_complete(const Download *d)
{
    return d->origin.length > 0 && d->have == d->origin.length && d->origin.url && !strcmp(d->origin.url, d->url) &&
           is_trusted(d);
}

/* From one URL: resumes, and if that fails or yields a bad file, restarts from zero, once. */
static DownloadAnswer from_url(Download *d, Err *err)
{
    HttpResult result = {.outcome = HTTP_DONE};
    bool again = false;
    for (d->start_over = false;; d->start_over = again = true) {
        DownloadAnswer answer = is_complete(d) && !again ? DOWNLOAD_DONE : transfer(d, &result, err);
        if (answer == DOWNLOAD_FAILED && !again && failed_to_resume(d, &result))
            continue;
        if (answer != DOWNLOAD_DONE)
            return answer;
        answer = check_whole(d, err);
        if (answer != DOWNLOAD_FAILED)
            return answer;
        if (again || !d->resumed)
            break;
    }
    d->have = 0;
    (void)!ftruncate(d->fd, 0); /* useless; if it stays, it will be rejected again */
    return DOWNLOAD_FAILED;
}

/* --- the download --- */

/* Whether the open part still has that name: the process that had the lock before may have renamed it. */
static bool is_current(const Download *d)
{
    struct stat mine, named;
    return fstat(d->fd, &mine) == 0 && stat(d->part, &named) == 0 && mine.st_dev == named.st_dev &&
           mine.st_ino == named.st_ino;
}

static int open_part(Download *d, Err *err)
{
    struct stat st;
    do {
        if (d->fd >= 0)
            close(d->fd);
        d->fd = left_file_open(d->part, err);
        if (d->fd < 0)
            return -1;
        if (flock(d->fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK) {
            close(d->fd);
            d->fd = -1;
            return err_set(err, "%s: another process is writing to it", d->part);
        }
    } while (!is_current(d));
    if (fstat(d->fd, &st))
        return err_set(err, "%s: %s", d->part, strerror(errno));
    d->have = st.st_size;
    d->resumed = d->have > 0;
    return 0;
}

/* The index of the URL that the bytes came from, or -1. */
static int place_of(const Download *d)
{
    for (int i = 0; i < d->spec->n_urls && d->origin.url; i++)
        if (!strcmp(d->origin.url, d->spec->urls[i]))
            return i;
    return -1;
}

static int keep_file(Download *d, Err *err)
{
    if (fsync(d->fd) || rename(d->part, d->spec->path))
        return err_set(err, "%s: %s", d->spec->path, strerror(errno));
    return 0;
}

/* Tries each mirror in turn, beginning with the one that the part came from. */
static DownloadAnswer from_any(Download *d, Err *err)
{
    const DownloadSpec *spec = d->spec;
    Err why;
    int first = place_of(d);
    DownloadAnswer answer = DOWNLOAD_FAILED;
    for (int k = first < 0 ? 0 : -1, left = spec->n_urls; left > 0 && answer == DOWNLOAD_FAILED && !d->fatal; k++) {
        if (k == first && k >= 0)
            continue;
        int place = k < 0 ? first : k;
        d->url = spec->urls[place];
        answer = from_url(d, &why);
        if (answer == DOWNLOAD_FAILED && d->result->failed)
            d->result->failed[place] = true;
        if (--left > 0 && answer == DOWNLOAD_FAILED && !d->fatal && spec->warn) {
            char text[2 * ERR_LEN];
            snprintf(text, sizeof text, "%s: %s", d->url, why.text);
            spec->warn(spec->ctx, text);
        }
    }
    if (answer == DOWNLOAD_FAILED)
        err_set(err, "%s: %s", d->url, why.text);
    if (answer == DOWNLOAD_DONE && keep_file(d, err))
        return DOWNLOAD_FAILED;
    return answer;
}

/* With the part locked. A PATH that an earlier call completed is the answer, or is removed if it came from another URL;
 * a PATH of unknown origin is not ours to replace. */
static DownloadAnswer run(Download *d, Err *err)
{
    origin_load(&d->origin, d->origin_path); /* under the lock: it belongs to this part */
    int path_there = file_exists(d->spec->path, err);
    if (path_there < 0)
        return DOWNLOAD_FAILED;
    if (path_there) {
        DownloadAnswer there = d->origin.url ? check_digest(d, d->spec->path, NULL) : DOWNLOAD_FAILED;
        if (!d->origin.url)
            return (DownloadAnswer)err_set(err, "%s: is in the way: coco-fetch did not download it", d->spec->path);
        bool good = is_trusted(d) || d->spec->sha256; /* a digest proves it */
        if (there == DOWNLOAD_STOPPED || (there == DOWNLOAD_DONE && good && place_of(d) >= 0))
            return there;
        unlink(d->spec->path);
    }
    return from_any(d, err);
}

/* Removes an empty part while the lock is still held. */
static void close_part(Download *d, DownloadAnswer answer)
{
    bool path_there = file_exists(d->spec->path, NULL) != 0; /* or nobody knows */
    if (d->have == 0)
        unlink(d->part);
    if (d->have == 0 && answer != DOWNLOAD_DONE && !path_there)
        unlink(d->origin_path);
    close(d->fd);
}

DownloadAnswer download_file(const DownloadSpec *spec, DownloadResult *result, Err *err)
{
    Download d = {.spec = spec, .result = result, .fd = -1, .origin.length = -1};
    DownloadAnswer answer = DOWNLOAD_FAILED;
    if (asprintf(&d.part, "%s.part", spec->path) < 0)
        d.part = NULL;
    if (asprintf(&d.origin_path, "%s.json", spec->path) < 0)
        d.origin_path = NULL;
    if (!d.part || !d.origin_path) {
        err_set(err, "out of memory");
    } else if (!open_part(&d, err)) {
        answer = run(&d, err);
        close_part(&d, answer);
    }
    result->place = place_of(&d);
    result->resumed = d.resumed;
    origin_clear(&d.origin);
    free(d.part);
    free(d.origin_path);
    return answer;
}
