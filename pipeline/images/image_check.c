#include "pipeline/images/image_check.h"

#include "io/base/digest.h"
#include "io/file/sniff.h"
#include "io/net/url.h"

#include <string.h>
#include <strings.h>

_Static_assert((int)IMAGE_HEAD_BYTES >= (int)SNIFF_LEN, "enough bytes to recognise a format");

/* --- Flickr's "This photo is no longer available" --- */

/* Size and MD5 of the picture, as published by people who cleaned the Flickr URLs of ImageNet and other datasets. */
enum { UNAVAILABLE_BYTES = 2051 };
static const char unavailable_md5[] = "880a7a58e05d3e83797f27573bb6d35c";
/* How its name begins, in every format and language: .../photo_unavailable.png, _z.gif, ... */
static const char unavailable_name[] = "photo_unavailable";

static int is_host_of(const char *url, const char *domain)
{
    size_t len, n = strlen(domain);
    const char *host = url_host(url, &len);
    return len >= n && !strncasecmp(host + len - n, domain, n) && (len == n || host[len - n - 1] == '.');
}

static int from_flickr(const char *url)
{
    return is_host_of(url, "flickr.com") || is_host_of(url, "staticflickr.com") || is_host_of(url, "yimg.com");
}

static int is_named_unavailable(const char *url)
{
    size_t n = strcspn(url, "?#");
    const char *slash = memrchr(url, '/', n);
    return slash && !strncmp(slash + 1, unavailable_name, strlen(unavailable_name));
}

/* Flickr serves photographs as JPEG: another format of exactly this size is the placeholder. */
static int is_unavailable(const char *url, const unsigned char *bytes, size_t len)
{
    char md5[DIGEST_MD5_LEN + 1];
    if (is_named_unavailable(url))
        return 1;
    if (len != UNAVAILABLE_BYTES)
        return 0;
    if (from_flickr(url) && bytes[0] != 0xFF)
        return 1;
    digest_md5(bytes, len, md5);
    return !strcmp(md5, unavailable_md5);
}

/* --- verdicts --- */

ImageVerdict image_check_head(const void *bytes, size_t len, const char **why)
{
    const char *not = sniff_not_image(bytes, len);
    *why = not ? not : "";
    return not ? IMAGE_WRONG : IMAGE_GOOD;
}

ImageVerdict image_check(const char *url, const void *bytes, size_t len, const char **why)
{
    ImageVerdict head = image_check_head(bytes, len, why);
    const char *cut;
    if (head != IMAGE_GOOD)
        return head;
    if (is_unavailable(url, bytes, len)) {
        *why = "Flickr's 'photo unavailable' picture";
        return IMAGE_WRONG;
    }
    if ((cut = sniff_cut(bytes, len))) {
        *why = cut;
        return IMAGE_TRUNCATED;
    }
    return IMAGE_GOOD;
}
