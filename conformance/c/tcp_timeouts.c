// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// TIMEOUT: 90
// When TCP gives a peer up: keepalive, TCP_USER_TIMEOUT, a cable that is cut and mended, a peer that does not read.
#include "check.h"
#include "network.h"
#include "rtnl.h"
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#define HERE "10.9.0.1"
#define THERE "10.9.0.2"

/* Two networks with a cable between them: this one, where the test goes on, and the other one, which `far` is a file of. */
static int near_net, far_net, near_link, far_link, client, server;

static int in(int net) {
    return setns(net, CLONE_NEWNET);
}
static int set_up(int net, int link, int on) {
    EQ(in(net), 0);
    int s = open_route(), e = up(s, link, on);
    close(s);
    EQ(in(near_net), 0);
    return e;
}
static int option(int s, int level, int name, int value) {
    return setsockopt(s, level, name, &value, sizeof value);
}
static int error_of(int s) {
    int e = -1;
    socklen_t n = sizeof e;
    EQ(getsockopt(s, SOL_SOCKET, SO_ERROR, &e, &n), 0);
    return e;
}
static struct tcp_info info_of(int s) {
    struct tcp_info i;
    socklen_t n = sizeof i;
    memset(&i, 0, sizeof i);
    EQ(getsockopt(s, SOL_TCP, TCP_INFO, &i, &n), 0);
    return i;
}
/* What poll says within so many seconds. */
static int seen(int s, int what, int seconds) {
    struct pollfd p = {s, what, 0};
    return poll(&p, 1, seconds * 1000) == 1 ? p.revents : 0;
}
/* The cable, with a connection over it: 1, or 0 where namespaces may not be made. */
static int connected(void) {
    if (geteuid() != 0 || !own_network())
        return 0;
    near_net = OK(open("/proc/self/ns/net", O_RDONLY));
    if (!own_network())
        return 0;
    far_net = OK(open("/proc/self/ns/net", O_RDONLY));
    EQ(in(near_net), 0);
    int r = open_route();
    EQ(veth(r, "near0", "far0"), 0);
    near_link = if_nametoindex("near0"), far_link = if_nametoindex("far0");
    struct request q;
    struct ifinfomsg *m = begin(&q, RTM_NEWLINK, NLM_F_ACK, sizeof *m);
    m->ifi_index = far_link;
    attr(&q, IFLA_NET_NS_FD, &far_net, 4);
    EQ(ask(r, &q), 0);
    EQ(address(r, RTM_NEWADDR, NLM_F_CREATE, near_link, HERE, 24), 0);
    close(r);
    EQ(in(far_net), 0);
    far_link = if_nametoindex("far0");
    r = open_route();
    EQ(address(r, RTM_NEWADDR, NLM_F_CREATE, far_link, THERE, 24), 0);
    close(r);
    int l = OK(socket(AF_INET, SOCK_STREAM, 0));
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(7000)};
    EQ(bind(l, (void *)&a, sizeof a), 0);
    EQ(listen(l, 5), 0);
    EQ(in(near_net), 0);
    EQ(set_up(near_net, near_link, 1), 0);
    EQ(set_up(far_net, far_link, 1), 0);
    client = OK(socket(AF_INET, SOCK_STREAM, 0));
    inet_pton(AF_INET, THERE, &a.sin_addr);
    EQ(connect(client, (void *)&a, sizeof a), 0);
    server = OK(accept(l, 0, 0));
    char b[8];
    EQ(send(client, "hello", 5, 0), 5);
    EQ(recv(server, b, sizeof b, 0), 5);
    return 1;
}
#define CONNECTED() \
    if (!connected()) \
    SKIP("no network namespaces")

