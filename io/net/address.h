/* Public and private network addresses: for programs that follow untrusted URLs. */
#ifndef COCO_IO_NET_ADDRESS_H
#define COCO_IO_NET_ADDRESS_H

#include <sys/socket.h>

/* Whether the address is global unicast: not loopback, private, link-local, shared, multicast, reserved for
 * documentation or tests, nor an IPv6 address that stands for such an IPv4 one. 0 for other families. Follows IANA's
 * special-purpose address registries (RFC 6890 and its updates). Any thread. */
int address_is_public(const struct sockaddr *address);

#endif
