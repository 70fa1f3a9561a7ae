#include "io/net/http.h"

#include "io/base/clock.h"
#include "io/base/err.h"
#include "io/base/libraries.h"
#include "io/net/http_host.h"
#include "io/net/http_try.h"

#include <curl/curl.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct Http {
    HttpOptions options;
    int parallel, running, pending;
    CURLM *multi;
    CURL **idle; /* (parallel) n_idle handles that run no try */
    int n_idle;
    Transfer **transfer; /* n of them, each in one of the lists or running */
    int n, room;
    Transfer *free;                     /* to be used again */
    Transfer *waiting, **waiting_end;   /* in the order of their numbers */
    Transfer *finished, **finished_end; /* in the order they finished */
    HttpHosts *hosts, *own_hosts;       /* own_hosts: NULL if they are shared */
    uint64_t added;
    uint64_t random; /* state of the generator for jitter */
    locale_t utf8;   /* UTF-8 for letters, plain C for the rest; 0: the system has none */
    atomic_bool woken;
};

HttpOptions http_defaults(void)
{
    return (HttpOptions){.connect_s = 10,
                         .stall_s = 20,
                         .total_s = 60,
                         .max_bytes = 32 << 20,
                         .redirects = 5,
                         .retries = 3,
                         .backoff_s = 0.5,
                         .backoff_max_s = 30};
}

static int is_stopped(const HttpOptions *options)
{
    return options->stop && *options->stop;
}

/* A random number from 0 to 1: Knuth's MMIX generator. */
static double random_unit(Http *http)
{
    http->random = http->random * 6364136223846793005u + 1442695040888963407u;
    return (double)(http->random >> 11) * 0x1p-53;
}

/* --- the engine --- */

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;
static CURLcode curl_ready;

static void curl_begin(void)
{
    curl_ready = curl_global_init(CURL_GLOBAL_DEFAULT);
}

Http *http_open_shared(HttpHosts *hosts, const HttpOptions *options, int parallel, Err *err)
{
    pthread_once(&curl_once, curl_begin);
    if (curl_ready) {
        err_set(err, "libcurl: %s", curl_easy_strerror(curl_ready));
        return NULL;
    }
    Http *http = calloc(1, sizeof *http);
    if (http) {
        http->multi = curl_multi_init();
        http->idle = calloc((size_t)parallel, sizeof *http->idle);
        http->hosts = hosts ? hosts : (http->own_hosts = hosts_new());
    }
    if (!http || !http->multi || !http->idle || !http->hosts) {
        http_close(http);
        err_set(err, "out of memory");
        return NULL;
    }
    http->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    http->waiting_end = &http->waiting;
    http->finished_end = &http->finished;
    http->options = *options;
    http->parallel = parallel;
    /* Different in each process and each engine, so that their retries do not coincide. */
    http->random = ((uint64_t)getpid() << 32) ^ (uint64_t)(clock_now() * 1e9) ^ (uint64_t)(uintptr_t)http;
    curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)parallel);
    return http;
}

Http *http_open(const HttpOptions *options, int parallel, Err *err)
{
    return http_open_shared(NULL, options, parallel, err);
}

static void transfer_free(Http *http, Transfer *t)
{
    if (t->easy) {
        host_end(http->hosts, t->host, 0);
        curl_multi_remove_handle(http->multi, t->easy);
        curl_easy_cleanup(t->easy);
    }
    hosts_release(http->hosts, t->host);
    try_clear(t);
    free(t->url);
    free(t);
}

void http_close(Http *http)
{
    if (!http)
        return;
    for (int i = 0; i < http->n; i++)
        transfer_free(http, http->transfer[i]);
    while (http->n_idle > 0)
        curl_easy_cleanup(http->idle[--http->n_idle]);
    free(http->idle);
    free(http->transfer);
    curl_multi_cleanup(http->multi);
    if (http->utf8)
        freelocale(http->utf8);
    hosts_free(http->own_hosts);
    free(http);
}

int http_pending(const Http *http)
{
    return http->pending;
}

static void put_free(Http *http, Transfer *t)
{
    t->next = http->free;
    http->free = t;
}

static void put_waiting(Http *http, Transfer *t)
{
    Transfer **at = &http->waiting;
    if (t->number + 1 == http->added) /* the last one */
        at = http->waiting_end;
    while (*at && (*at)->number < t->number)
        at = &(*at)->next;
    t->next = *at;
    *at = t;
    if (!t->next)
        http->waiting_end = &t->next;
}

static void put_finished(Http *http, Transfer *t)
{
    t->next = NULL;
    *http->finished_end = t;
    http->finished_end = &t->next;
}

/* A free transfer, or else a new one. NULL: out of memory. */
static Transfer *transfer_get(Http *http)
{
    if (http->free) {
        Transfer *t = http->free;
        http->free = t->next;
        return t;
    }
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
        http->transfer[http->n++] = t;
    return t;
}

int http_add(Http *http, const char *url, HttpSink sink, void *tag, Err *err)
{
    Transfer *t = transfer_get(http);
    char *copy = t ? strdup(url) : NULL;
    HttpHost *host = copy ? hosts_find(http->hosts, url) : NULL;
    if (!host) {
        if (t)
            put_free(http, t);
        free(copy);
        return err_set(err, "out of memory");
    }
    try_clear(t);
    free(t->url);
    *t = (Transfer){
        .number = http->added++, .url = copy, .host = host, .sink = sink, .tag = tag, .options = &http->options};
    put_waiting(http, t);
    http->pending++;
    return 0;
}

