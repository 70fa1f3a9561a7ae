#include "io/net/url.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *url_trimmed(const char *text, size_t len)
{
    while (len > 0 && isspace((unsigned char)*text))
        text++, len--;
    while (len > 0 && isspace((unsigned char)text[len - 1]))
        len--;
    return strndup(text, len);
}

/* Host and port. */
static const char *authority(const char *url, size_t *len)
{
    const char *slashes = strstr(url, "://"), *begin = slashes ? slashes + 3 : url;
    size_t n = strcspn(begin, "/?#");
    const char *at = memrchr(begin, '@', n);
    *len = at ? n - (size_t)(at + 1 - begin) : n;
    return at ? at + 1 : begin;
}

const char *url_host(const char *url, size_t *len)
{
    const char *host = authority(url, len);
    const char *end = memchr(host, *host == '[' ? ']' : ':', *len); /* [::1] */
    if (end)
        *len = (size_t)(end - host) + (*host == '[');
    return host;
}

char *url_server(const char *url)
{
    size_t n;
    char *server;
    const char *slashes = strstr(url, "://"), *host = authority(url, &n);
    if (asprintf(&server, "%.*s%.*s", slashes ? (int)(slashes - url) + 3 : 0, url, (int)n, host) < 0)
        return NULL;
    for (char *p = server; *p; p++)
        *p = (char)tolower((unsigned char)*p);
    return server;
}
