/* A server that cannot be reached is asked once; the verdict is kept, and is its own. */
#include "io/net/http_host.h"
#include "tests/support/port.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { URL_LEN = 64 };

static HttpResult get(HttpPool *pool, const char *server, const char *name, Err *err)
{
    char url[2 * URL_LEN], *bytes;
    size_t len;
    HttpResult r;
    snprintf(url, sizeof url, "%s%s", server, name);
    assert_int_equal(http_pool_get(pool, url, &bytes, &len, &r, err), -1);
    free((char *)r.url);
    return r;
}

static void asked_once(void **state)
{
    (void)state;
    Err first, again, other;
    char one[PORT_URL_LEN], two[PORT_URL_LEN];
    int fd = closed_port(one), other_fd = closed_port(two);
    HttpOptions options = http_defaults();
    options.retries = 1;
    options.backoff_s = 0.01;
    HttpPool *pool = http_pool_open(&options, &first);
    assert_non_null(pool);
    HttpResult r = get(pool, one, "a", &first);
    assert_true(r.unreachable);
    assert_int_equal(r.tries, 2);
    assert_int_equal(listen(fd, 1), 0); /* from now on it would hang, not refuse */
    r = get(pool, one, "b", &again);
    assert_true(r.unreachable);
    assert_int_equal(r.tries, 0);
    assert_string_equal(first.text, again.text);
    r = get(pool, two, "a", &other);
    assert_true(r.unreachable);
    assert_int_equal(r.tries, 2);
    http_pool_close(pool);
    close(fd);
    close(other_fd);
}

/* A URL that is not one has no server to be blamed. */
static void only_servers_are_blamed(void **state)
{
    (void)state;
    Err err;
    HttpOptions options = http_defaults();
    HttpPool *pool = http_pool_open(&options, &err);
    assert_non_null(pool);
    assert_false(get(pool, "ftp://127.0.0.1/", "a", &err).unreachable);
    assert_string_equal(err.text, "not an http or https URL");
    assert_false(get(pool, "ftp://127.0.0.1/", "b", &err).unreachable);
    http_pool_close(pool);
}

/* Hosts that nobody needs are forgotten, those with a verdict are not. */
static void kept_among_many(void **state)
{
    (void)state;
    Err err;
    HttpHosts *hosts = hosts_new();
    HttpHost *dead = hosts_find(hosts, "http://dead/");
    host_set_unreachable(hosts, dead, "gone");
    host_set_unreachable(hosts, dead, "gone again");
    hosts_release(hosts, dead);
    for (int i = 0; i < 1000; i++) {
        char url[URL_LEN];
        snprintf(url, sizeof url, "http://host%d/", i);
        HttpHost *host = hosts_find(hosts, url);
        assert_false(host_is_unreachable(hosts, host, &err));
        hosts_release(hosts, host);
    }
    dead = hosts_find(hosts, "http://dead/other");
    assert_true(host_is_unreachable(hosts, dead, &err));
    assert_string_equal(err.text, "gone");
    hosts_release(hosts, dead);
    hosts_free(hosts);
}

int main(void)
{
    setenv("no_proxy", "*", 1);
    const struct CMUnitTest tests[] = {cmocka_unit_test(asked_once), cmocka_unit_test(only_servers_are_blamed),
                                       cmocka_unit_test(kept_among_many)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
