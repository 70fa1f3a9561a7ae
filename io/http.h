/* Downloads over http and https, many at a time from one thread, through libcurl's multi interface.
 *
 *      http_add ──► waiting ──► running (at most `parallel`) ──► http_next, in the order they finish
 *                      ▲               │
 *                      └── back-off ◄──┘  5xx, 429, 408, a time-out, a broken connection
 *
 * Only http and https are spoken, after redirects too. Every transfer has limits: for connecting, for
 * silence, for the whole, for its size and for its redirects. What may work another time is tried again,
 * with exponential back-off and jitter, never sooner than the server's Retry-After asks; what would only
 * bring the same answer is not.
 *
 * http_proxy, https_proxy, all_proxy and no_proxy are honoured as curl users expect. No signal is used or
 * changed; a process that speaks https should ignore SIGPIPE, as the commands here do. An Http belongs to
 * one thread at a time; different threads may use different ones, and http_get freely. */
#ifndef COCO_IO_HTTP_H
#define COCO_IO_HTTP_H

#include <signal.h>
#include <stddef.h>

typedef struct {
    double connect_s;   /* to connect, names and TLS included */
    double stall_s;     /* of silence: no byte in so many seconds (whole seconds, at least 1) */
    double total_s;     /* for one try as a whole */
    size_t max_bytes;   /* of a body, unpacked */
    int redirects;      /* followed at most */
    int retries;        /* tries behind the first */
    double backoff_s;   /* before the second try; doubles for each further one, times 0.5 to 1 by chance */
    double backoff_max_s; /* the longest wait between tries; a Retry-After above it ends the trying */
    const volatile sig_atomic_t *stop; /* where it points at a number, http_get and http_next give up; or NULL */
} HttpOptions;

/* 10 s to connect, 20 s of silence, 60 s in all, 32 MiB, 5 redirects, 3 retries from 0.5 s to 30 s. */
HttpOptions http_defaults(void);

typedef enum {
    HTTP_DONE,   /* all of it is there */
    HTTP_DEAD,   /* asking again would bring the same answer: 404, 410, a redirect loop, no http URL, ... */
    HTTP_FAILED, /* it did not work now: time-outs, 5xx, broken connections, too large, stopped */
    HTTP_REFUSED /* the sink did not want it */
} HttpOutcome;

/* Where the bytes of a transfer go. Called from within http_next and http_close, with the transfer's tag;
 * neither may call back into the Http. -1 ends the transfer as HTTP_REFUSED. Bodies of error pages
 * (status 400 and above) never get here. */
typedef struct {
    int (*restart)(void *tag); /* before every try: forget what came so far */
    int (*write)(void *tag, const void *bytes, size_t n);
} HttpSink;

typedef struct {
    void *tag;
    HttpOutcome outcome;
    long code;         /* the last HTTP status; 0 where none came */
    size_t bytes;      /* of the body, in the last try */
    int tries;
    const char *error; /* a line ("HTTP 404", "connection refused"), borrowed until the next call; "" when done */
} HttpResult;

typedef struct Http Http;

/* An engine that runs at most `parallel` transfers at once. */
Http *http_open(const HttpOptions *options, int parallel, char *err, size_t errlen);

/* Takes a transfer on; it starts when a place is free. The url is copied. -1: out of memory. A text that is
 * no http URL is taken like others and ends as HTTP_DEAD. */
int http_add(Http *http, const char *url, HttpSink sink, void *tag, char *err, size_t errlen);

/* How many have been added and not yet come out of http_next. */
int http_pending(const Http *http);

/* Drives all transfers until one is finished: 1 with *result. 0: none was within wait_s seconds, or there is
 * none, or fd (-1: none) can be read, or *stop asks to give up. -1: the engine is broken. */
int http_next(Http *http, HttpResult *result, double wait_s, int fd, char *err, size_t errlen);

/* Gives up what is still running (no result comes out of it) and frees. NULL is legal. */
void http_close(Http *http);

/* One download into memory, from any thread; blocks until it is there or given up. 0: *bytes is the caller's
 * to free, with a NUL behind it, *len without. -1: err says why; nothing to free. *result may be NULL; its
 * error is not set, its tag unused. */
int http_get(const char *url, const HttpOptions *options, char **bytes, size_t *len, HttpResult *result,
             char *err, size_t errlen);

#endif
