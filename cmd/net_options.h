/* The network options of commands, as curl users know them: rows for a command's own table. Main thread only. */
#ifndef COCO_CMD_NET_OPTIONS_H
#define COCO_CMD_NET_OPTIONS_H

#include "cmd/cli.h"
#include "pipeline/images/image_fetch.h"

/* The options' values until net_apply. */
typedef struct {
    HttpOptions *http;
    int64_t retries, redirects, max_bytes, per_host;
    const char *rate;
} NetOptions;

/* Groups of options; --cacert and --insecure are always there. */
enum {
    NET_TIMES = 1,   /* --timeout, --connect-timeout, --stall-timeout */
    NET_TRIES = 2,   /* --retries, --backoff, --max-redirects */
    NET_SIZE = 4,    /* --max-bytes */
    NET_HOSTS = 8,   /* --per-host, --rate */
    NET_PUBLIC = 16, /* --public-only */
    NET_MAX = 16     /* options, at most */
};

/* Fills `options` and returns their number. The defaults are the values in *http. */
int net_options(NetOptions *net, HttpOptions *http, int which, CliOption options[NET_MAX]);

/* After cli_parse: puts the values into *http. A bad value is a usage error; --insecure prints a warning. */
void net_apply(const NetOptions *net);

#endif
