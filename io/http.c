#include "io/http.h"

#include "io/err.h"

#include <curl/curl.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

/* How much of an error page is swallowed to keep its connection; beyond it the connection is dropped. */
enum { ERROR_PAGE_MAX = 65536 };

typedef enum { FREE, WAITING, RUNNING, FINISHED } TransferState;
typedef enum { GOES_ON, TOO_LARGE, UNWANTED, ERROR_PAGE } CutShort; /* why we ended a transfer ourselves */

typedef struct {
    TransferState state;
    uint64_t number; /* in the order of http_add */
    double due;      /* WAITING: not to start before */
    CURL *easy;
    char *url;
    HttpSink sink;
    void *tag;
    size_t max_bytes;
    int tries;
    size_t bytes; /* in this try */
    CutShort cut;
    HttpOutcome outcome;
    long code;
    char error[CURL_ERROR_SIZE];
} Transfer;

struct Http {
    HttpOptions options;
    int parallel, running, pending;
    CURLM *multi;
    Transfer **transfer; /* n of them, FREE ones to be used again */
    int n, room;
    uint64_t added;
    uint64_t chance; /* state of the jitter's generator */
};

HttpOptions http_defaults(void)
{
    return (HttpOptions){.connect_s = 10, .stall_s = 20, .total_s = 60, .max_bytes = (size_t)32 << 20,
                         .redirects = 5, .retries = 3, .backoff_s = 0.5, .backoff_max_s = 30};
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int stop_asked(const HttpOptions *options)
{
    return options->stop && *options->stop;
}

/* --- the engine --- */

static once_flag curl_once = ONCE_FLAG_INIT;
static CURLcode curl_ready;

static void curl_begin(void)
{
    curl_ready = curl_global_init(CURL_GLOBAL_DEFAULT);
}

Http *http_open(const HttpOptions *options, int parallel, char *err, size_t errlen)
{
    call_once(&curl_once, curl_begin);
    if (curl_ready) {
        err_set(err, errlen, "libcurl: %s", curl_easy_strerror(curl_ready));
        return NULL;
    }
    Http *http = calloc(1, sizeof *http);
    if (http)
        http->multi = curl_multi_init();
    if (!http || !http->multi) {
        free(http);
        err_set(err, errlen, "out of memory");
        return NULL;
    }
    http->options = *options;
    http->parallel = parallel;
    /* Different in each process and each engine: their retries shall not march in step. */
    http->chance = ((uint64_t)getpid() << 32) ^ (uint64_t)(now() * 1e9) ^ (uint64_t)(uintptr_t)http;
    curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)parallel);
    return http;
}

static void transfer_free(Http *http, Transfer *t)
{
    if (t->state == RUNNING)
        curl_multi_remove_handle(http->multi, t->easy);
    curl_easy_cleanup(t->easy);
    free(t->url);
    free(t);
}

void http_close(Http *http)
{
    if (!http)
        return;
    for (int i = 0; i < http->n; i++)
        transfer_free(http, http->transfer[i]);
    free(http->transfer);
    curl_multi_cleanup(http->multi);
    free(http);
}

int http_pending(const Http *http)
{
    return http->pending;
}

/* A transfer to use: a free one, else a new one. NULL: out of memory. */
static Transfer *transfer_get(Http *http)
{
    for (int i = 0; i < http->n; i++)
        if (http->transfer[i]->state == FREE)
            return http->transfer[i];
    if (http->n == http->room) {
        int room = http->room ? 2 * http->room : 16;
        Transfer **grown = realloc(http->transfer, (size_t)room * sizeof *grown);
        if (!grown)
            return NULL;
        http->transfer = grown;
        http->room = room;
    }
    Transfer *t = calloc(1, sizeof *t);
    if (t)
        t->easy = curl_easy_init();
    if (!t || !t->easy) {
        free(t);
        return NULL;
    }
    http->transfer[http->n++] = t;
    return t;
}

int http_add(Http *http, const char *url, HttpSink sink, void *tag, char *err, size_t errlen)
{
    Transfer *t = transfer_get(http);
    char *copy = strdup(url);
    if (!t || !copy) {
        free(copy);
        return err_set(err, errlen, "out of memory");
    }
    free(t->url);
    t->url = copy;
    t->state = WAITING;
    t->number = http->added++;
    t->due = 0;
    t->sink = sink;
    t->tag = tag;
    t->max_bytes = http->options.max_bytes;
    t->tries = 0;
    http->pending++;
    return 0;
}

