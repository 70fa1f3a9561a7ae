#include "io/net/http_try.h"

#include "io/base/clock.h"
#include "io/base/err.h"
#include "io/net/address.h"
#include "io/net/http_outcome.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

enum {
    ERROR_PAGE_MAX = 65536,  /* an error page is read so far, to keep the connection; a longer one closes it */
    HEAD_MAX = 256 << 10,    /* of all headers of a try, redirects included */
    PROGRESS_MIN = 64 << 10, /* a try that makes a resumed body longer by this has not failed */
    BUFFER_BYTES = 64 << 10  /* libcurl's receive buffer */
};

/* --- while it runs --- */

static const char *header(const Transfer *t, const char *name)
{
    struct curl_header *found;
    return curl_easy_header(t->easy, name, 0, CURLH_HEADER, -1, &found) == CURLHE_OK ? found->value : NULL;
}

/* "bytes 100-199/1000", where the total may be '*'. What is missing or malformed stays -1. RFC 9110, 14.4. */
static void read_content_range(const char *text, HttpHead *head)
{
    int64_t from, to, total;
    int end = 0;
    if (sscanf(text, "bytes %" SCNd64 "-%" SCNd64 "/%n", &from, &to, &end) != 2 || !end || from < 0 || to < from)
        return;
    head->from = from;
    if (sscanf(text + end, "%" SCNd64, &total) == 1 && total > to)
        head->total = total;
}

static int pass_head(Transfer *t, long code)
{
    curl_off_t length = -1;
    const char *range = header(t, "Content-Range");
    HttpHead head = {.code = code, .from = -1, .total = -1};
    t->headed = 1;
    if (!t->sink.head)
        return 0;
    curl_easy_getinfo(t->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    head.length = length;
    head.etag = header(t, "ETag");
    head.modified = header(t, "Last-Modified");
    if (code == 206 && range)
        read_content_range(range, &head);
    return t->sink.head(t->tag, &head);
}

static size_t on_bytes(char *bytes, size_t size, size_t n, void *arg)
{
    Transfer *t = arg;
    long code = 0;
    n *= size;
    t->last_byte = clock_now();
    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &code);
    int64_t left = (code >= 200 && code < 300 ? t->options->max_bytes : ERROR_PAGE_MAX) - t->bytes;
    if (code < 200 || code >= 300) {
        t->bytes += (int64_t)n;
        if ((int64_t)n > left)
            t->cut = ERROR_PAGE;
    } else if ((int64_t)n > left) {
        t->cut = TOO_LARGE;
    } else {
        if ((!t->headed && pass_head(t, code)) || t->sink.write(t->tag, bytes, n))
            t->cut = UNWANTED;
        t->bytes += (int64_t)n;
    }
    return t->cut == NOT_CUT ? n : CURL_WRITEFUNC_ERROR;
}

static size_t on_head(char *bytes, size_t size, size_t n, void *arg)
{
    Transfer *t = arg;
    (void)bytes;
    n *= size;
    t->last_byte = clock_now();
    t->head_bytes += n;
    if (t->head_bytes > HEAD_MAX)
        t->cut = HEAD_TOO_LARGE;
    return t->cut == NOT_CUT ? n : 0;
}

/* libcurl calls this at least about once a second. Its own speed limit averages over several seconds, and so acts
 * late. */
static int on_time(void *arg, curl_off_t total, curl_off_t now, curl_off_t up_total, curl_off_t up)
{
    Transfer *t = arg;
    (void)total, (void)now, (void)up_total, (void)up;
    if (t->cut == NOT_CUT && clock_now() - t->last_byte > t->options->stall_s)
        t->cut = STALLED;
    return t->cut == STALLED;
}

/* libcurl asks for each socket with the address that it is about to connect to, after name lookup and redirects. */
static curl_socket_t on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    Transfer *t = arg;
    (void)purpose;
    if (!address_is_public(&address->addr)) {
        t->refused_address = true;
        return CURL_SOCKET_BAD;
    }
    t->allowed_address = true;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* --- its start --- */

static long milliseconds(double seconds)
{
    return seconds < 0.001 ? 1 : seconds > 1e6 ? 1000000000L : (long)(seconds * 1000);
}

static void set_limits(CURL *easy, const HttpOptions *o)
{
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(o->connect_s));
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, o->total_s > 0 ? milliseconds(o->total_s) : 0L);
    curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)o->max_bytes);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, o->redirects > 0 ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_MAXREDIRS, (long)o->redirects);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
}

static void set_trust(CURL *easy, Transfer *t)
{
    const HttpOptions *o = t->options;
    if (o->cacert) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, o->cacert);
        curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    }
    if (o->insecure) {
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    if (o->public_only) {
        curl_easy_setopt(easy, CURLOPT_PROXY, "");
        curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_socket);
        curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, t);
    }
}

/* Range and If-Range, if not the whole body is asked for. */
static int set_range(CURL *easy, Transfer *t, const HttpRange *range)
{
    char bytes[32], *line;
    if (range->from <= 0)
        return 0;
    snprintf(bytes, sizeof bytes, "%" PRId64 "-", range->from);
    if (asprintf(&line, "If-Range: %s", range->validator) < 0)
        return -1;
    t->headers = curl_slist_append(NULL, line);
    free(line);
    if (!t->headers)
        return -1;
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, t->headers);
    return curl_easy_setopt(easy, CURLOPT_RANGE, bytes) ? -1 : 0;
}

