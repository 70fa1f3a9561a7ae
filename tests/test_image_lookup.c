/* Why an image cannot be had: each fault in the few words that a tile has room for, and in a line that says more. */
#include "pipeline/images/image_lookup.h"
#include "tests/support/jpegs.h"
#include "tests/support/port.h"
#include "tests/support/test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void put(const char *dir, const char *name, const void *bytes, size_t n)
{
    char *path = tmp_path(dir, name);
    tmp_write(path, bytes, n);
    free(path);
}

/* Files of every kind. */
static char *make_images(void)
{
    static const char HTML[] = "<!DOCTYPE html><html></html>", PBM[] = "P4 8 1\n\xff";
    char *dir = tmp_make(), *folder = tmp_path(dir, "folder"), *link = tmp_path(dir, "link.jpg");
    Bytes jpeg = quarters_jpeg(64, 64, 0);
    put(dir, "good.jpg", jpeg.bytes, jpeg.n);
    put(dir, "cut.jpg", jpeg.bytes, jpeg.n - 2);
    put(dir, "headless.jpg", jpeg.bytes, 30);
    put(dir, "page.jpg", HTML, sizeof HTML - 1);
    put(dir, "empty.jpg", "", 0);
    put(dir, "fax.pbm", PBM, sizeof PBM - 1);
    put(dir, "short.ppm", "P6 100 100 255\n", 15);
    assert_int_equal(mkdir(folder, 0777), 0);
    assert_int_equal(symlink("/no/such", link), 0);
    free(folder);
    free(link);
    free(jpeg.bytes);
    return dir;
}

/* Looks for the image of a record with this file and URL; either may be NULL. */
static LookupImage look(const Lookup *lookup, const char *file, const char *url, Err *err)
{
    LookupImage found;
    Record r = {.image_id = 1, .row = -1, .file = (char *)file, .url = (char *)url};
    int rc = lookup_image(lookup, &r, 16, 16, false, &found, err);
    assert_int_equal(rc, found.reason == REASON_NONE ? 0 : -1);
    if (rc)
        assert_null(found.image.rgb);
    image_free(&found.image);
    free(found.path);
    found.path = NULL;
    return found;
}

static void check(const Lookup *lookup, const char *file, const char *url, const char *words, const char *line)
{
    Err err = {""};
    LookupImage found = look(lookup, file, url, &err);
    assert_string_equal(image_reason_words(found.reason), words);
    assert_says(err.text, line);
}

static void files(void **state)
{
    (void)state;
    Err err;
    char *dir = make_images();
    Lookup lookup;
    LookupSpec spec = lookup_defaults();
    spec.images = spec.cache = dir;
    spec.offline = true;
    assert_ok(lookup_open(&lookup, &spec, &err));
    check(&lookup, "good.jpg", NULL, "", "");
    check(&lookup, "none.jpg", NULL, "file not found", "no such file");
    check(&lookup, NULL, NULL, "no file named", "the record names no file and no url");
    check(&lookup, "folder", NULL, "not a file", "not a regular file");
    check(&lookup, "link.jpg", NULL, "broken symbolic link", "a symbolic link to nothing");
    check(&lookup, "../good.jpg", NULL, "access refused", "leads out of the directory");
    check(&lookup, "/etc/passwd", NULL, "access refused", "leads out of the directory");
    check(&lookup, NULL, "file:///etc/passwd", "access refused",
          "outside the images and the dataset (--images and -d name them)");
    check(&lookup, NULL, "file:///no/such", "file not found", "no such file");
    check(&lookup, "page.jpg", NULL, "not an image", "an HTML page");
    check(&lookup, "empty.jpg", NULL, "not an image", "empty");
    check(&lookup, "fax.pbm", NULL, "unknown format", "PBM");
    check(&lookup, "headless.jpg", NULL, "image cut off", "truncated JPEG");
    check(&lookup, "short.ppm", NULL, "cannot be decoded", "PNM");
    check(&lookup, NULL, "http://h/1.jpg", "not in cache", "not in the cache (--offline)");
    assert_true(look(&lookup, "cut.jpg", NULL, &err).cut);
    assert_false(look(&lookup, "good.jpg", NULL, &err).cut);
    lookup.max_pixels = 10;
    check(&lookup, "good.jpg", NULL, "image too large", "64 x 64 pixels are too many");
    lookup_close(&lookup);
    tmp_remove(dir);
}

