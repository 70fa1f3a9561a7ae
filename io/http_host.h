/* What is known of each server while transfers run: for io/http.c alone.
 *
 * A host is told by the scheme, name and port of a URL as it was asked for; where redirects lead is not counted. It is
 * kept while a transfer refers to it, and on until it may be asked again. */
#ifndef COCO_IO_HTTP_HOST_H
#define COCO_IO_HTTP_HOST_H

typedef struct {
    char *name;    /* "http://farm4.staticflickr.com:80" */
    int transfers; /* that refer to it */
    int running;   /* of them */
    double next;   /* nothing may start before: the rate, or the server's Retry-After */
} HttpHost;

typedef struct {
    HttpHost **host;
    int n, room;
} HttpHosts;

/* The host of a URL, with one more transfer to it. NULL: out of memory. A text that is no URL has a host too. */
HttpHost *hosts_find(HttpHosts *hosts, const char *url, double now);
void hosts_release(HttpHost *host); /* one transfer less; NULL is legal */
void hosts_free(HttpHosts *hosts);

#endif