static int is_http(const char *url)
{
    return !strncasecmp(url, "http://", 7) || !strncasecmp(url, "https://", 8);
}

static void set_up(Transfer *t)
{
    CURL *easy = t->easy;
    set_limits(easy, t->options);
    set_trust(easy, t);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "coco-fetch/" COCO_VERSION " (image captions; libcurl)");
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, t->options->as_sent ? NULL : "");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* when giving up, do not wait for a name server */
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)BUFFER_BYTES);
    if (!strncasecmp(t->url, "https:", 6)) /* wait for an HTTP/2 connection rather than open another */
        curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_time);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, t);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_head);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, t);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, t->error);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, t);
}

/* Clears what the last try left. */
void try_clear(Transfer *t)
{
    curl_slist_free_all(t->headers);
    free(t->final_url);
    t->headers = NULL;
    t->final_url = NULL;
    t->headed = 0;
    t->head_bytes = 0;
    t->last_byte = clock_now();
    t->bytes = 0;
    t->cut = NOT_CUT;
    t->refused_address = t->allowed_address = false;
    t->code = 0;
    t->answered = t->unreachable = false;
    t->error[0] = t->reason[0] = '\0';
}

static int finished(Transfer *t, HttpOutcome outcome, const char *error)
{
    t->outcome = outcome;
    snprintf(t->error, sizeof t->error, "%s", error);
    snprintf(t->reason, sizeof t->reason, "%s", error);
    return 0;
}

int try_begin(Transfer *t, Err *err)
{
    HttpRange range = {0, NULL};
    try_clear(t);
    if (!is_http(t->url)) /* libcurl would guess a scheme */
        return finished(t, HTTP_DEAD, "not an http or https URL");
    if (strpbrk(t->url, " \t"))
        return finished(t, HTTP_DEAD, "a URL with a blank in it (write %20; one URL per line)");
    if (t->sink.restart(t->tag, &range))
        return finished(t, HTTP_REFUSED, "");
    if (range.from >= t->asked_from + PROGRESS_MIN)
        t->fails = 0;
    t->asked_from = range.from;
    t->tries++;
    curl_easy_reset(t->easy);
    set_up(t);
    if (set_range(t->easy, t, &range) || curl_easy_setopt(t->easy, CURLOPT_URL, t->url))
        return err_set(err, "out of memory");
    return 1;
}

/* --- its end --- */

/* Back-off with jitter, and no less than the server asks for. Negative: longer than we are willing to wait. */
static double pause_before_next(const Transfer *t, double jitter, double retry_after)
{
    const HttpOptions *o = t->options;
    if (retry_after > o->backoff_max_s)
        return -1;
    return fmax(fmin(ldexp(o->backoff_s, t->fails - 1), o->backoff_max_s) * (0.5 + 0.5 * jitter), retry_after);
}

void try_end(Transfer *t, int curl_code, double jitter, double *pause, double *retry_after)
{
    CURLcode rc = (CURLcode)curl_code;
    curl_off_t seconds = 0;
    const char *where = NULL;
    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &t->code);
    curl_easy_getinfo(t->easy, CURLINFO_RETRY_AFTER, &seconds);
    if (curl_easy_getinfo(t->easy, CURLINFO_EFFECTIVE_URL, &where) == CURLE_OK && where)
        t->final_url = strdup(where);
    if (rc && t->cut == NOT_CUT && t->refused_address && !t->allowed_address)
        t->cut = NOT_PUBLIC;
    bool body = t->code >= 200 && t->code < 300;
    if (!body)
        t->bytes = 0; /* a redirect or an error page does not count as the body */
    if (t->cut == ERROR_PAGE || (!body && rc == CURLE_FILESIZE_EXCEEDED)) {
        rc = CURLE_OK; /* the status is the answer, whatever the page says */
        t->cut = NOT_CUT;
    } else if (t->cut == NOT_CUT && rc == CURLE_FILESIZE_EXCEEDED) {
        t->cut = TOO_LARGE;
    } else if (t->cut == NOT_CUT && rc == CURLE_OUT_OF_MEMORY && t->code && !t->headed) {
        t->cut = HEAD_TOO_LARGE; /* libcurl's code for a header line above its own limit */
    } else if (t->cut == NOT_CUT && rc == CURLE_OK && body && !t->headed && pass_head(t, t->code)) {
        t->cut = UNWANTED;
    }
    t->fails++;
    t->outcome = outcome_of_try(t, rc);
    *retry_after = (double)seconds;
    *pause = -1;
    if (*retry_after > t->options->backoff_max_s && t->outcome == HTTP_FAILED && t->answered)
        snprintf(t->error, sizeof t->error, "HTTP %ld, Retry-After %.0f s", t->code, *retry_after);
    bool again = t->cut == STALLED || (t->cut == NOT_CUT && outcome_is_temporary(rc, t->code));
    if (again && t->fails <= t->options->retries)
        *pause = pause_before_next(t, jitter, *retry_after);
}
