/* Parts of URLs, as far as they are needed here: text in, text out. Any thread. */
#ifndef COCO_IO_NET_URL_H
#define COCO_IO_NET_URL_H

#include <stddef.h>

/* A copy without the white space around it. The caller frees; NULL: out of memory. */
char *url_trimmed(const char *text, size_t len);

/* Where the host's name begins, and its length: behind scheme and user, before port and path ("h" in
 * "http://me@h:80/x"). Of a text that is no URL, its beginning. */
const char *url_host(const char *url, size_t *len);

/* Scheme, host and port in lower case, "http://h:80": whom a request goes to. The caller frees; NULL: out of memory. */
char *url_server(const char *url);

#endif
