// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// TIMEOUT: 60
// Rarer options of sockets: offloads of UDP, pidfds of peers, time stamps, fast open, TCP_INFO, ports that run out, resets.
#include "check.h"
#include "network.h"
#include <arpa/inet.h>
#include <linux/errqueue.h>
#include <linux/filter.h>
#include <linux/net_tstamp.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/un.h>

#define SOL_TCP 6 /* netinet/tcp.h and linux/tcp.h do not go together */
#define SOL_UDP 17
#define UDP_SEGMENT 103
#define UDP_GRO 104
#ifndef SO_PASSPIDFD
#define SO_PASSPIDFD 76
#define SO_PEERPIDFD 77
#endif
#define SCM_PIDFD_ 4
#define SA(a) (struct sockaddr *)&(a), sizeof(a)

static char buf[70000];

static int give(int s, int level, int name, int v) {
    return setsockopt(s, level, name, &v, sizeof v);
}
static int value(int s, int level, int name) {
    int v = -12345;
    socklen_t len = sizeof v;
    return getsockopt(s, level, name, &v, &len) < 0 ? -errno : v;
}
static struct sockaddr_in here(int port) {
    return (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port)};
}
static int bound(int type, struct sockaddr_in *a) {
    int s = OK(socket(AF_INET, type, 0));
    socklen_t len = sizeof *a;
    *a = here(0);
    EQ(bind(s, (void *)a, sizeof *a), 0);
    EQ(getsockname(s, (void *)a, &len), 0);
    return s;
}
static int readable(int s, int ms) {
    struct pollfd p = {s, POLLIN, 0};
    return poll(&p, 1, ms) == 1;
}
static void connection(int *c, int *d) {
    struct sockaddr_in a;
    int l = bound(SOCK_STREAM, &a);
    EQ(listen(l, 1), 0);
    *c = OK(socket(AF_INET, SOCK_STREAM, 0));
    EQ(connect(*c, SA(a)), 0);
    *d = OK(accept(l, NULL, NULL));
    close(l);
}
/* Receives with room for control data: the value of one kind of it. */
static int with_control(int s, int flags, int level, int type, void *to, size_t size, int *found) {
    static char control[512];
    struct iovec v = {buf, sizeof buf};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    int n = recvmsg(s, &m, flags);
    *found = 0;
    for (struct cmsghdr *c = n < 0 ? NULL : CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c))
        if (c->cmsg_level == level && c->cmsg_type == type) {
            memcpy(to, CMSG_DATA(c), size);
            *found = 1;
        }
    return n;
}

