/* What is known of each server while transfers run: for io/net/http.c and io/net/http_pool.c alone.
 *
 * A host is told by the scheme, name and port of a URL as it was asked for; where redirects lead is not counted. It is
 * kept while a transfer refers to it, and on until it may be asked again. Several engines may share their hosts (one
 * that waits for another's try to end looks again five times a second); any thread. */
#ifndef COCO_IO_NET_HTTP_HOST_H
#define COCO_IO_NET_HTTP_HOST_H

#include "io/base/err.h"
#include "io/net/http.h"

typedef struct HttpHosts HttpHosts;
typedef struct HttpHost HttpHost;

HttpHosts *hosts_new(void);        /* NULL: out of memory */
void hosts_free(HttpHosts *hosts); /* NULL is legal */

/* The host of a URL, with one more transfer that refers to it. NULL: out of memory. A text that is no URL has a host
 * too. */
HttpHost *hosts_find(HttpHosts *hosts, const char *url);
void hosts_release(HttpHosts *hosts, HttpHost *host); /* one transfer less; NULL is legal */

/* Begins a try, as far as per_host, rate and Retry-After allow: 0. Else the seconds until it may be begun, as far as
 * they are known: infinity where another must end first. */
double host_begin(HttpHosts *hosts, HttpHost *host, int per_host, double rate);
/* Takes that back: nothing was asked after all. */
void host_undo(HttpHosts *hosts, HttpHost *host, double rate);
/* It has ended; the server has asked to be left alone for so many seconds, or 0. */
void host_end(HttpHosts *hosts, HttpHost *host, double asked);

/* http_open with the hosts of other engines, which are lent. */
Http *http_open_beside(HttpHosts *hosts, const HttpOptions *options, int parallel, Err *err);

#endif
