// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// TIMEOUT: 60
// DO: --net-raw
// Multicast: memberships with and without senders, their errors, how they are listed; groups and broadcasts over cables and bridges.
#include "cables.h"
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/udp.h>

#define SA(a) (struct sockaddr *)&(a), sizeof(a)
#define GROUP "239.7.7.7"
#define SET(s, level, name, v) setsockopt(s, level, name, &(v), sizeof(v))

static int receiver(int port) {
    struct sockaddr_in a = in4("0.0.0.0", port);
    int s = OK(socket(AF_INET, SOCK_DGRAM, 0)), one = 1;
    EQ(SET(s, SOL_SOCKET, SO_REUSEADDR, one), 0);
    EQ(bind(s, SA(a)), 0);
    return s;
}
static struct ip_mreqn by_index(const char *link) {
    struct ip_mreqn m = {.imr_multiaddr.s_addr = inet_addr(GROUP), .imr_ifindex = if_nametoindex(link)};
    return m;
}
static struct ip_mreq_source from(const char *sender) {
    struct ip_mreq_source m = {.imr_multiaddr.s_addr = inet_addr(GROUP), .imr_interface.s_addr = inet_addr("127.0.0.1"), .imr_sourceaddr.s_addr = inet_addr(sender)};
    return m;
}
static void say(int s, const char *to, int port, const char *what) {
    struct sockaddr_in a = in4(to, port);
    EQ(sendto(s, what, strlen(what), 0, SA(a)), strlen(what));
}
static int hears(int s, const char *what) {
    char b[64] = "";
    return comes(s) && recv(s, b, sizeof b - 1, 0) >= 0 && !strcmp(b, what);
}
TEST(senders) {
    if (!own_network())
        SKIP("no network namespaces");
    int r = receiver(5001), s[2];
    struct sockaddr_in a = in4("127.0.0.1", 0), b = in4("127.0.0.2", 0);
    for (int i = 0; i < 2; i++)
        s[i] = OK(socket(AF_INET, SOCK_DGRAM, 0));
    EQ(bind(s[0], SA(a)), 0);
    EQ(bind(s[1], SA(b)), 0);
    struct ip_mreq_source one = from("127.0.0.1"), two = from("127.0.0.2"), bad = one, nowhere = one;
    bad.imr_multiaddr.s_addr = inet_addr("10.0.0.1");
    nowhere.imr_interface.s_addr = inet_addr("9.9.9.9");
    ERR(SET(r, 0, IP_ADD_SOURCE_MEMBERSHIP, bad), EINVAL);
    ERR(SET(r, 0, IP_ADD_SOURCE_MEMBERSHIP, nowhere), ENODEV);
    ERR(setsockopt(r, 0, IP_ADD_SOURCE_MEMBERSHIP, &one, 8), EINVAL);
    ERR(SET(r, 0, IP_DROP_SOURCE_MEMBERSHIP, one), EINVAL);
    ERR(SET(r, 0, IP_BLOCK_SOURCE, one), EINVAL);
    EQ(SET(r, 0, IP_ADD_SOURCE_MEMBERSHIP, one), 0);
    ERR(SET(r, 0, IP_ADD_SOURCE_MEMBERSHIP, one), EADDRNOTAVAIL);
    ERR(SET(r, 0, IP_BLOCK_SOURCE, one), EINVAL);
    say(s[1], GROUP, 5001, "unwanted");
    say(s[0], GROUP, 5001, "wanted");
    EQ(hears(r, "wanted"), 1);
    EQ(SET(r, 0, IP_ADD_SOURCE_MEMBERSHIP, two), 0);
    EQ(SET(r, 0, IP_DROP_SOURCE_MEMBERSHIP, one), 0);
    say(s[0], GROUP, 5001, "unwanted");
    say(s[1], GROUP, 5001, "wanted too");
    EQ(hears(r, "wanted too"), 1);
    ERR(SET(r, 0, IP_DROP_SOURCE_MEMBERSHIP, one), EADDRNOTAVAIL);
    EQ(SET(r, 0, IP_DROP_SOURCE_MEMBERSHIP, two), 0); /* the last one: left */
    ERR(SET(r, 0, IP_DROP_SOURCE_MEMBERSHIP, two), EINVAL);
    struct ip_mreqn m = {.imr_multiaddr = one.imr_multiaddr, .imr_address = one.imr_interface};
    EQ(SET(r, 0, IP_ADD_MEMBERSHIP, m), 0);
    EQ(SET(r, 0, IP_BLOCK_SOURCE, one), 0);
    ERR(SET(r, 0, IP_BLOCK_SOURCE, one), EADDRNOTAVAIL);
    ERR(SET(r, 0, IP_ADD_SOURCE_MEMBERSHIP, two), EINVAL);
    say(s[0], GROUP, 5001, "unwanted");
    say(s[1], GROUP, 5001, "other");
    EQ(hears(r, "other"), 1);
    EQ(SET(r, 0, IP_UNBLOCK_SOURCE, one), 0);
    ERR(SET(r, 0, IP_UNBLOCK_SOURCE, one), EADDRNOTAVAIL);
    say(s[0], GROUP, 5001, "again");
    EQ(hears(r, "again"), 1);
    int n = 0;
    for (int e = 0; n < 50 && e == 0; n += e == 0) {
        two.imr_sourceaddr.s_addr = htonl(0x7f000100 + n);
        e = SET(r, 0, IP_BLOCK_SOURCE, two);
    }
    EQ(errno, ENOBUFS);
    EQ(n, 10);
    EQ(quiet(r), 1);
}
TEST(filters) {
    if (!own_network())
        SKIP("no network namespaces");
    int r = receiver(5001), s = OK(socket(AF_INET, SOCK_DGRAM, 0));
    struct sockaddr_in a = in4("127.0.0.1", 0);
    EQ(bind(s, SA(a)), 0);
    struct {
        struct in_addr group, interface;
        unsigned mode, n;
        struct in_addr from[20];
    } f = {.group.s_addr = inet_addr(GROUP), .interface.s_addr = inet_addr("127.0.0.1"), .mode = MCAST_EXCLUDE, .n = 2}, g;
    f.from[0].s_addr = inet_addr("127.0.0.9");
    f.from[1].s_addr = inet_addr("127.0.0.1");
    ERR(setsockopt(r, 0, IP_MSFILTER, &f, 24), EINVAL); /* not joined */
    struct ip_mreqn m = {.imr_multiaddr = f.group, .imr_address = f.interface};
    EQ(SET(r, 0, IP_ADD_MEMBERSHIP, m), 0);
    ERR(setsockopt(r, 0, IP_MSFILTER, &f, 12), EINVAL);
    ERR(setsockopt(r, 0, IP_MSFILTER, &f, 20), EINVAL);
    EQ(setsockopt(r, 0, IP_MSFILTER, &f, 24), 0);
    say(s, GROUP, 5001, "unwanted");
    f.mode = MCAST_INCLUDE;
    EQ(setsockopt(r, 0, IP_MSFILTER, &f, 24), 0);
    say(s, GROUP, 5001, "wanted");
    EQ(hears(r, "wanted"), 1);
    g = f, g.n = 20, g.mode = 7;
    socklen_t len = sizeof g;
    EQ(getsockopt(r, 0, IP_MSFILTER, &g, &len), 0);
    EQ(len, 24);
    EQ(g.mode, MCAST_INCLUDE);
    EQ(g.n, 2);
    g.n = 1, len = 20;
    EQ(getsockopt(r, 0, IP_MSFILTER, &g, &len), 0);
    EQ(len, 20);
    EQ(g.n, 2);
    len = 12;
    ERR(getsockopt(r, 0, IP_MSFILTER, &g, &len), EINVAL);
    f.mode = 2;
    ERR(setsockopt(r, 0, IP_MSFILTER, &f, 24), EINVAL);
    f.n = 11;
    ERR(setsockopt(r, 0, IP_MSFILTER, &f, 60), ENOBUFS);
    f.mode = MCAST_INCLUDE, f.n = 0;
    EQ(setsockopt(r, 0, IP_MSFILTER, &f, 16), 0); /* nobody: left */
    ERR(setsockopt(r, 0, IP_MSFILTER, &f, 16), EADDRNOTAVAIL);
    len = sizeof g;
    ERR(getsockopt(r, 0, IP_MSFILTER, &g, &len), EADDRNOTAVAIL);
}
static void generic(int family, int level, const char *group, const char *sender) {
    int s = OK(socket(family, SOCK_DGRAM, 0)), at = family == AF_INET ? 4 : 8;
    struct group_source_req q = {.gsr_interface = 1};
    struct group_req g = {.gr_interface = 1};
    q.gsr_group.ss_family = q.gsr_source.ss_family = g.gr_group.ss_family = family;
    EQ(inet_pton(family, group, (char *)&q.gsr_group + at), 1);
    EQ(inet_pton(family, group, (char *)&g.gr_group + at), 1);
    EQ(inet_pton(family, sender, (char *)&q.gsr_source + at), 1);
    ERR(SET(s, level, MCAST_LEAVE_SOURCE_GROUP, q), EINVAL);
    EQ(SET(s, level, MCAST_JOIN_SOURCE_GROUP, q), 0);
    ERR(SET(s, level, MCAST_JOIN_SOURCE_GROUP, q), EADDRNOTAVAIL);
    ERR(SET(s, level, MCAST_JOIN_GROUP, g), EADDRINUSE);
    ERR(SET(s, level, MCAST_BLOCK_SOURCE, q), EINVAL);
    ERR(setsockopt(s, level, MCAST_JOIN_SOURCE_GROUP, &q, 100), EINVAL);
    EQ(SET(s, level, MCAST_LEAVE_SOURCE_GROUP, q), 0);
    ERR(SET(s, level, MCAST_LEAVE_GROUP, g), EADDRNOTAVAIL);
    EQ(SET(s, level, MCAST_JOIN_GROUP, g), 0);
    ERR(SET(s, level, MCAST_JOIN_GROUP, g), EADDRINUSE);
    EQ(SET(s, level, MCAST_BLOCK_SOURCE, q), 0);
    EQ(SET(s, level, MCAST_UNBLOCK_SOURCE, q), 0);
    char buf[GROUP_FILTER_SIZE(2)] = {0}, back[GROUP_FILTER_SIZE(2)];
    struct group_filter *f = (void *)buf, *b = (void *)back;
    f->gf_interface = 1, f->gf_group = q.gsr_group, f->gf_fmode = MCAST_INCLUDE, f->gf_numsrc = 2;
    f->gf_slist[0] = f->gf_slist[1] = q.gsr_source;
    ((char *)&f->gf_slist[1])[at] ^= 1;
    ERR(setsockopt(s, level, MCAST_MSFILTER, f, GROUP_FILTER_SIZE(1)), EINVAL);
    EQ(setsockopt(s, level, MCAST_MSFILTER, f, GROUP_FILTER_SIZE(2)), 0);
    memcpy(back, buf, sizeof back);
    memset(b->gf_slist, 0, 2 * sizeof *b->gf_slist);
    socklen_t len = sizeof back;
    b->gf_fmode = 9;
    EQ(getsockopt(s, level, MCAST_MSFILTER, b, &len), 0);
    EQ(b->gf_fmode, MCAST_INCLUDE);
    EQ(b->gf_numsrc, 2);
    EQ(len, GROUP_FILTER_SIZE(2));
    EQ(b->gf_slist[0].ss_family, family);
    q.gsr_source.ss_family = AF_UNIX;
    ERR(SET(s, level, MCAST_JOIN_SOURCE_GROUP, q), EADDRNOTAVAIL);
    q.gsr_source.ss_family = family, q.gsr_interface = 99;
    ERR(SET(s, level, MCAST_JOIN_SOURCE_GROUP, q), ENODEV);
    EQ(SET(s, level, MCAST_LEAVE_GROUP, g), 0);
    ERR(SET(s, level, MCAST_LEAVE_GROUP, g), EADDRNOTAVAIL);
    close(s);
}
TEST(generic_ones) {
    if (!own_network())
        SKIP("no network namespaces");
    generic(AF_INET, IPPROTO_IP, GROUP, "127.0.0.1");
    generic(AF_INET6, IPPROTO_IPV6, "ff02::77", "::1");
}
TEST(interface_is_needed) {
    if (!own_network())
        SKIP("no network namespaces");
    int s = OK(socket(AF_INET, SOCK_DGRAM, 0)), t = OK(socket(AF_INET, SOCK_STREAM, 0)), n = 0;
    struct ip_mreqn m = {.imr_multiaddr.s_addr = inet_addr(GROUP)};
    ERR(SET(s, 0, IP_ADD_MEMBERSHIP, m), ENODEV); /* no way leads there */
    ERR(SET(s, 0, IP_DROP_MEMBERSHIP, m), ENODEV);
    struct sockaddr_in to = in4(GROUP, 5001);
    ERR(sendto(s, "x", 1, 0, SA(to)), ENETUNREACH);
    m.imr_address.s_addr = inet_addr("9.9.9.9");
    ERR(SET(s, 0, IP_ADD_MEMBERSHIP, m), ENODEV);
    ERR(SET(s, 0, IP_DROP_MEMBERSHIP, m), EADDRNOTAVAIL);
    ERR(SET(s, 0, IP_MULTICAST_IF, m.imr_address), EADDRNOTAVAIL);
    m.imr_address.s_addr = inet_addr("127.0.0.1");
    EQ(SET(s, 0, IP_MULTICAST_IF, m.imr_address), 0);
    EQ(sendto(s, "x", 1, 0, SA(to)), 1);
    for (int e = 0; n < 50 && e == 0; n += e == 0) {
        m.imr_multiaddr.s_addr = htonl(0xef080000 + n);
        e = SET(s, 0, IP_ADD_MEMBERSHIP, m);
    }
    EQ(errno, ENOBUFS);
    EQ(n, 20);
    ERR(SET(t, 0, IP_ADD_MEMBERSHIP, m), EPROTO);
}
/* The number of users of a group in /proc/net/igmp (memory as a number), on an interface. */
static int users(const char *link, const char *group) {
    FILE *f = fopen("/proc/thread-self/net/igmp", "r");
    char line[256], on[32] = "", g[32];
    int n, found = 0;
    while (f && fgets(line, sizeof line, f))
        if (line[0] != '\t')
            sscanf(line, "%*d %31s", on);
        else if (!strcmp(on, link) && sscanf(line, " %31s %d", g, &n) == 2 && !strcmp(g, group))
            found = n;
    if (f)
        fclose(f);
    return found;
}
static int listed(const char *file, const char *a, const char *b) {
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/thread-self/net/%s", file);
    FILE *f = fopen(path, "r");
    int n = 0;
    while (f && fgets(line, sizeof line, f))
        n += strstr(line, a) && strstr(line, b);
    if (f)
        fclose(f);
    return n;
}
TEST(lists) {
    int a = new_network(), b = a < 0 ? -1 : new_network();
    if (b < 0)
        SKIP("no network namespaces");
    enter(a);
    cable(a, "v0", "10.7.1.1", b, "v1", "10.7.1.2");
    EQ(users("lo", "010000E0"), 1);
    EQ(users("v0", "010000E0"), 1);
    int s = OK(socket(AF_INET, SOCK_DGRAM, 0)), t = OK(socket(AF_INET, SOCK_DGRAM, 0)), u = OK(socket(AF_INET6, SOCK_DGRAM, 0));
    struct ip_mreqn m = by_index("v0"), l = by_index("lo");
    EQ(SET(s, 0, IP_ADD_MEMBERSHIP, m), 0);
    EQ(SET(s, 0, IP_ADD_MEMBERSHIP, l), 0);
    EQ(SET(t, 0, IP_ADD_MEMBERSHIP, m), 0);
    struct ipv6_mreq six = {.ipv6mr_interface = if_nametoindex("v0")};
    inet_pton(AF_INET6, "ff02::1:99", &six.ipv6mr_multiaddr);
    EQ(SET(u, IPPROTO_IPV6, IPV6_JOIN_GROUP, six), 0);
    EQ(users("v0", "070707EF"), 2);
    EQ(users("lo", "070707EF"), 1);
    EQ(listed("igmp6", "v0", "ff020000000000000000000000010099"), 1);
    EQ(listed("dev_mcast", "v0", "01005e070707"), 1);
    EQ(listed("dev_mcast", "v0", "333300010099"), 1);
    EQ(listed("dev_mcast", "lo", ""), 0);
    close(t);
    EQ(users("v0", "070707EF"), 1);
    struct ip_mreq_source q = {.imr_multiaddr = m.imr_multiaddr, .imr_interface.s_addr = inet_addr("10.7.1.1"), .imr_sourceaddr.s_addr = inet_addr("10.7.1.2")};
    EQ(SET(s, 0, IP_BLOCK_SOURCE, q), 0);
    EQ(listed("mcfilter", "v0 0xef070707 0x0a070102", "      0      1"), 1);
    EQ(SET(s, 0, IP_DROP_MEMBERSHIP, m), 0);
    EQ(users("v0", "070707EF"), 0);
    EQ(listed("dev_mcast", "v0", "01005e070707"), 0);
    EQ(users("lo", "070707EF"), 1);
}
static void drain(int s) {
    char b[64];
    while (recv(s, b, sizeof b, MSG_DONTWAIT) >= 0)
        ;
}
/* A cable and the port of a bridge need a moment until anything passes: sends until `s` hears it. */
static void until_it_passes(int from, const void *to, socklen_t len, int s) {
    int heard = 0;
    for (int i = 0; i < 100 && !heard; i++) {
        EQ(sendto(from, "?", 1, 0, to, len), 1);
        struct pollfd p = {s, POLLIN, 0};
        heard = poll(&p, 1, 100) == 1;
    }
    EQ(heard, 1);
    struct pollfd p = {s, POLLIN, 0};
    while (poll(&p, 1, 50) == 1)
        drain(s);
}
TEST(over_a_cable) {
    int a = new_network(), b = a < 0 ? -1 : new_network();
    if (b < 0)
        SKIP("no network namespaces");
    int there = receiver(5001), all = 0, zero = 0, one = 1;
    enter(a);
    cable(a, "v0", "10.7.1.1", b, "v1", "10.7.1.2");
    int here = receiver(5001), s = OK(socket(AF_INET, SOCK_DGRAM, 0));
    struct ip_mreqn m = by_index("v0"), off = {.imr_address.s_addr = 0};
    EQ(SET(here, 0, IP_ADD_MEMBERSHIP, m), 0);
    enter(b);
    struct ip_mreqn n = by_index("v1");
    int deaf = receiver(5001); /* has joined nothing and wants nothing else */
    EQ(SET(deaf, 0, IP_MULTICAST_ALL, all), 0);
    EQ(SET(there, 0, IP_ADD_MEMBERSHIP, n), 0);
    EQ(SET(there, 0, IP_PKTINFO, one), 0);
    enter(a);
    struct sockaddr_in to = in4(GROUP, 5001);
    ERR(sendto(s, "x", 1, 0, SA(to)), ENETUNREACH); /* no route, no interface */
    EQ(SET(s, 0, IP_MULTICAST_IF, m), 0);
    until_it_passes(s, &to, sizeof to, there);
    drain(here);
    say(s, GROUP, 5001, "both");
    EQ(hears(here, "both"), 1);
    char data[16], control[128];
    struct iovec v = {data, sizeof data};
    struct sockaddr_in who;
    struct msghdr h = {&who, sizeof who, &v, 1, control, sizeof control, 0};
    EQ(comes(there), 1);
    EQ(recvmsg(there, &h, 0), 4);
    EQ(who.sin_addr.s_addr, inet_addr("10.7.1.1"));
    struct cmsghdr *c = CMSG_FIRSTHDR(&h);
    NEED(c && c->cmsg_type == IP_PKTINFO);
    struct in_pktinfo *i = (void *)CMSG_DATA(c);
    EQ(i->ipi_ifindex, n.imr_ifindex);
    EQ(i->ipi_spec_dst.s_addr, inet_addr("10.7.1.2"));
    EQ(i->ipi_addr.s_addr, inet_addr(GROUP));
    EQ(SET(s, 0, IP_MULTICAST_LOOP, zero), 0);
    say(s, GROUP, 5001, "there");
    EQ(hears(there, "there"), 1);
    EQ(quiet(here), 1);
    EQ(SET(s, 0, IP_MULTICAST_LOOP, one), 0);
    EQ(SET(s, 0, IP_MULTICAST_TTL, zero), 0);
    say(s, GROUP, 5001, "here");
    EQ(hears(here, "here"), 1);
    EQ(quiet(there), 1);
    EQ(quiet(deaf), 1);
    EQ(SET(s, 0, IP_MULTICAST_TTL, one), 0);
    EQ(SET(s, 0, IP_MULTICAST_IF, off), 0);
    int r = open_route();
    EQ(route(r, RTM_NEWROUTE, NLM_F_CREATE, "224.0.0.0", 4, 0, if_nametoindex("v0")), 0);
    say(s, GROUP, 5001, "by route");
    EQ(hears(here, "by route"), 1);
    EQ(hears(there, "by route"), 1);
    EQ(SET(there, 0, IP_DROP_MEMBERSHIP, n), 0);
    say(s, GROUP, 5001, "lost");
    EQ(quiet(there), 1);
    EQ(up(r, if_nametoindex("v0"), 0), 0);
    EQ(SET(s, 0, IP_MULTICAST_IF, m), 0);
    ERR(sendto(s, "x", 1, 0, SA(to)), ENETUNREACH);
}
TEST(broadcasts) {
    int a = new_network(), b = a < 0 ? -1 : new_network();
    if (b < 0)
        SKIP("no network namespaces");
    int there = receiver(5001), one = 1;
    enter(a);
    cable(a, "v0", 0, b, "v1", "10.7.1.2");
    int s = OK(socket(AF_INET, SOCK_DGRAM, 0)), r = open_route();
    struct sockaddr_in to = in4("10.7.1.255", 5001), every = in4("255.255.255.255", 5001);
    struct request q;
    struct ifaddrmsg *i = begin(&q, RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE, sizeof *i);
    struct in_addr own = {inet_addr("10.7.1.1")};
    i->ifa_family = AF_INET, i->ifa_prefixlen = 24, i->ifa_index = if_nametoindex("v0");
    attr(&q, IFA_LOCAL, &own, 4);
    attr(&q, IFA_BROADCAST, &to.sin_addr, 4);
    EQ(ask(r, &q), 0);
    int here = receiver(5001);
    ERR(sendto(s, "x", 1, 0, SA(to)), EACCES);
    EQ(SET(s, SOL_SOCKET, SO_BROADCAST, one), 0);
    until_it_passes(s, &to, sizeof to, there);
    drain(here);
    say(s, "10.7.1.255", 5001, "to all of the net");
    EQ(hears(here, "to all of the net"), 1);
    enter(b);
    EQ(hears(there, "to all of the net"), 1);
    enter(a);
    EQ(setsockopt(s, SOL_SOCKET, SO_BINDTODEVICE, "v0", 3), 0);
    EQ(sendto(s, "to all", 6, 0, SA(every)), 6);
    EQ(hears(here, "to all"), 1);
    EQ(hears(there, "to all"), 1);
}
TEST(over_a_bridge) {
    int a = new_network(), b = a < 0 ? -1 : new_network(), c = b < 0 ? -1 : new_network();
    if (c < 0)
        SKIP("no network namespaces");
    enter(a);
    int s = open_route(), e = make_bridge(s, "br0");
    if (e == -EOPNOTSUPP)
        SKIP("no bridges");
    EQ(e, 0);
    EQ(up(s, if_nametoindex("br0"), 1), 0);
    EQ(address(s, RTM_NEWADDR, NLM_F_CREATE, if_nametoindex("br0"), "10.7.1.1", 24), 0);
    cable(a, "p1", 0, b, "e0", "10.7.1.2");
    cable(a, "p2", 0, c, "e0", "10.7.1.3");
    EQ(port_of_bridge(s, "p1", "br0"), 0);
    EQ(port_of_bridge(s, "p2", "br0"), 0);
    struct ip_mreqn m = by_index("br0");
    int host = receiver(5001), from_host = OK(socket(AF_INET, SOCK_DGRAM, 0));
    EQ(SET(host, 0, IP_ADD_MEMBERSHIP, m), 0);
    EQ(SET(from_host, 0, IP_MULTICAST_IF, m), 0);
    enter(c);
    struct ip_mreqn k = by_index("e0");
    int third = receiver(5001);
    EQ(SET(third, 0, IP_ADD_MEMBERSHIP, k), 0);
    enter(b);
    struct ip_mreqn n = by_index("e0");
    int two = OK(socket(AF_INET, SOCK_DGRAM, 0));
    EQ(SET(two, 0, IP_MULTICAST_IF, n), 0);
    struct sockaddr_in to = in4(GROUP, 5001);
    until_it_passes(two, &to, sizeof to, third);
    until_it_passes(two, &to, sizeof to, host);
    drain(third);
    say(two, GROUP, 5001, "from two");
    EQ(hears(third, "from two"), 1);
    EQ(hears(host, "from two"), 1);
    say(from_host, GROUP, 5001, "from the bridge");
    EQ(hears(third, "from the bridge"), 1);
    EQ(hears(host, "from the bridge"), 1);
}
static void six(const char *link, const char *own) { /* an address without duplicate address detection */
    struct request q;
    struct in6_addr a;
    int r = open_route();
    inet_pton(AF_INET6, own, &a);
    struct ifaddrmsg *m = begin(&q, RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE, sizeof *m);
    m->ifa_family = AF_INET6, m->ifa_prefixlen = 64, m->ifa_index = if_nametoindex(link), m->ifa_flags = IFA_F_NODAD;
    attr(&q, IFA_LOCAL, &a, 16);
    EQ(ask(r, &q), 0);
    close(r);
}
TEST(six_over_a_cable) {
    int a = new_network(), b = a < 0 ? -1 : new_network();
    if (b < 0)
        SKIP("no network namespaces");
    enter(a);
    cable(a, "v0", 0, b, "v1", 0);
    struct in6_addr one;
    inet_pton(AF_INET6, "fd00::1", &one);
    six("v0", "fd00::1");
    enter(b);
    six("v1", "fd00::2");
    int s = OK(socket(AF_INET6, SOCK_DGRAM, 0)), on = 1;
    struct sockaddr_in6 at = {.sin6_family = AF_INET6, .sin6_port = htons(5001)};
    EQ(bind(s, SA(at)), 0);
    struct ipv6_mreq m = {.ipv6mr_interface = if_nametoindex("v1")};
    inet_pton(AF_INET6, "ff05::77", &m.ipv6mr_multiaddr);
    EQ(SET(s, IPPROTO_IPV6, IPV6_JOIN_GROUP, m), 0);
    EQ(SET(s, IPPROTO_IPV6, IPV6_RECVPKTINFO, on), 0);
    enter(a);
    int from = OK(socket(AF_INET6, SOCK_DGRAM, 0));
    int index = if_nametoindex("v0");
    struct sockaddr_in6 own = {.sin6_family = AF_INET6, .sin6_addr = one};
    EQ(bind(from, SA(own)), 0);
    EQ(SET(from, IPPROTO_IPV6, IPV6_MULTICAST_IF, index), 0);
    at.sin6_addr = m.ipv6mr_multiaddr;
    until_it_passes(from, &at, sizeof at, s);
    EQ(sendto(from, "hello", 5, 0, SA(at)), 5);
    EQ(comes(s), 1);
    char data[16], control[128];
    struct iovec v = {data, sizeof data};
    struct sockaddr_in6 who;
    struct msghdr h = {&who, sizeof who, &v, 1, control, sizeof control, 0};
    EQ(recvmsg(s, &h, 0), 5);
    CHECK(!memcmp(&who.sin6_addr, &one, 16));
    struct cmsghdr *c = CMSG_FIRSTHDR(&h);
    NEED(c && c->cmsg_type == IPV6_PKTINFO);
    struct in6_pktinfo *i = (void *)CMSG_DATA(c);
    EQ(i->ipi6_ifindex, m.ipv6mr_interface);
    index = 99;
    ERR(SET(from, IPPROTO_IPV6, IPV6_MULTICAST_IF, index), ENODEV);
}
/* The interface that an address names counts for what a connected socket sends, and for what is held back. */
TEST(six_by_a_named_cable) {
    int a = new_network(), b = a < 0 ? -1 : new_network(), on = 1, off = 0;
    if (b < 0)
        SKIP("no network namespaces");
    enter(a);
    cable(a, "v0", 0, b, "w0", 0);
    cable(a, "v1", 0, b, "w1", 0);
    six("v0", "fd00::1");
    six("v1", "fd01::1");
    enter(b);
    six("w0", "fd00::2");
    six("w1", "fd01::2");
    int s = OK(socket(AF_INET6, SOCK_DGRAM, 0));
    struct sockaddr_in6 at = {.sin6_family = AF_INET6, .sin6_port = htons(5001)};
    EQ(bind(s, SA(at)), 0);
    struct ipv6_mreq m = {.ipv6mr_interface = if_nametoindex("w1")};
    inet_pton(AF_INET6, "ff02::77", &m.ipv6mr_multiaddr);
    EQ(SET(s, IPPROTO_IPV6, IPV6_JOIN_GROUP, m), 0);
    enter(a);
    int from = OK(socket(AF_INET6, SOCK_DGRAM, 0));
    at.sin6_addr = m.ipv6mr_multiaddr, at.sin6_scope_id = if_nametoindex("v1");
    until_it_passes(from, &at, sizeof at, s);
    EQ(SET(from, IPPROTO_UDP, UDP_CORK, on), 0);
    EQ(sendto(from, "held ", 5, 0, SA(at)), 5);
    EQ(sendto(from, "back", 4, 0, SA(at)), 4);
    EQ(SET(from, IPPROTO_UDP, UDP_CORK, off), 0);
    EQ(hears(s, "held back"), 1);
    EQ(connect(from, SA(at)), 0);
    EQ(send(from, "connected", 9, 0), 9);
    EQ(hears(s, "connected"), 1);
}
static int with_text(int s, const char *what, int type) { /* packets of this type and with this end that have come */
    char b[256];
    struct sockaddr_ll l;
    socklen_t len = sizeof l;
    int found = 0, n, size = strlen(what);
    for (; (n = recvfrom(s, b, sizeof b, MSG_DONTWAIT, (void *)&l, &len)) >= 0; len = sizeof l)
        found += n >= size && !memcmp(b + n - size, what, size) && l.sll_pkttype == type;
    return found;
}
static int looking_on(const char *link) {
    int s = OK(socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_ALL)));
    struct sockaddr_ll l = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = if_nametoindex(link)};
    EQ(bind(s, SA(l)), 0);
    return s;
}
TEST(who_looks_on) {
    int a = new_network(), b = a < 0 ? -1 : new_network();
    if (b < 0)
        SKIP("no network namespaces");
    int there = receiver(5001), raw = OK(socket(AF_INET, SOCK_RAW, IPPROTO_UDP));
    enter(a);
    cable(a, "v0", "10.7.1.1", b, "v1", "10.7.1.2");
    struct ip_mreqn m = by_index("v0");
    int here = receiver(5001), s = OK(socket(AF_INET, SOCK_DGRAM, 0)), near = looking_on("v0");
    EQ(SET(here, 0, IP_ADD_MEMBERSHIP, m), 0);
    EQ(SET(s, 0, IP_MULTICAST_IF, m), 0);
    enter(b);
    struct ip_mreqn n = by_index("v1");
    EQ(SET(there, 0, IP_ADD_MEMBERSHIP, n), 0);
    int far = looking_on("v1");
    struct sockaddr_in to = in4(GROUP, 5001);
    until_it_passes(s, &to, sizeof to, there);
    drain(here);
    drain(raw);
    say(s, "239.8.8.8", 5001, "nobody's group");
    say(s, GROUP, 5001, "the group");
    EQ(hears(here, "the group"), 1);
    EQ(hears(there, "the group"), 1);
    char c[64];
    EQ(comes(raw), 1);
    EQ(recv(raw, c, sizeof c, 0), 28 + 9); /* and not what nobody has joined */
    EQ(with_text(far, "the group", PACKET_MULTICAST), 1);
    say(s, GROUP, 5001, "again");
    EQ(hears(here, "again"), 1);
    char all[256];
    struct sockaddr_ll l;
    socklen_t len = sizeof l;
    int seen = 0, size;
    for (; (size = recvfrom(near, all, sizeof all, MSG_DONTWAIT, (void *)&l, &len)) >= 0; len = sizeof l)
        if (size == 28 + 5 && !memcmp(all + 28, "again", 5)) {
            EQ(l.sll_pkttype, PACKET_OUTGOING); /* the copy that comes back is not shown */
            seen++;
        }
    EQ(seen, 1);
}
TEST(six_bounds) {
    if (!own_network())
        SKIP("no network namespaces");
    struct ipv6_mreq m = {.ipv6mr_interface = 1};
    struct group_req g = {.gr_interface = 1};
    struct sockaddr_in6 a = {.sin6_family = AF_INET6};
    inet_pton(AF_INET6, "::ffff:224.1.2.3", &m.ipv6mr_multiaddr);
    a.sin6_addr = m.ipv6mr_multiaddr;
    memcpy(&g.gr_group, &a, sizeof a);
    int s = OK(socket(AF_INET6, SOCK_DGRAM, 0)), n = 0;
    ERR(SET(s, IPPROTO_IPV6, IPV6_JOIN_GROUP, m), EINVAL);
    ERR(SET(s, IPPROTO_IPV6, IPV6_LEAVE_GROUP, m), EINVAL);
    ERR(SET(s, IPPROTO_IPV6, MCAST_JOIN_GROUP, g), EINVAL);
    inet_pton(AF_INET6, "ff02::77:0", &m.ipv6mr_multiaddr);
    for (int e = 0; n < 10000 && e == 0; n += e == 0) {
        m.ipv6mr_multiaddr.s6_addr[14] = n >> 8, m.ipv6mr_multiaddr.s6_addr[15] = n;
        e = SET(s, IPPROTO_IPV6, IPV6_JOIN_GROUP, m);
    }
    EQ(errno, ENOMEM);
    CHECK(n >= 100 && n < 10000);
    m.ipv6mr_multiaddr.s6_addr[14] = m.ipv6mr_multiaddr.s6_addr[15] = 0;
    EQ(SET(s, IPPROTO_IPV6, IPV6_LEAVE_GROUP, m), 0);
    EQ(SET(s, IPPROTO_IPV6, IPV6_JOIN_GROUP, m), 0); /* there is room again */
}
MAIN()
