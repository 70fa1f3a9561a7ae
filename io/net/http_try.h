/* One transfer and its tries: for io/net/http.c alone, which decides when they begin.
 *
 * A try is a libcurl handle that try_begin has set up; libcurl calls back here while it runs; try_end says what became
 * of it. */
#ifndef COCO_IO_NET_HTTP_TRY_H
#define COCO_IO_NET_HTTP_TRY_H

#include "io/base/err.h"
#include "io/net/http.h"
#include "io/net/http_host.h"

#include <stdint.h>

enum { TRY_ERROR_LEN = 256 }; /* what libcurl's error buffer takes */

typedef enum {
    GOES_ON,
    STALLED,
    TOO_LARGE,
    UNWANTED,
    ERROR_PAGE,
    HEAD_TOO_LARGE,
    NOT_PUBLIC
} CutShort; /* why we ended a try */

typedef struct Transfer {
    struct Transfer *next; /* in the engine's list of free, waiting or finished ones */
    uint64_t number;       /* in the order of http_add */
    double due;            /* not to start before */
    void *easy;            /* libcurl's handle while it runs, else NULL; the engine's */
    char *url;
    HttpHost *host;
    HttpSink sink;
    void *tag;
    const HttpOptions *options;
    int tries, fails;   /* fails: since there was progress */
    int64_t asked_from; /* what this try asks to begin with */
    void *headers;      /* libcurl's list */
    int headed;         /* the sink has seen the head */
    size_t head_bytes;
    double last_byte; /* when one came last, or the try began */
    int64_t bytes;    /* in this try */
    CutShort cut;
    bool refused_address, allowed_address; /* some address of the name was not public, or was */
    HttpOutcome outcome;
    long code;
    bool answered;
    char *final_url;
    char error[TRY_ERROR_LEN], reason[64];
} Transfer;

/* Sets t->easy up for the next try. 1: it shall run; 0: it is finished already; -1: out of memory. */
int try_begin(Transfer *t, Err *err);

/* libcurl says that the try has ended with this code. Judges it: fills outcome, code, error, reason. *pause becomes the
 * seconds until another try is worth while, with `chance` from 0 to 1 for the jitter, or negative for none;
 * *asked those that the server asked to be left alone for, or 0. */
void try_end(Transfer *t, int curl_code, double chance, double *pause, double *asked);

/* Frees what tries have left, but the handle. */
void try_free(Transfer *t);

#endif