/* --- one transfer --- */

static size_t on_bytes(char *bytes, size_t size, size_t n, void *arg)
{
    Transfer *t = arg;
    long code = 0;
    n *= size;
    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &code);
    if (code >= 400) {
        t->bytes += n;
        if (t->bytes > ERROR_PAGE_MAX)
            t->cut = ERROR_PAGE;
    } else if (n > t->max_bytes - t->bytes) {
        t->cut = TOO_LARGE;
    } else {
        t->bytes += n;
        if (t->sink.write(t->tag, bytes, n))
            t->cut = UNWANTED;
    }
    return t->cut == GOES_ON ? n : CURL_WRITEFUNC_ERROR;
}

static long milliseconds(double seconds)
{
    return seconds < 0.001 ? 1 : seconds > 1e6 ? 1000000000L : (long)(seconds * 1000);
}

static void set_limits(CURL *easy, const HttpOptions *o)
{
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(o->connect_s));
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, milliseconds(o->total_s));
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, o->stall_s < 1 ? 1L : (long)o->stall_s);
    curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)o->max_bytes);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, o->redirects > 0 ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_MAXREDIRS, (long)o->redirects);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
}

static int is_http(const char *url)
{
    return !strncasecmp(url, "http://", 7) || !strncasecmp(url, "https://", 8);
}

/* Begins a try. */
static int start(Http *http, Transfer *t, char *err, size_t errlen)
{
    CURL *easy = t->easy;
    if (!is_http(t->url)) { /* libcurl would guess at a scheme */
        snprintf(t->error, sizeof t->error, "not an http or https URL");
        t->state = FINISHED;
        t->outcome = HTTP_DEAD;
        t->code = 0;
        t->bytes = 0;
        return 0;
    }
    curl_easy_reset(easy);
    t->tries++;
    t->bytes = 0;
    t->cut = GOES_ON;
    t->code = 0;
    t->error[0] = '\0';
    set_limits(easy, &http->options);
    curl_easy_setopt(easy, CURLOPT_URL, t->url);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "coco-fetch/" COCO_VERSION " (image captions; libcurl)");
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* do not wait for a name server when giving up */
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, t->error);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, t);
    if (t->sink.restart(t->tag)) {
        t->state = FINISHED;
        t->outcome = HTTP_REFUSED;
        return 0;
    }
    CURLMcode rc = curl_multi_add_handle(http->multi, easy);
    if (rc)
        return err_set(err, errlen, "libcurl: %s", curl_multi_strerror(rc));
    t->state = RUNNING;
    http->running++;
    return 0;
}

static int worth_another_try(CURLcode rc, long code)
{
    switch (rc) {
    case CURLE_OK:
        return code == 408 || code == 429 || code >= 500;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_HTTP3:
    case CURLE_QUIC_CONNECT_ERROR:
        return 1;
    default:
        return 0;
    }
}

/* How long to wait before the next try: back-off with jitter, at least what the server asks. Negative: longer
 * than we are ready to wait. */
static double pause_before_next(Http *http, const Transfer *t)
{
    const HttpOptions *o = &http->options;
    curl_off_t asked = 0;
    http->chance = http->chance * 6364136223846793005u + 1442695040888963407u; /* Knuth's MMIX */
    double jitter = 0.5 + 0.5 * (double)(http->chance >> 11) * 0x1p-53;
    double pause = fmin(ldexp(o->backoff_s, t->tries - 1), o->backoff_max_s) * jitter;
    curl_easy_getinfo(t->easy, CURLINFO_RETRY_AFTER, &asked);
    if ((double)asked > o->backoff_max_s)
        return -1;
    return fmax(pause, (double)asked);
}

