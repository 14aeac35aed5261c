// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/* Requests of rtnetlink and their answers: links, addresses, routes, cables. */
#ifndef RTNL_H
#define RTNL_H
#include "check.h"
#include <arpa/inet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>

static char answer[65536];
static int answered;

struct request {
    struct nlmsghdr h;
    char body[1024];
};
CHK_UNUSED static int open_route(void) {
    int s = OK(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)), one = 1;
    struct sockaddr_nl a = {.nl_family = AF_NETLINK};
    EQ(bind(s, (void *)&a, sizeof a), 0);
    EQ(setsockopt(s, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof one), 0);
    return s;
}
CHK_UNUSED static void *begin(struct request *r, int type, int flags, size_t fixed) {
    memset(r, 0, sizeof *r);
    r->h.nlmsg_type = type;
    r->h.nlmsg_flags = NLM_F_REQUEST | flags;
    r->h.nlmsg_seq = 77;
    r->h.nlmsg_len = NLMSG_LENGTH(fixed);
    return r->body;
}
CHK_UNUSED static struct rtattr *attr(struct request *r, int type, const void *data, int len) {
    struct rtattr *a = (void *)((char *)r + NLMSG_ALIGN(r->h.nlmsg_len));
    a->rta_type = type;
    a->rta_len = RTA_LENGTH(len);
    if (len)
        memcpy(RTA_DATA(a), data, len);
    r->h.nlmsg_len = NLMSG_ALIGN(r->h.nlmsg_len) + RTA_ALIGN(a->rta_len);
    return a;
}
CHK_UNUSED static void nest_end(struct request *r, struct rtattr *a) {
    a->rta_len = (char *)r + r->h.nlmsg_len - (char *)a;
}
/* Sends; reads until an acknowledgement or the end of a dump: 0, or the error. */
CHK_UNUSED static int ask(int s, struct request *r) {
    answered = 0;
    if (send(s, r, r->h.nlmsg_len, 0) != (ssize_t)r->h.nlmsg_len)
        return -errno;
    while (1) {
        struct pollfd p = {s, POLLIN, 0};
        if (poll(&p, 1, 2000) != 1)
            return -ETIMEDOUT;
        int n = recv(s, answer + answered, sizeof answer - answered, 0), end = 0, e = 0;
        if (n < 0)
            return -errno;
        for (struct nlmsghdr *h = (void *)(answer + answered); NLMSG_OK(h, (unsigned)n); h = NLMSG_NEXT(h, n)) {
            if (h->nlmsg_type == NLMSG_ERROR)
                end = 1, e = ((struct nlmsgerr *)NLMSG_DATA(h))->error;
            if (h->nlmsg_type == NLMSG_DONE)
                e = *(int *)NLMSG_DATA(h);
            if (h->nlmsg_type == NLMSG_DONE || (!(r->h.nlmsg_flags & (NLM_F_ACK | NLM_F_DUMP)) && h->nlmsg_type >= NLMSG_MIN_TYPE))
                end = 1;
            answered += NLMSG_ALIGN(h->nlmsg_len);
        }
        if (end)
            return e;
    }
}
/* The next message of a type in the answer, after `from` (0: from the start). */
CHK_UNUSED static struct nlmsghdr *next(struct nlmsghdr *from, int type) {
    char *p = from ? (char *)from + NLMSG_ALIGN(from->nlmsg_len) : answer;
    while (p < answer + answered) {
        struct nlmsghdr *h = (void *)p;
        if (h->nlmsg_type == type)
            return h;
        p += NLMSG_ALIGN(h->nlmsg_len);
    }
    return 0;
}
CHK_UNUSED static void *find(struct nlmsghdr *h, int fixed, int type) {
    struct rtattr *a = (void *)((char *)h + NLMSG_SPACE(fixed));
    for (int n = h->nlmsg_len - NLMSG_SPACE(fixed); RTA_OK(a, n); a = RTA_NEXT(a, n))
        if ((a->rta_type & NLA_TYPE_MASK) == type)
            return RTA_DATA(a);
    return 0;
}
CHK_UNUSED static int up(int s, int index, int on) {
    struct request r;
    struct ifinfomsg *i = begin(&r, RTM_NEWLINK, NLM_F_ACK, sizeof *i);
    i->ifi_index = index, i->ifi_change = IFF_UP, i->ifi_flags = on ? IFF_UP : 0;
    return ask(s, &r);
}
CHK_UNUSED static int address(int s, int type, int flags, int index, const char *text, int bits) {
    struct request r;
    struct ifaddrmsg *i = begin(&r, type, NLM_F_ACK | flags, sizeof *i);
    struct in_addr a;
    inet_pton(AF_INET, text, &a);
    i->ifa_family = AF_INET, i->ifa_prefixlen = bits, i->ifa_index = index;
    attr(&r, IFA_LOCAL, &a, 4);
    attr(&r, IFA_ADDRESS, &a, 4);
    return ask(s, &r);
}
CHK_UNUSED static int route(int s, int type, int flags, const char *to, int bits, const char *via, int oif) {
    struct request r;
    struct rtmsg *m = begin(&r, type, NLM_F_ACK | flags, sizeof *m);
    struct in_addr a;
    m->rtm_family = AF_INET, m->rtm_dst_len = bits, m->rtm_table = RT_TABLE_MAIN, m->rtm_protocol = RTPROT_BOOT;
    m->rtm_type = type == RTM_DELROUTE ? 0 : RTN_UNICAST;
    m->rtm_scope = type == RTM_DELROUTE ? RT_SCOPE_NOWHERE : via ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
    if (bits) {
        inet_pton(AF_INET, to, &a);
        attr(&r, RTA_DST, &a, 4);
    }
    if (via) {
        inet_pton(AF_INET, via, &a);
        attr(&r, RTA_GATEWAY, &a, 4);
    }
    if (oif)
        attr(&r, RTA_OIF, &oif, 4);
    return ask(s, &r);
}
CHK_UNUSED static int veth(int s, const char *one, const char *two) {
    struct request r;
    begin(&r, RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, sizeof(struct ifinfomsg));
    attr(&r, IFLA_IFNAME, one, strlen(one) + 1);
    struct rtattr *info = attr(&r, IFLA_LINKINFO, 0, 0);
    attr(&r, IFLA_INFO_KIND, "veth", 4);
    struct rtattr *data = attr(&r, IFLA_INFO_DATA, 0, 0);
    struct ifinfomsg none = {0};
    struct rtattr *peer = attr(&r, VETH_INFO_PEER, &none, sizeof none);
    attr(&r, IFLA_IFNAME, two, strlen(two) + 1);
    nest_end(&r, peer);
    nest_end(&r, data);
    nest_end(&r, info);
    return ask(s, &r);
}
#endif
