// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// TIMEOUT: 60
// Datagrams: multicast, broadcast, packet information, time stamps, error queue, MSG_MORE, recvmmsg, SO_REUSEPORT.
#include "check.h"
#include <arpa/inet.h>
#include <linux/errqueue.h>
#include <linux/in6.h>
#include <linux/sockios.h>
#include <netinet/udp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>

#define SA(a) (struct sockaddr *)&(a), sizeof(a)
#define GROUP "239.7.7.7"

static int give(int s, int level, int name, int v) {
    return setsockopt(s, level, name, &v, sizeof v);
}
static struct sockaddr_in in4(unsigned host, int port) {
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(host)};
    return a;
}
static int bound(struct sockaddr_in *a, unsigned host) {
    int s = OK(socket(AF_INET, SOCK_DGRAM, 0));
    socklen_t len = sizeof *a;
    *a = in4(host, 0);
    EQ(bind(s, SA(*a)), 0);
    EQ(getsockname(s, (void *)a, &len), 0);
    return s;
}
static int quiet(int s) { /* nothing comes */
    struct pollfd p = {s, POLLIN, 0};
    return poll(&p, 1, 30) == 0;
}
static struct cmsghdr *find(struct msghdr *m, int level, int type) {
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c))
        if (c->cmsg_level == level && c->cmsg_type == type)
            return c;
    return 0;
}
TEST(multicast) {
    struct sockaddr_in a, from;
    int r = bound(&a, INADDR_ANY), s = OK(socket(AF_INET, SOCK_DGRAM, 0));
    struct ip_mreqn m = {.imr_multiaddr.s_addr = inet_addr(GROUP), .imr_address.s_addr = htonl(INADDR_LOOPBACK)};
    char b[10];
    socklen_t len = sizeof from;
    EQ(setsockopt(s, IPPROTO_IP, IP_MULTICAST_IF, &m.imr_address, sizeof m.imr_address), 0);
    struct sockaddr_in to = in4(ntohl(inet_addr(GROUP)), ntohs(a.sin_port));
    EQ(sendto(s, "lost", 4, 0, SA(to)), 4);
    EQ(quiet(r), 1);
    EQ(setsockopt(r, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, sizeof m), 0);
    ERR(setsockopt(r, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, sizeof m), EADDRINUSE);
    EQ(sendto(s, "heard", 5, 0, SA(to)), 5);
    EQ(recvfrom(r, b, sizeof b, 0, (void *)&from, &len), 5);
    EQ(from.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
    EQ(setsockopt(r, IPPROTO_IP, IP_DROP_MEMBERSHIP, &m, sizeof m), 0);
    ERR(setsockopt(r, IPPROTO_IP, IP_DROP_MEMBERSHIP, &m, sizeof m), EADDRNOTAVAIL);
    EQ(sendto(s, "lost", 4, 0, SA(to)), 4);
    EQ(quiet(r), 1);
    m.imr_multiaddr.s_addr = htonl(INADDR_LOOPBACK);
    ERR(setsockopt(r, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, sizeof m), EINVAL);
    m.imr_multiaddr.s_addr = inet_addr(GROUP);
    m.imr_ifindex = 4711;
    ERR(setsockopt(r, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, sizeof m), ENODEV);
    ERR(setsockopt(r, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, 4), EINVAL);
}
TEST(multicast_to_all) {
    struct ip_mreqn m = {.imr_multiaddr.s_addr = inet_addr(GROUP), .imr_address.s_addr = htonl(INADDR_LOOPBACK)};
    int r[3], s = OK(socket(AF_INET, SOCK_DGRAM, 0));
    struct sockaddr_in a = in4(INADDR_ANY, 0);
    socklen_t len = sizeof a;
    for (int i = 0; i < 3; i++) {
        r[i] = OK(socket(AF_INET, SOCK_DGRAM, 0));
        EQ(give(r[i], SOL_SOCKET, SO_REUSEADDR, 1), 0);
        EQ(bind(r[i], SA(a)), 0);
        EQ(getsockname(r[i], (void *)&a, &len), 0);
        EQ(setsockopt(r[i], IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, sizeof m), 0);
    }
    EQ(setsockopt(s, IPPROTO_IP, IP_MULTICAST_IF, &m, sizeof m), 0);
    struct sockaddr_in to = in4(ntohl(inet_addr(GROUP)), ntohs(a.sin_port));
    EQ(sendto(s, "x", 1, 0, SA(to)), 1);
    char b[4];
    for (int i = 0; i < 3; i++)
        EQ(recv(r[i], b, 4, 0), 1);
}
TEST(multicast_generic) {
    struct sockaddr_in a;
    int r = bound(&a, INADDR_ANY), s = OK(socket(AF_INET, SOCK_DGRAM, 0));
    struct group_req g = {.gr_interface = if_nametoindex("lo")};
    struct sockaddr_in to = in4(ntohl(inet_addr(GROUP)), ntohs(a.sin_port));
    memcpy(&g.gr_group, &to, sizeof to);
    EQ(setsockopt(r, IPPROTO_IP, MCAST_JOIN_GROUP, &g, sizeof g), 0);
    struct ip_mreqn m = {.imr_ifindex = g.gr_interface};
    EQ(setsockopt(s, IPPROTO_IP, IP_MULTICAST_IF, &m, sizeof m), 0);
    EQ(sendto(s, "x", 1, 0, SA(to)), 1);
    char b[4];
    EQ(recv(r, b, 4, 0), 1);
    EQ(setsockopt(r, IPPROTO_IP, MCAST_LEAVE_GROUP, &g, sizeof g), 0);
    ERR(setsockopt(r, IPPROTO_IP, MCAST_LEAVE_GROUP, &g, sizeof g), EADDRNOTAVAIL);
    ERR(setsockopt(r, IPPROTO_IP, MCAST_JOIN_GROUP, &g, 8), EINVAL);
}
TEST(multicast6) {
    int r = OK(socket(AF_INET6, SOCK_DGRAM, 0)), s = OK(socket(AF_INET6, SOCK_DGRAM, 0));
    struct sockaddr_in6 a = {.sin6_family = AF_INET6};
    socklen_t len = sizeof a;
    EQ(bind(r, SA(a)), 0);
    EQ(getsockname(r, (void *)&a, &len), 0);
    struct ipv6_mreq m = {.ipv6mr_interface = if_nametoindex("lo")};
    inet_pton(AF_INET6, "ff15::7", &m.ipv6mr_multiaddr);
    EQ(setsockopt(r, IPPROTO_IPV6, IPV6_JOIN_GROUP, &m, sizeof m), 0);
    ERR(setsockopt(r, IPPROTO_IPV6, IPV6_JOIN_GROUP, &m, sizeof m), EADDRINUSE);
    EQ(give(s, IPPROTO_IPV6, IPV6_MULTICAST_IF, m.ipv6mr_interface), 0);
    ERR(give(s, IPPROTO_IPV6, IPV6_MULTICAST_IF, 4711), ENODEV);
    a.sin6_addr = m.ipv6mr_multiaddr;
    char b[8];
    if (sendto(s, "six", 3, 0, SA(a)) == 3) /* where lo has a route for it */
        EQ(recv(r, b, 8, 0), 3);
    else
        EQ(errno, ENETUNREACH);
    EQ(setsockopt(r, IPPROTO_IPV6, IPV6_LEAVE_GROUP, &m, sizeof m), 0);
    ERR(setsockopt(r, IPPROTO_IPV6, IPV6_LEAVE_GROUP, &m, sizeof m), EADDRNOTAVAIL);
    m.ipv6mr_interface = 4711;
    ERR(setsockopt(r, IPPROTO_IPV6, IPV6_JOIN_GROUP, &m, sizeof m), ENODEV);
}
/* How many have joined a group on an interface, as the line of /proc/net that has `text` says; 0 for no such line. */
static int users(const char *file, const char *text, const char *format) {
    char line[200];
    int n = 0;
    FILE *f = fopen(file, "r");
    OK(f ? 0 : -1);
    while (fgets(line, sizeof line, f))
        if (strncmp(line, "Idx", 3) && strstr(line, text))
            EQ(sscanf(line, format, &n), 1);
    fclose(f);
    return n;
}
TEST(multicast_in_proc) {
    int r[2] = {OK(socket(AF_INET, SOCK_DGRAM, 0)), OK(socket(AF_INET, SOCK_DGRAM, 0))};
    struct ip_mreqn m = {.imr_ifindex = if_nametoindex("lo")};
    inet_pton(AF_INET, "239.7.18.52", &m.imr_multiaddr);
    for (int i = 0; i < 2; i++) {
        EQ(setsockopt(r[i], IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, sizeof m), 0);
        EQ(users("/proc/net/igmp", "341207EF", "%*s %d 0:"), i + 1);
    }
    close(r[0]);
    EQ(users("/proc/net/igmp", "341207EF", "%*s %d 0:"), 1);
    EQ(setsockopt(r[1], IPPROTO_IP, IP_DROP_MEMBERSHIP, &m, sizeof m), 0);
    EQ(users("/proc/net/igmp", "341207EF", "%*s %d 0:"), 0);

    int six = OK(socket(AF_INET6, SOCK_DGRAM, 0));
    struct ipv6_mreq m6 = {.ipv6mr_interface = m.imr_ifindex};
    inet_pton(AF_INET6, "ff15::7:1234", &m6.ipv6mr_multiaddr);
    EQ(setsockopt(six, IPPROTO_IPV6, IPV6_JOIN_GROUP, &m6, sizeof m6), 0);
    EQ(users("/proc/net/igmp6", "ff150000000000000000000000071234", "1 lo %*s %d 00000004 0"), 1);
    m6.ipv6mr_interface = 0; /* leaves it wherever it is */
    EQ(setsockopt(six, IPPROTO_IPV6, IPV6_LEAVE_GROUP, &m6, sizeof m6), 0);
    EQ(users("/proc/net/igmp6", "ff150000000000000000000000071234", "1 lo %*s %d 00000004 0"), 0);
    EQ(users("/proc/net/igmp6", "lo              ff020000000000000000000000000001", "%*d lo %*s %d 0000000C 0") > 0, 1);
}
TEST(multicast_without_a_way) { /* a network that is only a loopback */
    if (unshare(CLONE_NEWNET) && unshare(CLONE_NEWUSER | CLONE_NEWNET))
        SKIP("no network of one's own");
    int r = OK(socket(AF_INET, SOCK_DGRAM, 0)), six = OK(socket(AF_INET6, SOCK_DGRAM, 0));
    struct ip_mreqn m = {.imr_multiaddr.s_addr = inet_addr(GROUP)};
    ERR(setsockopt(r, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, sizeof m), ENODEV);
    ERR(setsockopt(r, IPPROTO_IP, IP_DROP_MEMBERSHIP, &m, sizeof m), ENODEV);
    m.imr_address.s_addr = inet_addr("9.9.9.9");
    ERR(setsockopt(r, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, sizeof m), ENODEV);
    ERR(setsockopt(r, IPPROTO_IP, IP_DROP_MEMBERSHIP, &m, sizeof m), EADDRNOTAVAIL);
    m.imr_ifindex = if_nametoindex("lo");
    EQ(setsockopt(r, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, sizeof m), 0);
    struct ipv6_mreq m6 = {.ipv6mr_interface = 0};
    inet_pton(AF_INET6, "ff02::7", &m6.ipv6mr_multiaddr);
    ERR(setsockopt(six, IPPROTO_IPV6, IPV6_JOIN_GROUP, &m6, sizeof m6), ENODEV);
    ERR(setsockopt(six, IPPROTO_IPV6, IPV6_LEAVE_GROUP, &m6, sizeof m6), EADDRNOTAVAIL);
}
TEST(packet_information) {
    struct sockaddr_in a, from;
    int r = bound(&a, INADDR_ANY), s = OK(socket(AF_INET, SOCK_DGRAM, 0));
    EQ(give(r, IPPROTO_IP, IP_PKTINFO, 1), 0);
    EQ(give(r, IPPROTO_IP, IP_RECVORIGDSTADDR, 1), 0);
    EQ(give(r, SOL_SOCKET, SO_TIMESTAMPNS, 1), 0);
    a.sin_addr.s_addr = htonl(0x7f000009);
    /* the sender says which address it speaks from */
    char b[10], control[200];
    struct iovec v = {"hi", 2};
    struct msghdr m = {.msg_name = &a, .msg_namelen = sizeof a, .msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = CMSG_SPACE(sizeof(struct in_pktinfo))};
    memset(control, 0, sizeof control);
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    c->cmsg_level = IPPROTO_IP, c->cmsg_type = IP_PKTINFO, c->cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo));
    ((struct in_pktinfo *)CMSG_DATA(c))->ipi_spec_dst.s_addr = htonl(0x7f000005);
    EQ(sendmsg(s, &m, 0), 2);
    v.iov_base = b, v.iov_len = sizeof b;
    m.msg_name = &from, m.msg_namelen = sizeof from, m.msg_controllen = sizeof control;
    EQ(recvmsg(r, &m, 0), 2);
    EQ(from.sin_addr.s_addr, htonl(0x7f000005));
    c = find(&m, IPPROTO_IP, IP_PKTINFO);
    NEED(c);
    struct in_pktinfo *p = (void *)CMSG_DATA(c);
    EQ(p->ipi_addr.s_addr, htonl(0x7f000009));
    EQ(p->ipi_ifindex, if_nametoindex("lo"));
    c = find(&m, IPPROTO_IP, IP_ORIGDSTADDR);
    NEED(c);
    EQ(((struct sockaddr_in *)CMSG_DATA(c))->sin_addr.s_addr, htonl(0x7f000009));
    EQ(((struct sockaddr_in *)CMSG_DATA(c))->sin_port, a.sin_port);
    c = find(&m, SOL_SOCKET, SO_TIMESTAMPNS);
    NEED(c);
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    long age = now.tv_sec - ((struct timespec *)CMSG_DATA(c))->tv_sec;
    CHECK(age >= 0 && age < 30);
}
TEST(error_queue) {
    struct sockaddr_in a;
    int dead = bound(&a, INADDR_LOOPBACK), s = OK(socket(AF_INET, SOCK_DGRAM, 0));
    close(dead);
    EQ(give(s, IPPROTO_IP, IP_RECVERR, 1), 0);
    EQ(sendto(s, "ping", 4, 0, SA(a)), 4); /* not connected: only IP_RECVERR tells */
    struct pollfd p = {s, POLLIN, 0};
    EQ(poll(&p, 1, 2000), 1);
    CHECK(p.revents & POLLERR);
    char b[10], control[200];
    struct sockaddr_in name;
    struct iovec v = {b, sizeof b};
    struct msghdr m = {.msg_name = &name, .msg_namelen = sizeof name, .msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    EQ(recvmsg(s, &m, MSG_ERRQUEUE), 4);
    EQ(memcmp(b, "ping", 4), 0);
    CHECK(m.msg_flags & MSG_ERRQUEUE);
    EQ(name.sin_port, a.sin_port);
    struct cmsghdr *c = find(&m, IPPROTO_IP, IP_RECVERR);
    NEED(c);
    struct sock_extended_err *e = (void *)CMSG_DATA(c);
    EQ(e->ee_errno, ECONNREFUSED);
    EQ(e->ee_origin, SO_EE_ORIGIN_ICMP);
    EQ(e->ee_type, 3);
    EQ(e->ee_code, 3);
    EQ(((struct sockaddr_in *)SO_EE_OFFENDER(e))->sin_addr.s_addr, htonl(INADDR_LOOPBACK));
    ERR(recvmsg(s, &m, MSG_ERRQUEUE), EAGAIN);
    int so;
    socklen_t len = sizeof so;
    EQ(getsockopt(s, SOL_SOCKET, SO_ERROR, &so, &len), 0);
    EQ(so, 0); /* reading the queue has taken it */
}
TEST(more) {
    struct sockaddr_in a;
    int r = bound(&a, INADDR_LOOPBACK), s = OK(socket(AF_INET, SOCK_DGRAM, 0));
    char b[20];
    EQ(connect(s, SA(a)), 0);
    EQ(send(s, "one ", 4, MSG_MORE), 4);
    EQ(send(s, "two ", 4, MSG_MORE), 4);
    EQ(quiet(r), 1);
    EQ(send(s, "three", 5, 0), 5);
    EQ(recv(r, b, sizeof b, 0), 13);
    EQ(memcmp(b, "one two three", 13), 0);
    EQ(give(s, SOL_UDP, UDP_CORK, 1), 0);
    EQ(send(s, "a", 1, 0), 1);
    EQ(send(s, "b", 1, 0), 1);
    EQ(quiet(r), 1);
    EQ(give(s, SOL_UDP, UDP_CORK, 0), 0);
    EQ(recv(r, b, sizeof b, 0), 2);
}
TEST(truncation_and_peek) {
    struct sockaddr_in a;
    int r = bound(&a, INADDR_LOOPBACK), s = OK(socket(AF_INET, SOCK_DGRAM, 0));
    char b[4];
    struct iovec v = {b, 4};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1};
    EQ(connect(s, SA(a)), 0);
    EQ(send(s, "abcdef", 6, 0), 6);
    EQ(send(s, "", 0, 0), 0);
    int n = -1;
    EQ(ioctl(r, FIONREAD, &n), 0);
    EQ(n, 6);
    EQ(recv(r, b, 4, MSG_PEEK), 4);
    EQ(recv(r, b, 4, MSG_PEEK | MSG_TRUNC), 6);
    EQ(recvmsg(r, &m, MSG_TRUNC), 6);
    CHECK(m.msg_flags & MSG_TRUNC);
    EQ(recv(r, b, 4, 0), 0);
    ERR(recv(r, b, 4, MSG_DONTWAIT), EAGAIN);
    ERR(send(s, b, 4, MSG_OOB), EOPNOTSUPP);
    static char big[70000];
    ERR(send(s, big, sizeof big, 0), EMSGSIZE);
}
TEST(many_at_once) {
    struct sockaddr_in a;
    int r = bound(&a, INADDR_LOOPBACK), s = OK(socket(AF_INET, SOCK_DGRAM, 0));
    EQ(connect(s, SA(a)), 0);
    struct iovec v[4];
    struct mmsghdr m[4];
    char b[4][8];
    memset(m, 0, sizeof m);
    for (int i = 0; i < 4; i++) {
        v[i].iov_base = "abcd", v[i].iov_len = i + 1;
        m[i].msg_hdr.msg_iov = v + i, m[i].msg_hdr.msg_iovlen = 1;
    }
    EQ(sendmmsg(s, m, 3, 0), 3);
    EQ(m[2].msg_len, 3);
    for (int i = 0; i < 4; i++)
        v[i].iov_base = b[i], v[i].iov_len = 8;
    EQ(recvmmsg(r, m, 4, MSG_WAITFORONE, 0), 3);
    EQ(m[0].msg_len, 1);
    EQ(m[2].msg_len, 3);
    ERR(recvmmsg(r, m, 4, MSG_DONTWAIT, 0), EAGAIN);
    struct timespec t = {0, 2000000000};
    ERR(recvmmsg(r, m, 4, 0, &t), EINVAL);
    EQ(sendmmsg(s, m, 0, 0), 0);
}
TEST(reuse_port_balance) {
    int r[2], one = 1, got[2] = {0, 0};
    struct sockaddr_in a = in4(INADDR_LOOPBACK, 0);
    socklen_t len = sizeof a;
    for (int i = 0; i < 2; i++) {
        r[i] = OK(socket(AF_INET, SOCK_DGRAM, 0));
        EQ(setsockopt(r[i], SOL_SOCKET, SO_REUSEPORT, &one, sizeof one), 0);
        EQ(bind(r[i], SA(a)), 0);
        EQ(getsockname(r[i], (void *)&a, &len), 0);
    }
    for (int i = 0; i < 64; i++) { /* by the sender's address: each sender stays with one receiver */
        int s = OK(socket(AF_INET, SOCK_DGRAM, 0));
        int seen = -1;
        for (int k = 0; k < 2; k++) {
            EQ(sendto(s, "x", 1, 0, SA(a)), 1);
            struct pollfd p[2] = {{r[0], POLLIN, 0}, {r[1], POLLIN, 0}};
            EQ(poll(p, 2, 2000), 1);
            int at = p[0].revents ? 0 : 1;
            char c;
            EQ(recv(r[at], &c, 1, 0), 1);
            CHECK(seen < 0 || seen == at);
            seen = at;
            got[at]++;
        }
        close(s);
    }
    CHECK(got[0] > 10 && got[1] > 10);
}
TEST(broadcast) {
    struct sockaddr_in a;
    int r = bound(&a, INADDR_ANY), s = OK(socket(AF_INET, SOCK_DGRAM, 0));
    a.sin_addr.s_addr = htonl(0x7fffffff);
    ERR(sendto(s, "x", 1, 0, SA(a)), EACCES);
    EQ(give(s, SOL_SOCKET, SO_BROADCAST, 1), 0);
    EQ(sendto(s, "x", 1, 0, SA(a)), 1);
    char b;
    EQ(recv(r, &b, 1, 0), 1);
}
MAIN()
