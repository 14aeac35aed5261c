// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// TIMEOUT: 60
// DO: --net-raw
// Raw, packet and ping sockets on a loopback of the test's own: what is sent, seen, answered; filters; the ring of packet(7).
#include "check.h"
#include "network.h"
#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <poll.h>

#define SA(a) (struct sockaddr *)&(a), sizeof(a)
#define LO 0x7f000001
#define TYPE_FILTER 1 /* ICMP_FILTER; linux/icmp.h and netinet/ip_icmp.h do not go together */

static unsigned char buf[70000];

#define OWN_NETWORK()         \
    if (!own_network())       \
    SKIP("no network namespace of its own")

static struct sockaddr_in v4(unsigned host, int port) {
    return (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(host), .sin_port = htons(port)};
}
static struct sockaddr_in6 v6(int port) {
    return (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT, .sin6_port = htons(port)};
}
static unsigned short sum(const void *data, int len, unsigned start) {
    const unsigned char *p = data;
    unsigned s = start;
    for (int i = 0; i < len; i += 2)
        s += p[i] << 8 | (i + 1 < len ? p[i + 1] : 0);
    while (s >> 16)
        s = (s & 0xffff) + (s >> 16);
    return ~s & 0xffff;
}
/* What is added for the addresses where both are 127.0.0.1. */
static unsigned pseudo(int proto, int len) {
    return 2 * (0x7f00 + 1) + proto + len;
}
/* Receives within five seconds, else -1. */
static int take(int s, void *to, int room) {
    struct pollfd p = {s, POLLIN, 0};
    return poll(&p, 1, 5000) == 1 ? recv(s, to, room, 0) : -1;
}
static int nothing(int s) {
    struct pollfd p = {s, POLLIN, 0};
    return poll(&p, 1, 100) == 0;
}
static int udp_on(unsigned host, int *port) {
    int s = OK(socket(AF_INET, SOCK_DGRAM, 0));
    struct sockaddr_in a = v4(host, 0);
    socklen_t len = sizeof a;
    EQ(bind(s, SA(a)), 0);
    EQ(getsockname(s, (void *)&a, &len), 0);
    *port = ntohs(a.sin_port);
    return s;
}
static int echo(unsigned char *p, int type, int id, int seq, int payload) {
    memset(p, 0, 8);
    p[0] = type, p[4] = id >> 8, p[5] = id, p[6] = seq >> 8, p[7] = seq;
    for (int i = 0; i < payload; i++)
        p[8 + i] = i;
    unsigned c = sum(p, 8 + payload, 0);
    p[2] = c >> 8, p[3] = c;
    return 8 + payload;
}
static int udp_header(unsigned char *p, int from, int to, const char *text) {
    int n = strlen(text);
    memcpy(p, (unsigned char[]){from >> 8, from, to >> 8, to, 0, 8 + n, 0, 0}, 8);
    memcpy(p + 8, text, n);
    return 8 + n;
}

