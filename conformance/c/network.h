// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/* A network namespace of the test's own, with its loopback up. */
#ifndef NETWORK_H
#define NETWORK_H
#include "check.h"
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static int own_network(void) {
    if (unshare(CLONE_NEWNET) < 0)
        return 0;
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    struct ifreq r = {.ifr_name = "lo", .ifr_flags = IFF_UP};
    int up = ioctl(s, SIOCSIFFLAGS, &r);
    close(s);
    return up == 0;
}
#endif
