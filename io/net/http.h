/* Downloads over http and https, many at a time from one thread, through libcurl's multi interface.
 *
 *      http_add ──► waiting ──► running (at most `parallel`) ──► http_next, in the order they finish
 *                      ▲               │
 *                      └── back-off ◄──┘  5xx, 429, 408, a time-out, a broken connection
 *
 * URLs are UTF-8; names of hosts with letters beyond ASCII are converted (IDNA), in any locale.
 *
 * Only http and https are spoken, after redirects too; HTTP/2 if the server offers it. Every transfer has limits on
 * connecting, on silence, on its total time, and on its headers, size and redirects; every server has a limit on
 * transfers at once and on tries per second. A failure that may be temporary is retried, with exponential back-off and
 * jitter, honouring Retry-After: no request of this engine, or of this pool, goes to that server sooner. A Retry-After
 * longer than we are willing to wait ends the transfer. A failure that would only repeat itself is not retried.
 *
 * http_proxy, https_proxy, all_proxy and no_proxy work as curl users expect, except with public_only: we cannot see
 * which address a proxy would connect to. No signal is used or changed; a process that speaks https should ignore
 * SIGPIPE, as the commands here do. An Http belongs to one thread at a time, but different threads may use different
 * ones, and an HttpPool freely. */
#ifndef COCO_IO_NET_HTTP_H
#define COCO_IO_NET_HTTP_H

#include "io/base/err.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    double connect_s;     /* to connect, including name lookup and TLS */
    double stall_s;       /* a try that receives nothing for this long has failed */
    double total_s;       /* for one whole try; 0: no limit */
    int64_t max_bytes;    /* of a body, after decompression */
    int redirects;        /* followed at most */
    int retries;          /* after the first try, and after each that made a resumed body longer */
    double backoff_s;     /* before the second try; doubles for each further one, times a random 0.5 to 1 */
    double backoff_max_s; /* the longest wait between tries; a longer Retry-After ends the transfer */
    int per_host;         /* transfers from one server at once; 0: only `parallel` limits them */
    double rate;          /* tries per second at one server; 0: no limit */
    const char *cacert;   /* a file of certificates (PEM) to trust instead of the system's; NULL: the system's */
    bool insecure;        /* certificates are not checked */
    bool public_only;     /* connect to public addresses only (io/net/address.h), whatever leads there */
    bool as_sent;         /* no compression is asked for or undone: for digests of the bytes */
    const volatile sig_atomic_t *stop; /* http_next gives up once this is not 0; may be NULL */
} HttpOptions;

/* 10 s to connect, 20 s of silence, 60 s in all, 32 MiB, 5 redirects, 3 retries after 0.5 s to 30 s; no limits per
 * server. */
HttpOptions http_defaults(void);

typedef enum {
    HTTP_DONE,   /* the whole body has arrived */
    HTTP_DEAD,   /* asking again would bring the same answer: 404, 410, a redirect loop, not an http URL, ... */
    HTTP_FAILED, /* it did not work this time: time-outs, 5xx, broken connections, too large, stopped */
    HTTP_REFUSED /* the sink did not want it */
} HttpOutcome;

/* Which part of the body a try asks for. */
typedef struct {
    int64_t from;          /* the bytes from here on (Range); 0: all of them */
    const char *validator; /* ... or all of them if this ETag or date is no longer the file's (If-Range) */
} HttpRange;

/* The head of an answer that has a body. Texts are borrowed for the call. */
typedef struct {
    long code;           /* 200 to 299 */
    int64_t length;      /* of the body to come; -1: unknown */
    int64_t from, total; /* for 206: where the body begins, and the length of the whole; -1: unknown */
    const char *etag;    /* NULL: none; the same for the date */
    const char *modified;
} HttpHead;

/* Where the bytes of a transfer go. Called from within http_next, with the transfer's tag; must not call back into the
 * Http. -1 ends the transfer as HTTP_REFUSED. Redirects and error pages do not get here. */
typedef struct {
    /* Before every try. *range is zeroed: the whole body is asked for, so drop what has come so far. A sink that
     * keeps it fills *range; its texts are copied. */
    int (*restart)(void *tag, HttpRange *range);
    int (*head)(void *tag, const HttpHead *head); /* before the first byte, or for an empty body; NULL is legal */
    int (*write)(void *tag, const void *bytes, size_t n);
    void (*broke)(void *tag); /* the try has failed; another follows, perhaps much later; NULL is legal */
} HttpSink;

typedef struct {
    void *tag;
    HttpOutcome outcome;
    long code;     /* the last HTTP status; 0: none came */
    int64_t bytes; /* of the body, in the last try */
    int tries;
    bool unreachable; /* the server's name was not found, or no connection to it came about */
    bool answered;    /* the outcome is the server's own answer, not a failure on the way to it */
    const char *url;  /* after redirects, in the last try; this and the next two are borrowed until the next call */
    const char *error;  /* a line ("HTTP 404", "Failed to connect to ..."); "" when done */
    const char *reason; /* the kind of error, for counting ("HTTP 404", "cannot connect"); "" when done */
} HttpResult;

typedef struct Http Http;

/* An engine that runs at most `parallel` transfers at once. */
Http *http_open(const HttpOptions *options, int parallel, Err *err);

/* Adds a transfer, which starts when a place is free. The url is copied. -1: out of memory. A text that is not an http
 * URL is accepted like any other and ends as HTTP_DEAD. */
int http_add(Http *http, const char *url, HttpSink sink, void *tag, Err *err);

/* How many have been added and have not yet come out of http_next. */
int http_pending(const Http *http);

/* Drives all transfers until one is finished: 1 with *result. 0: none finished within wait_s seconds, or none is
 * pending, or fd (-1: none) is readable, or http_wake was called, or *stop is set. -1: the engine is broken. */
int http_next(Http *http, HttpResult *result, double wait_s, int fd, Err *err);

/* From any thread, while the engine is open: makes http_next, now or the next time, return 0 at once. */
void http_wake(Http *http);

/* Gives up transfers that are still pending, without a result, and frees. NULL is legal. */
void http_close(Http *http);

/* Engines for threads that download into memory now and then: each call borrows an idle one, with the connections that
 * it still holds. They share what they know of servers: one that could not be reached is not asked again, and further
 * calls for its URLs fail at once with the same reason. */
typedef struct HttpPool HttpPool;
HttpPool *http_pool_open(const HttpOptions *options, Err *err);
void http_pool_close(HttpPool *pool); /* when no call is running; NULL is legal */
/* Downloads a URL; blocks. 0: *bytes is the caller's to free, with a NUL after it that *len does not count. -1: err
 * says why. In *result, which may be NULL, error and reason are not set; url is the caller's to free, and may be
 * NULL. */
int http_pool_get(HttpPool *pool, const char *url, char **bytes, size_t *len, HttpResult *result, Err *err);

#endif
