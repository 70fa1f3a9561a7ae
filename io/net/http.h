/* Downloads over http and https, many at a time from one thread, through libcurl's multi interface.
 *
 *      http_add ──► waiting ──► running (at most `parallel`) ──► http_next, in the order they finish
 *                      ▲               │
 *                      └── back-off ◄──┘  5xx, 429, 408, a time-out, a broken connection
 *
 * Only http and https are spoken, after redirects too; HTTP/2 where a server offers it. Every transfer has limits:
 * for connecting, for silence, for the whole, for its head, its size and its redirects; every server has one of
 * transfers at once and of tries a second. What may work another time is tried again, with exponential back-off and
 * jitter, never sooner than the server's Retry-After asks, which holds for all that is asked of that server by this
 * engine, or this pool; one that asks for longer than we are ready to wait gives up its URL alone. What would only
 * bring the same answer is not tried again.
 *
 * http_proxy, https_proxy, all_proxy and no_proxy are honoured as curl users expect, but not with public_only: whom a
 * proxy would ask cannot be seen from here. No signal is used or changed; a process that speaks https should ignore
 * SIGPIPE, as the commands here do. An Http belongs to one thread at a time; different threads may use different ones,
 * and an HttpPool freely. */
#ifndef COCO_IO_NET_HTTP_H
#define COCO_IO_NET_HTTP_H

#include "io/base/err.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    double connect_s;     /* to connect, names and TLS included */
    double stall_s;       /* of silence: no byte in so many seconds */
    double total_s;       /* for one try as a whole; 0: no limit */
    int64_t max_bytes;    /* of a body, unpacked */
    int redirects;        /* followed at most */
    int retries;          /* tries behind the first, and behind each that brought a resumed body on */
    double backoff_s;     /* before the second try; doubles for each further one, times 0.5 to 1 by chance */
    double backoff_max_s; /* the longest wait between tries; a Retry-After above it ends the trying */
    int per_host;         /* transfers from one server at once; 0: as many as there may be in all */
    double rate;          /* tries a second at one server; 0: no limit */
    const char *cacert;   /* a file of certificates (PEM) to trust instead of the system's; NULL */
    bool insecure;        /* certificates are not looked at */
    bool public_only; /* no connection to an address that is not public (io/net/address.h), whoever leads there */
    bool as_sent;     /* no compression is asked for, and none undone: what a digest is of */
    const volatile sig_atomic_t *stop; /* where it points at a number, http_next gives up; or NULL */
} HttpOptions;

/* 10 s to connect, 20 s of silence, 60 s in all, 32 MiB, 5 redirects, 3 retries from 0.5 s to 30 s; no limits by
 * server. */
HttpOptions http_defaults(void);

typedef enum {
    HTTP_DONE,   /* all of it is there */
    HTTP_DEAD,   /* asking again would bring the same answer: 404, 410, a redirect loop, no http URL, ... */
    HTTP_FAILED, /* it did not work now: time-outs, 5xx, broken connections, too large, stopped */
    HTTP_REFUSED /* the sink did not want it */
} HttpOutcome;

/* What a try asks for. */
typedef struct {
    int64_t from;          /* the bytes from here on (Range); 0: all of them */
    const char *validator; /* ... but all of them where this ETag or date is not the file's any more (If-Range) */
} HttpAsk;

/* The head of an answer that brings a body. Texts are borrowed for the call. */
typedef struct {
    long code;           /* 200 to 299 */
    int64_t length;      /* of the body to come; -1: not told */
    int64_t from, total; /* of 206: where the body begins, and the length of the whole; -1: not told */
    const char *etag;    /* NULL: not told; the same for the date */
    const char *modified;
} HttpHead;

/* Where the bytes of a transfer go. Called from within http_next, with the transfer's tag; none may call back into
 * the Http. -1 ends the transfer as HTTP_REFUSED. Of redirects and error pages nothing gets here. */
typedef struct {
    /* Before every try. *ask is zeroed: all is wanted, and what came so far forgotten. A sink that keeps it says so
     * there; its texts are copied. */
    int (*restart)(void *tag, HttpAsk *ask);
    int (*head)(void *tag, const HttpHead *head); /* before the first byte, also of an empty body; NULL is legal */
    int (*write)(void *tag, const void *bytes, size_t n);
    void (*broke)(void *tag); /* the try has failed and another will follow, perhaps much later; NULL is legal */
} HttpSink;

typedef struct {
    void *tag;
    HttpOutcome outcome;
    long code;     /* the last HTTP status; 0 where none came */
    int64_t bytes; /* of the body, in the last try */
    int tries;
    bool answered;     /* the outcome is the server's own word, not that of the way to it */
    const char *url;   /* where redirects led in the last try; this and the next two borrowed until the next call */
    const char *error; /* a line ("HTTP 404", "Failed to connect to ..."); "" when done */
    const char *reason; /* the same in words that are alike for all of a kind ("HTTP 404", "cannot connect") */
} HttpResult;

typedef struct Http Http;

/* An engine that runs at most `parallel` transfers at once. */
Http *http_open(const HttpOptions *options, int parallel, Err *err);

/* Takes a transfer on; it starts when a place is free. The url is copied. -1: out of memory. A text that is
 * no http URL is taken like others and ends as HTTP_DEAD. */
int http_add(Http *http, const char *url, HttpSink sink, void *tag, Err *err);

/* How many have been added and not yet come out of http_next. */
int http_pending(const Http *http);

/* Drives all transfers until one is finished: 1 with *result. 0: none was within wait_s seconds, or there is
 * none, or fd (-1: none) can be read, or http_wake was called, or *stop asks to give up. -1: the engine is broken. */
int http_next(Http *http, HttpResult *result, double wait_s, int fd, Err *err);

/* From any thread, while the engine is open: http_next, this time or the next, answers 0 at once. */
void http_wake(Http *http);

/* Gives up what is still running (no result comes out of it) and frees. NULL is legal. */
void http_close(Http *http);

/* Engines for several threads that download into memory now and then: each call takes one that is idle, with the
 * connections that it still holds. What is known of servers is known to all of them. */
typedef struct HttpPool HttpPool;
HttpPool *http_pool_open(const HttpOptions *options, Err *err);
void http_pool_close(HttpPool *pool); /* when no call is under way; NULL is legal */
/* Blocks until it is there or given up. 0: *bytes is the caller's to free, with a NUL behind it, *len without. -1: err
 * says why. Of *result (may be NULL) error and reason are not set, and url is the caller's to free, NULL where memory or
 * an answer is lacking. */
int http_pool_get(HttpPool *pool, const char *url, char **bytes, size_t *len, HttpResult *result, Err *err);

#endif
