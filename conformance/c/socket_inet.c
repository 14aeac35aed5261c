// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -pthread
// TIMEOUT: 60
// AF_INET and AF_INET6 on loopback: TCP, UDP, options, nonblocking connect, shutdown, poll bits, errors.
#include "check.h"
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static int events(int fd, int want, int ms) {
    struct pollfd p = {fd, want, 0};
    int r = poll(&p, 1, ms);
    return r < 0 ? r : p.revents;
}
static struct sockaddr_in in4(int port) {
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    return a;
}
#define SA(a) (struct sockaddr *)&(a), sizeof(a)
static int listener(struct sockaddr_in *a) {
    int l = OK(socket(AF_INET, SOCK_STREAM, 0));
    socklen_t len = sizeof *a;
    *a = in4(0);
    EQ(bind(l, SA(*a)), 0);
    EQ(listen(l, 10), 0);
    EQ(getsockname(l, (void *)a, &len), 0);
    CHECK(ntohs(a->sin_port) > 1023);
    return l;
}
static void pair(int *s) {
    struct sockaddr_in a;
    int l = listener(&a);
    s[0] = OK(socket(AF_INET, SOCK_STREAM, 0));
    EQ(connect(s[0], SA(a)), 0);
    s[1] = OK(accept(l, 0, 0));
    close(l);
}
TEST(tcp) {
    struct sockaddr_in a, p, q;
    socklen_t len = sizeof p;
    int l = listener(&a), c = OK(socket(AF_INET, SOCK_STREAM, 0));
    EQ(events(l, POLLIN, 0), 0);
    EQ(connect(c, SA(a)), 0);
    EQ(events(l, POLLIN, 1000), POLLIN);
    int s = OK(accept(l, (void *)&p, &len));
    EQ(len, (long)sizeof p);
    EQ(getsockname(c, (void *)&q, &len), 0);
    EQ(p.sin_port, q.sin_port);
    EQ(p.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
    EQ(getpeername(c, (void *)&q, &len), 0);
    EQ(q.sin_port, a.sin_port);
    char b[20] = "";
    EQ(send(c, "hello", 5, 0), 5);
    EQ(recv(s, b, 20, 0), 5);
    STREQ(b, "hello");
    EQ(write(s, "back", 4), 4);
    EQ(events(c, POLLIN, 1000), POLLIN);
    EQ(recv(c, b, 2, MSG_PEEK), 2);
    EQ(recv(c, b, 4, MSG_WAITALL), 4);
    EQ(shutdown(c, SHUT_WR), 0);
    EQ(read(s, b, 1), 0);
    EQ(write(s, "x", 1), 1);
    EQ(read(c, b, 1), 1);
    close(s);
    EQ(read(c, b, 1), 0);
    ERR(connect(c, SA(a)), EISCONN);
}
TEST(tcp_refused_and_states) {
    struct sockaddr_in a;
    int l = listener(&a), v = 0;
    socklen_t len = sizeof v;
    char b[2];
    close(l);
    int c = OK(socket(AF_INET, SOCK_STREAM, 0));
    ERR(connect(c, SA(a)), ECONNREFUSED);
    ERR(read(c, b, 1), ENOTCONN);
    signal(SIGPIPE, SIG_IGN);
    ERR(write(c, "x", 1), EPIPE);
    ERR(getpeername(c, (void *)&a, &len), ENOTCONN);
    ERR(accept(c, 0, 0), EINVAL);
    c = OK(socket(AF_INET, SOCK_STREAM, 0));
    EQ(events(c, POLLIN | POLLOUT, 0), POLLOUT | POLLHUP);
    ERR(shutdown(c, SHUT_WR), ENOTCONN);
    ERR(bind(c, (void *)&a, 3), EINVAL);
    a.sin_addr.s_addr = htonl(0x01020304);
    ERR(bind(c, SA(a)), EADDRNOTAVAIL);
    ERR(socket(AF_INET, 77, 0), EINVAL);
    ERR(socket(AF_INET, SOCK_STREAM, IPPROTO_UDP), EPROTONOSUPPORT);
    ERR(socket(99, SOCK_STREAM, 0), EAFNOSUPPORT);
    ERR(bind(0, SA(a)), ENOTSOCK);
    ERR(bind(999, SA(a)), EBADF);
}
TEST(tcp_nonblocking_connect) {
    struct sockaddr_in a;
    int l = listener(&a), c = OK(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)), v = 1;
    socklen_t len = sizeof v;
    int r = connect(c, SA(a));
    CHECK(r == 0 || errno == EINPROGRESS);
    EQ(events(c, POLLOUT, 2000), POLLOUT);
    EQ(getsockopt(c, SOL_SOCKET, SO_ERROR, &v, &len), 0);
    EQ(v, 0);
    EQ(fcntl(l, F_SETFL, O_NONBLOCK), 0);
    EQ(events(l, POLLIN, 2000), POLLIN);
    int s = OK(accept(l, 0, 0));
    CHECK(!(fcntl(s, F_GETFL) & O_NONBLOCK)); /* not inherited */
    ERR(accept(l, 0, 0), EAGAIN);
    close(l);
    c = OK(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    r = connect(c, SA(a));
    CHECK(r == -1 && (errno == EINPROGRESS || errno == ECONNREFUSED));
    if (errno == EINPROGRESS) {
        CHECK(events(c, POLLOUT, 2000) & POLLERR);
        EQ(getsockopt(c, SOL_SOCKET, SO_ERROR, &v, &len), 0);
        EQ(v, ECONNREFUSED);
        EQ(getsockopt(c, SOL_SOCKET, SO_ERROR, &v, &len), 0);
        EQ(v, 0); /* reading clears it */
    }
}
TEST(tcp_reset) {
    int s[2];
    char b[2];
    pair(s);
    struct linger li = {1, 0};
    EQ(setsockopt(s[0], SOL_SOCKET, SO_LINGER, &li, sizeof li), 0);
    close(s[0]);
    msleep(20);
    EQ(events(s[1], POLLIN, 1000) & (POLLIN | POLLERR | POLLHUP), POLLIN | POLLERR | POLLHUP);
    ERR(read(s[1], b, 1), ECONNRESET);
    EQ(read(s[1], b, 1), 0);
    signal(SIGPIPE, SIG_IGN);
    ERR(write(s[1], "x", 1), EPIPE);
}
TEST(tcp_poll_bits) {
    int s[2];
    pair(s);
    EQ(events(s[0], POLLIN | POLLOUT | POLLRDHUP, 0), POLLOUT);
    EQ(shutdown(s[1], SHUT_WR), 0);
    msleep(10);
    EQ(events(s[0], POLLIN | POLLOUT | POLLRDHUP, 0), POLLIN | POLLOUT | POLLRDHUP);
    EQ(shutdown(s[0], SHUT_WR), 0);
    msleep(10);
    EQ(events(s[0], POLLIN | POLLOUT | POLLRDHUP, 0), POLLIN | POLLOUT | POLLRDHUP | POLLHUP);
}
TEST(tcp_flow_control) {
    int s[2];
    static char b[65536];
    pair(s);
    EQ(fcntl(s[0], F_SETFL, O_NONBLOCK), 0);
    EQ(fcntl(s[1], F_SETFL, O_NONBLOCK), 0);
    long n = 0, m = 0, r;
    for (int i = 0; i < 100; i++) {
        while ((r = write(s[0], b, sizeof b)) > 0 && n < 100 << 20)
            n += r;
        if (events(s[0], POLLOUT, 10) == 0)
            break;
    }
    CHECK(n > 65536 && n < 100 << 20);
    while (events(s[1], POLLIN, 300) == POLLIN && (r = read(s[1], b, sizeof b)) > 0)
        m += r;
    EQ(m, n);
    EQ(events(s[0], POLLOUT, 1000), POLLOUT);
}
TEST(tcp_between_processes) {
    struct sockaddr_in a;
    int l = listener(&a);
    pid_t pid;
    CHILD(pid) {
        close(l);
        for (int i = 0; i < 20; i++) {
            int c = OK(socket(AF_INET, SOCK_STREAM, 0));
            EQ(connect(c, SA(a)), 0);
            char b[1000];
            memset(b, i, sizeof b);
            EQ(write(c, b, sizeof b), 1000);
            EQ(shutdown(c, SHUT_WR), 0);
            EQ(read(c, b, 10), 2);
            EQ(read(c, b, 10), 0);
            close(c);
        }
    }
    for (int i = 0; i < 20; i++) {
        int s = OK(accept(l, 0, 0));
        char b[2000];
        long n = 0, r;
        while ((r = read(s, b + n, sizeof b - n)) > 0)
            n += r;
        EQ(n, 1000);
        EQ(b[999], i);
        EQ(write(s, "ok", 2), 2);
        close(s);
    }
    WAIT_EXIT(pid, 0);
}
TEST(tcp_options) {
    struct sockaddr_in a;
    int l = listener(&a), v, s[2];
    socklen_t len = sizeof v;
    pair(s);
    v = 1;
    EQ(setsockopt(s[0], IPPROTO_TCP, TCP_NODELAY, &v, sizeof v), 0);
    v = 0;
    EQ(getsockopt(s[0], IPPROTO_TCP, TCP_NODELAY, &v, &len), 0);
    CHECK(v != 0);
    v = 1;
    EQ(setsockopt(s[0], SOL_SOCKET, SO_KEEPALIVE, &v, sizeof v), 0);
    EQ(setsockopt(s[0], IPPROTO_TCP, TCP_KEEPIDLE, &v, sizeof v), 0);
    EQ(setsockopt(l, SOL_SOCKET, SO_REUSEADDR, &v, sizeof v), 0);
    EQ(getsockopt(l, SOL_SOCKET, SO_REUSEADDR, &v, &len), 0);
    EQ(v, 1);
    v = 50000;
    EQ(setsockopt(s[0], SOL_SOCKET, SO_RCVBUF, &v, sizeof v), 0);
    EQ(getsockopt(s[0], SOL_SOCKET, SO_RCVBUF, &v, &len), 0);
    EQ(v, 100000);
    struct tcp_info ti;
    len = sizeof ti;
    EQ(getsockopt(s[0], IPPROTO_TCP, TCP_INFO, &ti, &len), 0);
    EQ(ti.tcpi_state, 1 /* established */);
    len = 2;
    EQ(getsockopt(s[0], SOL_SOCKET, SO_TYPE, &v, &len), 0);
    len = sizeof v;
    ERR(getsockopt(s[0], IPPROTO_TCP, 9999, &v, &len), ENOPROTOOPT);
    struct timeval t = {0, 30000};
    char c;
    EQ(setsockopt(s[0], SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t), 0);
    ERR(recv(s[0], &c, 1, 0), EAGAIN);
    int d = OK(socket(AF_INET, SOCK_STREAM, 0));
    ERR(bind(d, SA(a)), EADDRINUSE);
    v = 77;
    int n = 0;
    EQ(ioctl(s[1], FIONREAD, &n), 0);
    EQ(n, 0);
}
TEST(udp) {
    struct sockaddr_in a = in4(0), b = in4(0), from;
    socklen_t len = sizeof a;
    int x = OK(socket(AF_INET, SOCK_DGRAM, 0)), y = OK(socket(AF_INET, SOCK_DGRAM, 0));
    char t[20] = "";
    EQ(bind(x, SA(a)), 0);
    EQ(getsockname(x, (void *)&a, &len), 0);
    EQ(bind(y, SA(b)), 0);
    EQ(getsockname(y, (void *)&b, &len), 0);
    EQ(sendto(x, "one", 3, 0, SA(b)), 3);
    EQ(sendto(x, "second", 6, 0, SA(b)), 6);
    EQ(sendto(x, "", 0, 0, SA(b)), 0);
    EQ(events(y, POLLIN, 1000), POLLIN);
    EQ(recvfrom(y, t, 20, 0, (void *)&from, &len), 3);
    EQ(from.sin_port, a.sin_port);
    EQ(recvfrom(y, t, 2, MSG_TRUNC, 0, 0), 6);
    EQ(recv(y, t, 20, 0), 0);
    ERR(recv(y, t, 20, MSG_DONTWAIT), EAGAIN);
    ERR(send(x, "x", 1, 0), EDESTADDRREQ);
    EQ(connect(x, SA(b)), 0);
    EQ(send(x, "conn", 4, 0), 4);
    EQ(recv(y, t, 20, 0), 4);
    EQ(getpeername(x, (void *)&from, &len), 0);
    EQ(from.sin_port, b.sin_port);
    close(y);
    send(x, "lost", 4, 0);
    msleep(20);
    ERR(recv(x, t, 20, MSG_DONTWAIT), ECONNREFUSED); /* the error of an ICMP message */
    static char big[70000];
    y = OK(socket(AF_INET, SOCK_DGRAM, 0));
    ERR(sendto(y, big, sizeof big, 0, SA(a)), EMSGSIZE);
    EQ(sendto(y, big, 60000, 0, SA(a)), 60000);
}
TEST(udp_self_and_broadcast) {
    struct sockaddr_in a = in4(0);
    socklen_t len = sizeof a;
    int x = OK(socket(AF_INET, SOCK_DGRAM, 0));
    EQ(bind(x, SA(a)), 0);
    EQ(getsockname(x, (void *)&a, &len), 0);
    EQ(connect(x, SA(a)), 0);
    char b[5];
    EQ(send(x, "me", 2, 0), 2);
    EQ(recv(x, b, 5, 0), 2);
    a.sin_family = AF_UNSPEC;
    EQ(connect(x, SA(a)), 0); /* dissolves the association */
    ERR(send(x, "me", 2, 0), EDESTADDRREQ);
}
TEST(inet6) {
    struct sockaddr_in6 a = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT}, p;
    socklen_t len = sizeof a;
    int l = socket(AF_INET6, SOCK_STREAM, 0);
    if (l == -1 && errno == EAFNOSUPPORT)
        SKIP("no IPv6");
    if (bind(l, SA(a)) == -1 && errno == EADDRNOTAVAIL)
        SKIP("no ::1");
    EQ(listen(l, 5), 0);
    EQ(getsockname(l, (void *)&a, &len), 0);
    int c = OK(socket(AF_INET6, SOCK_STREAM, 0));
    EQ(connect(c, SA(a)), 0);
    int s = OK(accept(l, (void *)&p, &len));
    CHECK(IN6_IS_ADDR_LOOPBACK(&p.sin6_addr));
    char b[5];
    EQ(write(c, "six", 3), 3);
    EQ(read(s, b, 5), 3);
    /* a dual-stack listener takes IPv4 */
    struct sockaddr_in6 any = {.sin6_family = AF_INET6};
    l = OK(socket(AF_INET6, SOCK_STREAM, 0));
    EQ(bind(l, SA(any)), 0);
    EQ(listen(l, 5), 0);
    EQ(getsockname(l, (void *)&any, &len), 0);
    struct sockaddr_in four = in4(ntohs(any.sin6_port));
    c = OK(socket(AF_INET, SOCK_STREAM, 0));
    EQ(connect(c, SA(four)), 0);
    len = sizeof p;
    s = OK(accept(l, (void *)&p, &len));
    CHECK(IN6_IS_ADDR_V4MAPPED(&p.sin6_addr));
    int v = 1;
    EQ(setsockopt(OK(socket(AF_INET6, SOCK_STREAM, 0)), IPPROTO_IPV6, IPV6_V6ONLY, &v, sizeof v), 0);
}
TEST(any_address_and_reuse) {
    struct sockaddr_in a = in4(0);
    socklen_t len = sizeof a;
    a.sin_addr.s_addr = 0;
    int l = OK(socket(AF_INET, SOCK_STREAM, 0)), one = 1;
    EQ(setsockopt(l, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one), 0);
    EQ(bind(l, SA(a)), 0);
    EQ(listen(l, 1), 0);
    EQ(getsockname(l, (void *)&a, &len), 0);
    EQ(a.sin_addr.s_addr, 0);
    int c = OK(socket(AF_INET, SOCK_STREAM, 0));
    EQ(connect(c, SA(a)), 0); /* 0.0.0.0 means this host */
    int s = OK(accept(l, 0, 0));
    close(s);
    close(c);
    close(l);
    l = OK(socket(AF_INET, SOCK_STREAM, 0));
    EQ(setsockopt(l, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one), 0);
    EQ(bind(l, SA(a)), 0);
    int r1 = OK(socket(AF_INET, SOCK_DGRAM, 0)), r2 = OK(socket(AF_INET, SOCK_DGRAM, 0));
    EQ(setsockopt(r1, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one), 0);
    EQ(setsockopt(r2, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one), 0);
    struct sockaddr_in u = in4(0);
    EQ(bind(r1, SA(u)), 0);
    EQ(getsockname(r1, (void *)&u, &len), 0);
    EQ(bind(r2, SA(u)), 0);
}
TEST(privileged_port) {
    struct sockaddr_in a = in4(77);
    if (geteuid() != 0)
        SKIP("needs root");
    pid_t pid;
    CHILD(pid) {
        EQ(setresuid(1000, 1000, 1000), 0);
        int s = OK(socket(AF_INET, SOCK_STREAM, 0));
        ERR(bind(s, SA(a)), EACCES);
    }
    WAIT_EXIT(pid, 0);
    int s = OK(socket(AF_INET, SOCK_STREAM, 0));
    EQ(bind(s, SA(a)), 0);
}
TEST(interfaces) {
    struct ifreq r = {.ifr_name = "lo"};
    int s = OK(socket(AF_INET, SOCK_DGRAM, 0));
    EQ(ioctl(s, SIOCGIFFLAGS, &r), 0);
    CHECK((r.ifr_flags & (IFF_UP | IFF_LOOPBACK)) == (IFF_UP | IFF_LOOPBACK));
    EQ(ioctl(s, SIOCGIFADDR, &r), 0);
    EQ(((struct sockaddr_in *)&r.ifr_addr)->sin_addr.s_addr, htonl(INADDR_LOOPBACK));
    EQ(ioctl(s, SIOCGIFINDEX, &r), 0);
    EQ(r.ifr_ifindex, 1);
    strcpy(r.ifr_name, "none0");
    ERR(ioctl(s, SIOCGIFFLAGS, &r), ENODEV);
    EQ(if_nametoindex("lo"), 1);
    struct ifaddrs *list = 0;
    EQ(getifaddrs(&list), 0); /* by netlink */
    int lo = 0;
    for (struct ifaddrs *i = list; i; i = i->ifa_next)
        lo |= !strcmp(i->ifa_name, "lo") && i->ifa_addr && i->ifa_addr->sa_family == AF_INET;
    EQ(lo, 1);
}
TEST(getaddrinfo_local) {
    struct addrinfo h = {.ai_socktype = SOCK_STREAM}, *r = 0;
    EQ(getaddrinfo("127.0.0.1", "80", &h, &r), 0);
    NEED(r);
    EQ(((struct sockaddr_in *)r->ai_addr)->sin_port, htons(80));
    EQ(getaddrinfo("localhost", 0, &h, &r), 0);
}
MAIN()
