/* What is known of each server while transfers run: for io/net/http.c and io/net/http_pool.c alone.
 *
 * A host is the scheme, name and port of the URL that was asked for; the hosts that redirects lead to do not count. It
 * is kept while a transfer refers to it, then until it may be asked again, and for good once it is unreachable.
 * Several engines may share their hosts (one that waits for another's try to end checks five times a second). Any
 * thread. */
#ifndef COCO_IO_NET_HTTP_HOST_H
#define COCO_IO_NET_HTTP_HOST_H

#include "io/base/err.h"
#include "io/net/http.h"

#include <stdbool.h>

typedef struct HttpHosts HttpHosts;
typedef struct HttpHost HttpHost;

HttpHosts *hosts_new(void);        /* NULL: out of memory */
void hosts_free(HttpHosts *hosts); /* NULL is legal */

/* The host of a URL, with one more transfer that refers to it. NULL: out of memory. A text that is not a URL has a host
 * too. */
HttpHost *hosts_find(HttpHosts *hosts, const char *url);
void hosts_release(HttpHosts *hosts, HttpHost *host); /* one transfer fewer; NULL is legal */

/* Begins a try if per_host, rate and Retry-After allow it now, and returns 0. Otherwise returns the seconds to wait;
 * infinity: until another try ends. */
double host_begin(HttpHosts *hosts, HttpHost *host, int per_host, double rate);
/* Takes host_begin back: no request was sent after all. */
void host_undo(HttpHosts *hosts, HttpHost *host, double rate);
/* The try has ended; the server asked to be left alone for `retry_after` seconds, or 0. */
void host_end(HttpHosts *hosts, HttpHost *host, double retry_after);

/* The verdict that a server cannot be reached, with the reason; without memory for it there is none. */
void host_set_unreachable(HttpHosts *hosts, HttpHost *host, const char *why);
/* Whether that was said of it; err says why it was. */
bool host_is_unreachable(HttpHosts *hosts, const HttpHost *host, Err *err);

/* http_open, but with hosts that are shared with other engines; they must outlive it. */
Http *http_open_shared(HttpHosts *hosts, const HttpOptions *options, int parallel, Err *err);

#endif
