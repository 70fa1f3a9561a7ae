/* Which addresses are public. */
#include "io/net/address.h"
#include "tests/support/test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static int is_public(const char *text)
{
    struct sockaddr_storage storage;
    struct sockaddr_in *in = (struct sockaddr_in *)&storage;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&storage;
    memset(&storage, 0, sizeof storage);
    if (inet_pton(AF_INET, text, &in->sin_addr) == 1)
        storage.ss_family = AF_INET;
    else if (inet_pton(AF_INET6, text, &in6->sin6_addr) == 1)
        storage.ss_family = AF_INET6;
    else
        fail_msg("%s is not an address", text);
    return address_is_public((const struct sockaddr *)&storage);
}

static void table(const char *const *list, int expected)
{
    for (; *list; list++)
        if (is_public(*list) != expected)
            fail_msg("%s: %d", *list, !expected);
}

static void not_public(void **state)
{
    (void)state;
    static const char *const list[] = {
        "0.0.0.0",      "0.1.2.3",     "10.0.0.1",         "10.255.255.255",   "100.64.0.1",     "100.127.255.255",
        "127.0.0.1",    "127.255.0.1", "169.254.169.254",  "172.16.0.1",       "172.31.255.255", "192.0.0.8",
        "192.0.2.1",    "192.88.99.1", "192.168.0.1",      "192.168.255.255",  "198.18.0.1",     "198.19.255.255",
        "198.51.100.7", "203.0.113.9", "224.0.0.1",        "239.255.255.255",  "240.0.0.1",      "255.255.255.255",
        "::",           "::1",         "::ffff:127.0.0.1", "::ffff:10.1.2.3",  "::127.0.0.1",    "64:ff9b::a00:1",
        "64:ff9b:1::1", "100::1",      "2001::1",          "2001:1ff:ffff::1", "2001:db8::1",    "2002:7f00:1::1",
        "3fff:fff::1",  "4000::1",     "fc00::1",          "fd12:3456::1",     "fe80::1",        "febf::1",
        "ff02::1",      NULL,
    };
    table(list, 0);
}

static void public(void **state)
{
    (void)state;
    static const char *const list[] = {
        "1.1.1.1",
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.1",
        "169.253.255.255",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.1",
        "192.167.1.1",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2001:200::1",
        "2001:4860:4860::8888",
        "2606:4700::1111",
        "2a00:1450::1",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
        "3ffe::1",
        NULL,
    };
    table(list, 1);
}

static void other_families(void **state)
{
    (void)state;
    struct sockaddr unix_socket = {.sa_family = AF_UNIX};
    assert_int_equal(address_is_public(&unix_socket), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(not_public),
        cmocka_unit_test(public),
        cmocka_unit_test(other_families),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
