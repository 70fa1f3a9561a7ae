#include "pipeline/images/in_flight.h"

#include "io/base/hash.h"

#include <stdlib.h>
#include <string.h>

struct InFlight {
    Hash *urls;              /* a download's number by its URL */
    ImageDownload *download; /* (places) by number */
    int places;
    void *owner;
    int64_t lines;
};

InFlight *in_flight_new(int places, void *owner)
{
    InFlight *all = calloc(1, sizeof *all);
    if (!all)
        return NULL;
    *all = (InFlight){hash_new(), calloc((size_t)places, sizeof *all->download), places, owner, 0};
    if (!all->urls || !all->download) {
        in_flight_free(all);
        return NULL;
    }
    return all;
}

static void clear(ImageDownload *download)
{
    cache_abort(&download->file);
    free(download->url);
    free(download->line);
    memset(download, 0, sizeof *download);
}

void in_flight_free(InFlight *all)
{
    if (!all)
        return;
    for (int i = 0; i < all->places && all->download; i++)
        clear(&all->download[i]);
    free(all->download);
    hash_free(all->urls);
    free(all);
}

bool in_flight_is_full(const InFlight *all)
{
    return hash_count(all->urls) == all->places;
}

ImageDownload *in_flight_find(const InFlight *all, const char *url)
{
    int32_t number = hash_find(all->urls, url, strlen(url));
    return number < 0 ? NULL : &all->download[number];
}

ImageDownload *in_flight_add(InFlight *all, char *url)
{
    int32_t number = hash_add(all->urls, url, strlen(url));
    if (number < 0)
        return NULL;
    all->download[number] = (ImageDownload){.url = url, .owner = all->owner};
    return &all->download[number];
}

int in_flight_add_line(InFlight *all, ImageDownload *download, int64_t line)
{
    if (download->n_lines == download->room) {
        int room = download->room ? 2 * download->room : 1;
        int64_t *grown = realloc(download->line, (size_t)room * sizeof *grown);
        if (!grown)
            return -1;
        download->line = grown;
        download->room = room;
    }
    download->line[download->n_lines++] = line;
    all->lines++;
    return 0;
}

int64_t in_flight_lines(const InFlight *all)
{
    return all->lines;
}

void in_flight_remove(InFlight *all, ImageDownload *download)
{
    hash_remove(all->urls, download->url, strlen(download->url));
    all->lines -= download->n_lines;
    clear(download);
}
