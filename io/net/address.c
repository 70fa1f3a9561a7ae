#include "io/net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

typedef struct {
    unsigned char prefix[16];
    int bits;
} Block;

/* IPv4 that is not global. */
static const Block special4[] = {
    {{0}, 8},             /* this network */
    {{10}, 8},            /* private, RFC 1918 */
    {{100, 64}, 10},      /* shared address space of carriers, RFC 6598 */
    {{127}, 8},           /* loopback */
    {{169, 254}, 16},     /* link-local; also where clouds have their metadata services */
    {{172, 16}, 12},      /* private */
    {{192, 0, 0}, 24},    /* protocol assignments */
    {{192, 0, 2}, 24},    /* documentation */
    {{192, 88, 99}, 24},  /* 6to4 relays, withdrawn */
    {{192, 168}, 16},     /* private */
    {{198, 18}, 15},      /* benchmarks */
    {{198, 51, 100}, 24}, /* documentation */
    {{203, 0, 113}, 24},  /* documentation */
    {{224}, 4},           /* multicast */
    {{240}, 4},           /* reserved, and broadcast */
};

/* IPv6 that is not global, within 2000::/3, the only block allocated for global addresses. */
static const Block special6[] = {
    {{0x20, 0x01, 0x00}, 23},       /* protocol assignments, Teredo among them */
    {{0x20, 0x01, 0x0d, 0xb8}, 32}, /* documentation */
    {{0x20, 0x02}, 16},             /* 6to4 */
    {{0x3f, 0xff, 0x00}, 20},       /* documentation */
};

static const Block global6 = {{0x20}, 3};
/* IPv6 that stands for the IPv4 address in its last 32 bits: mapped, and translated (NAT64). */
static const Block mapped = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96},
                   translated = {{0x00, 0x64, 0xff, 0x9b}, 96};

static int is_in(const unsigned char *address, const Block *block)
{
    int whole = block->bits / 8, rest = block->bits % 8;
    if (memcmp(address, block->prefix, (size_t)whole))
        return 0;
    return !rest || (address[whole] ^ block->prefix[whole]) >> (8 - rest) == 0;
}

static int is_in_any(const unsigned char *address, const Block *blocks, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (is_in(address, &blocks[i]))
            return 1;
    return 0;
}

static int public4(const unsigned char address[4])
{
    return !is_in_any(address, special4, sizeof special4 / sizeof *special4);
}

static int public6(const unsigned char address[16])
{
    if (is_in(address, &mapped) || is_in(address, &translated))
        return public4(address + 12);
    return is_in(address, &global6) && !is_in_any(address, special6, sizeof special6 / sizeof *special6);
}

int address_is_public(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, address, sizeof in);
        return public4((const unsigned char *)&in.sin_addr);
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 in;
        memcpy(&in, address, sizeof in);
        return public6(in.sin6_addr.s6_addr);
    }
    return 0;
}