TEST(udp_segments) {
    struct sockaddr_in a;
    int r = bound(SOCK_DGRAM, &a), s = OK(socket(AF_INET, SOCK_DGRAM, 0)), gro = 0, found;
    EQ(value(s, SOL_UDP, UDP_SEGMENT), 0);
    EQ(value(s, SOL_UDP, UDP_GRO), 0);
    ERR(give(s, SOL_UDP, UDP_SEGMENT, -1), EINVAL);
    ERR(give(s, SOL_UDP, UDP_SEGMENT, 65536), EINVAL);
    EQ(give(s, SOL_UDP, UDP_SEGMENT, 1000), 0);
    EQ(value(s, SOL_UDP, UDP_SEGMENT), 1000);
    for (int i = 0; i < 3500; i++)
        buf[i] = i / 1000;
    EQ(sendto(s, buf, 3500, 0, SA(a)), 3500);
    for (int i = 0; i < 4; i++) {
        CHECK(readable(r, 5000));
        EQ(recv(r, buf, sizeof buf, 0), i < 3 ? 1000 : 500);
        EQ(buf[0], i);
    }
    EQ(give(r, SOL_UDP, UDP_GRO, 7), 0);
    EQ(value(r, SOL_UDP, UDP_GRO), 1);
    EQ(sendto(s, buf, 3500, 0, SA(a)), 3500);
    CHECK(readable(r, 5000));
    EQ(with_control(r, 0, SOL_UDP, UDP_GRO, &gro, 4, &found), 3500);
    EQ(found, 1);
    EQ(gro, 1000);
    struct in_pktinfo by = {.ipi_ifindex = -1};
    EQ(give(r, SOL_IP, IP_PKTINFO, 1), 0);
    EQ(sendto(s, buf, 2000, 0, SA(a)), 2000);
    CHECK(readable(r, 5000));
    EQ(with_control(r, 0, SOL_IP, IP_PKTINFO, &by, sizeof by, &found), 2000);
    EQ(found, 1);
    EQ(by.ipi_ifindex, 1);
    EQ(sendto(s, buf, 700, 0, SA(a)), 700);
    EQ(with_control(r, 0, SOL_UDP, UDP_GRO, &gro, 4, &found), 700);
    EQ(found, 0);
    /* for one send */
    char control[CMSG_SPACE(2)] = {0};
    struct iovec v = {buf, 800};
    struct msghdr m = {&a, sizeof a, &v, 1, control, sizeof control, 0};
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    c->cmsg_level = SOL_UDP, c->cmsg_type = UDP_SEGMENT, c->cmsg_len = CMSG_LEN(2);
    *(unsigned short *)CMSG_DATA(c) = 400;
    EQ(sendmsg(s, &m, 0), 800);
    EQ(with_control(r, 0, SOL_UDP, UDP_GRO, &gro, 4, &found), 800);
    EQ(gro, 400);
    c->cmsg_len = CMSG_LEN(1);
    ERR(sendmsg(s, &m, 0), EINVAL);
    EQ(give(s, SOL_UDP, UDP_SEGMENT, 10), 0);
    ERR(sendto(s, buf, 6000, 0, SA(a)), EINVAL); /* too many */
}
TEST(peers_pidfd) {
    int v[2], fd = -1, found;
    socklen_t len = sizeof fd;
    EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, v), 0);
    if (getsockopt(v[0], SOL_SOCKET, SO_PEERPIDFD, &fd, &len) < 0 && errno == ENOPROTOOPT)
        SKIP("SO_PEERPIDFD is not there");
    CHECK(fd > 2);
    EQ(len, 4);
    EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
    EQ(syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0), 0);
    char path[64], text[512] = "";
    sprintf(path, "/proc/self/fdinfo/%d", fd);
    int f = OK(open(path, O_RDONLY));
    CHECK(read(f, text, sizeof text - 1) > 0);
    char *at = strstr(text, "\nPid:");
    NEED(at);
    EQ(atoi(at + 5), getpid());
    int u = OK(socket(AF_UNIX, SOCK_STREAM, 0));
    ERR(getsockopt(u, SOL_SOCKET, SO_PEERPIDFD, &fd, &len), ENODATA);
    int t = OK(socket(AF_INET, SOCK_STREAM, 0));
    ERR(getsockopt(t, SOL_SOCKET, SO_PEERPIDFD, &fd, &len), ENODATA);
    EQ(value(v[1], SOL_SOCKET, SO_PASSPIDFD), 0);
    EQ(give(v[1], SOL_SOCKET, SO_PASSPIDFD, 1), 0);
    EQ(value(v[1], SOL_SOCKET, SO_PASSPIDFD), 1);
    pid_t pid;
    CHILD(pid) EQ(send(v[0], "x", 1, 0), 1);
    siginfo_t gone;
    EQ(waitid(P_PID, pid, &gone, WEXITED | WNOWAIT), 0);
    EQ(with_control(v[1], 0, SOL_SOCKET, SCM_PIDFD_, &fd, 4, &found), 1);
    EQ(found, 1);
    EQ(waitid(P_PIDFD, fd, &gone, WEXITED), 0);
    EQ(gone.si_pid, pid);
    ERR(give(t, SOL_SOCKET, SO_PASSPIDFD, 1), EOPNOTSUPP);
}
TEST(time_stamps) {
    struct sockaddr_in a;
    int r = bound(SOCK_DGRAM, &a), s = OK(socket(AF_INET, SOCK_DGRAM, 0)), found;
    struct timespec t[3], before, after;
    struct timeval tv;
    ERR(give(s, SOL_SOCKET, SO_TIMESTAMPING, 1 << 30), EINVAL);
    ERR(ioctl(r, 0x8906, &tv), ENOENT); /* SIOCGSTAMP; from now on it is kept */
    EQ(give(r, SOL_SOCKET, SO_TIMESTAMPING, SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE), 0);
    EQ(value(r, SOL_SOCKET, SO_TIMESTAMPING), SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE);
    /* Linux begins to stamp packets a moment after the first socket has asked for it */
    found = 0;
    for (int i = 0; i < 500 && !found; i++) {
        usleep(i ? 10000 : 0);
        clock_gettime(CLOCK_REALTIME, &before);
        EQ(sendto(s, "a", 1, 0, SA(a)), 1);
        clock_gettime(CLOCK_REALTIME, &after);
        EQ(with_control(r, 0, SOL_SOCKET, SO_TIMESTAMPING, t, sizeof t, &found), 1);
    }
    EQ(found, 1);
    CHECK(t[0].tv_sec * 1e9 + t[0].tv_nsec >= before.tv_sec * 1e9 + before.tv_nsec - 1000);
    CHECK(t[0].tv_sec * 1e9 + t[0].tv_nsec <= after.tv_sec * 1e9 + after.tv_nsec + 1000);
    EQ(t[2].tv_sec, 0);
    EQ(give(r, SOL_SOCKET, SO_TIMESTAMPING, 0), 0);
    EQ(sendto(s, "a", 1, 0, SA(a)), 1);
    EQ(recv(r, buf, 10, 0), 1);
    EQ(ioctl(r, 0x8906, &tv), 0);
    CHECK(tv.tv_sec >= t[0].tv_sec);
    /* both layouts, told by the number of the option */
    static const int names[4] = {29, 63, 35, 64};
    for (int i = 0; i < 4; i++) {
        EQ(give(r, SOL_SOCKET, names[i], 1), 0);
        EQ(value(r, SOL_SOCKET, names[i]), 1);
        EQ(value(r, SOL_SOCKET, names[i ^ 1]), 0);
        EQ(sendto(s, "a", 1, 0, SA(a)), 1);
        EQ(with_control(r, 0, SOL_SOCKET, names[i], t, 16, &found), 1);
        EQ(found, 1);
    }
    /* of what is sent */
    EQ(give(s, SOL_SOCKET, SO_TIMESTAMPING, SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_OPT_ID | SOF_TIMESTAMPING_OPT_TSONLY), 0);
    for (int i = 0; i < 2; i++) {
        EQ(sendto(s, "abc", 3, 0, SA(a)), 3);
        struct pollfd p = {s, 0, 0};
        EQ(poll(&p, 1, 5000), 1);
        EQ(p.revents, POLLERR);
        struct sock_extended_err e;
        EQ(with_control(s, MSG_ERRQUEUE, SOL_IP, IP_RECVERR, &e, sizeof e, &found), 0);
        EQ(found, 1);
        EQ(e.ee_errno, ENOMSG);
        EQ(e.ee_origin, SO_EE_ORIGIN_TIMESTAMPING);
        EQ(e.ee_data, i);
        EQ(e.ee_info, SCM_TSTAMP_SND);
    }
    EQ(give(s, SOL_SOCKET, SO_TIMESTAMPING, SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE), 0);
    EQ(sendto(s, "abc", 3, 0, SA(a)), 3);
    EQ(with_control(s, MSG_ERRQUEUE, SOL_SOCKET, SO_TIMESTAMPING, t, sizeof t, &found), 14 + 20 + 8 + 3);
    EQ(found, 1);
    EQ(memcmp(buf + 42, "abc", 3), 0);
    ERR(recv(s, buf, 10, MSG_ERRQUEUE), EAGAIN);
}
TEST(fast_open) {
    if (!own_network())
        SKIP("no network namespace of its own");
    struct sockaddr_in a, b;
    int l = bound(SOCK_STREAM, &a), c = OK(socket(AF_INET, SOCK_STREAM, 0));
    socklen_t len = sizeof b;
    EQ(give(l, SOL_TCP, TCP_FASTOPEN, 5), 0);
    EQ(value(l, SOL_TCP, TCP_FASTOPEN), 5);
    EQ(listen(l, 5), 0);
    EQ(sendto(c, "with the syn", 12, MSG_FASTOPEN, SA(a)), 12);
    int d = OK(accept(l, NULL, NULL));
    CHECK(readable(d, 5000));
    EQ(recv(d, buf, 100, 0), 12);
    EQ(memcmp(buf, "with the syn", 12), 0);
    EQ(getpeername(c, (void *)&b, &len), 0);
    ERR(sendto(c, "x", 1, MSG_FASTOPEN, SA(a)), EISCONN);
    int e = OK(socket(AF_INET, SOCK_STREAM, 0));
    EQ(give(e, SOL_TCP, TCP_FASTOPEN_CONNECT, 1), 0);
    EQ(connect(e, SA(a)), 0);
    EQ(send(e, "later", 5, 0), 5);
    int f = OK(accept(l, NULL, NULL));
    EQ(recv(f, buf, 100, 0), 5);
    int g = OK(socket(AF_INET, SOCK_STREAM, 0));
    ERR(sendto(g, "x", 1, MSG_FASTOPEN, NULL, 0), EINVAL);
    close(l);
    ERR(sendto(g, "x", 1, MSG_FASTOPEN, SA(a)), ECONNREFUSED);
}
TEST(tcp_info) {
    int c, d;
    connection(&c, &d);
    struct tcp_info i;
    socklen_t len = sizeof i;
    EQ(send(c, buf, 5000, 0), 5000);
    EQ(send(c, buf, 1000, 0), 1000);
    EQ(recv(d, buf, 6000, MSG_WAITALL), 6000);
    EQ(send(d, buf, 300, 0), 300);
    EQ(recv(c, buf, 300, MSG_WAITALL), 300);
    memset(&i, 0, sizeof i);
    EQ(getsockopt(c, SOL_TCP, TCP_INFO, &i, &len), 0);
    CHECK(len >= 200);
    EQ(i.tcpi_state, 1);
    EQ(i.tcpi_bytes_acked, 6001); /* the SYN counts */
    EQ(i.tcpi_bytes_received, 300);
    CHECK(i.tcpi_data_segs_out >= 2);
    CHECK(i.tcpi_segs_out >= 4);
    CHECK(i.tcpi_segs_in >= 3);
    EQ(i.tcpi_data_segs_in, 1);
    EQ(i.tcpi_bytes_sent, 6000);
    EQ(i.tcpi_bytes_retrans, 0);
    EQ(i.tcpi_total_retrans, 0);
    EQ(i.tcpi_notsent_bytes, 0);
    EQ(i.tcpi_unacked, 0);
    CHECK(i.tcpi_pmtu >= 65535);
    CHECK(i.tcpi_snd_mss > 30000);
    CHECK(i.tcpi_rtt < 1000000);
    usleep(60000);
    len = sizeof i;
    EQ(getsockopt(c, SOL_TCP, TCP_INFO, &i, &len), 0);
    CHECK(i.tcpi_last_data_sent >= 40);
    CHECK(i.tcpi_last_data_recv >= 40);
    len = 8;
    EQ(getsockopt(c, SOL_TCP, TCP_INFO, &i, &len), 0);
    EQ(len, 8);
}
TEST(values) {
    int t = OK(socket(AF_INET, SOCK_STREAM, 0)), u = OK(socket(AF_INET, SOCK_DGRAM, 0));
    EQ(give(t, SOL_TCP, TCP_USER_TIMEOUT, 30000), 0);
    EQ(value(t, SOL_TCP, TCP_USER_TIMEOUT), 30000);
    ERR(give(t, SOL_TCP, TCP_USER_TIMEOUT, -1), EINVAL);
    EQ(value(u, SOL_SOCKET, SO_INCOMING_NAPI_ID), 0);
    EQ(value(u, SOL_SOCKET, SO_INCOMING_CPU), -1);
    unsigned mem[SK_MEMINFO_VARS];
    socklen_t len = sizeof mem;
    EQ(getsockopt(u, SOL_SOCKET, SO_MEMINFO, mem, &len), 0);
    EQ(len, sizeof mem);
    EQ(mem[SK_MEMINFO_RMEM_ALLOC], 0);
    EQ(mem[SK_MEMINFO_RCVBUF], value(u, SOL_SOCKET, SO_RCVBUF));
    EQ(mem[SK_MEMINFO_SNDBUF], value(u, SOL_SOCKET, SO_SNDBUF));
    unsigned long long one = 0, two = 0;
    len = 8;
    EQ(getsockopt(t, SOL_SOCKET, SO_COOKIE, &one, &len), 0);
    EQ(getsockopt(u, SOL_SOCKET, SO_COOKIE, &two, &len), 0);
    CHECK(one != two && one && two);
    len = 4;
    ERR(getsockopt(u, SOL_SOCKET, SO_COOKIE, &two, &len), EINVAL);
}
TEST(queues) {
    int c, d, n = -1;
    connection(&c, &d);
    EQ(send(c, buf, 777, 0), 777);
    CHECK(readable(d, 5000));
    EQ(ioctl(d, 0x541B, &n), 0); /* SIOCINQ */
    EQ(n, 777);
    EQ(ioctl(c, 0x5411, &n), 0); /* SIOCOUTQ: acknowledged, read or not */
    EQ(n, 0);
    EQ(recv(d, buf, 777, MSG_WAITALL), 777);
    EQ(ioctl(d, 0x541B, &n), 0);
    EQ(n, 0);
}
TEST(linger_resets) {
    int c, d;
    connection(&c, &d);
    struct linger l = {1, 0};
    EQ(setsockopt(c, SOL_SOCKET, SO_LINGER, &l, sizeof l), 0);
    close(c);
    CHECK(readable(d, 5000));
    ERR(recv(d, buf, 1, 0), ECONNRESET);
    EQ(recv(d, buf, 1, 0), 0);
    ERR(send(d, "x", 1, MSG_NOSIGNAL), EPIPE);
    /* unread data: the close is a reset */
    connection(&c, &d);
    EQ(send(c, "x", 1, 0), 1);
    CHECK(readable(d, 5000));
    close(d);
    CHECK(readable(c, 5000));
    ERR(recv(c, buf, 1, 0), ECONNRESET);
    EQ(value(c, SOL_SOCKET, SO_ERROR), 0);
}
static int ports(const char *text) {
    int f = open("/proc/sys/net/ipv4/ip_local_port_range", O_WRONLY), n = -1;
    if (f >= 0) {
        n = write(f, text, strlen(text));
        close(f);
    }
    return n;
}
TEST(ports_run_out) {
    if (!own_network() || ports("40000 40007") < 0)
        SKIP("no network namespace of its own");
    struct sockaddr_in a = here(30000), b;
    socklen_t len = sizeof b;
    int l = OK(socket(AF_INET, SOCK_STREAM, 0)), n = 0, e = 0;
    EQ(bind(l, SA(a)), 0);
    EQ(listen(l, 100), 0);
    for (; n < 20; n++) {
        int c = OK(socket(AF_INET, SOCK_STREAM, 0));
        if (connect(c, SA(a)) < 0) {
            e = errno;
            close(c);
            break;
        }
        EQ(getsockname(c, (void *)&b, &len), 0);
        CHECK(ntohs(b.sin_port) >= 40000 && ntohs(b.sin_port) <= 40007);
    }
    CHECK(n >= 4 && n <= 8);
    EQ(e, EADDRNOTAVAIL);
    for (n = 0; n < 20; n++) {
        int c = OK(socket(AF_INET, SOCK_DGRAM, 0));
        a = here(0);
        if (bind(c, SA(a)) < 0) {
            e = errno;
            break;
        }
    }
    EQ(n, 8);
    EQ(e, EADDRINUSE);
    ERR(ports("500"), EINVAL);
    ERR(ports("5 4"), EINVAL);
}
TEST(port_shared) {
    struct sockaddr_in a;
    int s[2] = {OK(socket(AF_INET, SOCK_DGRAM, 0)), OK(socket(AF_INET, SOCK_DGRAM, 0))}, got[2] = {0, 0};
    socklen_t len = sizeof a;
    a = here(0);
    for (int i = 0; i < 2; i++) {
        EQ(give(s[i], SOL_SOCKET, SO_REUSEPORT, 1), 0);
        EQ(bind(s[i], SA(a)), 0);
        EQ(getsockname(s[i], (void *)&a, &len), 0);
    }
    for (int i = 0; i < 60; i++) {
        int c = OK(socket(AF_INET, SOCK_DGRAM, 0));
        EQ(sendto(c, "x", 1, 0, SA(a)), 1);
        close(c);
    }
    for (int i = 0; i < 2; i++)
        while (recv(s[i], buf, 10, MSG_DONTWAIT) == 1)
            got[i]++;
    EQ(got[0] + got[1], 60);
    CHECK(got[0] > 5 && got[1] > 5);
}
TEST(devices_and_groups) {
    if (!own_network())
        SKIP("no network namespace of its own");
    struct sockaddr_in a;
    int r = bound(SOCK_DGRAM, &a), s = OK(socket(AF_INET, SOCK_DGRAM, 0));
    EQ(setsockopt(r, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3), 0);
    EQ(sendto(s, "x", 1, 0, SA(a)), 1);
    CHECK(readable(r, 5000));
    ERR(setsockopt(r, SOL_SOCKET, SO_BINDTODEVICE, "nix", 4), ENODEV);
    /* who did not join hears a group that another socket here has joined, unless it says no */
    struct ip_mreqn m = {.imr_multiaddr.s_addr = htonl(0xe0010203), .imr_ifindex = 1};
    struct sockaddr_in any = {.sin_family = AF_INET}, to = {.sin_family = AF_INET, .sin_addr = m.imr_multiaddr};
    int j = OK(socket(AF_INET, SOCK_DGRAM, 0)), k = OK(socket(AF_INET, SOCK_DGRAM, 0));
    socklen_t len = sizeof any;
    EQ(bind(k, SA(any)), 0);
    EQ(getsockname(k, (void *)&any, &len), 0);
    to.sin_port = any.sin_port;
    EQ(setsockopt(s, SOL_IP, IP_MULTICAST_IF, &m, sizeof m), 0);
    EQ(setsockopt(j, SOL_IP, IP_ADD_MEMBERSHIP, &m, sizeof m), 0);
    EQ(sendto(s, "2", 1, 0, SA(to)), 1);
    CHECK(readable(k, 5000));
    EQ(recv(k, buf, 10, 0), 1);
    EQ(give(k, SOL_IP, IP_MULTICAST_ALL, 0), 0);
    EQ(sendto(s, "3", 1, 0, SA(to)), 1);
    CHECK(!readable(k, 100));
    EQ(setsockopt(k, SOL_IP, IP_ADD_MEMBERSHIP, &m, sizeof m), 0);
    EQ(sendto(s, "4", 1, 0, SA(to)), 1);
    CHECK(readable(k, 5000));
}
/* Three sockets of a type share a port, and a program takes the first byte for the number of the one. */
static int shared[3];
static struct sockaddr_in share(int type, struct sock_filter *code, int n) {
    struct sockaddr_in a = here(0);
    socklen_t len = sizeof a;
    struct sock_fprog p = {n, code};
    for (int i = 0; i < 3; i++) {
        shared[i] = OK(socket(AF_INET, type, 0));
        if (i == 0)
            ERR(setsockopt(shared[0], SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &p, sizeof p), EINVAL);
        EQ(give(shared[i], SOL_SOCKET, SO_REUSEPORT, 1), 0);
        EQ(bind(shared[i], SA(a)), 0);
        EQ(getsockname(shared[i], (void *)&a, &len), 0);
        if (type == SOCK_STREAM)
            EQ(listen(shared[i], 8), 0);
    }
    EQ(setsockopt(shared[0], SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &p, sizeof p), 0);
    return a;
}
TEST(a_program_chooses_among_equals) {
    struct sock_filter byte[] = {{BPF_LD | BPF_B | BPF_ABS, 0, 0, 0}, {BPF_RET | BPF_A, 0, 0, 0}};
    struct sockaddr_in a = share(SOCK_DGRAM, byte, 2);
    int c = OK(socket(AF_INET, SOCK_DGRAM, 0));
    for (int i = 0; i < 9; i++) {
        char b = i % 3, got = 9;
        EQ(sendto(c, &b, 1, 0, SA(a)), 1);
        NEED(readable(shared[i % 3], 5000));
        EQ(recv(shared[i % 3], &got, 1, 0), 1);
        EQ(got, b);
    }
    char far = 77; // there are not so many: as without a program
    EQ(sendto(c, &far, 1, 0, SA(a)), 1);
    EQ(readable(shared[0], 500) + readable(shared[1], 0) + readable(shared[2], 0) > 0, 1);
    struct sock_filter last[] = {{BPF_RET | BPF_K, 0, 0, 2}};
    a = share(SOCK_STREAM, last, 1);
    for (int i = 0; i < 4; i++) {
        c = OK(socket(AF_INET, SOCK_STREAM, 0));
        EQ(connect(c, SA(a)), 0);
        EQ(readable(shared[2], 5000), 1);
        OK(accept(shared[2], 0, 0));
        EQ(readable(shared[0], 0) + readable(shared[1], 0), 0);
    }
    EQ(give(shared[0], SOL_SOCKET, SO_DETACH_REUSEPORT_BPF, 0), 0);
    ERR(give(shared[0], SOL_SOCKET, SO_DETACH_REUSEPORT_BPF, 0), ENOENT);
}
TEST(one_port_for_several_peers) {
    if (geteuid() != 0 || !own_network())
        SKIP("no network namespace of its own");
    struct sockaddr_in a, b, mine = here(0);
    socklen_t len = sizeof mine;
    int one = bound(SOCK_STREAM, &a), two = bound(SOCK_STREAM, &b), c[3], no_port = 1;
    EQ(listen(one, 5), 0);
    EQ(listen(two, 5), 0);
    put("/proc/sys/net/ipv4/ip_local_port_range", "30000 30001");
    for (int i = 0; i < 3; i++)
        c[i] = OK(socket(AF_INET, SOCK_STREAM, 0));
    EQ(connect(c[0], SA(a)), 0);
    EQ(connect(c[1], SA(a)), 0);
    ERR(connect(c[2], SA(a)), EADDRNOTAVAIL);
    EQ(connect(c[2], SA(b)), 0);
    EQ(getsockname(c[2], (void *)&mine, &len), 0);
    EQ(ntohs(mine.sin_port) / 2, 15000);
    char got[4];
    int d = OK(accept(two, 0, 0));
    EQ(send(c[2], "abc", 3, 0), 3);
    EQ(recv(d, got, 4, 0), 3);
    int e = OK(socket(AF_INET, SOCK_STREAM, 0));
    mine = here(0);
    EQ(setsockopt(e, SOL_IP, IP_BIND_ADDRESS_NO_PORT, &no_port, sizeof no_port), 0);
    EQ(bind(e, SA(mine)), 0);
    EQ(getsockname(e, (void *)&mine, &len), 0);
    EQ(mine.sin_port, 0);
    EQ(connect(e, SA(b)), 0);
    EQ(getsockname(e, (void *)&mine, &len), 0);
    EQ(ntohs(mine.sin_port) / 2, 15000);
    // a port that bind chose: the same peer only once
    int f = OK(socket(AF_INET, SOCK_STREAM, 0)), g = OK(socket(AF_INET, SOCK_STREAM, 0));
    mine = here(31000);
    EQ(give(f, SOL_SOCKET, SO_REUSEADDR, 1), 0);
    EQ(give(g, SOL_SOCKET, SO_REUSEADDR, 1), 0);
    EQ(bind(f, SA(mine)), 0);
    EQ(bind(g, SA(mine)), 0);
    EQ(connect(f, SA(a)), 0);
    ERR(connect(g, SA(a)), EADDRNOTAVAIL);
    EQ(connect(g, SA(b)), 0);
}
TEST(stamps_of_a_stream) {
    int c, d;
    connection(&c, &d);
    EQ(send(c, "xx", 2, 0), 2);
    int want = SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_TX_SCHED | SOF_TIMESTAMPING_TX_ACK | SOF_TIMESTAMPING_SOFTWARE |
            SOF_TIMESTAMPING_OPT_ID;
    msleep(20);
    EQ(give(c, SOL_SOCKET, SO_TIMESTAMPING, want | SOF_TIMESTAMPING_OPT_TSONLY), 0);
    struct pollfd p = {c, POLLIN, 0};
    EQ(poll(&p, 1, 0), 0);
    EQ(send(c, "hello", 5, 0), 5);
    msleep(20);
    EQ(send(c, "abc", 3, 0), 3);
    msleep(300);
    EQ(poll(&p, 1, 5000), 1);
    EQ(p.revents, POLLERR);
    for (int i = 0, kinds[2] = {0}; i < 6; i++) {
        char ctl[400];
        struct iovec v = {buf, sizeof buf};
        struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = ctl, .msg_controllen = sizeof ctl};
        EQ(recvmsg(c, &m, MSG_ERRQUEUE), 0);
        EQ(m.msg_flags & MSG_ERRQUEUE, MSG_ERRQUEUE);
        int found = 0;
        for (struct cmsghdr *h = CMSG_FIRSTHDR(&m); h; h = CMSG_NXTHDR(&m, h))
            if (h->cmsg_level == SOL_IP && h->cmsg_type == IP_RECVERR) {
                struct sock_extended_err *e = (void *)CMSG_DATA(h);
                EQ(e->ee_errno, ENOMSG);
                EQ(e->ee_origin, SO_EE_ORIGIN_TIMESTAMPING);
                EQ(e->ee_data, i < 3 ? 4 : 7);
                kinds[i / 3] |= 1 << e->ee_info, found++;
            } else if (h->cmsg_level == SOL_SOCKET && h->cmsg_type == SO_TIMESTAMPING) {
                struct timespec t;
                memcpy(&t, CMSG_DATA(h), sizeof t);
                CHECK(t.tv_sec > 1600000000), found++;
            }
        EQ(found, 2);
        if (i % 3 == 2)
            EQ(kinds[i / 3], 1 << SCM_TSTAMP_SND | 1 << SCM_TSTAMP_SCHED | 1 << SCM_TSTAMP_ACK);
    }
    ERR(recv(c, buf, 9, MSG_ERRQUEUE), EAGAIN);
    EQ(poll(&p, 1, 0), 0);
    EQ(give(c, SOL_SOCKET, SO_TIMESTAMPING, want), 0);
    EQ(send(c, "data", 4, 0), 4);
    msleep(300);
    int n = recv(c, buf, sizeof buf, MSG_ERRQUEUE);
    CHECK(n > 4 && !memcmp(buf + n - 4, "data", 4));
}
MAIN()
