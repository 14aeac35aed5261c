// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// TIMEOUT: 60
// Sockets as /proc/net and sock_diag(7) list them: listeners, connections that nobody has accepted yet, what is not listed.
#include "network.h"
#include "rtnl.h"
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <sys/un.h>

#define SA(a) (struct sockaddr *)&(a), sizeof(a)

struct line {
    unsigned local, remote, state, sends, receives, uid;
    unsigned long ino;
};
static char lines_name[64];
/* The line of /proc/net/FILE with these ports (a remote one of -1 for any): whether there is one. */
static int look(const char *file, unsigned local, int remote, struct line *out) {
    char text[512];
    snprintf(lines_name, sizeof lines_name, "/proc/thread-self/net/%s", file);
    FILE *f = fopen(lines_name, "r");
    int found = 0;
    while (f && fgets(text, sizeof text, f)) {
        struct line l;
        if (sscanf(text, " %*d: %*[0-9A-F]:%x %*[0-9A-F]:%x %x %x:%x %*x:%*x %*x %u %*d %lu", &l.local, &l.remote, &l.state,
                   &l.sends, &l.receives, &l.uid, &l.ino) == 7 &&
            l.local == local && (remote < 0 || (int)l.remote == remote))
            *out = l, found++;
    }
    if (f)
        fclose(f);
    return found;
}
static int port_of(int s) {
    struct sockaddr_in6 a;
    socklen_t len = sizeof a;
    EQ(getsockname(s, (void *)&a, &len), 0);
    return ntohs(a.sin6_port);
}
static int tcp_listener(int backlog) {
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int l = OK(socket(AF_INET, SOCK_STREAM, 0));
    EQ(bind(l, SA(a)), 0);
    if (backlog >= 0)
        EQ(listen(l, backlog), 0);
    return l;
}
static int client_of(int port) {
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int c = OK(socket(AF_INET, SOCK_STREAM, 0));
    EQ(connect(c, SA(a)), 0);
    return c;
}
/* What sock_diag says of a connection, or of a listener (remote 0): whether there is one. */
static int diag(int local, int remote, struct inet_diag_msg *out) {
    int s = OK(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG)), found = 0;
    struct request r;
    struct inet_diag_req_v2 *q = begin(&r, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, sizeof *q);
    q->sdiag_family = AF_INET, q->sdiag_protocol = IPPROTO_TCP, q->idiag_states = -1;
    EQ(ask(s, &r), 0);
    for (struct nlmsghdr *h = next(0, SOCK_DIAG_BY_FAMILY); h; h = next(h, SOCK_DIAG_BY_FAMILY)) {
        struct inet_diag_msg *m = NLMSG_DATA(h);
        if (m->id.idiag_sport == htons(local) && m->id.idiag_dport == htons(remote) && m->idiag_state < TCP_CLOSING + 1)
            *out = *m, found++;
    }
    close(s);
    return found;
}
TEST(not_yet_accepted) {
    if (!own_network())
        SKIP("no network namespaces");
    int l = tcp_listener(5), port = port_of(l);
    struct line x = {0};
    EQ(look("tcp", port, 0, &x), 1);
    EQ(x.state, TCP_LISTEN);
    EQ(x.receives, 0);
    int a = client_of(port), b = client_of(port);
    EQ(send(a, "hello", 5, 0), 5);
    EQ(look("tcp", port, 0, &x), 1);
    EQ(x.receives, 2); /* who waits */
    EQ(x.sends, 0);
    struct inet_diag_msg m = {0};
    EQ(diag(port, 0, &m), 1);
    EQ(m.idiag_rqueue, 2);
    EQ(m.idiag_wqueue, 5);
    EQ(look("tcp", port, port_of(a), &x), 1);
    EQ(x.state, TCP_ESTABLISHED);
    EQ(x.receives, 5);
    EQ(x.uid, 0);
    EQ(x.ino, 0); /* it has no descriptor */
    EQ(diag(port, port_of(a), &m), 1);
    EQ(m.idiag_state, TCP_ESTABLISHED);
    EQ(m.idiag_inode, 0);
    EQ(m.idiag_rqueue, 5);
    CHECK(m.id.idiag_cookie[0] | m.id.idiag_cookie[1]);
    EQ(look("tcp", port, port_of(b), &x), 1);
    EQ(x.receives, 0);
    shutdown(b, SHUT_WR);
    EQ(look("tcp", port, port_of(b), &x), 1);
    EQ(x.state, TCP_CLOSE_WAIT);
    EQ(x.receives, 1); /* the end counts as a byte */
    struct stat st;
    int s = OK(accept(l, 0, 0));
    EQ(fstat(s, &st), 0);
    EQ(look("tcp", port, port_of(a), &x), 1);
    EQ(x.ino, st.st_ino);
    EQ(look("tcp", port, 0, &x), 1);
    EQ(x.receives, 1);
    struct linger hard = {1, 0};
    int p = port_of(b);
    EQ(setsockopt(b, SOL_SOCKET, SO_LINGER, &hard, sizeof hard), 0);
    close(b); /* reset: still in the queue, but no connection any more */
    EQ(look("tcp", port, p, &x), 0);
    EQ(look("tcp", port, 0, &x), 1);
    EQ(x.receives, 1);
}
TEST(end_is_read) {
    if (!own_network())
        SKIP("no network namespaces");
    int l = tcp_listener(1), port = port_of(l), c = client_of(port), s = OK(accept(l, 0, 0));
    char b[4];
    struct line x = {0};
    EQ(send(c, "abc", 3, 0), 3);
    EQ(shutdown(c, SHUT_WR), 0);
    EQ(look("tcp", port, port_of(c), &x), 1);
    EQ(x.state, TCP_CLOSE_WAIT);
    EQ(x.receives, 4);
    EQ(recv(s, b, 2, 0), 2);
    EQ(look("tcp", port, port_of(c), &x), 1);
    EQ(x.receives, 2);
    EQ(recv(s, b, 4, 0), 1);
    EQ(recv(s, b, 4, 0), 0);
    EQ(look("tcp", port, port_of(c), &x), 1);
    EQ(x.state, TCP_CLOSE_WAIT);
    EQ(x.receives, 0);
}
TEST(not_yet_accepted6) {
    if (!own_network())
        SKIP("no network namespaces");
    struct sockaddr_in6 a = {.sin6_family = AF_INET6};
    int l = OK(socket(AF_INET6, SOCK_STREAM, 0));
    EQ(bind(l, SA(a)), 0);
    EQ(listen(l, 3), 0);
    int port = port_of(l), c = client_of(port); /* by IPv4 */
    struct line x = {0};
    EQ(look("tcp6", port, 0, &x), 1);
    EQ(x.receives, 1);
    EQ(look("tcp6", port, port_of(c), &x), 1);
    EQ(x.ino, 0);
    EQ(look("tcp", port, port_of(c), &x), 0);
    EQ(look("tcp", port_of(c), port, &x), 1);
}
TEST(neither_bound_nor_connected) {
    if (!own_network())
        SKIP("no network namespaces");
    int t = tcp_listener(-1), u = OK(socket(AF_INET, SOCK_DGRAM, 0));
    struct line x = {0};
    EQ(look("tcp", port_of(t), -1, &x), 0); /* bound alone */
    EQ(look("udp", 0, -1, &x), 0);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    EQ(bind(u, SA(a)), 0);
    EQ(look("udp", port_of(u), -1, &x), 1);
    EQ(x.state, 7);
    EQ(listen(t, 1), 0);
    EQ(look("tcp", port_of(t), -1, &x), 1);
}
/* What sock_diag says of the UNIX sockets of an abstract name: how many; the queues of each. */
static int diag_unix(const char *name, struct unix_diag_msg *m, struct unix_diag_rqlen *lengths, unsigned *peer, int max) {
    int s = OK(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG)), found = 0;
    struct request r;
    struct unix_diag_req *q = begin(&r, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, sizeof *q);
    q->sdiag_family = AF_UNIX, q->udiag_states = -1, q->udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_RQLEN | UDIAG_SHOW_PEER;
    EQ(ask(s, &r), 0);
    for (struct nlmsghdr *h = next(0, SOCK_DIAG_BY_FAMILY); h; h = next(h, SOCK_DIAG_BY_FAMILY)) {
        char *n = find(h, sizeof *m, UNIX_DIAG_NAME);
        if (n && !n[0] && !strncmp(n + 1, name, strlen(name)) && found < max) {
            m[found] = *(struct unix_diag_msg *)NLMSG_DATA(h);
            lengths[found] = *(struct unix_diag_rqlen *)find(h, sizeof *m, UNIX_DIAG_RQLEN);
            unsigned *p = find(h, sizeof *m, UNIX_DIAG_PEER);
            peer[found++] = p ? *p : 0;
        }
    }
    close(s);
    return found;
}
static int lines_with(const char *name, const char *state) {
    FILE *f = fopen("/proc/thread-self/net/unix", "r");
    char text[512], st[8], shown[128];
    int n = 0;
    long ino;
    while (f && fgets(text, sizeof text, f))
        if (sscanf(text, "%*x: %*x %*x %*x %*x %7s %ld %127s", st, &ino, shown) == 3 && !strcmp(shown, name) && !strcmp(st, state))
            n += 1 + (ino ? 100 : 0);
    if (f)
        fclose(f);
    return n;
}
TEST(unix_not_yet_accepted) {
    if (!own_network())
        SKIP("no network namespaces");
    struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "\0tables"};
    socklen_t len = offsetof(struct sockaddr_un, sun_path) + 7;
    int l = OK(socket(AF_UNIX, SOCK_STREAM, 0)), c = OK(socket(AF_UNIX, SOCK_STREAM, 0));
    EQ(bind(l, (void *)&a, len), 0);
    EQ(listen(l, 5), 0);
    struct unix_diag_msg m[4];
    struct unix_diag_rqlen q[4];
    unsigned peer[4];
    EQ(diag_unix("tables", m, q, peer, 4), 1);
    EQ(m[0].udiag_state, TCP_LISTEN);
    EQ(q[0].udiag_rqueue, 0);
    EQ(q[0].udiag_wqueue, 5);
    EQ(connect(c, (void *)&a, len), 0);
    EQ(send(c, "hello", 5, 0), 5);
    EQ(diag_unix("tables", m, q, peer, 4), 1); /* no inode, not listed here */
    EQ(q[0].udiag_rqueue, 1);
    EQ(q[0].udiag_wqueue, 5);
    struct request none;
    struct unix_diag_req *z = begin(&none, SOCK_DIAG_BY_FAMILY, 0, sizeof *z);
    int s = OK(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
    z->sdiag_family = AF_UNIX, z->udiag_states = -1;
    EQ(ask(s, &none), -EINVAL); /* nothing has inode 0 */
    close(s);
    EQ(lines_with("@tables", "01"), 101);
    EQ(lines_with("@tables", "02"), 1);
    s = OK(accept(l, 0, 0));
    EQ(lines_with("@tables", "02"), 0);
    EQ(lines_with("@tables", "03"), 101);
    struct stat st, other;
    EQ(fstat(s, &st), 0);
    EQ(fstat(c, &other), 0);
    EQ(diag_unix("tables", m, q, peer, 4), 2);
    int waits = m[0].udiag_state == TCP_LISTEN;
    EQ(m[waits].udiag_state, TCP_ESTABLISHED);
    EQ(m[waits].udiag_ino, st.st_ino);
    EQ(peer[waits], other.st_ino);
}
MAIN()
