/* Parts of URLs. */
#include "io/net/url.h"
#include "tests/support/test.h"

#include <stdlib.h>
#include <string.h>

static void hosts(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        /* URL, host, server */
        {"http://Farm4.static.example/x/y.jpg", "Farm4.static.example", "http://farm4.static.example"},
        {"https://h:8443?q=a@b", "h", "https://h:8443"},
        {"http://me:secret@h:80/x@y", "h", "http://h:80"},
        {"http://[::1]:80/x", "[::1]", "http://[::1]:80"},
        {"http://h#f", "h", "http://h"},
        {"http://", "", "http://"},
        {"no url", "no url", "no url"},
        {"", "", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t len;
        const char *host = url_host(cases[i][0], &len);
        char *server = url_server(cases[i][0]);
        if (len != strlen(cases[i][1]) || memcmp(host, cases[i][1], len) || strcmp(server, cases[i][2]))
            fail_msg("%s: %.*s, %s", cases[i][0], (int)len, host, server);
        free(server);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(hosts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
