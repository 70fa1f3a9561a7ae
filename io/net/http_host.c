#include "io/net/http_host.h"

#include "io/base/clock.h"
#include "io/base/hash.h"
#include "io/net/url.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct HttpHost {
    char *name;        /* "http://farm4.staticflickr.com:80" */
    int transfers;     /* that refer to it */
    int running;       /* of them */
    double next;       /* no try may start before: the rate limit */
    double quiet;      /* the same: the server's Retry-After */
    char *unreachable; /* why it is; NULL: it is not, as far as is known */
};

struct HttpHosts {
    pthread_mutex_t lock; /* guards the rest */
    Hash *names;          /* a host's number by its name */
    HttpHost **host;      /* (room) by number; NULL: the number is free */
    int room;
};

HttpHosts *hosts_new(void)
{
    HttpHosts *hosts = calloc(1, sizeof *hosts);
    if (!hosts)
        return NULL;
    pthread_mutex_init(&hosts->lock, NULL);
    hosts->names = hash_new();
    if (!hosts->names) {
        hosts_free(hosts);
        return NULL;
    }
    return hosts;
}

static void host_free(HttpHost *host)
{
    if (!host)
        return;
    free(host->name);
    free(host->unreachable);
    free(host);
}

void hosts_free(HttpHosts *hosts)
{
    if (!hosts)
        return;
    for (int i = 0; i < hosts->room; i++)
        host_free(hosts->host[i]);
    free(hosts->host);
    hash_free(hosts->names);
    pthread_mutex_destroy(&hosts->lock);
    free(hosts);
}

/* --- with the lock held --- */

static bool is_needed(const HttpHost *host, double now)
{
    return host->transfers || host->unreachable || fmax(host->next, host->quiet) > now;
}

static void forget_host(HttpHosts *hosts, int number)
{
    HttpHost *host = hosts->host[number];
    hash_remove(hosts->names, host->name, strlen(host->name));
    hosts->host[number] = NULL;
    host_free(host);
}

/* Room for one more: unneeded hosts are forgotten; if that frees little, the room doubles. */
static int make_room(HttpHosts *hosts)
{
    double now = clock_now();
    if (hash_count(hosts->names) < hosts->room)
        return 0;
    for (int i = 0; i < hosts->room; i++)
        if (!is_needed(hosts->host[i], now))
            forget_host(hosts, i);
    if (hash_count(hosts->names) < hosts->room / 2)
        return 0;
    int room = hosts->room ? 2 * hosts->room : 16;
    HttpHost **grown = realloc(hosts->host, (size_t)room * sizeof *grown);
    if (!grown)
        return -1;
    memset(grown + hosts->room, 0, (size_t)(room - hosts->room) * sizeof *grown);
    hosts->host = grown;
    hosts->room = room;
    return 0;
}

/* Takes the name over. NULL: out of memory. */
static HttpHost *new_host(HttpHosts *hosts, char *name)
{
    HttpHost *host = make_room(hosts) ? NULL : malloc(sizeof *host);
    int32_t number = host ? hash_add(hosts->names, name, strlen(name)) : -1;
    if (number < 0) {
        free(host);
        free(name);
        return NULL;
    }
    *host = (HttpHost){.name = name};
    return hosts->host[number] = host;
}

/* Takes the name over. */
static HttpHost *host_named(HttpHosts *hosts, char *name)
{
    int32_t number = hash_find(hosts->names, name, strlen(name));
    if (number < 0)
        return new_host(hosts, name);
    free(name);
    return hosts->host[number];
}

/* --- from any thread --- */

HttpHost *hosts_find(HttpHosts *hosts, const char *url)
{
    char *name = url_server(url);
    if (!name)
        return NULL;
    pthread_mutex_lock(&hosts->lock);
    HttpHost *host = host_named(hosts, name);
    if (host)
        host->transfers++;
    pthread_mutex_unlock(&hosts->lock);
    return host;
}

void hosts_release(HttpHosts *hosts, HttpHost *host)
{
    if (!host)
        return;
    pthread_mutex_lock(&hosts->lock);
    host->transfers--;
    pthread_mutex_unlock(&hosts->lock);
}

double host_begin(HttpHosts *hosts, HttpHost *host, int per_host, double rate)
{
    pthread_mutex_lock(&hosts->lock);
    double now = clock_now(), wait = fmax(fmax(host->next, host->quiet) - now, 0);
    if (per_host && host->running >= per_host)
        wait = INFINITY;
    if (wait == 0) {
        host->running++;
        if (rate > 0)
            host->next = now + 1 / rate;
    }
    pthread_mutex_unlock(&hosts->lock);
    return wait;
}

void host_undo(HttpHosts *hosts, HttpHost *host, double rate)
{
    pthread_mutex_lock(&hosts->lock);
    host->running--;
    if (rate > 0)
        host->next -= 1 / rate;
    pthread_mutex_unlock(&hosts->lock);
}

void host_end(HttpHosts *hosts, HttpHost *host, double retry_after)
{
    pthread_mutex_lock(&hosts->lock);
    host->running--;
    if (retry_after > 0)
        host->quiet = fmax(host->quiet, clock_now() + retry_after);
    pthread_mutex_unlock(&hosts->lock);
}

void host_set_unreachable(HttpHosts *hosts, HttpHost *host, const char *why)
{
    pthread_mutex_lock(&hosts->lock);
    if (!host->unreachable)
        host->unreachable = strdup(why);
    pthread_mutex_unlock(&hosts->lock);
}

bool host_is_unreachable(HttpHosts *hosts, const HttpHost *host, Err *err)
{
    pthread_mutex_lock(&hosts->lock);
    bool is = host->unreachable != NULL;
    if (is)
        err_set(err, "%s", host->unreachable);
    pthread_mutex_unlock(&hosts->lock);
    return is;
}
