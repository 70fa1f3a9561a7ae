#include "pipeline/images/image_get.h"

#include "io/base/err.h"
#include "io/file/file.h"
#include "io/picture/image.h"
#include "pipeline/images/image_check.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

char *image_cached(const Cache *cache, const char *url)
{
    char head[IMAGE_HEAD_BYTES], *path = cache_find(cache, url);
    const char *why;
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof head);
    if (fd >= 0)
        close(fd);
    if (n > 0 && image_check_head(head, (size_t)n, &why) == IMAGE_GOOD)
        return path;
    free(path);
    return NULL;
}

/* What a download met, besides its bytes. */
typedef struct {
    long code; /* the HTTP status */
    bool dead; /* asking again would bring the same answer */
} Met;

/* From the network, checked. */
static int download(HttpPool *pool, const char *url, char **bytes, size_t *len, Met *met, Err *err)
{
    HttpResult r = {.url = NULL};
    const char *why;
    int rc = http_pool_get(pool, url, bytes, len, &r, err);
    *met = (Met){r.code, r.outcome == HTTP_DEAD && r.answered};
    if (rc == 0) {
        ImageVerdict verdict = image_check(r.url ? r.url : url, *bytes, *len, &why);
        met->dead = verdict == IMAGE_WRONG;
        if (verdict != IMAGE_GOOD) {
            free(*bytes);
            rc = err_set(err, "%s", why);
        }
    }
    free((char *)r.url);
    return rc;
}

int image_get(const Cache *cache, HttpPool *pool, double negative_ttl, const char *url, char **bytes, size_t *len,
              Err *err)
{
    Err why;
    char *path = cache ? image_cached(cache, url) : NULL;
    long code;
    Met met = {0};
    if (path) {
        *bytes = file_read(path, IMAGE_FILE_MAX, len, err);
        free(path);
        return *bytes ? 0 : -1;
    }
    if (cache && cache_is_dead(cache, url, negative_ttl, &code, why.text, sizeof why.text))
        return err_set(err, "%s", why.text);
    if (!pool)
        return err_set(err, "not in the cache (--offline)");
    int rc = download(pool, url, bytes, len, &met, &why);
    if (rc && met.dead && cache && negative_ttl > 0)
        cache_mark_dead(cache, url, met.code, why.text);
    if (rc)
        return err_set(err, "%s", why.text);
    /* If the cache cannot be written, the image will be downloaded again another day; today it is here. */
    if (cache)
        (void)cache_store(cache, url, *bytes, *len, NULL);
    return 0;
}
