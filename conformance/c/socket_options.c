// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// TIMEOUT: 60
// Options of sockets that servers set: values, defaults, errors; families and protocols that are not there.
#include "check.h"
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif
#define SA(a) (struct sockaddr *)&(a), sizeof(a)

static int give(int s, int level, int name, int v) {
    return setsockopt(s, level, name, &v, sizeof v);
}
static int value(int s, int level, int name) {
    int v = -12345;
    socklen_t len = sizeof v;
    return getsockopt(s, level, name, &v, &len) < 0 ? -errno : v;
}
TEST(identity) {
    int t = OK(socket(AF_INET, SOCK_STREAM, 0)), u = OK(socket(AF_INET6, SOCK_DGRAM, 0)), x = OK(socket(AF_UNIX, SOCK_SEQPACKET, 0));
    EQ(value(t, SOL_SOCKET, SO_DOMAIN), AF_INET);
    EQ(value(t, SOL_SOCKET, SO_TYPE), SOCK_STREAM);
    EQ(value(t, SOL_SOCKET, SO_PROTOCOL), IPPROTO_TCP);
    EQ(value(u, SOL_SOCKET, SO_DOMAIN), AF_INET6);
    EQ(value(u, SOL_SOCKET, SO_PROTOCOL), IPPROTO_UDP);
    EQ(value(x, SOL_SOCKET, SO_PROTOCOL), 0);
    EQ(value(x, SOL_SOCKET, SO_TYPE), SOCK_SEQPACKET);
    EQ(value(t, SOL_SOCKET, SO_ACCEPTCONN), 0);
    ERR(give(t, SOL_SOCKET, SO_TYPE, 1), ENOPROTOOPT);
    ERR(give(t, SOL_SOCKET, SO_ACCEPTCONN, 1), ENOPROTOOPT);
    ERR(give(t, SOL_SOCKET, SO_ERROR, 1), ENOPROTOOPT);
    ERR(give(t, SOL_SOCKET, 9999, 1), ENOPROTOOPT);
    EQ(value(t, SOL_SOCKET, 9999), -ENOPROTOOPT);
    EQ(value(t, 12345, 1), -EOPNOTSUPP);
    ERR(give(t, 12345, 1, 1), ENOPROTOOPT);
    EQ(value(x, SOL_TCP, TCP_NODELAY), -EOPNOTSUPP);
    ERR(give(x, SOL_TCP, TCP_NODELAY, 1), EOPNOTSUPP);
    EQ(value(u, SOL_TCP, TCP_NODELAY), -ENOPROTOOPT);
    ERR(give(u, SOL_TCP, TCP_NODELAY, 1), ENOPROTOOPT);
}
TEST(lengths) {
    int t = OK(socket(AF_INET, SOCK_STREAM, 0)), one = 1;
    char c = 1;
    socklen_t len = 2;
    ERR(setsockopt(t, SOL_SOCKET, SO_REUSEADDR, &c, 1), EINVAL);
    ERR(setsockopt(t, SOL_TCP, TCP_NODELAY, &c, 1), EINVAL);
    ERR(setsockopt(t, SOL_SOCKET, SO_REUSEADDR, (void *)8, 4), EFAULT);
    ERR(setsockopt(t, SOL_SOCKET, SO_REUSEADDR, &one, -1), EINVAL);
    ERR(setsockopt(99, SOL_SOCKET, SO_REUSEADDR, &one, 4), EBADF);
    ERR(setsockopt(0, SOL_SOCKET, SO_REUSEADDR, &one, 4), ENOTSOCK);
    EQ(setsockopt(t, IPPROTO_IP, IP_TOS, &c, 1), 0);
    unsigned short two = 0xffff;
    EQ(getsockopt(t, SOL_SOCKET, SO_TYPE, &two, &len), 0);
    EQ(len, 2);
    EQ(two, SOCK_STREAM);
    len = -1;
    ERR(getsockopt(t, SOL_SOCKET, SO_TYPE, &one, &len), EINVAL);
    len = 4;
    ERR(getsockopt(t, SOL_SOCKET, SO_TYPE, (void *)8, &len), EFAULT);
    ERR(getsockopt(t, SOL_SOCKET, SO_TYPE, &one, (void *)8), EFAULT);
}
TEST(plain_values) {
    int t = OK(socket(AF_INET, SOCK_STREAM, 0));
    static const int flags[] = {SO_REUSEADDR, SO_REUSEPORT, SO_KEEPALIVE, SO_DONTROUTE, SO_OOBINLINE, SO_BROADCAST};
    for (unsigned i = 0; i < sizeof flags / sizeof *flags; i++) {
        EQ(value(t, SOL_SOCKET, flags[i]), 0);
        EQ(give(t, SOL_SOCKET, flags[i], 5), 0);
        EQ(value(t, SOL_SOCKET, flags[i]), 1);
    }
    EQ(give(t, SOL_SOCKET, SO_PRIORITY, 6), 0);
    EQ(value(t, SOL_SOCKET, SO_PRIORITY), 6);
    EQ(value(t, SOL_SOCKET, SO_MARK), 0);
    EQ(value(t, SOL_SOCKET, SO_RCVLOWAT), 1);
    EQ(give(t, SOL_SOCKET, SO_RCVLOWAT, 0), 0);
    EQ(value(t, SOL_SOCKET, SO_RCVLOWAT), 1);
    EQ(give(t, SOL_SOCKET, SO_RCVLOWAT, 100), 0);
    EQ(value(t, SOL_SOCKET, SO_RCVLOWAT), 100);
    ERR(give(t, SOL_SOCKET, SO_SNDLOWAT, 1), ENOPROTOOPT);
    EQ(give(t, SOL_SOCKET, SO_SNDBUF, 5000), 0);
    EQ(value(t, SOL_SOCKET, SO_SNDBUF), 10000);
    EQ(give(t, SOL_SOCKET, SO_RCVBUF, 1), 0);
    EQ(value(t, SOL_SOCKET, SO_RCVBUF), 2304);
    struct linger l = {1, 7};
    socklen_t len = sizeof l;
    EQ(setsockopt(t, SOL_SOCKET, SO_LINGER, &l, sizeof l), 0);
    memset(&l, 0, sizeof l);
    EQ(getsockopt(t, SOL_SOCKET, SO_LINGER, &l, &len), 0);
    EQ(l.l_onoff, 1);
    EQ(l.l_linger, 7);
    ERR(setsockopt(t, SOL_SOCKET, SO_LINGER, &l, 4), EINVAL);
    CHECK(value(t, SOL_SOCKET, SO_INCOMING_CPU) >= -1);
}
TEST(timeouts) {
    int t = OK(socket(AF_INET, SOCK_DGRAM, 0));
    struct timeval v = {3, 250000};
    socklen_t len = sizeof v;
    EQ(setsockopt(t, SOL_SOCKET, SO_RCVTIMEO, &v, sizeof v), 0);
    memset(&v, 0, sizeof v);
    EQ(getsockopt(t, SOL_SOCKET, SO_RCVTIMEO, &v, &len), 0);
    EQ(v.tv_sec, 3);
    CHECK(v.tv_usec >= 250000 && v.tv_usec < 260000);
    v.tv_usec = 1000000;
    ERR(setsockopt(t, SOL_SOCKET, SO_RCVTIMEO, &v, sizeof v), EDOM);
    ERR(setsockopt(t, SOL_SOCKET, SO_RCVTIMEO, &v, 8), EINVAL);
    v.tv_sec = 0, v.tv_usec = 20000;
    EQ(setsockopt(t, SOL_SOCKET, SO_RCVTIMEO, &v, sizeof v), 0);
    char b;
    ERR(recv(t, &b, 1, 0), EAGAIN);
}
TEST(privileged) {
    int t = OK(socket(AF_INET, SOCK_STREAM, 0));
    if (geteuid() != 0)
        SKIP("needs root");
    EQ(give(t, SOL_SOCKET, SO_MARK, 17), 0);
    EQ(value(t, SOL_SOCKET, SO_MARK), 17);
    EQ(give(t, SOL_SOCKET, SO_RCVBUFFORCE, 10000), 0);
    EQ(value(t, SOL_SOCKET, SO_RCVBUF), 20000);
    pid_t pid;
    CHILD(pid) {
        EQ(setresuid(1000, 1000, 1000), 0);
        ERR(give(t, SOL_SOCKET, SO_MARK, 17), EPERM);
        ERR(give(t, SOL_SOCKET, SO_PRIORITY, 7), EPERM);
        EQ(give(t, SOL_SOCKET, SO_PRIORITY, 5), 0);
        ERR(give(t, SOL_SOCKET, SO_RCVBUFFORCE, 10000), EPERM);
        ERR(give(t, SOL_SOCKET, SO_DEBUG, 1), EACCES);
        ERR(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP), EPERM);
        ERR(socket(AF_INET6, SOCK_RAW, IPPROTO_TCP), EPERM);
    }
    WAIT_EXIT(pid, 0);
}
TEST(bind_to_device) {
    int t = OK(socket(AF_INET, SOCK_DGRAM, 0));
    char name[32] = "x";
    socklen_t len = sizeof name;
    EQ(getsockopt(t, SOL_SOCKET, SO_BINDTODEVICE, name, &len), 0);
    EQ(len, 0);
    ERR(setsockopt(t, SOL_SOCKET, SO_BINDTODEVICE, "none0", 6), ENODEV);
    EQ(setsockopt(t, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3), 0);
    len = sizeof name;
    EQ(getsockopt(t, SOL_SOCKET, SO_BINDTODEVICE, name, &len), 0);
    EQ(len, 3);
    EQ(strcmp(name, "lo"), 0);
    len = 8;
    ERR(getsockopt(t, SOL_SOCKET, SO_BINDTODEVICE, name, &len), EINVAL);
    EQ(setsockopt(t, SOL_SOCKET, SO_BINDTODEVICE, "", 0), 0);
    len = sizeof name;
    EQ(getsockopt(t, SOL_SOCKET, SO_BINDTODEVICE, name, &len), 0);
    EQ(len, 0);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    EQ(setsockopt(t, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3), 0);
    EQ(bind(t, SA(a)), 0);
}
TEST(tcp_values) {
    int t = OK(socket(AF_INET, SOCK_STREAM, 0));
    static const int flags[] = {TCP_NODELAY, TCP_CORK};
    for (unsigned i = 0; i < sizeof flags / sizeof *flags; i++) {
        EQ(value(t, SOL_TCP, flags[i]), 0);
        EQ(give(t, SOL_TCP, flags[i], 1), 0);
        EQ(value(t, SOL_TCP, flags[i]), 1);
    }
    EQ(value(t, SOL_TCP, TCP_KEEPIDLE), 7200);
    EQ(value(t, SOL_TCP, TCP_KEEPINTVL), 75);
    EQ(value(t, SOL_TCP, TCP_KEEPCNT), 9);
    EQ(give(t, SOL_TCP, TCP_KEEPIDLE, 30), 0);
    EQ(value(t, SOL_TCP, TCP_KEEPIDLE), 30);
    ERR(give(t, SOL_TCP, TCP_KEEPIDLE, 0), EINVAL);
    ERR(give(t, SOL_TCP, TCP_KEEPIDLE, 32768), EINVAL);
    ERR(give(t, SOL_TCP, TCP_KEEPCNT, 128), EINVAL);
    ERR(give(t, SOL_TCP, TCP_KEEPINTVL, 0), EINVAL);
    EQ(give(t, SOL_TCP, TCP_USER_TIMEOUT, 4000), 0);
    EQ(value(t, SOL_TCP, TCP_USER_TIMEOUT), 4000);
    ERR(give(t, SOL_TCP, TCP_USER_TIMEOUT, -1), EINVAL);
    EQ(give(t, SOL_TCP, TCP_DEFER_ACCEPT, 3), 0);
    CHECK(value(t, SOL_TCP, TCP_DEFER_ACCEPT) >= 3);
    EQ(give(t, SOL_TCP, TCP_FASTOPEN, 5), 0);
    EQ(value(t, SOL_TCP, TCP_FASTOPEN), 5);
    ERR(give(t, SOL_TCP, TCP_FASTOPEN, -1), EINVAL);
    ERR(give(t, SOL_TCP, TCP_MAXSEG, 40), EINVAL);
    EQ(give(t, SOL_TCP, TCP_MAXSEG, 1000), 0);
    EQ(give(t, SOL_TCP, TCP_NOTSENT_LOWAT, 16384), 0);
    EQ(value(t, SOL_TCP, TCP_NOTSENT_LOWAT), 16384);
    EQ(give(t, SOL_TCP, TCP_QUICKACK, 1), 0);
    EQ(value(t, SOL_TCP, TCP_QUICKACK), 1);
    EQ(give(t, SOL_TCP, TCP_LINGER2, 10), 0);
    EQ(value(t, SOL_TCP, TCP_LINGER2), 10);
    EQ(give(t, SOL_TCP, TCP_SYNCNT, 3), 0);
    ERR(give(t, SOL_TCP, TCP_SYNCNT, 0), EINVAL);
    ERR(give(t, SOL_TCP, 999, 1), ENOPROTOOPT);
    char name[16] = "";
    socklen_t len = sizeof name;
    EQ(getsockopt(t, SOL_TCP, TCP_CONGESTION, name, &len), 0);
    CHECK(strlen(name) > 2);
    EQ(setsockopt(t, SOL_TCP, TCP_CONGESTION, "reno", 4), 0);
    EQ(getsockopt(t, SOL_TCP, TCP_CONGESTION, name, &len), 0);
    EQ(strcmp(name, "reno"), 0);
    ERR(setsockopt(t, SOL_TCP, TCP_CONGESTION, "nosuch", 6), ENOENT);
    ERR(setsockopt(t, SOL_TCP, TCP_CONGESTION, "", 0), EINVAL);
    struct tcp_info i;
    len = sizeof i;
    EQ(getsockopt(t, SOL_TCP, TCP_INFO, &i, &len), 0);
    EQ(i.tcpi_state, TCP_CLOSE);
}
TEST(ip_values) {
    int u = OK(socket(AF_INET, SOCK_DGRAM, 0));
    EQ(value(u, IPPROTO_IP, IP_TTL), 64);
    EQ(give(u, IPPROTO_IP, IP_TTL, 9), 0);
    EQ(value(u, IPPROTO_IP, IP_TTL), 9);
    ERR(give(u, IPPROTO_IP, IP_TTL, 256), EINVAL);
    ERR(give(u, IPPROTO_IP, IP_TTL, 0), EINVAL);
    EQ(give(u, IPPROTO_IP, IP_TOS, 0x10), 0);
    EQ(value(u, IPPROTO_IP, IP_TOS), 0x10);
    EQ(value(u, IPPROTO_IP, IP_MULTICAST_TTL), 1);
    EQ(value(u, IPPROTO_IP, IP_MULTICAST_LOOP), 1);
    ERR(give(u, IPPROTO_IP, IP_MULTICAST_TTL, 256), EINVAL);
    static const int flags[] = {IP_PKTINFO, IP_RECVTTL, IP_RECVTOS, IP_RECVERR, IP_FREEBIND, IP_RECVORIGDSTADDR};
    for (unsigned i = 0; i < sizeof flags / sizeof *flags; i++) {
        EQ(value(u, IPPROTO_IP, flags[i]), 0);
        EQ(give(u, IPPROTO_IP, flags[i], 1), 0);
        EQ(value(u, IPPROTO_IP, flags[i]), 1);
    }
    EQ(give(u, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO), 0);
    EQ(value(u, IPPROTO_IP, IP_MTU_DISCOVER), IP_PMTUDISC_DO);
    ERR(give(u, IPPROTO_IP, IP_MTU_DISCOVER, 9), EINVAL);
    EQ(value(u, IPPROTO_IP, IP_MTU), -ENOTCONN);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    EQ(connect(u, SA(a)), 0);
    CHECK(value(u, IPPROTO_IP, IP_MTU) >= 65535);
    ERR(give(u, IPPROTO_IP, 999, 1), ENOPROTOOPT);
    EQ(value(u, IPPROTO_IPV6, IPV6_V6ONLY), -EOPNOTSUPP);
    ERR(give(u, IPPROTO_IPV6, IPV6_V6ONLY, 1), ENOPROTOOPT);
}
TEST(ipv6_values) {
    int u = OK(socket(AF_INET6, SOCK_DGRAM, 0));
    EQ(value(u, IPPROTO_IPV6, IPV6_UNICAST_HOPS), 64);
    EQ(give(u, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 9), 0);
    EQ(value(u, IPPROTO_IPV6, IPV6_UNICAST_HOPS), 9);
    EQ(give(u, IPPROTO_IPV6, IPV6_UNICAST_HOPS, -1), 0);
    EQ(value(u, IPPROTO_IPV6, IPV6_UNICAST_HOPS), 64);
    ERR(give(u, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 256), EINVAL);
    EQ(give(u, IPPROTO_IPV6, IPV6_TCLASS, 0x20), 0);
    EQ(value(u, IPPROTO_IPV6, IPV6_TCLASS), 0x20);
    ERR(give(u, IPPROTO_IPV6, IPV6_TCLASS, 256), EINVAL);
    static const int flags[] = {IPV6_RECVPKTINFO, IPV6_RECVHOPLIMIT, IPV6_RECVTCLASS, IPV6_RECVERR, IPV6_V6ONLY};
    for (unsigned i = 0; i < sizeof flags / sizeof *flags; i++) {
        EQ(value(u, IPPROTO_IPV6, flags[i]), 0);
        EQ(give(u, IPPROTO_IPV6, flags[i], 1), 0);
        EQ(value(u, IPPROTO_IPV6, flags[i]), 1);
    }
    EQ(value(u, IPPROTO_IPV6, IPV6_MULTICAST_LOOP), 1);
    EQ(value(u, IPPROTO_IPV6, IPV6_MULTICAST_HOPS), 1);
    struct sockaddr_in6 a = {.sin6_family = AF_INET6};
    EQ(bind(u, SA(a)), 0);
    ERR(give(u, IPPROTO_IPV6, IPV6_V6ONLY, 0), EINVAL);
    ERR(give(u, IPPROTO_IPV6, 999, 1), ENOPROTOOPT);
    EQ(value(u, IPPROTO_IP, IP_TTL), 64); /* for addresses of the other family */
}
/* What an option is after it was set. */
static int after(int s, int level, int name, int v) {
    return give(s, level, name, v) == 0 ? value(s, level, name) : -errno;
}
TEST(bounds_of_tcp) {
    int t = OK(socket(AF_INET, SOCK_STREAM, 0));
    EQ(after(t, SOL_TCP, TCP_LINGER2, 0), 60);
    EQ(after(t, SOL_TCP, TCP_LINGER2, 1000), 120);
    EQ(after(t, SOL_TCP, TCP_DEFER_ACCEPT, 2), 3);
    EQ(after(t, SOL_TCP, TCP_DEFER_ACCEPT, 1000), 1087);
    EQ(after(t, SOL_TCP, TCP_DEFER_ACCEPT, -1), 0);
    EQ(after(t, SOL_TCP, TCP_WINDOW_CLAMP, 1), 1152);
    int strict[] = {TCP_THIN_LINEAR_TIMEOUTS, TCP_FASTOPEN_CONNECT, TCP_FASTOPEN_NO_COOKIE, TCP_INQ};
    for (unsigned i = 0; i < sizeof strict / sizeof *strict; i++) {
        EQ(after(t, SOL_TCP, strict[i], 1), 1);
        EQ(after(t, SOL_TCP, strict[i], 2), -EINVAL);
    }
    EQ(after(t, SOL_TCP, TCP_SAVE_SYN, 2), 2);
    EQ(after(t, SOL_TCP, TCP_SAVE_SYN, 3), -EINVAL);
    char b[64];
    int none[] = {TCP_ULP, TCP_SAVED_SYN, TCP_FASTOPEN_KEY};
    for (unsigned i = 0; i < sizeof none / sizeof *none; i++) {
        socklen_t n = sizeof b;
        EQ(getsockopt(t, SOL_TCP, none[i], b, &n), 0);
        EQ(n, 0);
    }
    EQ(after(t, SOL_IP, IP_TOS, 255), 252);
    ERR(give(t, SOL_IP, IP_MULTICAST_TTL, 3), EINVAL);
    ERR(give(t, SOL_IP, IP_RECVFRAGSIZE, 1), EINVAL);
}
TEST(bounds_of_all) {
    int u = OK(socket(AF_INET, SOCK_DGRAM, 0)), v6 = OK(socket(AF_INET6, SOCK_DGRAM, 0));
    EQ(after(u, SOL_IP, IP_TOS, 255), 255);
    EQ(after(u, SOL_IP, IP_MINTTL, 255), 255);
    EQ(after(u, SOL_IP, IP_MINTTL, 256), -EINVAL);
    EQ(after(u, SOL_IP, IP_MULTICAST_ALL, 2), -EINVAL);
    EQ(after(u, SOL_IP, IP_RECVERR_RFC4884, 1), 1);
    EQ(after(u, SOL_IP, IP_PASSSEC, 1), 1);
    ERR(give(u, SOL_IP, IP_NODEFRAG, 1), ENOPROTOOPT);
    ERR(give(u, SOL_IP, IP_ROUTER_ALERT, 1), EINVAL);
    ERR(give(u, SOL_IP, IP_UNICAST_IF, htonl(4000)), EADDRNOTAVAIL);
    EQ(after(u, SOL_IP, IP_UNICAST_IF, htonl(1)), (int)htonl(1));
    EQ(after(v6, SOL_IPV6, IPV6_MULTICAST_LOOP, 2), -EINVAL);
    EQ(after(v6, SOL_IPV6, IPV6_MTU_DISCOVER, 6), -EINVAL);
    EQ(after(v6, SOL_IPV6, IPV6_MINHOPCOUNT, 256), -EINVAL);
    EQ(after(v6, SOL_IPV6, IPV6_2292HOPLIMIT, 7), 1);
    ERR(give(v6, SOL_IPV6, IPV6_MTU, 1279), EINVAL);
    ERR(give(v6, SOL_IPV6, IPV6_UNICAST_IF, htonl(4000)), EADDRNOTAVAIL);
    int t6 = OK(socket(AF_INET6, SOCK_STREAM, 0));
    ERR(give(t6, SOL_IPV6, IPV6_MULTICAST_HOPS, 3), ENOPROTOOPT);
    EQ(after(t6, SOL_IPV6, IPV6_TCLASS, 255), 252);
    EQ(after(u, SOL_SOCKET, SO_BUSY_POLL, -1), -EINVAL);
    EQ(after(u, SOL_SOCKET, SO_BUF_LOCK, 4), -EINVAL);
    EQ(after(u, SOL_SOCKET, SO_PREFER_BUSY_POLL, 7), 1);
    EQ(value(t6, SOL_SOCKET, SO_TXREHASH), 1);
    EQ(after(t6, SOL_SOCKET, SO_TXREHASH, 0), 0);
    EQ(after(t6, SOL_SOCKET, SO_TXREHASH, 2), -EINVAL);
    EQ(after(u, SOL_SOCKET, SO_MAX_PACING_RATE, 0), 0);
    EQ(value(u, SOL_SOCKET, SO_PEERGROUPS), -ENODATA);
    socklen_t n = 28;
    char b[28];
    ERR(getsockopt(u, SOL_SOCKET, SO_PEERNAME, b, &n), ENOTCONN);
    n = 8;
    EQ(getsockopt(u, SOL_SOCKET, SO_GET_FILTER, b, &n), 0);
    EQ(n, 0);
}
TEST(peers) {
    int s[2];
    EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
    struct ucred c;
    socklen_t len = sizeof c;
    EQ(getsockopt(s[0], SOL_SOCKET, SO_PEERCRED, &c, &len), 0);
    EQ(c.pid, getpid());
    EQ(c.uid, geteuid());
    int fd = -1;
    len = sizeof fd;
    if (getsockopt(s[0], SOL_SOCKET, SO_PEERPIDFD, &fd, &len) == 0) { /* Linux 6.5 */
        CHECK(fd > 2);
        CHECK(fcntl(fd, F_GETFD) & FD_CLOEXEC);
        EQ(syscall(SYS_pidfd_send_signal, fd, 0, 0, 0), 0);
    } else {
        EQ(errno, ENOPROTOOPT);
    }
    int t = OK(socket(AF_INET, SOCK_STREAM, 0));
    len = sizeof c;
    int r = getsockopt(t, SOL_SOCKET, SO_PEERCRED, &c, &len);
    CHECK(r == 0 && c.pid == 0 && (int)c.uid == -1);
    gid_t groups[100];
    len = sizeof groups;
    EQ(getsockopt(s[0], SOL_SOCKET, SO_PEERGROUPS, groups, &len), 0);
    EQ(len % sizeof(gid_t), 0);
}
TEST(families) {
    ERR(socket(-1, SOCK_STREAM, 0), EAFNOSUPPORT);
    ERR(socket(AF_INET, 99, 0), EINVAL);
    ERR(socket(AF_APPLETALK, SOCK_DGRAM, 0), EAFNOSUPPORT);
    ERR(socket(AF_INET, SOCK_STREAM, IPPROTO_UDP), EPROTONOSUPPORT);
    ERR(socket(AF_INET, SOCK_DGRAM, IPPROTO_TCP), EPROTONOSUPPORT);
    ERR(socket(AF_INET, SOCK_SEQPACKET, 0), ESOCKTNOSUPPORT);
    ERR(socket(AF_UNIX, SOCK_RDM, 0), ESOCKTNOSUPPORT);
    ERR(socket(AF_INET, SOCK_STREAM, 999), EINVAL);
    ERR(socket(AF_UNIX, SOCK_STREAM, 7), EPROTONOSUPPORT);
    int s[2];
    ERR(socketpair(AF_INET, SOCK_STREAM, 0, s), EOPNOTSUPP);
    ERR(socketpair(AF_UNIX, SOCK_STREAM, 0, (void *)8), EFAULT);
    ERR(socket(AF_INET, SOCK_STREAM | 0x10000, 0), EINVAL);
}
MAIN()
