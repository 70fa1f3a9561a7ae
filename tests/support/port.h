/* A port of this machine on which nobody listens. */
#ifndef COCO_TESTS_SUPPORT_PORT_H
#define COCO_TESTS_SUPPORT_PORT_H

#include "tests/support/test.h"

#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>

enum { PORT_URL_LEN = 64 };

/* A socket that holds the port until it is closed, and the URL of its server, which ends in a slash. */
static inline int closed_port(char url[PORT_URL_LEN])
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    snprintf(url, PORT_URL_LEN, "http://127.0.0.1:%d/", ntohs(at.sin_port));
    return fd;
}

#endif
