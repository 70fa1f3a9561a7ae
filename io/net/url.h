/* Parts of URLs. Any thread. */
#ifndef COCO_IO_NET_URL_H
#define COCO_IO_NET_URL_H

#include <stddef.h>

/* A copy without white space at its ends. The caller frees; NULL: out of memory. */
char *url_trimmed(const char *text, size_t len);

/* The start of the host's name, and its length: "h" in "http://me@h:80/x". For a text that is not a URL, its first
 * part. */
const char *url_host(const char *url, size_t *len);

/* Scheme, host and port in lower case, "http://h:80": the server that a request goes to. The caller frees; NULL: out of
 * memory. */
char *url_server(const char *url);

#endif
