// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// TIMEOUT: 60
// AF_NETLINK: rtnetlink's dumps, single questions, changes and notices; acknowledgements; sock_diag; the ioctls of interfaces.
#include "check.h"
#include "rtnl.h"
#include <linux/if_link.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <sched.h>
#include <sys/ioctl.h>

static int own_network(void) {
    return geteuid() == 0 && unshare(CLONE_NEWNET) == 0;
}
static int flags_of(const char *name) {
    struct ifreq r = {0};
    int s = OK(socket(AF_INET, SOCK_DGRAM, 0));
    strcpy(r.ifr_name, name);
    int e = ioctl(s, SIOCGIFFLAGS, &r);
    close(s);
    return e < 0 ? -errno : (unsigned short)r.ifr_flags;
}
TEST(links) {
    struct request r;
    int s = open_route();
    begin(&r, RTM_GETLINK, NLM_F_DUMP, sizeof(struct ifinfomsg));
    EQ(ask(s, &r), 0);
    struct nlmsghdr *h = next(0, RTM_NEWLINK);
    NEED(h);
    EQ(h->nlmsg_seq, 77);
    CHECK(h->nlmsg_flags & NLM_F_MULTI);
    EQ(((struct ifinfomsg *)NLMSG_DATA(h))->ifi_index, 1);
    EQ(((struct ifinfomsg *)NLMSG_DATA(h))->ifi_type, 772);
    EQ(strcmp(find(h, sizeof(struct ifinfomsg), IFLA_IFNAME), "lo"), 0);
    CHECK(find(h, sizeof(struct ifinfomsg), IFLA_STATS64));
    struct ifinfomsg *i = begin(&r, RTM_GETLINK, 0, sizeof *i);
    i->ifi_index = 1;
    EQ(ask(s, &r), 0);
    CHECK(next(0, RTM_NEWLINK));
    begin(&r, RTM_GETLINK, 0, sizeof *i);
    attr(&r, IFLA_IFNAME, "lo", 3);
    EQ(ask(s, &r), 0);
    CHECK(next(0, RTM_NEWLINK));
    begin(&r, RTM_GETLINK, 0, sizeof *i);
    attr(&r, IFLA_IFNAME, "none0", 6);
    EQ(ask(s, &r), -ENODEV);
    begin(&r, RTM_GETLINK, 0, sizeof *i);
    EQ(ask(s, &r), -EINVAL);
    struct sockaddr_nl a;
    socklen_t len = sizeof a;
    EQ(getsockname(s, (void *)&a, &len), 0);
    EQ(len, (long)sizeof a);
    CHECK(a.nl_pid != 0);
}
TEST(addresses_and_strictness) {
    struct request r;
    int s = open_route(), one = 1, seen = 0;
    struct ifaddrmsg *i = begin(&r, RTM_GETADDR, NLM_F_DUMP, sizeof *i);
    i->ifa_family = AF_INET;
    EQ(ask(s, &r), 0);
    for (struct nlmsghdr *h = next(0, RTM_NEWADDR); h; h = next(h, RTM_NEWADDR)) {
        struct in_addr *a = find(h, sizeof *i, IFA_LOCAL);
        EQ(((struct ifaddrmsg *)NLMSG_DATA(h))->ifa_family, AF_INET);
        seen |= a && a->s_addr == htonl(INADDR_LOOPBACK);
    }
    EQ(seen, 1);
    i->ifa_index = 4711;
    EQ(ask(s, &r), 0); /* not asked to be strict: all come */
    EQ(setsockopt(s, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &one, sizeof one), 0);
    EQ(ask(s, &r), -ENODEV);
    i->ifa_index = 1;
    EQ(ask(s, &r), 0);
    struct nlmsghdr *h = next(0, RTM_NEWADDR);
    NEED(h);
    CHECK(h->nlmsg_flags & NLM_F_DUMP_FILTERED);
    i->ifa_prefixlen = 3;
    EQ(ask(s, &r), -EINVAL);
    h = next(0, NLMSG_DONE); /* the error of a dump comes at its end */
    NEED(h);
    CHECK(h->nlmsg_flags & NLM_F_ACK_TLVS);
}
TEST(routes_and_rules) {
    struct request r;
    int s = open_route(), local = 0;
    struct rtmsg *m = begin(&r, RTM_GETROUTE, NLM_F_DUMP, sizeof *m);
    m->rtm_family = AF_INET;
    EQ(ask(s, &r), 0);
    for (struct nlmsghdr *h = next(0, RTM_NEWROUTE); h; h = next(h, RTM_NEWROUTE)) {
        struct rtmsg *x = NLMSG_DATA(h);
        unsigned *dst = find(h, sizeof *m, RTA_DST);
        local |= x->rtm_type == RTN_LOCAL && dst && *dst == htonl(INADDR_LOOPBACK) && x->rtm_dst_len == 32;
    }
    EQ(local, 1);
    m = begin(&r, RTM_GETROUTE, 0, sizeof *m);
    m->rtm_family = AF_INET;
    m->rtm_dst_len = 32;
    unsigned lo = htonl(0x7f000005);
    attr(&r, RTA_DST, &lo, 4);
    EQ(ask(s, &r), 0);
    struct nlmsghdr *h = next(0, RTM_NEWROUTE);
    NEED(h);
    EQ(((struct rtmsg *)NLMSG_DATA(h))->rtm_type, RTN_LOCAL);
    EQ(*(int *)find(h, sizeof *m, RTA_OIF), 1);
    m = begin(&r, RTM_GETRULE, NLM_F_DUMP, sizeof *m);
    m->rtm_family = AF_INET;
    EQ(ask(s, &r), 0);
    int rules = 0;
    for (h = next(0, RTM_NEWRULE); h; h = next(h, RTM_NEWRULE))
        rules++;
    CHECK(rules >= 3);
    m = begin(&r, RTM_GETNEIGH, NLM_F_DUMP, sizeof *m);
    EQ(ask(s, &r), 0);
}
TEST(acknowledgements) {
    struct request r;
    int s = open_route(), one = 1;
    begin(&r, 900, 0, 16); /* no such message */
    EQ(ask(s, &r), -EOPNOTSUPP);
    struct nlmsghdr *h = next(0, NLMSG_ERROR);
    NEED(h);
    EQ(((struct nlmsgerr *)NLMSG_DATA(h))->msg.nlmsg_type, 900);
    EQ(h->nlmsg_len, NLMSG_LENGTH(4 + r.h.nlmsg_len));
    EQ(setsockopt(s, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof one), 0);
    EQ(ask(s, &r), -EOPNOTSUPP);
    h = next(0, NLMSG_ERROR);
    EQ(h->nlmsg_len, NLMSG_LENGTH(sizeof(struct nlmsgerr)));
    CHECK(h->nlmsg_flags & NLM_F_CAPPED);
    struct ifinfomsg *i = begin(&r, RTM_GETLINK, NLM_F_ACK, sizeof *i);
    i->ifi_index = 1;
    EQ(ask(s, &r), 0);
    begin(&r, NLMSG_NOOP, NLM_F_ACK, 0);
    EQ(ask(s, &r), 0);
    if (geteuid() == 0) {
        pid_t pid;
        CHILD(pid) {
            EQ(setresuid(1000, 1000, 1000), 0);
            int u = open_route();
            EQ(up(u, 1, 1), -EPERM);
            EQ(address(u, RTM_NEWADDR, NLM_F_CREATE, 1, "10.9.9.9", 32), -EPERM);
        }
        WAIT_EXIT(pid, 0);
    }
}
TEST(sockets) {
    ERR(socket(AF_NETLINK, SOCK_STREAM, NETLINK_ROUTE), ESOCKTNOSUPPORT);
    ERR(socket(AF_NETLINK, SOCK_RAW, 33), EPROTONOSUPPORT);
    int u = OK(socket(AF_NETLINK, SOCK_DGRAM, NETLINK_KOBJECT_UEVENT));
    struct sockaddr_nl a = {.nl_family = AF_NETLINK, .nl_groups = 1};
    EQ(bind(u, (void *)&a, sizeof a), 0);
    int s = open_route(), group = RTNLGRP_LINK, v = -1;
    socklen_t len = sizeof v;
    EQ(getsockopt(s, SOL_NETLINK, NETLINK_EXT_ACK, &v, &len), 0);
    EQ(v, 1);
    EQ(setsockopt(s, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group), 0);
    len = sizeof a;
    EQ(getsockname(s, (void *)&a, &len), 0);
    EQ(a.nl_groups, 1);
    EQ(setsockopt(s, SOL_NETLINK, NETLINK_DROP_MEMBERSHIP, &group, sizeof group), 0);
    group = 4000;
    ERR(setsockopt(s, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group), EINVAL);
    ERR(setsockopt(s, SOL_NETLINK, 99, &group, sizeof group), ENOPROTOOPT);
    a.nl_family = AF_INET;
    ERR(bind(u, (void *)&a, sizeof a), EINVAL);
    ERR(bind(u, (void *)&a, 4), EINVAL);
}
TEST(changes) {
    if (!own_network())
        SKIP("needs a network namespace");
    struct request r;
    int s = open_route();
    EQ(flags_of("lo") & IFF_UP, 0);
    EQ(up(s, 1, 1), 0);
    CHECK(flags_of("lo") & IFF_UP);
    EQ(address(s, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, 1, "10.9.9.9", 24), 0);
    EQ(address(s, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, 1, "10.9.9.9", 24), -EEXIST);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = inet_addr("10.9.9.9")}, b;
    int l = OK(socket(AF_INET, SOCK_STREAM, 0)), c = OK(socket(AF_INET, SOCK_STREAM, 0));
    EQ(bind(l, (void *)&a, sizeof a), 0);
    EQ(listen(l, 1), 0);
    socklen_t len = sizeof a;
    EQ(getsockname(l, (void *)&a, &len), 0);
    EQ(connect(c, (void *)&a, sizeof a), 0);
    EQ(getsockname(c, (void *)&b, &len), 0);
    EQ(b.sin_addr.s_addr, a.sin_addr.s_addr);
    EQ(address(s, RTM_DELADDR, 0, 1, "10.9.9.9", 24), 0);
    EQ(address(s, RTM_DELADDR, 0, 1, "10.9.9.9", 24), -EADDRNOTAVAIL);
    int d = OK(socket(AF_INET, SOCK_STREAM, 0));
    a.sin_port = 0;
    ERR(bind(d, (void *)&a, sizeof a), EADDRNOTAVAIL);
    ERR(connect(d, (void *)&a, sizeof a), ENETUNREACH);
    EQ(veth(s, "one0", "two0"), 0);
    EQ(veth(s, "one0", "two0"), -EEXIST);
    int index = if_nametoindex("one0");
    CHECK(index > 1);
    EQ(route(s, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, "10.5.0.0", 16, 0, index), -ENETDOWN);
    EQ(address(s, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, index, "10.1.0.1", 24), 0);
    EQ(up(s, index, 1), 0);
    EQ(up(s, if_nametoindex("two0"), 1), 0);
    for (int i = 0; i < 1000 && !(flags_of("one0") & IFF_RUNNING); i++)
        msleep(10); // Linux tells of a carrier a little later
    CHECK(flags_of("one0") & IFF_RUNNING);
    EQ(route(s, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, "10.5.0.0", 16, "10.1.0.7", 0), 0);
    EQ(route(s, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, "10.5.0.0", 16, "10.1.0.7", 0), -EEXIST);
    EQ(route(s, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, "10.6.0.0", 16, "10.77.0.7", 0), -ENETUNREACH);
    EQ(route(s, RTM_DELROUTE, 0, "10.5.0.0", 16, 0, 0), 0);
    EQ(route(s, RTM_DELROUTE, 0, "10.5.0.0", 16, 0, 0), -ESRCH);
    struct ifinfomsg *i = begin(&r, RTM_NEWLINK, NLM_F_ACK, sizeof *i);
    int mtu = 1400;
    i->ifi_index = index;
    attr(&r, IFLA_MTU, &mtu, 4);
    attr(&r, IFLA_ADDRESS, "\2\0\0\0\0\7", 6);
    EQ(ask(s, &r), 0);
    struct ifreq q = {.ifr_name = "one0"};
    EQ(ioctl(l, SIOCGIFMTU, &q), 0);
    EQ(q.ifr_mtu, 1400);
    EQ(ioctl(l, SIOCGIFHWADDR, &q), 0);
    EQ(q.ifr_hwaddr.sa_data[5], 7);
    i = begin(&r, RTM_DELLINK, NLM_F_ACK, sizeof *i);
    i->ifi_index = 1;
    EQ(ask(s, &r), -EOPNOTSUPP);
    i->ifi_index = index;
    EQ(ask(s, &r), 0);
    EQ(flags_of("two0"), -ENODEV);
    EQ(ask(s, &r), -ENODEV);
}
TEST(notices) {
    if (!own_network())
        SKIP("needs a network namespace");
    int n = OK(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE)), s = open_route();
    struct sockaddr_nl a = {.nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR}, from;
    EQ(bind(n, (void *)&a, sizeof a), 0);
    EQ(up(s, 1, 1), 0);
    EQ(address(s, RTM_NEWADDR, NLM_F_CREATE, 1, "10.9.9.9", 32), 0);
    EQ(address(s, RTM_DELADDR, 0, 1, "10.9.9.9", 32), 0);
    int link = 0, added = 0, removed = 0;
    struct pollfd p = {n, POLLIN, 0};
    while (!removed && poll(&p, 1, 2000) == 1) {
        char b[8192];
        socklen_t len = sizeof from;
        int k = recvfrom(n, b, sizeof b, 0, (void *)&from, &len);
        CHECK(k > 0);
        EQ(from.nl_pid, 0);
        for (struct nlmsghdr *h = (void *)b; NLMSG_OK(h, (unsigned)k); h = NLMSG_NEXT(h, k)) {
            struct in_addr *x = h->nlmsg_type == RTM_NEWLINK ? 0 : find(h, sizeof(struct ifaddrmsg), IFA_LOCAL);
            int mine = x && x->s_addr == inet_addr("10.9.9.9");
            link |= h->nlmsg_type == RTM_NEWLINK && ((struct ifinfomsg *)NLMSG_DATA(h))->ifi_flags & IFF_UP;
            added |= h->nlmsg_type == RTM_NEWADDR && mine;
            removed |= h->nlmsg_type == RTM_DELADDR && mine;
            if (h->nlmsg_type == RTM_NEWLINK)
                EQ(from.nl_groups, RTMGRP_LINK);
        }
    }
    EQ(link != 0, 1);
    EQ(added, 1);
    EQ(removed, 1);
}
TEST(ioctls) {
    if (!own_network())
        SKIP("needs a network namespace");
    struct ifreq r = {.ifr_name = "lo"};
    int s = OK(socket(AF_INET, SOCK_DGRAM, 0));
    ERR(ioctl(s, SIOCGIFADDR, &r), EADDRNOTAVAIL);
    r.ifr_flags = IFF_UP;
    EQ(ioctl(s, SIOCSIFFLAGS, &r), 0);
    EQ(ioctl(s, SIOCGIFADDR, &r), 0);
    EQ(((struct sockaddr_in *)&r.ifr_addr)->sin_addr.s_addr, htonl(INADDR_LOOPBACK));
    EQ(ioctl(s, SIOCGIFNETMASK, &r), 0);
    EQ(((struct sockaddr_in *)&r.ifr_addr)->sin_addr.s_addr, htonl(0xff000000));
    r.ifr_mtu = 9000;
    EQ(ioctl(s, SIOCSIFMTU, &r), 0);
    EQ(ioctl(s, SIOCGIFMTU, &r), 0);
    EQ(r.ifr_mtu, 9000);
    r.ifr_ifindex = 1;
    memset(r.ifr_name, 0, sizeof r.ifr_name);
    EQ(ioctl(s, SIOCGIFNAME, &r), 0);
    EQ(strcmp(r.ifr_name, "lo"), 0);
    r.ifr_ifindex = 4711;
    ERR(ioctl(s, SIOCGIFNAME, &r), ENODEV);
    strcpy(r.ifr_name, "none0");
    ERR(ioctl(s, SIOCGIFFLAGS, &r), ENODEV);
    ERR(ioctl(s, SIOCDEVPRIVATE, &r), ENODEV);
    strcpy(r.ifr_name, "lo");
    ERR(ioctl(s, SIOCDEVPRIVATE, &r), EOPNOTSUPP); /* tunnels are asked for so */
    pid_t pid;
    CHILD(pid) {
        EQ(setresuid(1000, 1000, 1000), 0);
        r.ifr_flags = 0;
        ERR(ioctl(s, SIOCSIFFLAGS, &r), EPERM);
    }
    WAIT_EXIT(pid, 0);
}
TEST(socket_statistics) {
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int l = OK(socket(AF_INET, SOCK_STREAM, 0));
    socklen_t len = sizeof a;
    EQ(bind(l, (void *)&a, sizeof a), 0);
    EQ(listen(l, 7), 0);
    EQ(getsockname(l, (void *)&a, &len), 0);
    int s = OK(socket(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG));
    struct request r;
    struct inet_diag_req_v2 *q = begin(&r, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, sizeof *q);
    q->sdiag_family = AF_INET, q->sdiag_protocol = IPPROTO_TCP, q->idiag_states = 1 << 10; /* LISTEN */
    EQ(ask(s, &r), 0);
    int found = 0;
    struct stat st;
    EQ(fstat(l, &st), 0);
    for (struct nlmsghdr *h = next(0, SOCK_DIAG_BY_FAMILY); h; h = next(h, SOCK_DIAG_BY_FAMILY)) {
        struct inet_diag_msg *m = NLMSG_DATA(h);
        EQ(m->idiag_state, 10);
        if (m->id.idiag_sport == a.sin_port) {
            found++;
            EQ(m->idiag_inode, st.st_ino);
            EQ(m->idiag_wqueue, 7);
            EQ(m->id.idiag_src[0], htonl(INADDR_LOOPBACK));
        }
    }
    EQ(found, 1);
    q->sdiag_family = 77;
    EQ(ask(s, &r), -EINVAL);
}
MAIN()
