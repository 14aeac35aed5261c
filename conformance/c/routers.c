// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// TIMEOUT: 60
// Three networks in a row: what the one in the middle says of packets that it does not pass on, to datagrams and connections.
// Routers say it seldom to one host (net.ipv4.icmp_ratelimit), so there are few questions.
#include "cables.h"
#include <linux/errqueue.h>

#define SA(a) (struct sockaddr *)&(a), sizeof(a)
#define SET(s, level, name, v) setsockopt(s, level, name, &(v), sizeof(v))

static int near, middle, far;

static int forwards(void) {
    int f = open("/proc/sys/net/ipv4/ip_forward", O_WRONLY), ok = f >= 0 && write(f, "1", 1) == 1;
    close(f);
    return ok;
}
static int special(int s, int type, const char *to) { /* a route that leads nowhere */
    struct request r;
    struct rtmsg *m = begin(&r, RTM_NEWROUTE, NLM_F_ACK | NLM_F_CREATE, sizeof *m);
    struct in_addr a = {inet_addr(to)};
    m->rtm_family = AF_INET, m->rtm_dst_len = 24, m->rtm_table = RT_TABLE_MAIN, m->rtm_protocol = RTPROT_BOOT, m->rtm_type = type;
    attr(&r, RTA_DST, &a, 4);
    return ask(s, &r);
}
/* Whether the networks could be made; one is in the near one then. */
static int made(void) {
    if ((near = new_network()) < 0 || (far = new_network()) < 0 || (middle = new_network()) < 0 || !forwards())
        return 0;
    cable(middle, "m0", "10.7.1.1", near, "n0", "10.7.1.2");
    cable(middle, "m1", "10.7.2.1", far, "f0", "10.7.2.2");
    int s = open_route();
    EQ(special(s, RTN_PROHIBIT, "10.7.4.0"), 0);
    close(s);
    enter(far);
    s = open_route();
    EQ(route(s, RTM_NEWROUTE, NLM_F_CREATE, "0.0.0.0", 0, "10.7.2.1", 0), 0);
    close(s);
    int echo = OK(socket(AF_INET, SOCK_DGRAM, 0)), t, one = 1;
    struct sockaddr_in a = in4("0.0.0.0", 5001);
    EQ(bind(echo, SA(a)), 0);
    EQ(SET(echo, 0, IP_RECVTTL, one), 0);
    enter(near);
    s = open_route();
    EQ(route(s, RTM_NEWROUTE, NLM_F_CREATE, "0.0.0.0", 0, "10.7.1.1", 0), 0);
    close(s);
    t = OK(socket(AF_INET, SOCK_DGRAM, 0));
    a = in4("10.7.2.2", 5001);
    char b[8], control[64];
    int heard = 0; /* cables need a moment */
    for (int i = 0; i < 100 && !heard; i++) {
        EQ(sendto(t, "?", 1, 0, SA(a)), 1);
        struct pollfd p = {echo, POLLIN, 0};
        heard = poll(&p, 1, 100) == 1;
    }
    EQ(heard, 1);
    struct iovec v = {b, sizeof b};
    struct msghdr h = {0, 0, &v, 1, control, sizeof control, 0};
    EQ(recvmsg(echo, &h, 0), 1);
    struct cmsghdr *c = CMSG_FIRSTHDR(&h);
    EQ(c && *(int *)CMSG_DATA(c) == 63, 1); /* passed on once */
    close(t);
    close(echo);
    return heard;
}
/* Sends and says what comes of it: the errno, 0 for nothing. */
static int sent(const char *to, int port, int ttl, int type, int code, const char *offender) {
    int s = OK(socket(AF_INET, SOCK_DGRAM, 0)), one = 1, e = 0;
    socklen_t len = sizeof e;
    struct sockaddr_in a = in4(to, port), about;
    EQ(SET(s, 0, IP_RECVERR, one), 0);
    EQ(SET(s, 0, IP_TTL, ttl), 0);
    EQ(sendto(s, "hello", 5, 0, SA(a)), 5);
    struct pollfd p = {s, POLLIN, 0};
    EQ(poll(&p, 1, 8000), 1);
    CHECK(p.revents & POLLERR);
    EQ(getsockopt(s, SOL_SOCKET, SO_ERROR, &e, &len), 0);
    char b[16], control[256];
    struct iovec v = {b, sizeof b};
    struct msghdr h = {&about, sizeof about, &v, 1, control, sizeof control, 0};
    EQ(recvmsg(s, &h, MSG_ERRQUEUE), 5);
    EQ(about.sin_addr.s_addr, a.sin_addr.s_addr);
    EQ(about.sin_port, a.sin_port);
    struct cmsghdr *c = CMSG_FIRSTHDR(&h);
    if (CHECK(c && c->cmsg_level == SOL_IP && c->cmsg_type == IP_RECVERR)) {
        struct sock_extended_err *x = (void *)CMSG_DATA(c);
        EQ(x->ee_errno, e);
        EQ(x->ee_origin, SO_EE_ORIGIN_ICMP);
        EQ(x->ee_type, type);
        EQ(x->ee_code, code);
        EQ(((struct sockaddr_in *)SO_EE_OFFENDER(x))->sin_addr.s_addr, inet_addr(offender));
    }
    close(s);
    return e;
}
#define MADE() \
    if (!made()) \
    SKIP("no network namespaces, or none that forward")

TEST(refusals) {
    MADE();
    EQ(sent("10.7.2.2", 99, 2, 3, 3, "10.7.2.2"), ECONNREFUSED);
    EQ(sent("10.7.2.2", 99, 1, 11, 0, "10.7.1.1"), EHOSTUNREACH);
    EQ(sent("10.9.0.1", 99, 1, 3, 0, "10.7.1.1"), ENETUNREACH); /* said before the time to live is looked at */
}
TEST(who_has_not_asked) {
    MADE();
    int s = OK(socket(AF_INET, SOCK_DGRAM, 0)), t = OK(socket(AF_INET, SOCK_STREAM, 0)), e = -1;
    socklen_t len = sizeof e;
    int ttl = 1;
    struct sockaddr_in b = in4("10.7.2.2", 99);
    EQ(connect(s, SA(b)), 0);
    EQ(SET(s, 0, IP_TTL, ttl), 0);
    EQ(send(s, "x", 1, 0), 1);
    EQ(quiet(s), 1); /* may pass: not told */
    EQ(getsockopt(s, SOL_SOCKET, SO_ERROR, &e, &len), 0);
    EQ(e, 0);
    ttl = 64;
    EQ(SET(s, 0, IP_TTL, ttl), 0);
    EQ(send(s, "x", 1, 0), 1);
    EQ(comes(s), 1);
    ERR(recv(s, &e, 1, 0), ECONNREFUSED);
    ERR(connect(t, SA(b)), ECONNREFUSED);
    EQ(sent("10.7.4.1", 99, 64, 3, 13, "10.7.1.1"), EHOSTUNREACH);
}
MAIN()
