/* One image of a URL: the cache, the network, and what is remembered of both. */
#include "pipeline/images/images.h"

#include "io/base/err.h"
#include "io/file/file.h"
#include "io/picture/image.h"
#include "pipeline/images/image_check.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

char *images_find(const Cache *cache, const char *url)
{
    char head[VERDICT_HEAD], *path = cache_find(cache, url);
    const char *why;
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof head);
    if (fd >= 0)
        close(fd);
    if (n > 0 && verdict_of_head(head, (size_t)n, &why) == VERDICT_IMAGE)
        return path;
    free(path);
    return NULL;
}

/* From the network, looked at. *dead: it will not be there another time either. */
static int download(HttpPool *pool, const char *url, char **bytes, size_t *len, long *code, bool *dead, Err *err)
{
    HttpResult r = {.url = NULL};
    const char *why;
    int rc = http_pool_get(pool, url, bytes, len, &r, err);
    *code = r.code;
    *dead = r.outcome == HTTP_DEAD && r.answered;
    if (rc == 0) {
        Verdict verdict = verdict_of(r.url ? r.url : url, *bytes, *len, &why);
        *dead = verdict == VERDICT_DEAD;
        if (verdict != VERDICT_IMAGE) {
            free(*bytes);
            rc = err_set(err, "%s", why);
        }
    }
    free((char *)r.url);
    return rc;
}

int images_get(const Cache *cache, HttpPool *pool, double negative_ttl, const char *url, char **bytes, size_t *len,
               Err *err)
{
    Err why;
    char *path = cache ? images_find(cache, url) : NULL;
    long code;
    bool dead;
    if (path) {
        *bytes = file_read(path, IMAGE_FILE_MAX, len, err);
        free(path);
        return *bytes ? 0 : -1;
    }
    if (cache && cache_dead(cache, url, negative_ttl, &code, why.text, sizeof why.text))
        return err_set(err, "%s", why.text);
    int rc = download(pool, url, bytes, len, &code, &dead, &why);
    if (rc && dead && cache && negative_ttl > 0)
        cache_bury(cache, url, code, why.text);
    if (rc)
        return err_set(err, "%s", why.text);
    /* A cache that cannot be written costs a second download another day; the image is here. */
    if (cache)
        (void)cache_store(cache, url, *bytes, *len, NULL);
    return 0;
}
