// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -pthread
// TIMEOUT: 60
// AF_UNIX sockets: stream, datagram, seqpacket, names, abstract names, descriptors and credentials, shutdown, poll bits.
#include "check.h"
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

static int events(int fd, int want, int ms) {
    struct pollfd p = {fd, want, 0};
    int r = poll(&p, 1, ms);
    return r < 0 ? r : p.revents;
}
static struct sockaddr_un un(const char *path) {
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    strcpy(a.sun_path, path);
    return a;
}
#define SA(a) (struct sockaddr *)&(a), sizeof(a)
TEST(socketpair_stream) {
    int s[2], n;
    char b[20] = "";
    EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, s), 0);
    EQ(fcntl(s[0], F_GETFD), FD_CLOEXEC);
    EQ(write(s[0], "abc", 3), 3);
    EQ(write(s[0], "def", 3), 3);
    EQ(ioctl(s[1], FIONREAD, &n), 0);
    EQ(n, 6);
    EQ(recv(s[1], b, 2, MSG_PEEK), 2);
    EQ(recv(s[1], b, 20, 0), 6);
    STREQ(b, "abcdef");
    EQ(send(s[1], "x", 1, 0), 1);
    EQ(read(s[0], b, 20), 1);
    ERR(recv(s[0], b, 1, MSG_DONTWAIT), EAGAIN);
    signal(SIGPIPE, SIG_IGN);
    close(s[1]);
    EQ(read(s[0], b, 1), 0);
    ERR(send(s[0], "x", 1, 0), EPIPE);
    ERR(send(s[0], "x", 1, MSG_NOSIGNAL), EPIPE);
    ERR(socketpair(AF_INET, SOCK_STREAM, 0, s), EOPNOTSUPP);
    ERR(socketpair(AF_UNIX, SOCK_STREAM, 99, s), EPROTONOSUPPORT);
    ERR(socketpair(99, SOCK_STREAM, 0, s), EAFNOSUPPORT);
}
TEST(socketpair_dgram_seqpacket) {
    static const int types[] = {SOCK_DGRAM, SOCK_SEQPACKET};
    for (int k = 0; k < 2; k++) {
        int s[2];
        char b[20];
        EQ(socketpair(AF_UNIX, types[k], 0, s), 0);
        EQ(send(s[0], "abc", 3, 0), 3);
        EQ(send(s[0], "defg", 4, 0), 4);
        EQ(recv(s[1], b, 2, 0), 2); /* the rest of a message is dropped */
        struct iovec v = {b, 2};
        struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1};
        EQ(recvmsg(s[1], &m, 0), 2);
        EQ(m.msg_flags & MSG_TRUNC, MSG_TRUNC);
        EQ(send(s[0], "defg", 4, 0), 4);
        EQ(recv(s[1], b, 2, MSG_TRUNC), 4);
        EQ(send(s[0], "", 0, 0), 0);
        EQ(events(s[1], POLLIN, 0), POLLIN);
        EQ(recv(s[1], b, 20, 0), 0);
    }
}
TEST(stream_server) {
    struct sockaddr_un a = un("sock"), peer;
    socklen_t len;
    int l = OK(socket(AF_UNIX, SOCK_STREAM, 0));
    struct stat st;
    EQ(bind(l, SA(a)), 0);
    EQ(stat("sock", &st), 0);
    CHECK(S_ISSOCK(st.st_mode));
    ERR(open("sock", O_RDWR), ENXIO);
    int c = OK(socket(AF_UNIX, SOCK_STREAM, 0));
    ERR(connect(c, SA(a)), ECONNREFUSED);
    ERR(bind(c, SA(a)), EADDRINUSE);
    EQ(listen(l, 5), 0);
    EQ(events(l, POLLIN, 0), 0);
    EQ(connect(c, SA(a)), 0);
    EQ(events(l, POLLIN, 0), POLLIN);
    len = sizeof peer;
    int s = OK(accept4(l, (void *)&peer, &len, SOCK_CLOEXEC | SOCK_NONBLOCK));
    EQ(len, 2); /* the client has no name */
    CHECK(fcntl(s, F_GETFL) & O_NONBLOCK);
    len = sizeof peer;
    EQ(getpeername(c, (void *)&peer, &len), 0);
    STREQ(peer.sun_path, "sock");
    len = sizeof peer;
    EQ(getsockname(s, (void *)&peer, &len), 0);
    STREQ(peer.sun_path, "sock");
    EQ(write(c, "hi", 2), 2);
    char b[10];
    EQ(events(s, POLLIN, 1000), POLLIN);
    EQ(read(s, b, 10), 2);
    ERR(read(s, b, 10), EAGAIN);
    int v = 0;
    len = sizeof v;
    EQ(getsockopt(l, SOL_SOCKET, SO_ACCEPTCONN, &v, &len), 0);
    EQ(v, 1);
    EQ(getsockopt(l, SOL_SOCKET, SO_TYPE, &v, &len), 0);
    EQ(v, SOCK_STREAM);
    struct ucred u;
    len = sizeof u;
    EQ(getsockopt(c, SOL_SOCKET, SO_PEERCRED, &u, &len), 0);
    EQ(u.pid, getpid());
    EQ(u.uid, geteuid());
    ERR(connect(c, SA(a)), EISCONN);
    ERR(accept(c, 0, 0), EINVAL);
    a = un("none");
    c = OK(socket(AF_UNIX, SOCK_STREAM, 0));
    ERR(connect(c, SA(a)), ENOENT);
    ERR(write(c, "x", 1), ENOTCONN);
    ERR(listen(c, 1), EINVAL);
    put("plain", "");
    a = un("plain");
    ERR(connect(c, SA(a)), ECONNREFUSED);
}
TEST(accept_blocks) {
    struct sockaddr_un a = un("sock");
    int l = OK(socket(AF_UNIX, SOCK_STREAM, 0));
    EQ(bind(l, SA(a)), 0);
    EQ(listen(l, 5), 0);
    pid_t pid;
    CHILD(pid) {
        msleep(30);
        for (int i = 0; i < 3; i++) {
            int c = OK(socket(AF_UNIX, SOCK_STREAM, 0));
            EQ(connect(c, SA(a)), 0);
            EQ(write(c, "abc", 3), 3);
            char b[9];
            EQ(read(c, b, 9), 3);
            close(c);
        }
    }
    for (int i = 0; i < 3; i++) {
        int s = OK(accept(l, 0, 0));
        char b[10];
        EQ(read(s, b, 10), 3);
        EQ(write(s, b, 3), 3);
        close(s);
    }
    WAIT_EXIT(pid, 0);
    EQ(fcntl(l, F_SETFL, O_NONBLOCK), 0);
    ERR(accept(l, 0, 0), EAGAIN);
}
TEST(abstract) {
    struct sockaddr_un a = {.sun_family = AF_UNIX}, g;
    int n = snprintf(a.sun_path + 1, 50, "check-%d", getpid());
    socklen_t len = 2 + 1 + n, gl = sizeof g;
    int l = OK(socket(AF_UNIX, SOCK_STREAM, 0)), c = OK(socket(AF_UNIX, SOCK_STREAM, 0));
    EQ(bind(l, (void *)&a, len), 0);
    EQ(listen(l, 1), 0);
    EQ(connect(c, (void *)&a, len), 0);
    EQ(getsockname(l, (void *)&g, &gl), 0);
    EQ(gl, len);
    CHECK(!memcmp(&g, &a, len));
    int d = OK(socket(AF_UNIX, SOCK_STREAM, 0));
    ERR(bind(d, (void *)&a, len), EADDRINUSE);
    close(l);
    close(c);
    EQ(bind(d, (void *)&a, len), 0); /* the name is free again */
    int e = OK(socket(AF_UNIX, SOCK_DGRAM, 0));
    a.sun_family = AF_UNIX;
    EQ(bind(e, (void *)&a, 2), 0); /* autobind */
    gl = sizeof g;
    EQ(getsockname(e, (void *)&g, &gl), 0);
    EQ(gl, 8);
    EQ(g.sun_path[0], 0);
}
TEST(dgram) {
    struct sockaddr_un a = un("a"), b = un("b"), from;
    int x = OK(socket(AF_UNIX, SOCK_DGRAM, 0)), y = OK(socket(AF_UNIX, SOCK_DGRAM, 0));
    char t[20] = "";
    EQ(bind(x, SA(a)), 0);
    EQ(bind(y, SA(b)), 0);
    EQ(sendto(x, "hello", 5, 0, SA(b)), 5);
    socklen_t len = sizeof from;
    EQ(recvfrom(y, t, 20, 0, (void *)&from, &len), 5);
    STREQ(from.sun_path, "a");
    EQ(connect(x, SA(b)), 0);
    EQ(send(x, "again", 5, 0), 5);
    EQ(read(y, t, 20), 5);
    ERR(send(y, "x", 1, 0), ENOTCONN);
    int z = OK(socket(AF_UNIX, SOCK_DGRAM, 0));
    a = un("none");
    ERR(sendto(z, "x", 1, 0, SA(a)), ENOENT);
    EQ(sendto(z, "x", 1, 0, SA(b)), 1);
    len = sizeof from;
    EQ(recvfrom(y, t, 20, 0, (void *)&from, &len), 1);
    EQ(len, 0);
    close(y);
    ERR(send(x, "x", 1, 0), ECONNREFUSED);
    /* a socket connected to another takes nothing from strangers */
    int s = OK(socket(AF_UNIX, SOCK_STREAM, 0));
    ERR(connect(s, SA(b)), ECONNREFUSED);
}
static int send_fds(int s, const int *fds, int n) {
    char c = 'f', ctl[CMSG_SPACE(sizeof(int) * 10)] = "";
    struct iovec v = {&c, 1};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = ctl, .msg_controllen = CMSG_SPACE(sizeof(int) * n)};
    struct cmsghdr *h = CMSG_FIRSTHDR(&m);
    h->cmsg_level = SOL_SOCKET;
    h->cmsg_type = SCM_RIGHTS;
    h->cmsg_len = CMSG_LEN(sizeof(int) * n);
    memcpy(CMSG_DATA(h), fds, sizeof(int) * n);
    return sendmsg(s, &m, 0);
}
static int recv_fds(int s, int *fds, int max, int flags, int *msg_flags) {
    char c, ctl[CMSG_SPACE(sizeof(int) * 10)];
    struct iovec v = {&c, 1};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = ctl, .msg_controllen = CMSG_SPACE(sizeof(int) * max)};
    if (recvmsg(s, &m, flags) != 1)
        return -1;
    if (msg_flags)
        *msg_flags = m.msg_flags;
    struct cmsghdr *h = CMSG_FIRSTHDR(&m);
    if (!h || h->cmsg_type != SCM_RIGHTS)
        return 0;
    int n = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    memcpy(fds, CMSG_DATA(h), n * sizeof(int));
    return n;
}
TEST(rights) {
    int s[2], p[2], q[2], f[10], fl;
    char b[10];
    EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
    EQ(pipe(p), 0);
    pid_t pid;
    CHILD(pid) {
        int r[2];
        close(s[0]);
        EQ(pipe(r), 0);
        EQ(write(r[1], "data", 4), 4);
        EQ(send_fds(s[1], r, 2), 1);
    }
    EQ(recv_fds(s[0], f, 2, MSG_CMSG_CLOEXEC, &fl), 2);
    WAIT_EXIT(pid, 0);
    EQ(fcntl(f[0], F_GETFD), FD_CLOEXEC);
    EQ(read(f[0], b, 10), 4);
    EQ(write(f[1], "x", 1), 1);
    EQ(read(f[0], b, 10), 1);
    /* in flight it lives on after close */
    EQ(write(p[1], "late", 4), 4);
    EQ(send_fds(s[0], p, 1), 1);
    close(p[0]);
    EQ(recv_fds(s[1], q, 1, 0, 0), 1);
    EQ(read(q[0], b, 10), 4);
    /* too little room: MSG_CTRUNC */
    EQ(send_fds(s[0], f, 2), 1);
    int got = recv_fds(s[1], q, 1, 0, &fl);
    CHECK(got == 1 || got == 2); /* CMSG_SPACE of one has room for two */
    EQ(send_fds(s[0], f, 1), 1);
    EQ(read(s[1], b, 10), 1); /* plain read drops them */
    f[0] = 999;
    ERR(send_fds(s[0], f, 1), EBADF);
    /* data with and without descriptors do not melt into one read */
    EQ(send(s[0], "a", 1, 0), 1);
    EQ(send_fds(s[0], s, 1), 1);
    EQ(send(s[0], "b", 1, 0), 1);
    EQ(recv_fds(s[1], f, 1, 0, 0), 0);
    EQ(recv_fds(s[1], f, 1, 0, 0), 1);
}
TEST(credentials) {
    int s[2], one = 1;
    EQ(socketpair(AF_UNIX, SOCK_DGRAM, 0, s), 0);
    EQ(setsockopt(s[1], SOL_SOCKET, SO_PASSCRED, &one, sizeof one), 0);
    EQ(send(s[0], "x", 1, 0), 1);
    char c, ctl[100];
    struct iovec v = {&c, 1};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = ctl, .msg_controllen = sizeof ctl};
    EQ(recvmsg(s[1], &m, 0), 1);
    struct cmsghdr *h = CMSG_FIRSTHDR(&m);
    NEED(h && h->cmsg_type == SCM_CREDENTIALS);
    struct ucred *u = (void *)CMSG_DATA(h);
    EQ(u->pid, getpid());
    EQ(u->uid, getuid());
    EQ(u->gid, getgid());
}
TEST(shutdown_and_poll) {
    int s[2];
    char b[5];
    signal(SIGPIPE, SIG_IGN);
    EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
    EQ(events(s[0], POLLIN | POLLOUT, 0), POLLOUT);
    EQ(write(s[1], "x", 1), 1);
    EQ(events(s[0], POLLIN | POLLOUT | POLLRDHUP, 0), POLLIN | POLLOUT);
    EQ(shutdown(s[1], SHUT_WR), 0);
    ERR(write(s[1], "x", 1), EPIPE);
    EQ(events(s[0], POLLIN | POLLOUT | POLLRDHUP, 0), POLLIN | POLLOUT | POLLRDHUP);
    EQ(read(s[0], b, 5), 1);
    EQ(read(s[0], b, 5), 0);
    EQ(write(s[0], "y", 1), 1);
    EQ(read(s[1], b, 5), 1);
    EQ(shutdown(s[0], SHUT_RDWR), 0);
    EQ(events(s[1], POLLIN | POLLOUT | POLLRDHUP, 0) & POLLHUP, POLLHUP);
    ERR(shutdown(s[0], 9), EINVAL);
    ERR(shutdown(0, SHUT_RD), ENOTSOCK);
}
TEST(flow_control) {
    int s[2];
    static char b[4096];
    EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s), 0);
    long n = 0, r;
    while ((r = write(s[0], b, sizeof b)) > 0 && n < 100 << 20)
        n += r;
    EQ(errno, EAGAIN);
    CHECK(n >= 65536 && n < 10 << 20);
    EQ(events(s[0], POLLOUT, 0), 0);
    long m = 0;
    while ((r = read(s[1], b, sizeof b)) > 0)
        m += r;
    EQ(m, n);
    EQ(events(s[0], POLLOUT, 0), POLLOUT);
}
TEST(big_transfer_between_processes) {
    int s[2];
    EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
    pid_t pid;
    CHILD(pid) {
        close(s[0]);
        char *b = calloc(1, 1 << 20);
        for (int i = 0; i < 5; i++) {
            long done = 0, r;
            while (done < 1 << 20 && (r = write(s[1], b + done, (1 << 20) - done)) > 0)
                done += r;
            EQ(done, 1 << 20);
        }
    }
    close(s[1]);
    static char b[50000];
    long n = 0, r;
    while ((r = read(s[0], b, sizeof b)) > 0)
        n += r;
    EQ(n, 5 << 20);
    WAIT_EXIT(pid, 0);
}
TEST(options) {
    int s = OK(socket(AF_UNIX, SOCK_STREAM, 0)), v = 0;
    socklen_t len = sizeof v;
    EQ(getsockopt(s, SOL_SOCKET, SO_ERROR, &v, &len), 0);
    EQ(v, 0);
    EQ(getsockopt(s, SOL_SOCKET, SO_DOMAIN, &v, &len), 0);
    EQ(v, AF_UNIX);
    v = 100000;
    EQ(setsockopt(s, SOL_SOCKET, SO_SNDBUF, &v, sizeof v), 0);
    EQ(getsockopt(s, SOL_SOCKET, SO_SNDBUF, &v, &len), 0);
    EQ(v, 200000);
    struct timeval t = {0, 30000};
    int p[2];
    char c;
    EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, p), 0);
    EQ(setsockopt(p[0], SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t), 0);
    long long t0 = now_ms();
    ERR(read(p[0], &c, 1), EAGAIN);
    CHECK(now_ms() - t0 >= 29);
    ERR(getsockopt(s, SOL_SOCKET, 9999, &v, &len), ENOPROTOOPT);
    ERR(getsockopt(0, SOL_SOCKET, SO_ERROR, &v, &len), ENOTSOCK);
}
TEST(mmsg) {
    int s[2];
    EQ(socketpair(AF_UNIX, SOCK_DGRAM, 0, s), 0);
    struct iovec v[3] = {{"a", 1}, {"bb", 2}, {"ccc", 3}};
    struct mmsghdr m[3] = {{.msg_hdr = {.msg_iov = &v[0], .msg_iovlen = 1}},
            {.msg_hdr = {.msg_iov = &v[1], .msg_iovlen = 1}}, {.msg_hdr = {.msg_iov = &v[2], .msg_iovlen = 1}}};
    EQ(sendmmsg(s[0], m, 3, 0), 3);
    char b[4][8];
    struct iovec w[4] = {{b[0], 8}, {b[1], 8}, {b[2], 8}, {b[3], 8}};
    struct mmsghdr r[4] = {{.msg_hdr = {.msg_iov = &w[0], .msg_iovlen = 1}}, {.msg_hdr = {.msg_iov = &w[1], .msg_iovlen = 1}},
            {.msg_hdr = {.msg_iov = &w[2], .msg_iovlen = 1}}, {.msg_hdr = {.msg_iov = &w[3], .msg_iovlen = 1}}};
    EQ(recvmmsg(s[1], r, 4, MSG_DONTWAIT, 0), 3);
    EQ(r[2].msg_len, 3);
}
TEST(socket_permissions) {
    if (geteuid() != 0)
        SKIP("needs root");
    struct sockaddr_un a = un("sock");
    int l = OK(socket(AF_UNIX, SOCK_STREAM, 0));
    EQ(bind(l, SA(a)), 0);
    EQ(listen(l, 1), 0);
    EQ(chmod("sock", 0700), 0);
    pid_t pid;
    CHILD(pid) {
        EQ(setresuid(1000, 1000, 1000), 0);
        int c = OK(socket(AF_UNIX, SOCK_STREAM, 0));
        ERR(connect(c, SA(a)), EACCES);
    }
    WAIT_EXIT(pid, 0);
}
MAIN()
