#include "io/net/http_host.h"

#include "io/base/clock.h"
#include "io/net/url.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>

struct HttpHost {
    char *name;    /* "http://farm4.staticflickr.com:80" */
    int transfers; /* that refer to it */
    int running;   /* of them */
    double next;   /* nothing may start before: the rate */
    double quiet;  /* the same: the server's Retry-After */
};

struct HttpHosts {
    atomic_flag busy; /* guards all below, for a few steps; ThreadSanitizer does not see the mutexes of C */
    HttpHost **host;
    int n, room;
};

HttpHosts *hosts_new(void)
{
    HttpHosts *hosts = calloc(1, sizeof *hosts);
    if (hosts)
        atomic_flag_clear(&hosts->busy);
    return hosts;
}

static void lock(HttpHosts *hosts)
{
    while (atomic_flag_test_and_set_explicit(&hosts->busy, memory_order_acquire))
        thrd_yield();
}

static void unlock(HttpHosts *hosts)
{
    atomic_flag_clear_explicit(&hosts->busy, memory_order_release);
}

void hosts_free(HttpHosts *hosts)
{
    if (!hosts)
        return;
    for (int i = 0; i < hosts->n; i++) {
        free(hosts->host[i]->name);
        free(hosts->host[i]);
    }
    free(hosts->host);
    free(hosts);
}

/* A place for one more: that of a host nobody needs, or a new one. */
static HttpHost *host_place(HttpHosts *hosts)
{
    double now = clock_now();
    for (int i = 0; i < hosts->n; i++) {
        HttpHost *h = hosts->host[i];
        if (!h->transfers && fmax(h->next, h->quiet) <= now) {
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

/* With the lock held. The name becomes the host's where that is new, else it is the caller's. */
static HttpHost *find(HttpHosts *hosts, char *name)
{
    for (int i = 0; i < hosts->n; i++)
        if (!strcmp(hosts->host[i]->name, name))
            return hosts->host[i];
    HttpHost *h = host_place(hosts);
    if (h)
        *h = (HttpHost){.name = name};
    return h;
}

HttpHost *hosts_find(HttpHosts *hosts, const char *url)
{
    char *name = url_server(url);
    if (!name)
        return NULL;
    lock(hosts);
    HttpHost *h = find(hosts, name);
    bool taken = h && h->name == name;
    if (h)
        h->transfers++;
    unlock(hosts);
    if (!taken)
        free(name);
    return h;
}

void hosts_release(HttpHosts *hosts, HttpHost *host)
{
    lock(hosts);
    if (host)
        host->transfers--;
    unlock(hosts);
}

double host_begin(HttpHosts *hosts, HttpHost *host, int per_host, double rate)
{
    lock(hosts);
    double now = clock_now(), wait = fmax(fmax(host->next, host->quiet) - now, 0);
    if (per_host && host->running >= per_host)
        wait = INFINITY;
    if (wait == 0) {
        host->running++;
        if (rate > 0)
            host->next = now + 1 / rate;
    }
    unlock(hosts);
    return wait;
}

void host_undo(HttpHosts *hosts, HttpHost *host, double rate)
{
    lock(hosts);
    host->running--;
    if (rate > 0)
        host->next -= 1 / rate;
    unlock(hosts);
}

void host_end(HttpHosts *hosts, HttpHost *host, double asked)
{
    lock(hosts);
    host->running--;
    if (asked > 0)
        host->quiet = fmax(host->quiet, clock_now() + asked);
    unlock(hosts);
}
