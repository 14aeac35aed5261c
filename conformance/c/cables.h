// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/* Network namespaces of one process, and cables between them. A socket belongs to the one in which it was made. */
#ifndef CABLES_H
#define CABLES_H
#include "network.h"
#include "rtnl.h"
#include <netinet/in.h>

/* Enters a new network: a descriptor of it, or -1. */
CHK_UNUSED static int new_network(void) {
    return own_network() ? open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC) : -1;
}
CHK_UNUSED static void enter(int network) {
    EQ(setns(network, CLONE_NEWNET), 0);
}
CHK_UNUSED static int move_link(int s, const char *name, int network) {
    struct request r;
    struct ifinfomsg *i = begin(&r, RTM_NEWLINK, NLM_F_ACK, sizeof *i);
    i->ifi_index = if_nametoindex(name);
    attr(&r, IFLA_NET_NS_FD, &network, 4);
    return ask(s, &r);
}
CHK_UNUSED static int make_bridge(int s, const char *name) {
    struct request r;
    begin(&r, RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, sizeof(struct ifinfomsg));
    attr(&r, IFLA_IFNAME, name, strlen(name) + 1);
    struct rtattr *info = attr(&r, IFLA_LINKINFO, 0, 0);
    attr(&r, IFLA_INFO_KIND, "bridge", 6);
    nest_end(&r, info);
    return ask(s, &r);
}
CHK_UNUSED static int port_of_bridge(int s, const char *port, const char *bridge) {
    struct request r;
    struct ifinfomsg *i = begin(&r, RTM_NEWLINK, NLM_F_ACK, sizeof *i);
    int master = if_nametoindex(bridge);
    i->ifi_index = if_nametoindex(port);
    attr(&r, IFLA_MASTER, &master, 4);
    return ask(s, &r);
}
/* A cable from the network that one is in (near) to another one (far); addresses of 24 bits, null for none. One stays in the near one. */
CHK_UNUSED static void cable(int near, const char *one, const char *own, int far, const char *two, const char *other) {
    int s = open_route();
    EQ(veth(s, one, two), 0);
    EQ(move_link(s, two, far), 0);
    if (own)
        EQ(address(s, RTM_NEWADDR, NLM_F_CREATE, if_nametoindex(one), own, 24), 0);
    EQ(up(s, if_nametoindex(one), 1), 0);
    close(s);
    enter(far);
    s = open_route();
    if (other)
        EQ(address(s, RTM_NEWADDR, NLM_F_CREATE, if_nametoindex(two), other, 24), 0);
    EQ(up(s, if_nametoindex(two), 1), 0);
    close(s);
    enter(near);
}
CHK_UNUSED static struct sockaddr_in in4(const char *host, int port) {
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = inet_addr(host)};
    return a;
}
CHK_UNUSED static int comes(int s) {
    struct pollfd p = {s, POLLIN, 0};
    return poll(&p, 1, 5000) == 1;
}
CHK_UNUSED static int quiet(int s) { /* nothing comes */
    struct pollfd p = {s, POLLIN, 0};
    return poll(&p, 1, 50) == 0;
}
#endif
