/* Whether an address of the network is anybody's or only this place's: for those who connect where strangers say. */
#ifndef COCO_IO_NET_ADDRESS_H
#define COCO_IO_NET_ADDRESS_H

#include <sys/socket.h>

/* 1 where the address is global unicast: not loopback, private, link-local, shared, multicast, for documentation or
 * for tests, nor an IPv6 address that stands for such an IPv4 one; 0 otherwise, and for families other than the two.
 * By IANA's special-purpose address registries (RFC 6890 and its updates). Any thread. */
int address_is_public(const struct sockaddr *address);

#endif
