#include "io/http_host.h"

#include "io/url.h"

#include <stdlib.h>
#include <string.h>

/* A place for one more: that of a host nobody needs, or a new one. */
static HttpHost *host_place(HttpHosts *hosts, double now)
{
    for (int i = 0; i < hosts->n; i++) {
        HttpHost *h = hosts->host[i];
        if (!h->transfers && h->next <= now) {
            free(h->name);
            return h;
        }
    }
    if (hosts->n == hosts->room) {
        int room = hosts->room ? 2 * hosts->room : 16;
        HttpHost **grown = realloc(hosts->host, (size_t)room * sizeof *grown);
        if (!grown)
            return NULL;
        hosts->host = grown;
        hosts->room = room;
    }
    HttpHost *h = malloc(sizeof *h);
    if (h)
        hosts->host[hosts->n++] = h;
    return h;
}

HttpHost *hosts_find(HttpHosts *hosts, const char *url, double now)
{
    char *name = url_server(url);
    for (int i = 0; name && i < hosts->n; i++)
        if (!strcmp(hosts->host[i]->name, name)) {
            free(name);
            hosts->host[i]->transfers++;
            return hosts->host[i];
        }
    HttpHost *h = name ? host_place(hosts, now) : NULL;
    if (!h) {
        free(name);
        return NULL;
    }
    *h = (HttpHost){.name = name, .transfers = 1};
    return h;
}

void hosts_release(HttpHost *host)
{
    if (host)
        host->transfers--;
}

void hosts_free(HttpHosts *hosts)
{
    for (int i = 0; i < hosts->n; i++) {
        free(hosts->host[i]->name);
        free(hosts->host[i]);
    }
    free(hosts->host);
}
