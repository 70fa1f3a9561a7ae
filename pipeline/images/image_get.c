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
    ImageReason reason;
} Met;

/* The reason for a URL that will bring the same answer again; `code` is the status that came, or 0. */
static ImageReason reason_of_dead(long code)
{
    return code >= 300 ? image_reason_of_status(code) : REASON_DEAD_LINK;
}

static ImageReason reason_of_failure(const HttpResult *r)
{
    if (r->unreachable)
        return REASON_NO_CONNECTION;
    if (r->answered)
        return image_reason_of_status(r->code);
    return r->outcome == HTTP_DEAD ? REASON_BAD_LINK : REASON_DOWNLOAD;
}

/* From the network, checked. */
static int download(HttpPool *pool, const char *url, char **bytes, size_t *len, Met *met, Err *err)
{
    HttpResult r = {.url = NULL};
    const char *why;
    int rc = http_pool_get(pool, url, bytes, len, &r, err);
    *met = (Met){r.code, r.outcome == HTTP_DEAD && r.answered, rc ? reason_of_failure(&r) : REASON_NONE};
    if (rc == 0) {
        ImageVerdict verdict = image_check(r.url ? r.url : url, *bytes, *len, &why);
        met->dead = verdict == IMAGE_WRONG;
        if (verdict != IMAGE_GOOD) {
            free(*bytes);
            met->reason = met->dead ? reason_of_dead(r.code) : REASON_CUT;
            rc = err_set(err, "%s", why);
        }
    }
    free((char *)r.url);
    return rc;
}

int image_get(const Cache *cache, HttpPool *pool, double negative_ttl, const char *url, char **bytes, size_t *len,
              ImageReason *reason, Err *err)
{
    Err why;
    char *path = cache ? image_cached(cache, url) : NULL;
    long code;
    Met met = {0};
    *reason = REASON_NONE;
    if (path) {
        *bytes = file_read(path, IMAGE_FILE_MAX, len, err);
        *reason = *bytes ? REASON_NONE : REASON_UNREADABLE;
        free(path);
        return *bytes ? 0 : -1;
    }
    if (cache && cache_is_dead(cache, url, negative_ttl, &code, why.text, sizeof why.text)) {
        *reason = reason_of_dead(code);
        return err_set(err, "%s", why.text);
    }
    if (!pool) {
        *reason = REASON_NOT_CACHED;
        return err_set(err, "not in the cache (--offline)");
    }
    int rc = download(pool, url, bytes, len, &met, &why);
    *reason = met.reason;
    if (rc && met.dead && cache && negative_ttl > 0)
        cache_mark_dead(cache, url, met.code, why.text);
    if (rc)
        return err_set(err, "%s", why.text);
    /* If the cache cannot be written, the image will be downloaded again another day; today it is here. */
    if (cache)
        (void)cache_store(cache, url, *bytes, *len, NULL);
    return 0;
}