/* --- tries --- */

/* Starts a try; host_begin has allowed it. */
static int start(Http *http, Transfer *t, Err *err)
{
    CURL *easy = http->n_idle ? http->idle[--http->n_idle] : curl_easy_init();
    t->outcome = HTTP_FAILED;
    t->easy = easy;
    int rc = easy ? try_begin(t, err) : err_set(err, "out of memory");
    CURLMcode added = rc > 0 ? curl_multi_add_handle(http->multi, easy) : CURLM_OK;
    if (rc <= 0 || added) {
        host_undo(http->hosts, t->host, http->options.rate);
        t->easy = NULL;
        if (easy)
            http->idle[http->n_idle++] = easy;
        put_finished(http, t);
        return added ? err_set(err, "libcurl: %s", curl_multi_strerror(added)) : rc;
    }
    http->running++;
    return 0;
}

/* A try has ended: the transfer waits for the next, or is finished. */
static void settle(Http *http, Transfer *t, CURLcode rc)
{
    double pause, retry_after;
    try_end(t, (int)rc, random_unit(http), &pause, &retry_after);
    curl_multi_remove_handle(http->multi, t->easy);
    http->idle[http->n_idle++] = t->easy;
    t->easy = NULL;
    http->running--;
    host_end(http->hosts, t->host, retry_after <= http->options.backoff_max_s ? retry_after : 0);
    if (pause < 0) {
        put_finished(http, t);
        return;
    }
    t->due = clock_now() + pause;
    if (t->sink.broke)
        t->sink.broke(t->tag);
    put_waiting(http, t);
}

/* --- the loop --- */

/* Takes the first waiting transfer that may start, and begins a try with its host. NULL: none may; *wait becomes the
 * time until one may. */
static Transfer *take_due(Http *http, double *wait)
{
    const HttpOptions *o = &http->options;
    const HttpHost *busy = NULL; /* often many in a row wait for the same host */
    double t0 = clock_now();
    for (Transfer **at = &http->waiting, *t; (t = *at); at = &t->next) {
        double pause = t->due - t0;
        if (t->host == busy)
            continue;
        if (pause <= 0 && (pause = host_begin(http->hosts, t->host, o->per_host, o->rate)) > 0)
            busy = t->host;
        if (pause > 0) {
            *wait = fmin(*wait, pause);
            continue;
        }
        *at = t->next;
        if (!t->next)
            http->waiting_end = at;
        return t;
    }
    return NULL;
}

static int start_due(Http *http, double *wait, Err *err)
{
    Transfer *t;
    while (http->running < http->parallel && (t = take_due(http, wait)))
        if (start(http, t, err))
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
    Transfer *t = http->finished;
    if (!t)
        return 0;
    bool done = t->outcome == HTTP_DONE;
    http->finished = t->next;
    if (!t->next)
        http->finished_end = &http->finished;
    http->pending--;
    hosts_release(http->hosts, t->host);
    t->host = NULL;
    *result = (HttpResult){.tag = t->tag,
                           .outcome = t->outcome,
                           .code = t->code,
                           .bytes = t->bytes,
                           .tries = t->tries,
                           .unreachable = t->unreachable,
                           .answered = t->answered,
                           .url = t->final_url ? t->final_url : t->url,
                           .error = done ? "" : t->error,
                           .reason = done ? "" : t->reason};
    put_free(http, t);
    return 1;
}

/* libcurl converts a host's name with letters beyond ASCII from the locale's encoding, which knows no such letters in
 * a program that has not chosen a locale. URLs are UTF-8, whatever the user's locale is; so it is chosen for this
 * call alone. */
static CURLMcode perform(Http *http)
{
    int running;
    locale_t before = http->utf8 ? uselocale(http->utf8) : (locale_t)0;
    CURLMcode rc = curl_multi_perform(http->multi, &running);
    if (before)
        uselocale(before);
    return rc;
}

void http_wake(Http *http)
{
    atomic_store(&http->woken, true);
    curl_multi_wakeup(http->multi);
}

int http_next(Http *http, HttpResult *result, double wait_s, int fd, Err *err)
{
    double end = clock_now() + wait_s;
    for (;;) {
        struct curl_waitfd also = {.fd = fd, .events = CURL_WAIT_POLLIN};
        /* A signal may not wake the poll: look at `stop` now and then. */
        double wait = fmin(fmax(end - clock_now(), 0), 0.2);
        if (is_stopped(&http->options))
            return 0;
        if (start_due(http, &wait, err))
            return -1;
        if (hand_out(http, result)) /* left from the last round */
            return 1;
        CURLMcode rc = perform(http);
        if (rc)
            return err_set(err, "libcurl: %s", curl_multi_strerror(rc));
        collect(http);
        if (hand_out(http, result))
            return 1;
        if (clock_now() >= end || (!http->pending && fd < 0) || atomic_exchange(&http->woken, false))
            return 0;
        rc = curl_multi_poll(http->multi, &also, fd < 0 ? 0 : 1, (int)ceil(wait * 1000), NULL);
        if (rc)
            return err_set(err, "libcurl: %s", curl_multi_strerror(rc));
        if (also.revents)
            end = 0; /* one more round for what has come meanwhile, then return */
    }
}

void library_curl(char version[LIBRARY_VERSION])
{
    snprintf(version, LIBRARY_VERSION, "%s", curl_version_info(CURLVERSION_NOW)->version);
}