TEST(made_and_refused) {
    OWN_NETWORK();
    ERR(socket(AF_INET, SOCK_RAW, 0), EPROTONOSUPPORT);
    ERR(socket(AF_INET6, SOCK_RAW, 0), EPROTONOSUPPORT);
    ERR(socket(AF_INET, SOCK_RAW, 263), EINVAL);
    int s = OK(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP)), v;
    socklen_t len = sizeof v;
    EQ(getsockopt(s, SOL_SOCKET, SO_TYPE, &v, &len), 0);
    EQ(v, SOCK_RAW);
    EQ(getsockopt(s, SOL_SOCKET, SO_PROTOCOL, &v, &len), 0);
    EQ(v, IPPROTO_ICMP);
    EQ(getsockopt(s, SOL_IP, IP_HDRINCL, &v, &len), 0);
    EQ(v, 0);
    ERR(listen(s, 1), EOPNOTSUPP);
    ERR(accept(s, NULL, NULL), EOPNOTSUPP);
    ERR(send(s, buf, 8, 0), EDESTADDRREQ);
    ERR(send(s, buf, 8, MSG_OOB), EOPNOTSUPP);
    struct sockaddr_in a = v4(0x08080808, 0);
    ERR(sendto(s, buf, 8, 0, SA(a)), ENETUNREACH);
    ERR(bind(s, SA(a)), EADDRNOTAVAIL);
    ERR(sendto(s, buf, 8, 0, (void *)&a, 8), EINVAL);
    a = v4(LO, 0);
    ERR(sendto(s, buf, 65600, 0, SA(a)), EMSGSIZE);
    len = sizeof a;
    ERR(getpeername(s, (void *)&a, &len), ENOTCONN);
    int r = OK(socket(AF_INET, SOCK_RAW, IPPROTO_RAW));
    len = sizeof v;
    EQ(getsockopt(r, SOL_IP, IP_HDRINCL, &v, &len), 0);
    EQ(v, 1);
    int p = OK(socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)));
    ERR(socket(AF_PACKET, SOCK_STREAM, 0), ESOCKTNOSUPPORT);
    ERR(listen(p, 1), EOPNOTSUPP);
    ERR(connect(p, SA(a)), EOPNOTSUPP);
}
TEST(without_the_capability) {
    OWN_NETWORK();
    EQ(setresgid(65534, 65534, 65534), 0);
    EQ(setresuid(65534, 65534, 65534), 0);
    ERR(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP), EPERM);
    ERR(socket(AF_INET6, SOCK_RAW, IPPROTO_UDP), EPERM);
    ERR(socket(AF_INET, SOCK_RAW, 0), EPROTONOSUPPORT);
    ERR(socket(AF_PACKET, SOCK_RAW, 0), EPERM);
    ERR(socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP), EACCES);
}
static void check_ip(const unsigned char *p, int n, int proto, unsigned from, unsigned to) {
    const struct iphdr *ip = (void *)p;
    EQ(ip->version, 4);
    EQ(ip->ihl, 5);
    EQ(ntohs(ip->tot_len), n);
    EQ(ip->protocol, proto);
    EQ(ntohl(ip->saddr), from);
    EQ(ntohl(ip->daddr), to);
    EQ(sum(p, 20, 0), 0);
}
TEST(ping) {
    OWN_NETWORK();
    int s = OK(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
    struct sockaddr_in a = v4(LO, 0);
    int len = echo(buf, 8, 0x1234, 7, 56), ttl = 33, tos = 0x10;
    EQ(setsockopt(s, SOL_IP, IP_TTL, &ttl, sizeof ttl), 0);
    EQ(setsockopt(s, SOL_IP, IP_TOS, &tos, sizeof tos), 0);
    EQ(sendto(s, buf, len, 0, SA(a)), len);
    unsigned char got[200];
    EQ(take(s, got, sizeof got), 20 + len); /* the request itself */
    check_ip(got, 20 + len, IPPROTO_ICMP, LO, LO);
    EQ(got[8], 33);
    EQ(got[1], 0x10);
    EQ(memcmp(got + 20, buf, len), 0);
    struct pollfd pf = {s, POLLIN, 0};
    EQ(poll(&pf, 1, 5000), 1);
    socklen_t alen = sizeof a;
    EQ(recvfrom(s, got, sizeof got, 0, (void *)&a, &alen), 20 + len);
    EQ(a.sin_port, 0);
    EQ(ntohl(a.sin_addr.s_addr), LO);
    check_ip(got, 20 + len, IPPROTO_ICMP, LO, LO);
    EQ(got[8], 64);
    EQ(got[20], 0);
    EQ(sum(got + 20, len, 0), 0);
    EQ(memcmp(got + 24, buf + 4, len - 4), 0);
    CHECK(nothing(s));
    /* a wrong checksum is not answered */
    buf[2] ^= 0x55;
    a = v4(LO, 0);
    EQ(sendto(s, buf, len, 0, SA(a)), len);
    EQ(take(s, got, sizeof got), 20 + len);
    CHECK(nothing(s));
}
TEST(ping6) {
    OWN_NETWORK();
    int s = OK(socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6)), on = 1;
    EQ(setsockopt(s, SOL_IPV6, IPV6_RECVHOPLIMIT, &on, sizeof on), 0);
    struct sockaddr_in6 a = v6(0);
    int len = echo(buf, 128, 0x4321, 9, 20);
    buf[2] = buf[3] = 0; /* the kernel's work */
    EQ(sendto(s, buf, len, 0, SA(a)), len);
    unsigned char got[200], control[200];
    EQ(take(s, got, sizeof got), len);
    EQ(got[0], 128);
    struct iovec v = {got, sizeof got};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    EQ(recvmsg(s, &m, 0), len);
    EQ(got[0], 129);
    EQ(memcmp(got + 4, buf + 4, len - 4), 0);
    EQ(sum(got, len, 1 + 1 + len + 58), 0);
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    NEED(c);
    EQ(c->cmsg_level, SOL_IPV6);
    EQ(c->cmsg_type, IPV6_HOPLIMIT);
    EQ(*(int *)CMSG_DATA(c), 64);
    struct icmp6_filter f;
    ICMP6_FILTER_SETBLOCKALL(&f);
    ICMP6_FILTER_SETPASS(129, &f);
    EQ(setsockopt(s, IPPROTO_ICMPV6, ICMP6_FILTER, &f, sizeof f), 0);
    EQ(sendto(s, buf, len, 0, SA(a)), len);
    EQ(take(s, got, sizeof got), len);
    EQ(got[0], 129);
    CHECK(nothing(s));
    int off = 4;
    ERR(setsockopt(s, SOL_IPV6, IPV6_CHECKSUM, &off, sizeof off), EINVAL);
}
TEST(icmp_filter) {
    OWN_NETWORK();
    int s = OK(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP)), u = OK(socket(AF_INET, SOCK_RAW, IPPROTO_UDP));
    unsigned mask = ~(1u << 0), v = 0;
    socklen_t vl = sizeof v;
    EQ(setsockopt(s, SOL_RAW, TYPE_FILTER, &mask, sizeof mask), 0);
    EQ(getsockopt(s, SOL_RAW, TYPE_FILTER, &v, &vl), 0);
    EQ(v, mask);
    ERR(setsockopt(u, SOL_RAW, TYPE_FILTER, &mask, sizeof mask), EOPNOTSUPP);
    struct sockaddr_in a = v4(LO, 0);
    int len = echo(buf, 8, 5, 1, 10);
    EQ(sendto(s, buf, len, 0, SA(a)), len);
    unsigned char got[100];
    EQ(take(s, got, sizeof got), 20 + len);
    EQ(got[20], 0);
    CHECK(nothing(s));
}
TEST(datagrams_sent_and_seen) {
    OWN_NETWORK();
    int port, other, raw = OK(socket(AF_INET, SOCK_RAW, IPPROTO_UDP));
    int u = udp_on(LO, &port), w = udp_on(LO, &other);
    unsigned char p[12];
    udp_header(p, 12345, port, "abcd");
    struct sockaddr_in a = v4(LO, 0);
    EQ(sendto(raw, p, 12, 0, SA(a)), 12);
    socklen_t len = sizeof a;
    struct pollfd pf = {u, POLLIN, 0};
    EQ(poll(&pf, 1, 5000), 1);
    EQ(recvfrom(u, buf, sizeof buf, 0, (void *)&a, &len), 4);
    EQ(ntohs(a.sin_port), 12345);
    EQ(memcmp(buf, "abcd", 4), 0);
    EQ(take(raw, buf, sizeof buf), 32);
    check_ip(buf, 32, IPPROTO_UDP, LO, LO);
    EQ(memcmp(buf + 20, p, 12), 0);
    /* between two others */
    a = v4(LO, port);
    EQ(sendto(w, "hello", 5, 0, SA(a)), 5);
    EQ(take(raw, buf, sizeof buf), 33);
    check_ip(buf, 33, IPPROTO_UDP, LO, LO);
    EQ(buf[20] << 8 | buf[21], other);
    EQ(buf[22] << 8 | buf[23], port);
    EQ(buf[24] << 8 | buf[25], 13);
    EQ(memcmp(buf + 28, "hello", 5), 0);
    EQ(take(u, buf, sizeof buf), 5);
    /* a checksum that is wrong: nobody gets it but the raw socket */
    p[6] = 1, p[7] = 1;
    a = v4(LO, 0);
    EQ(sendto(raw, p, 12, 0, SA(a)), 12);
    EQ(take(raw, buf, sizeof buf), 32);
    CHECK(nothing(u));
}
TEST(nobody_there) {
    OWN_NETWORK();
    int icmp = OK(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP)), u = OK(socket(AF_INET, SOCK_DGRAM, 0));
    struct sockaddr_in a = v4(LO, 9);
    EQ(sendto(u, "abc", 3, 0, SA(a)), 3);
    EQ(take(icmp, buf, sizeof buf), 20 + 8 + 20 + 8 + 3);
    check_ip(buf, 59, IPPROTO_ICMP, LO, LO);
    EQ(buf[20], ICMP_DEST_UNREACH);
    EQ(buf[21], ICMP_PORT_UNREACH);
    EQ(buf[1], 0xc0);
    EQ(sum(buf + 20, 39, 0), 0);
    EQ(buf[28 + 9], IPPROTO_UDP);
    EQ(buf[48 + 2] << 8 | buf[48 + 3], 9);
    EQ(memcmp(buf + 56, "abc", 3), 0);
    /* a protocol that nobody speaks */
    int odd = OK(socket(AF_INET, SOCK_RAW, 200));
    a = v4(LO, 0);
    EQ(sendto(odd, "xyz", 3, 0, SA(a)), 3);
    EQ(take(odd, buf, sizeof buf), 23);
    CHECK(nothing(icmp)); /* somebody listens */
    int one = OK(socket(AF_INET, SOCK_RAW, IPPROTO_RAW));
    struct iphdr ip = {.version = 4, .ihl = 5, .ttl = 5, .protocol = 201, .daddr = htonl(LO)};
    EQ(sendto(one, &ip, 20, 0, SA(a)), 20);
    EQ(take(icmp, buf, sizeof buf), 20 + 8 + 20);
    EQ(buf[20], ICMP_DEST_UNREACH);
    EQ(buf[21], ICMP_PROT_UNREACH);
    CHECK(nothing(one)); /* IPPROTO_RAW only sends */
}
TEST(own_header) {
    OWN_NETWORK();
    int port, on = 1, raw = OK(socket(AF_INET, SOCK_RAW, IPPROTO_UDP));
    int u = udp_on(LO, &port);
    EQ(setsockopt(raw, SOL_IP, IP_HDRINCL, &on, sizeof on), 0);
    unsigned char p[32] = {0x45, 0, 9, 9, 0, 0, 0, 0, 17, 17, [12] = 127, 0, 0, 5, 127, 0, 0, 1};
    udp_header(p + 20, 0x102, port, "wxyz");
    struct sockaddr_in a = v4(LO, 0);
    EQ(sendto(raw, p, 32, 0, SA(a)), 32);
    socklen_t len = sizeof a;
    struct pollfd pf = {u, POLLIN, 0};
    EQ(poll(&pf, 1, 5000), 1);
    EQ(recvfrom(u, buf, sizeof buf, 0, (void *)&a, &len), 4);
    EQ(ntohl(a.sin_addr.s_addr), 0x7f000005);
    EQ(ntohs(a.sin_port), 0x102);
    EQ(take(raw, buf, sizeof buf), 32);
    check_ip(buf, 32, IPPROTO_UDP, 0x7f000005, LO); /* length and checksum were filled in */
    EQ(buf[8], 17);
    a = v4(LO, 0);
    ERR(sendto(raw, p, 10, 0, SA(a)), EINVAL);
    p[0] = 0x4f;
    ERR(sendto(raw, p, 32, 0, SA(a)), EINVAL);
}
TEST(segments) {
    OWN_NETWORK();
    int raw = OK(socket(AF_INET, SOCK_RAW, IPPROTO_TCP)), s = OK(socket(AF_INET, SOCK_STREAM, 0));
    int c = OK(socket(AF_INET, SOCK_STREAM, 0));
    struct sockaddr_in a = v4(LO, 0), to = a;
    socklen_t len = sizeof a;
    EQ(bind(s, SA(a)), 0);
    EQ(getsockname(s, (void *)&a, &len), 0);
    /* to a port where nobody listens: a reset that acknowledges */
    int port = ntohs(a.sin_port);
    unsigned char p[20] = {0x22, 0xb8, port >> 8, port, 0, 0, 1, 0, 0, 0, 0, 0, 0x50, TH_SYN, 4, 0};
    unsigned check = sum(p, 20, pseudo(IPPROTO_TCP, 20));
    p[16] = check >> 8, p[17] = check;
    EQ(sendto(raw, p, 20, 0, SA(to)), 20);
    EQ(take(raw, buf, sizeof buf), 40);
    EQ(take(raw, buf, sizeof buf), 40);
    EQ(buf[33], TH_RST | TH_ACK);
    EQ(ntohl(*(unsigned *)(buf + 28)), 257);
    EQ(sum(buf + 20, 20, pseudo(IPPROTO_TCP, 20)), 0);
    /* a connection of others */
    EQ(listen(s, 1), 0);
    EQ(connect(c, SA(a)), 0);
    unsigned seq = 0;
    static const int flags[3] = {TH_SYN, TH_SYN | TH_ACK, TH_ACK};
    for (int i = 0; i < 3; i++) {
        CHECK(take(raw, buf, sizeof buf) >= 40);
        EQ(buf[33], flags[i]);
        seq = ntohl(*(unsigned *)(buf + 24));
    }
    int d = OK(accept(s, NULL, NULL));
    EQ(send(c, "some bytes", 10, 0), 10);
    int n = take(raw, buf, sizeof buf), off = 20 + (buf[32] >> 4) * 4;
    EQ(n - off, 10);
    EQ(memcmp(buf + off, "some bytes", 10), 0);
    EQ(buf[33], TH_PUSH | TH_ACK);
    EQ(ntohl(*(unsigned *)(buf + 24)), seq);
    EQ(recv(d, buf, 100, 0), 10);
    close(c);
    int fin = 0;
    for (int i = 0; i < 3 && !fin; i++)
        fin = take(raw, buf, sizeof buf) > 0 && (buf[33] & TH_FIN);
    CHECK(fin);
    EQ(ntohl(*(unsigned *)(buf + 24)), seq + 10);
    close(d);
}
TEST(whose_packets) {
    OWN_NETWORK();
    int s = OK(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP)), r = OK(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
    struct sockaddr_in two = v4(0x7f000002, 0), a = v4(LO, 0), b;
    socklen_t len = sizeof b;
    EQ(bind(r, SA(two)), 0);
    EQ(getsockname(r, (void *)&b, &len), 0);
    EQ(ntohl(b.sin_addr.s_addr), 0x7f000002);
    EQ(ntohs(b.sin_port), IPPROTO_ICMP); /* Linux puts the protocol there */
    int n = echo(buf, 0, 5, 1, 10);
    EQ(sendto(s, buf, n, 0, SA(a)), n);
    CHECK(nothing(r));
    EQ(sendto(s, buf, n, 0, SA(two)), n);
    unsigned char got[100];
    EQ(take(r, got, sizeof got), 20 + n);
    EQ(connect(r, SA(a)), 0);
    len = sizeof b;
    ERR(getpeername(r, (void *)&b, &len), ENOTCONN); /* without a port nobody is the peer */
    EQ(send(r, buf, n, 0), n); /* from .2 to .1 */
    EQ(take(s, got, sizeof got), 20 + n);
    EQ(sendto(s, buf, n, 0, SA(two)), n); /* from .1 to .2: is let in */
    EQ(take(r, got, sizeof got), 20 + n);
    ERR(recv(r, got, 5, MSG_DONTWAIT), EAGAIN);
    EQ(sendto(s, buf, n, 0, SA(two)), n);
    EQ(take(r, got, 7), 7); /* cut */
    EQ(shutdown(r, SHUT_RD), 0);
}
static int ping_group(const char *text) {
    int f = open("/proc/sys/net/ipv4/ping_group_range", O_WRONLY), n = -1;
    if (f >= 0)
        n = write(f, text, strlen(text));
    close(f);
    return n;
}
TEST(ping_socket) {
    OWN_NETWORK();
    ERR(socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP), EACCES);
    if (ping_group("0 2147483647") < 0)
        SKIP("ping_group_range cannot be written");
    int s = OK(socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP));
    struct sockaddr_in a = v4(LO, 0), b, from;
    int n = echo(buf, 8, 0xabcd, 3, 16);
    buf[2] = buf[3] = 0;
    EQ(sendto(s, buf, n, 0, SA(a)), n);
    socklen_t len = sizeof b;
    EQ(getsockname(s, (void *)&b, &len), 0);
    CHECK(b.sin_port != 0);
    unsigned char got[100];
    struct pollfd pf = {s, POLLIN, 0};
    EQ(poll(&pf, 1, 5000), 1);
    len = sizeof from;
    EQ(recvfrom(s, got, sizeof got, 0, (void *)&from, &len), n); /* without the header */
    EQ(got[0], 0);
    EQ(got[4] << 8 | got[5], ntohs(b.sin_port));
    EQ(memcmp(got + 6, buf + 6, n - 6), 0);
    EQ(from.sin_port, 0);
    CHECK(nothing(s));
    buf[0] = 14; /* no request */
    ERR(sendto(s, buf, n, 0, SA(a)), EINVAL);
    ERR(sendto(s, buf, 4, 0, SA(a)), EINVAL);
    int t = OK(socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP));
    struct sockaddr_in own = v4(LO, 4242);
    EQ(bind(t, SA(own)), 0);
    n = echo(buf, 8, 1, 3, 16);
    EQ(connect(t, SA(a)), 0);
    EQ(send(t, buf, n, 0), n);
    EQ(take(t, got, sizeof got), n);
    EQ(got[4] << 8 | got[5], 4242);
    int six = OK(socket(AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6));
    struct sockaddr_in6 c = v6(0);
    n = echo(buf, 128, 1, 4, 16);
    EQ(sendto(six, buf, n, 0, SA(c)), n);
    EQ(take(six, got, sizeof got), n);
    EQ(got[0], 129);
    EQ(ping_group("1 0"), 3);
    ERR(socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP), EACCES);
}
static int packet_on_lo(int type, int proto) {
    int s = OK(socket(AF_PACKET, type, htons(proto)));
    struct sockaddr_ll l = {.sll_family = AF_PACKET, .sll_protocol = htons(proto), .sll_ifindex = 1};
    EQ(bind(s, SA(l)), 0);
    return s;
}
TEST(packets_of_lo) {
    OWN_NETWORK();
    int port, u = udp_on(LO, &port);
    int raw = packet_on_lo(SOCK_RAW, ETH_P_ALL), cooked = packet_on_lo(SOCK_DGRAM, ETH_P_IP);
    struct sockaddr_in a = v4(LO, port);
    EQ(sendto(u, "packet", 6, 0, SA(a)), 6);
    struct sockaddr_ll l;
    socklen_t len;
    static const int types[2] = {PACKET_OUTGOING, PACKET_HOST};
    for (int i = 0; i < 2; i++) {
        struct pollfd pf = {raw, POLLIN, 0};
        EQ(poll(&pf, 1, 5000), 1);
        len = sizeof l;
        EQ(recvfrom(raw, buf, sizeof buf, 0, (void *)&l, &len), 14 + 34);
        EQ(l.sll_pkttype, types[i]);
        EQ(l.sll_ifindex, 1);
        EQ(l.sll_hatype, 772);
        EQ(ntohs(l.sll_protocol), ETH_P_IP);
        EQ(l.sll_halen, 6);
        EQ(buf[12] << 8 | buf[13], ETH_P_IP);
        EQ(memcmp(buf + 14 + 28, "packet", 6), 0);
    }
    EQ(take(cooked, buf, sizeof buf), 34); /* of one protocol: only what comes in */
    check_ip(buf, 34, IPPROTO_UDP, LO, LO);
    CHECK(nothing(cooked));
    CHECK(nothing(raw));
    struct tpacket_stats st;
    len = sizeof st;
    EQ(getsockopt(raw, SOL_PACKET, PACKET_STATISTICS, &st, &len), 0);
    EQ(st.tp_packets, 2);
    EQ(st.tp_drops, 0);
    EQ(getsockopt(raw, SOL_PACKET, PACKET_STATISTICS, &st, &len), 0);
    EQ(st.tp_packets, 0);
    len = sizeof l;
    EQ(getsockname(raw, (void *)&l, &len), 0);
    EQ(l.sll_family, AF_PACKET);
    EQ(l.sll_ifindex, 1);
    EQ(ntohs(l.sll_protocol), ETH_P_ALL);
    EQ(l.sll_hatype, 772);
    struct packet_mreq mr = {.mr_ifindex = 1, .mr_type = PACKET_MR_PROMISC};
    EQ(setsockopt(raw, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &mr, sizeof mr), 0);
    EQ(setsockopt(raw, SOL_PACKET, PACKET_DROP_MEMBERSHIP, &mr, sizeof mr), 0);
    ERR(setsockopt(raw, SOL_PACKET, 999, &mr, sizeof mr), ENOPROTOOPT);
    l.sll_ifindex = 77;
    ERR(bind(raw, SA(l)), ENODEV);
}
TEST(packets_sent) {
    OWN_NETWORK();
    int port, u = udp_on(LO, &port), six = OK(socket(AF_INET6, SOCK_DGRAM, 0));
    int cooked = packet_on_lo(SOCK_DGRAM, ETH_P_IP), raw = packet_on_lo(SOCK_RAW, ETH_P_IPV6);
    struct sockaddr_in6 own = v6(0);
    socklen_t len = sizeof own;
    EQ(bind(six, SA(own)), 0);
    EQ(getsockname(six, (void *)&own, &len), 0);
    unsigned char p[32] = {0x45, 0, 0, 32, 0, 1, 0, 0, 64, 17, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1};
    udp_header(p + 20, 0x102, port, "wxyz");
    unsigned c = sum(p, 20, 0);
    p[10] = c >> 8, p[11] = c;
    struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP), .sll_ifindex = 1, .sll_halen = 6};
    EQ(sendto(cooked, p, 32, 0, SA(to)), 32);
    EQ(take(cooked, buf, sizeof buf), 32);
    CHECK(nothing(u)); /* a martian: no packet from outside comes from here */
    unsigned char q[14 + 40 + 12] = {[12] = 0x86, 0xdd, 0x60, [18] = 0, 12, 17, 64, [37] = 1, [53] = 1};
    udp_header(q + 54, 0x102, ntohs(own.sin6_port), "wxyz");
    c = sum(q + 54, 12, 1 + 1 + 17 + 12);
    q[60] = c >> 8, q[61] = c;
    EQ(send(raw, q, sizeof q, 0), sizeof q);
    EQ(take(six, buf, sizeof buf), 4);
    EQ(memcmp(buf, "wxyz", 4), 0);
    ERR(send(raw, q, 10, 0), EINVAL);
    int none = OK(socket(AF_PACKET, SOCK_DGRAM, 0));
    ERR(send(none, p, 32, 0), ENXIO);
    to.sll_ifindex = 77;
    ERR(sendto(none, p, 32, 0, SA(to)), ENXIO);
}
/* Takes UDP over IPv4 to a port (off is where the IP header is). */
static int port_filter(int s, int off, int port) {
    struct sock_filter f[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, off + 9),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 4),
        BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, off),
        BPF_STMT(BPF_LD | BPF_H | BPF_IND, off + 2),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, port, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 40),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    struct sock_fprog p = {sizeof f / sizeof *f, f};
    return setsockopt(s, SOL_SOCKET, SO_ATTACH_FILTER, &p, sizeof p);
}
TEST(filters) {
    OWN_NETWORK();
    int port, other, u = udp_on(LO, &port), w = udp_on(LO, &other);
    int raw = packet_on_lo(SOCK_RAW, ETH_P_IP), plain = OK(socket(AF_INET, SOCK_RAW, IPPROTO_UDP));
    EQ(port_filter(raw, 14, port), 0);
    EQ(port_filter(plain, 0, port), 0);
    struct sockaddr_in a = v4(LO, other), b = v4(LO, port);
    char text[100] = "text";
    EQ(sendto(u, text, 100, 0, SA(a)), 100);
    CHECK(nothing(raw));
    CHECK(nothing(plain));
    EQ(sendto(u, text, 100, 0, SA(b)), 100);
    EQ(take(raw, buf, sizeof buf), 40); /* cut as the filter says */
    EQ(take(plain, buf, sizeof buf), 40);
    EQ(take(u, buf, sizeof buf), 100);
    EQ(take(w, buf, sizeof buf), 100);
    /* of a datagram socket: from the UDP header on */
    struct sock_filter f[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 8),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 'y', 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0xffff),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    struct sock_fprog p = {4, f};
    EQ(setsockopt(u, SOL_SOCKET, SO_ATTACH_FILTER, &p, sizeof p), 0);
    EQ(sendto(w, "no", 2, 0, SA(b)), 2);
    EQ(sendto(w, "yes", 3, 0, SA(b)), 3);
    EQ(take(u, buf, sizeof buf), 3);
    EQ(setsockopt(u, SOL_SOCKET, SO_DETACH_FILTER, &p, sizeof p), 0);
    ERR(setsockopt(u, SOL_SOCKET, SO_DETACH_FILTER, &p, sizeof p), ENOENT);
    EQ(sendto(w, "no", 2, 0, SA(b)), 2);
    EQ(take(u, buf, sizeof buf), 2);
    p.len = 0;
    ERR(setsockopt(u, SOL_SOCKET, SO_ATTACH_FILTER, &p, sizeof p), EINVAL);
    p.len = 2; /* does not end with a return */
    ERR(setsockopt(u, SOL_SOCKET, SO_ATTACH_FILTER, &p, sizeof p), EINVAL);
    p.filter = (void *)8;
    ERR(setsockopt(u, SOL_SOCKET, SO_ATTACH_FILTER, &p, sizeof p), EFAULT);
    ERR(setsockopt(u, SOL_SOCKET, SO_ATTACH_FILTER, &p, 8), EINVAL);
    int one = 1;
    EQ(setsockopt(w, SOL_SOCKET, SO_LOCK_FILTER, &one, sizeof one), 0);
    p = (struct sock_fprog){1, f + 3};
    ERR(setsockopt(w, SOL_SOCKET, SO_ATTACH_FILTER, &p, sizeof p), EPERM);
}
TEST(ring) {
    OWN_NETWORK();
    int port, u = udp_on(LO, &port), s = OK(socket(AF_PACKET, SOCK_RAW, 0)), v = TPACKET_V2;
    socklen_t len = sizeof v;
    EQ(getsockopt(s, SOL_PACKET, PACKET_HDRLEN, &v, &len), 0);
    EQ(v, sizeof(struct tpacket2_hdr));
    v = TPACKET_V2;
    EQ(setsockopt(s, SOL_PACKET, PACKET_VERSION, &v, sizeof v), 0);
    struct tpacket_req r = {.tp_block_size = 4096, .tp_block_nr = 2, .tp_frame_size = 2048, .tp_frame_nr = 5};
    ERR(setsockopt(s, SOL_PACKET, PACKET_RX_RING, &r, sizeof r), EINVAL);
    r.tp_frame_nr = 4;
    CHECK(mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, s, 0) == MAP_FAILED && errno == EINVAL);
    EQ(setsockopt(s, SOL_PACKET, PACKET_RX_RING, &r, sizeof r), 0);
    unsigned char *m = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, s, 0);
    NEED(m != MAP_FAILED);
    struct sockaddr_ll l = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP), .sll_ifindex = 1};
    EQ(bind(s, SA(l)), 0);
    struct sockaddr_in a = v4(LO, port);
    struct pollfd pf = {s, POLLIN, 0};
    EQ(poll(&pf, 1, 0), 0);
    for (int round = 0; round < 6; round++) {
        char text[32];
        int n = sprintf(text, "round %d", round);
        EQ(sendto(u, text, n, 0, SA(a)), n);
        EQ(poll(&pf, 1, 5000), 1);
        struct tpacket2_hdr *h = (void *)(m + round % 4 * 2048);
        CHECK(h->tp_status & TP_STATUS_USER);
        EQ(h->tp_len, 14 + 28 + n);
        EQ(h->tp_snaplen, 14 + 28 + n);
        EQ(memcmp((char *)h + h->tp_mac + 14 + 28, text, n), 0);
        EQ(h->tp_net, h->tp_mac + 14);
        CHECK(h->tp_sec != 0);
        struct sockaddr_ll *from = (void *)((char *)h + TPACKET_ALIGN(sizeof *h));
        EQ(from->sll_family, AF_PACKET);
        EQ(from->sll_pkttype, PACKET_HOST);
        h->tp_status = TP_STATUS_KERNEL;
        EQ(poll(&pf, 1, 0), 0);
    }
    for (int i = 0; i < 6; i++)
        EQ(sendto(u, "full", 4, 0, SA(a)), 4);
    struct tpacket_stats st;
    len = sizeof st;
    EQ(getsockopt(s, SOL_PACKET, PACKET_STATISTICS, &st, &len), 0);
    EQ(st.tp_packets, 12);
    EQ(st.tp_drops, 2);
    v = TPACKET_V2;
    ERR(setsockopt(s, SOL_PACKET, PACKET_VERSION, &v, sizeof v), EBUSY);
    munmap(m, 8192);
    close(s);
}
MAIN()
