// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/*
 * Arguments of calls: one letter for each kind. Most values are plausible, so that calls get beyond their first check.
 */
#include "fuzz.h"
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

static volatile int *children; /* shared by the round: how many were made */
static int own_children[16];

static long descriptor(void) {
    static const int odd[] = {-1, AT_FDCWD, 0x7fffffff, 1024, 127, 128, 65536};
    return one_in(20) ? PICK(odd) : (long)(3 + rnd() % 77);
}
static const char *name(void) {
    static const char *const names[] = {"f", "d", "l", "loop", "d/f", "d/d", "d/..", ".", "..", "fifo", "sock", "n", "m", "d/n", "f/", "d/",
            "l/", "f/x", "//", "", "d/../f", "big", "hole", "a/b/c", "loop/x", "./././d//f"};
    char *p = (char *)memory(6000);
    switch (rnd() % 12) {
    case 0: case 1:
        if (path_count)
            return strcpy(p, paths[rnd() % path_count]);
        break;
    case 2: snprintf(p, 64, "/proc/self/fd/%ld", descriptor()); return p;
    case 3: snprintf(p, 64, "/proc/%d/%s", (int)(rnd() % 40), one_in(2) ? "stat" : one_in(2) ? "fd" : "mem"); return p;
    case 4: {
        int n = one_in(3) ? 4000 + rnd() % 200 : (int)(rnd() % 300);
        for (int i = 0; i < n; i++)
            p[i] = one_in(40) ? '/' : (char)(one_in(9) ? rnd() : 'a' + rnd() % 3);
        p[n] = 0;
        return p;
    }
    case 5: {
        static const char *const all[] = {"/", "/dev/null", "/dev/zero", "/dev/full", "/dev/tty", "/dev/ptmx", "/dev/pts/0", "/dev/fd/3",
                "/dev/random", "/etc/passwd", "/proc/self/exe", "/proc/self/root/tmp", "/proc/self/cwd/f", "/dev/shm", "/sys/fs/cgroup",
                "/proc/thread-self/comm", "/dev/mqueue", "/bin/true", "/usr/lib", "/proc/sys/kernel/hostname", "/proc/self/mem"};
        return strcpy(p, PICK(all));
    }
    }
    return strcpy(p, PICK(names));
}
static unsigned char *address_of_socket(long *length) {
    unsigned char *p = memory(128);
    struct sockaddr_un u = {.sun_family = AF_UNIX};
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(one_in(2) ? 20000 + rnd() % 4 : 0), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = in.sin_port, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    struct sockaddr_nl nl = {.nl_family = AF_NETLINK, .nl_pid = rnd() % 3 * 1000, .nl_groups = one_in(2) ? rnd() : 0};
    switch (rnd() % 8) {
    case 0: case 1:
        snprintf(u.sun_path, sizeof u.sun_path, "%s%d", one_in(2) ? "sock" : "d/s", (int)(rnd() % 3));
        memcpy(p, &u, sizeof u);
        *length = one_in(3) ? (long)(2 + rnd() % 110) : (long)sizeof u;
        break;
    case 2:
        snprintf(u.sun_path + 1, 100, "abstract%d", (int)(rnd() % 4));
        memcpy(p, &u, sizeof u);
        *length = 2 + 10;
        break;
    case 3: case 4:
        if (one_in(4))
            in.sin_addr.s_addr = one_in(2) ? 0 : (uint32_t)rnd();
        memcpy(p, &in, sizeof in);
        *length = sizeof in;
        break;
    case 5:
        if (one_in(3))
            memset(&in6.sin6_addr, (int)rnd() % 3, one_in(2) ? 16 : 10);
        memcpy(p, &in6, sizeof in6);
        *length = sizeof in6;
        break;
    case 6:
        memcpy(p, &nl, sizeof nl);
        *length = sizeof nl;
        break;
    default:
        p = filled(128);
        p[0] = rnd() % 20;
        p[1] = 0;
        *length = rnd() % 130;
    }
    if (one_in(12))
        *length = (long)odd_number();
    return p;
}
static long size(void) {
    switch (rnd() % 8) {
    case 0: return 0;
    case 1: return rnd() % 16;
    case 2: return rnd() % 70000;
    case 3: return (long)odd_number();
    default: return rnd() % 4096;
    }
}
static unsigned char *vector(long *count) {
    long n = one_in(30) ? 1020 + rnd() % 8 : (long)(rnd() % 7);
    struct iovec *v = (struct iovec *)memory(n * sizeof *v);
    for (long i = 0; i < n; i++) {
        v[i].iov_base = one_in(10) ? (void *)bad_address() : memory(4096);
        v[i].iov_len = one_in(10) ? odd_number() : rnd() % 600;
    }
    *count = one_in(20) ? (long)odd_number() : n;
    return (unsigned char *)v;
}
static unsigned char *netlink(long *length) {
    static const int types[] = {0, 1, 2, 3, 16, 17, 18, 19, 20, 21, 22, 24, 25, 26, 28, 30, 32, 34, 36, 48, 58, 78, 80, 88, 255};
    size_t total = 16 + rnd() % 20 * 4 + rnd() % 80;
    unsigned char *start = filled(total + 32), *p = start;
    for (int k = 0; k < 1 + (int)(rnd() % 3) && p + 16 <= start + total; k++) {
        struct nlmsghdr h = {.nlmsg_len = one_in(6) ? odd_number() : (k ? 16 + rnd() % 40 : total), .nlmsg_type = one_in(9) ? rnd() : PICK(types),
                .nlmsg_flags = one_in(3) ? rnd() : one_in(2) ? 0x301 : 5, .nlmsg_seq = rnd()};
        memcpy(p, &h, sizeof h);
        size_t at = 16 + (one_in(2) ? 16 : one_in(2) ? 8 : 12);
        while (at + 4 < total && !one_in(6)) {
            struct rtattr a = {one_in(8) ? rnd() : 4 + rnd() % 12, rnd() % 40};
            memcpy(p + at, &a, 4);
            at += (a.rta_len + 3) & ~3;
        }
        p += 16 + rnd() % 40;
    }
    *length = one_in(8) ? rnd() % 200 : total;
    return start;
}
static unsigned char *message(void) {
    struct msghdr *m = (struct msghdr *)memory(sizeof *m);
    long n, count;
    memset(m, 0, sizeof *m);
    if (one_in(2)) {
        m->msg_name = address_of_socket(&n);
        m->msg_namelen = n;
    }
    m->msg_iov = (struct iovec *)vector(&count);
    m->msg_iovlen = count;
    if (one_in(4)) {
        struct iovec *v = (struct iovec *)memory(sizeof *v);
        v->iov_base = netlink(&n);
        v->iov_len = n;
        m->msg_iov = v;
        m->msg_iovlen = 1;
    }
    if (one_in(2)) {
        size_t total = 16 + rnd() % 200, at = 0;
        unsigned char *c = filled(total + 64);
        while (at + 16 < total) {
            struct cmsghdr h = {.cmsg_len = one_in(8) ? odd_number() : 16 + rnd() % 40, .cmsg_level = one_in(3) ? (int)(rnd() % 60) : SOL_SOCKET,
                    .cmsg_type = one_in(9) ? (int)rnd() : (int)(rnd() % 5)};
            memcpy(c + at, &h, sizeof h);
            for (size_t i = at + 16; i + 4 <= total && i < at + 56; i += 4) {
                int fd = (int)descriptor();
                memcpy(c + i, &fd, 4);
            }
            at += (h.cmsg_len + 7 & ~7ul) % 128 + 8;
        }
        m->msg_control = c;
        m->msg_controllen = one_in(8) ? odd_number() : total;
    }
    m->msg_flags = one_in(4) ? rnd() : 0;
    if (one_in(20))
        memcpy((char *)m + rnd() % 48, &(uint64_t){odd_number()}, 8);
    return (unsigned char *)m;
}
static unsigned char *span(void) {
    struct timespec *t = (struct timespec *)memory(2 * sizeof *t);
    for (int i = 0; i < 2; i++) {
        t[i].tv_sec = one_in(15) ? (long)odd_number() : 0;
        t[i].tv_nsec = one_in(15) ? (long)odd_number() : (long)(rnd() % 3000000);
    }
    return (unsigned char *)t;
}
static long process(void) {
    switch (rnd() % 6) {
    case 0: return 0;
    case 1: return getpid();
    case 2: return gettid();
    case 3: return one_in(4) ? (long)(2 + rnd() % 4000) : -(long)getpid();
    default: return own_children[rnd() % 16] ? own_children[rnd() % 16] : getpid();
    }
}
/* A value of one kind; `rest` is what the next letter 'L' or 'C' takes: the length or count that belongs to a pointer. */
static long value(char kind, long *rest) {
    static const long open_flags[] = {0, O_WRONLY, O_RDWR, O_RDWR | O_CREAT, O_WRONLY | O_CREAT | O_TRUNC, O_RDWR | O_APPEND, O_DIRECTORY, O_PATH,
            O_RDWR | O_CREAT | O_EXCL, O_TMPFILE | O_RDWR, O_RDONLY | O_NOFOLLOW, 3};
    static const int signals[] = {0, SIGUSR1, SIGUSR2, SIGCHLD, SIGALRM, SIGSTOP, SIGCONT, SIGTSTP, SIGTTIN, SIGPIPE, SIGSEGV, SIGURG, SIGIO,
            SIGWINCH, 32, 33, 34, 40, 64, 65, -1};
    static const long requests[] = {0x5401, 0x5402, 0x5403, 0x5404, 0x5405, 0x5406, 0x5407, 0x5408, 0x5409, 0x540a, 0x540b, 0x540c, 0x540d, 0x540e,
            0x540f, 0x5410, 0x5411, 0x5412, 0x5413, 0x5414, 0x5418, 0x541a, 0x541b, 0x541d, 0x5420, 0x5421, 0x5422, 0x5423, 0x5424, 0x5429, 0x542a,
            0x542b, 0x80045430, 0x40045431, 0x80045438, 0x5441, 0x5450, 0x5451, 0x5452, 0x5460, 0x8901, 0x8902, 0x8903, 0x8904, 0x8905, 0x8906, 0x890b,
            0x8910, 0x8911, 0x8912, 0x8913, 0x8914, 0x8915, 0x8917, 0x891b, 0x8921, 0x8927, 0x8933, 0x8938, 0x8942, 0x8946, 0x80086601, 0x40086602,
            0x801c581f, 0x1260, 0x80081272, 0xb701, 0xb703, 0x40049409, 0xc0189436, 0xc020660b};
    static const int clocks[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, -1, -6, -2};
    if (one_in(24))
        return one_in(2) ? (long)odd_number() : (long)bad_address();
    switch (kind) {
    case 'f': return descriptor();
    case 'd': return one_in(2) ? AT_FDCWD : descriptor();
    case 'p': return (long)name();
    case 'b': *rest = size(); return one_in(15) ? (long)bad_address() : (long)memory(*rest < 0 || *rest > AREA ? 64 : (size_t)*rest);
    case 'i': *rest = rnd() % 300; return one_in(10) ? 0 : (long)filled(300);
    case 'L': return one_in(10) ? size() : *rest;
    case 'P': {
        int *p = (int *)memory(8);
        *p = one_in(8) ? (int)odd_number() : (int)*rest;
        return (long)p;
    }
    case 'C': return *rest;
    case 'l': return size();
    case 'n': return rnd() % 12;
    case 'N': return rnd() % 120;
    case 'g': return one_in(3) ? 0 : one_in(2) ? 1ul << rnd() % 32 : (rnd() & rnd());
    case 'o': return PICK(open_flags) | (one_in(3) ? O_NONBLOCK : 0) | (one_in(3) ? O_CLOEXEC : 0) | (one_in(12) ? (long)(rnd() & 0x7fffff) : 0);
    case 'm': return one_in(3) ? (long)(rnd() & 0177777) : 0755;
    case 'z': return one_in(4) ? (long)odd_number() : (long)(rnd() % 100000);
    case 'k': return process();
    case 's': return PICK(signals);
    case 'u': return one_in(2) ? (long)getuid() : one_in(2) ? -1 : (long)(rnd() % 3000);
    case 'V': return (long)vector(rest);
    case 'A': return (long)address_of_socket(rest);
    case 'M': return (long)message();
    case 'W': {
        unsigned char *p = memory(64 * 3);
        for (int i = 0; i < 3; i++)
            memcpy(p + i * 64, message(), 56);
        return (long)p;
    }
    case 'K': return (long)netlink(rest);
    case 'T': return one_in(6) ? 0 : (long)span();
    case 'c': return PICK(clocks);
    case 'e': {
        struct epoll_event *e = (struct epoll_event *)memory(sizeof *e);
        e->events = one_in(3) ? rnd() : one_in(2) ? EPOLLIN : EPOLLIN | EPOLLOUT | EPOLLET;
        e->data.u64 = rnd();
        return (long)e;
    }
    case 'w': { // descriptors to poll
        struct pollfd *p = (struct pollfd *)memory(20 * sizeof *p);
        for (int i = 0; i < 20; i++)
            p[i] = (struct pollfd){(int)descriptor(), (short)(one_in(3) ? rnd() : POLLIN | POLLOUT), 0};
        *rest = rnd() % 21;
        return (long)p;
    }
    case 't': return one_in(10) ? (long)odd_number() : (long)(rnd() % 4); // milliseconds
    case 'S': return one_in(6) ? 0 : (long)filled(128); // a set of signals or descriptors, numbers, names
    case '8': return 8;
    case 'x': { // name of an extended attribute
        static const char *const names[] = {"user.a", "user.b", "user.", "trusted.x", "security.x", "system.posix_acl_access", "x", ""};
        return (long)strcpy((char *)memory(64), PICK(names));
    }
    case 'q': return (long)strcpy((char *)memory(64), one_in(3) ? "/q1" : one_in(2) ? "/q2" : one_in(2) ? "q" : "/q/q");
    case 'a': return (long)spare + (long)(rnd() % 64 * 4096); // an address to map
    case 'y': return one_in(8) ? (long)odd_number() : (long)(rnd() % 8 * 4096);
    case 'r': return (long)odd_number();
    case 'I': return PICK(requests);
    case '1': return SOL_SOCKET;
    case '0': return 0;
    default: return (long)rnd();
    }
}
