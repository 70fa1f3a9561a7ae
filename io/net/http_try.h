/* One transfer and its tries: for io/net/http.c alone, which decides when a try starts.
 *
 * try_begin sets up a libcurl handle; libcurl calls functions here while it runs; try_end judges how it ended. */
#ifndef COCO_IO_NET_HTTP_TRY_H
#define COCO_IO_NET_HTTP_TRY_H

#include "io/base/err.h"
#include "io/net/http.h"
#include "io/net/http_host.h"

#include <stdint.h>

enum { TRY_ERROR_LEN = 256 }; /* CURL_ERROR_SIZE */

/* Why we ended a try before its end. */
typedef enum { NOT_CUT, STALLED, TOO_LARGE, UNWANTED, ERROR_PAGE, HEAD_TOO_LARGE, NOT_PUBLIC } CutReason;

typedef struct Transfer {
    struct Transfer *next; /* in the engine's list of free, waiting or finished transfers */
    uint64_t number;       /* in the order of http_add */
    double due;            /* the next try may not start before */
    void *easy;            /* the libcurl handle while a try runs, borrowed from the engine; else NULL */
    char *url;
    HttpHost *host;
    HttpSink sink;
    void *tag;
    const HttpOptions *options;
    int tries, fails;   /* fails: since the last progress */
    int64_t asked_from; /* the first byte that this try asks for */
    void *headers;      /* a curl_slist */
    int headed;         /* the sink has seen the head */
    size_t head_bytes;
    double last_byte; /* when the last byte came, or the try began */
    int64_t bytes;    /* in this try */
    CutReason cut;
    bool refused_address, allowed_address; /* some address of the host was not public, or was */
    HttpOutcome outcome;
    long code;
    bool answered, unreachable; /* as in HttpResult */
    char *final_url;
    char error[TRY_ERROR_LEN], reason[64];
} Transfer;

/* Sets t->easy up for the next try. 1: run it; 0: the transfer is finished without it; -1: out of memory. */
int try_begin(Transfer *t, Err *err);

/* The try has ended with this code of libcurl's. Fills outcome, code, error and reason. *pause becomes the seconds to
 * wait before another try, or negative if there should be none; `jitter` is a random number from 0 to 1. *retry_after
 * becomes the seconds for which the server asked to be left alone, or 0. */
void try_end(Transfer *t, int curl_code, double jitter, double *pause, double *retry_after);

/* Frees what the last try left in the transfer; not the transfer, nor the handle. */
void try_clear(Transfer *t);

#endif
