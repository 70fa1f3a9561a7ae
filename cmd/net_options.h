/* The options of commands that use the network, as curl users know them: a table to put into a command's own.
 *
 * Main thread only. */
#ifndef COCO_CMD_NET_OPTIONS_H
#define COCO_CMD_NET_OPTIONS_H

#include "cmd/cli.h"
#include "pipeline/images/image_fetch.h"

/* Where the options' values stand until net_apply. */
typedef struct {
    HttpOptions *http;
    int64_t retries, redirects, max_bytes, per_host;
    const char *rate;
} Net;

/* Which of the options: those of trust are always there. */
enum {
    NET_TIMES = 1,   /* --timeout, --connect-timeout, --stall-timeout */
    NET_TRIES = 2,   /* --retries, --backoff, --max-redirects */
    NET_SIZE = 4,    /* --max-bytes */
    NET_HOSTS = 8,   /* --per-host, --rate */
    NET_PUBLIC = 16, /* --public-only */
    NET_MAX = 16     /* options at most */
};

/* Fills `options` and returns how many they are. Defaults are what *http holds. */
int net_options(Net *net, HttpOptions *http, int which, CliOption options[NET_MAX]);

/* Behind cli_parse: what was given goes into *http. A bad value is a usage error; --insecure says what it does. */
void net_apply(const Net *net);

#endif