static void ended(int s, int how) {
    char b[8];
    if (how == 1)
        EQ(error_of(s), ETIMEDOUT);
    else
        ERR(recv(s, b, sizeof b, 0), ETIMEDOUT);
    EQ(recv(s, b, sizeof b, 0), 0);
    ERR(send(s, "x", 1, MSG_NOSIGNAL), EPIPE);
    EQ(info_of(s).tcpi_state, TCP_CLOSE);
}
TEST(keepalive_gives_up) {
    CONNECTED();
    EQ(option(client, SOL_SOCKET, SO_KEEPALIVE, 1), 0);
    EQ(option(client, SOL_TCP, TCP_KEEPIDLE, 1), 0);
    EQ(option(client, SOL_TCP, TCP_KEEPINTVL, 1), 0);
    EQ(option(client, SOL_TCP, TCP_KEEPCNT, 2), 0);
    msleep(1500);
    EQ(info_of(client).tcpi_probes, 0);
    CHECK(info_of(client).tcpi_last_ack_recv < 1400);
    EQ(info_of(client).tcpi_state, TCP_ESTABLISHED);
    EQ(set_up(far_net, far_link, 0), 0);
    msleep(1800);
    CHECK(info_of(client).tcpi_probes > 0);
    EQ(seen(client, POLLIN, 8) & (POLLERR | POLLHUP), POLLERR | POLLHUP);
    ended(client, 0);
    EQ(info_of(server).tcpi_state, TCP_ESTABLISHED);
    EQ(seen(server, POLLIN, 0), 0);
}
TEST(user_timeout_of_what_was_sent) {
    CONNECTED();
    int left = 0;
    EQ(option(client, SOL_TCP, TCP_USER_TIMEOUT, 1000), 0);
    EQ(set_up(near_net, near_link, 0), 0);
    EQ(send(client, "lost", 4, 0), 4);
    EQ(seen(client, POLLIN | POLLOUT, 0), POLLOUT);
    EQ(ioctl(client, TIOCOUTQ, &left), 0);
    EQ(left, 4);
    EQ(seen(server, POLLIN, 0), 0);
    EQ(seen(client, POLLIN, 8) & (POLLERR | POLLHUP), POLLERR | POLLHUP);
    ended(client, 1);
    // what the other side sends then is answered by a reset
    EQ(set_up(near_net, near_link, 1), 0);
    EQ(send(server, "x", 1, 0), 1);
    EQ(seen(server, POLLIN, 8) & POLLERR, POLLERR);
    EQ(error_of(server), ECONNRESET);
}
TEST(user_timeout_bounds_keepalive) {
    CONNECTED();
    EQ(option(client, SOL_TCP, TCP_USER_TIMEOUT, 1200), 0);
    EQ(option(client, SOL_TCP, TCP_KEEPIDLE, 1), 0);
    EQ(option(client, SOL_TCP, TCP_KEEPINTVL, 1), 0);
    EQ(option(client, SOL_SOCKET, SO_KEEPALIVE, 1), 0);
    EQ(set_up(far_net, far_link, 0), 0);
    EQ(seen(client, POLLIN, 9) & POLLERR, POLLERR); // TCP_KEEPCNT would be 9 s more
    ended(client, 0);
}
TEST(the_cable_is_mended) {
    CONNECTED();
    char b[64];
    EQ(set_up(far_net, far_link, 0), 0);
    EQ(send(client, "one", 3, 0), 3);
    EQ(send(server, "two", 3, 0), 3);
    EQ(seen(server, POLLIN, 0), 0);
    EQ(shutdown(client, SHUT_WR), 0);
    EQ(set_up(far_net, far_link, 1), 0);
    NEED(seen(server, POLLIN, 8) & POLLIN);
    EQ(recv(server, b, sizeof b, MSG_WAITALL), 3);
    EQ(memcmp(b, "one", 3), 0);
    NEED(seen(client, POLLIN, 8) & POLLIN);
    EQ(recv(client, b, sizeof b, 0), 3);
    EQ(send(server, "more", 4, 0), 4);
    EQ(recv(client, b, 4, MSG_WAITALL), 4);
}
TEST(closed_while_the_cable_was_cut) {
    CONNECTED();
    char b[64];
    EQ(set_up(far_net, far_link, 0), 0);
    EQ(send(client, "last", 4, 0), 4);
    EQ(close(client), 0);
    EQ(seen(server, POLLIN, 0), 0);
    EQ(set_up(far_net, far_link, 1), 0);
    NEED(seen(server, POLLIN, 8) & POLLIN);
    EQ(recv(server, b, sizeof b, MSG_WAITALL), 4);
    EQ(recv(server, b, sizeof b, 0), 0);
}
TEST(a_loopback_that_is_down) {
    if (geteuid() != 0 || !own_network())
        SKIP("no network namespaces");
    near_net = OK(open("/proc/self/ns/net", O_RDONLY));
    int l = OK(socket(AF_INET, SOCK_STREAM, 0)), c = OK(socket(AF_INET, SOCK_STREAM, 0));
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(7001)};
    EQ(bind(l, (void *)&a, sizeof a), 0);
    EQ(listen(l, 5), 0);
    EQ(connect(c, (void *)&a, sizeof a), 0);
    int s = OK(accept(l, 0, 0));
    EQ(option(c, SOL_TCP, TCP_USER_TIMEOUT, 700), 0);
    EQ(set_up(near_net, 1, 0), 0);
    EQ(send(c, "x", 1, 0), 1);
    EQ(seen(s, POLLIN, 0), 0);
    EQ(seen(c, POLLIN, 8) & POLLERR, POLLERR);
    ended(c, 0);
}
TEST(a_peer_that_does_not_read) {
    int l = OK(socket(AF_INET, SOCK_STREAM, 0)), c = OK(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    EQ(bind(l, (void *)&a, sizeof a), 0);
    EQ(getsockname(l, (void *)&a, &n), 0);
    EQ(listen(l, 5), 0);
    ERR(connect(c, (void *)&a, sizeof a), EINPROGRESS);
    int s = OK(accept(l, 0, 0));
    EQ(option(c, SOL_TCP, TCP_USER_TIMEOUT, 700), 0);
    static char much[65536];
    while (send(c, much, sizeof much, 0) > 0)
        ;
    EQ(errno, EAGAIN);
    EQ(seen(c, POLLIN, 8) & (POLLERR | POLLHUP), POLLERR | POLLHUP);
    ended(c, 1);
    CHECK(recv(s, much, sizeof much, 0) > 0);
}
/* The timer of a connection, as sock_diag tells it: which one; its milliseconds. */
static int timer_of(int port, unsigned *ms) {
    int s = OK(socket(AF_NETLINK, SOCK_DGRAM, NETLINK_SOCK_DIAG)), found = -1;
    struct {
        struct nlmsghdr h;
        struct inet_diag_req_v2 q;
    } r = {{sizeof r, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_DUMP, 1, 0}, {.sdiag_family = AF_INET, .sdiag_protocol = IPPROTO_TCP, .idiag_states = 2}};
    static char b[65536];
    EQ(send(s, &r, sizeof r, 0), sizeof r);
    for (int done = 0; !done;) {
        int n = recv(s, b, sizeof b, 0);
        for (struct nlmsghdr *h = (void *)b; NLMSG_OK(h, (unsigned)n) && !done; h = NLMSG_NEXT(h, n)) {
            struct inet_diag_msg *m = NLMSG_DATA(h);
            done = h->nlmsg_type == NLMSG_DONE || h->nlmsg_type == NLMSG_ERROR;
            if (!done && ntohs(m->id.idiag_dport) == port)
                found = m->idiag_timer, *ms = m->idiag_expires;
        }
        done |= n <= 0;
    }
    close(s);
    return found;
}
TEST(timers_are_told) {
    CONNECTED();
    unsigned ms = 0;
    EQ(timer_of(7000, &ms), 0);
    EQ(option(client, SOL_TCP, TCP_KEEPIDLE, 100), 0);
    EQ(option(client, SOL_SOCKET, SO_KEEPALIVE, 1), 0);
    EQ(timer_of(7000, &ms), 2);
    CHECK(ms > 60000 && ms <= 100000);
    EQ(set_up(far_net, far_link, 0), 0);
    EQ(send(client, "x", 1, 0), 1);
    int timer = timer_of(7000, &ms); // that of repetitions, or of probes where the segment could not even leave
    CHECK(timer == 1 || timer == 4);
    const char *shown = get("/proc/net/tcp");
    CHECK(strstr(shown, " 01:") != 0 || strstr(shown, " 04:") != 0);
}
MAIN()