static void refused(void **state)
{
    (void)state;
    Err err;
    char *dir = make_images(), *path = tmp_path(dir, "good.jpg");
    Lookup lookup;
    LookupSpec spec = lookup_defaults();
    spec.images = spec.cache = dir;
    assert_ok(lookup_open(&lookup, &spec, &err));
    assert_int_equal(chmod(path, 0), 0);
    uid_t user = geteuid();
    if (!user) /* root is refused no file; the directory is root's alone */
        assert_int_equal(seteuid(65534), 0);
    check(&lookup, "good.jpg", NULL, "access refused", "Permission denied");
    assert_int_equal(seteuid(user), 0);
    lookup_close(&lookup);
    free(path);
    tmp_remove(dir);
}

static void links(void **state)
{
    (void)state;
    Err err;
    char *dir = tmp_make(), url[PORT_URL_LEN];
    int port = closed_port(url);
    Lookup lookup;
    LookupSpec spec = lookup_defaults();
    spec.cache = dir;
    spec.http.retries = 0;
    assert_ok(lookup_open(&lookup, &spec, &err));
    check(&lookup, NULL, url, "no connection", "127.0.0.1");
    check(&lookup, NULL, url, "no connection", "127.0.0.1");
    check(&lookup, NULL, "gopher://h/1.jpg", "link is broken", "not an http or https URL");
    cache_mark_dead(lookup.cache, "http://h/gone", 410, "HTTP 410");
    cache_mark_dead(lookup.cache, "http://h/private", 403, "HTTP 403");
    cache_mark_dead(lookup.cache, "http://h/page", 200, "an HTML page, not an image");
    check(&lookup, NULL, "http://h/gone", "link is dead", "HTTP 410");
    check(&lookup, NULL, "http://h/private", "access refused", "HTTP 403");
    check(&lookup, NULL, "http://h/page", "link is dead", "an HTML page");
    assert_true(look(&lookup, "none.jpg", "http://h/gone", &err).at_url);
    lookup_close(&lookup);
    close(port);
    tmp_remove(dir);
}

/* Every reason has words, at most three of them; so has every status. */
static void words(void **state)
{
    (void)state;
    for (int reason = REASON_NONE + 1; reason <= REASON_MEMORY; reason++) {
        const char *text = image_reason_words((ImageReason)reason);
        int blanks = 0;
        assert_non_null(text);
        assert_true(*text != '\0');
        for (const char *s = text; *s; s++)
            blanks += *s == ' ';
        assert_in_range(blanks, 1, 2);
    }
    static const struct {
        long code;
        ImageReason reason;
    } STATUS[] = {{400, REASON_DEAD_LINK},    {401, REASON_ACCESS},      {403, REASON_ACCESS},
                  {404, REASON_DEAD_LINK},    {408, REASON_SERVER_BUSY}, {410, REASON_DEAD_LINK},
                  {429, REASON_SERVER_BUSY},  {451, REASON_ACCESS},      {500, REASON_SERVER_ERROR},
                  {502, REASON_SERVER_ERROR}, {503, REASON_SERVER_BUSY}};
    for (size_t i = 0; i < sizeof STATUS / sizeof *STATUS; i++)
        assert_int_equal(image_reason_of_status(STATUS[i].code), STATUS[i].reason);
}

int main(void)
{
    setenv("no_proxy", "*", 1);
    const struct CMUnitTest tests[] = {cmocka_unit_test(files), cmocka_unit_test(refused), cmocka_unit_test(links),
                                       cmocka_unit_test(words)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