/* What the end of a try without more to come means. */
static HttpOutcome judge(Transfer *t, CURLcode rc)
{
    if (t->cut == UNWANTED)
        return HTTP_REFUSED;
    if (t->cut == TOO_LARGE || rc == CURLE_FILESIZE_EXCEEDED) {
        snprintf(t->error, sizeof t->error, "larger than %zu bytes", t->max_bytes);
        return HTTP_FAILED;
    }
    if (rc == CURLE_OK && t->code >= 200 && t->code < 300)
        return HTTP_DONE;
    if (rc == CURLE_OK) {
        snprintf(t->error, sizeof t->error, "HTTP %ld", t->code);
        return worth_another_try(rc, t->code) ? HTTP_FAILED : HTTP_DEAD;
    }
    if (rc == CURLE_UNSUPPORTED_PROTOCOL)
        snprintf(t->error, sizeof t->error, "redirected out of http and https");
    if (!t->error[0])
        snprintf(t->error, sizeof t->error, "%s", curl_easy_strerror(rc));
    return rc == CURLE_TOO_MANY_REDIRECTS || rc == CURLE_UNSUPPORTED_PROTOCOL || rc == CURLE_URL_MALFORMAT
               ? HTTP_DEAD : HTTP_FAILED;
}

/* A try has ended: waits for the next or is finished. */
static void settle(Http *http, Transfer *t, CURLcode rc)
{
    double pause = -1;
    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &t->code);
    if (t->code >= 400)
        t->bytes = 0; /* an error page is not the body that was asked for */
    if (t->cut == ERROR_PAGE)
        rc = CURLE_OK; /* the status is the answer, whatever its page */
    if (t->cut != UNWANTED && t->cut != TOO_LARGE && t->tries <= http->options.retries &&
        worth_another_try(rc, t->code))
        pause = pause_before_next(http, t);
    curl_multi_remove_handle(http->multi, t->easy);
    http->running--;
    if (pause >= 0) {
        t->state = WAITING;
        t->due = now() + pause;
        return;
    }
    t->state = FINISHED;
    t->outcome = judge(t, rc);
}

/* --- the loop --- */

/* The transfer to start next: of those due, the first added. *wait becomes the time until one is due. */
static Transfer *next_due(Http *http, double *wait)
{
    Transfer *first = NULL;
    double t0 = now();
    for (int i = 0; i < http->n; i++) {
        Transfer *t = http->transfer[i];
        if (t->state != WAITING)
            continue;
        if (t->due > t0)
            *wait = fmin(*wait, t->due - t0);
        else if (!first || t->number < first->number)
            first = t;
    }
    return first;
}

static int start_due(Http *http, double *wait, char *err, size_t errlen)
{
    Transfer *t;
    while (http->running < http->parallel && (t = next_due(http, wait)))
        if (start(http, t, err, errlen))
            return -1;
    return 0;
}

static void collect(Http *http)
{
    CURLMsg *msg;
    int left;
    while ((msg = curl_multi_info_read(http->multi, &left)))
        if (msg->msg == CURLMSG_DONE) {
            Transfer *t;
            CURLcode rc = msg->data.result;
            curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &t);
            settle(http, t, rc);
        }
}

static int hand_out(Http *http, HttpResult *result)
{
    for (int i = 0; i < http->n; i++) {
        Transfer *t = http->transfer[i];
        if (t->state != FINISHED)
            continue;
        t->state = FREE;
        http->pending--;
        *result = (HttpResult){.tag = t->tag, .outcome = t->outcome, .code = t->code, .bytes = t->bytes,
                               .tries = t->tries, .error = t->outcome == HTTP_DONE ? "" : t->error};
        return 1;
    }
    return 0;
}

int http_next(Http *http, HttpResult *result, double wait_s, int fd, char *err, size_t errlen)
{
    double end = now() + wait_s;
    for (;;) {
        struct curl_waitfd also = {.fd = fd, .events = CURL_WAIT_POLLIN};
        /* A signal need not wake the poll: look at `stop` now and then. */
        double wait = fmin(fmax(end - now(), 0), 0.2);
        int running;
        if (stop_asked(&http->options))
            return 0;
        if (start_due(http, &wait, err, errlen))
            return -1;
        CURLMcode rc = curl_multi_perform(http->multi, &running);
        if (rc)
            return err_set(err, errlen, "libcurl: %s", curl_multi_strerror(rc));
        collect(http);
        if (hand_out(http, result))
            return 1;
        if (now() >= end || (!http->pending && fd < 0))
            return 0;
        rc = curl_multi_poll(http->multi, &also, fd < 0 ? 0 : 1, (int)ceil(wait * 1000), NULL);
        if (rc)
            return err_set(err, errlen, "libcurl: %s", curl_multi_strerror(rc));
        if (also.revents)
            end = 0; /* one more round for what came meanwhile, then back to the caller */
    }
}
