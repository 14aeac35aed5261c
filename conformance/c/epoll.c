// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -pthread
// TIMEOUT: 60
// epoll: level and edge triggered, ONESHOT, EXCLUSIVE, nesting, duplicates, removal, threads.
#include "check.h"
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

static int ep;
static int add(int fd, unsigned ev) {
    struct epoll_event e = {.events = ev, .data.u64 = 0x1234567800000000UL | fd};
    return epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e);
}
static int mod(int fd, unsigned ev) {
    struct epoll_event e = {.events = ev, .data.u64 = 0x1234567800000000UL | fd};
    return epoll_ctl(ep, EPOLL_CTL_MOD, fd, &e);
}
static struct epoll_event got[10];
static int wait_(int ms) {
    memset(got, 0, sizeof got);
    return epoll_wait(ep, got, 10, ms);
}
static void make(int *p) {
    ep = OK(epoll_create1(EPOLL_CLOEXEC));
    EQ(pipe2(p, O_NONBLOCK), 0);
}
TEST(level) {
    int p[2];
    char b[10];
    make(p);
    EQ(add(p[0], EPOLLIN), 0);
    EQ(wait_(0), 0);
    long long t = now_ms();
    EQ(wait_(40), 0);
    CHECK(now_ms() - t >= 40);
    EQ(write(p[1], "ab", 2), 2);
    EQ(wait_(1000), 1);
    EQ(got[0].events, EPOLLIN);
    EQ(got[0].data.u64, 0x1234567800000000UL | p[0]);
    EQ(wait_(0), 1); /* still */
    EQ(read(p[0], b, 10), 2);
    EQ(wait_(0), 0);
    close(p[1]);
    EQ(wait_(0), 1);
    EQ(got[0].events, EPOLLHUP);
}
TEST(edge) {
    int p[2];
    char b[10];
    make(p);
    EQ(write(p[1], "ab", 2), 2);
    EQ(add(p[0], EPOLLIN | EPOLLET), 0); /* ready already: reported once */
    EQ(wait_(0), 1);
    EQ(wait_(0), 0);
    EQ(write(p[1], "c", 1), 1); /* new data: again, though old data were not read */
    EQ(wait_(0), 1);
    EQ(wait_(0), 0);
    EQ(read(p[0], b, 1), 1);
    EQ(wait_(0), 0);
    EQ(mod(p[0], EPOLLIN | EPOLLET), 0); /* MOD arms it again */
    EQ(wait_(0), 1);
    EQ(wait_(0), 0);
}
TEST(oneshot) {
    int p[2];
    make(p);
    EQ(add(p[0], EPOLLIN | EPOLLONESHOT), 0);
    EQ(write(p[1], "ab", 2), 2);
    EQ(wait_(0), 1);
    EQ(wait_(0), 0);
    EQ(write(p[1], "ab", 2), 2);
    EQ(wait_(0), 0);
    EQ(mod(p[0], EPOLLIN | EPOLLONESHOT), 0);
    EQ(wait_(0), 1);
    EQ(wait_(0), 0);
}
TEST(ctl_errors) {
    int p[2];
    struct epoll_event e = {.events = EPOLLIN};
    make(p);
    EQ(add(p[0], EPOLLIN), 0);
    ERR(add(p[0], EPOLLIN), EEXIST);
    ERR(mod(p[1], EPOLLIN), ENOENT);
    ERR(epoll_ctl(ep, EPOLL_CTL_DEL, p[1], 0), ENOENT);
    EQ(epoll_ctl(ep, EPOLL_CTL_DEL, p[0], 0), 0);
    ERR(epoll_ctl(ep, EPOLL_CTL_ADD, ep, &e), EINVAL);
    ERR(epoll_ctl(ep, EPOLL_CTL_ADD, 999, &e), EBADF);
    ERR(epoll_ctl(999, EPOLL_CTL_ADD, p[0], &e), EBADF);
    ERR(epoll_ctl(p[1], EPOLL_CTL_ADD, p[0], &e), EINVAL);
    ERR(epoll_ctl(ep, 77, p[0], &e), EINVAL);
    ERR(epoll_ctl(ep, EPOLL_CTL_ADD, p[0], (void *)8), EFAULT);
    int fd = OK(open("/etc/passwd", O_RDONLY));
    ERR(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e), EPERM);
    ERR(epoll_wait(ep, got, 0, 0), EINVAL);
    ERR(epoll_wait(p[0], got, 1, 0), EINVAL);
    ERR(epoll_wait(999, got, 1, 0), EBADF);
    EQ(add(p[0], EPOLLIN), 0);
    EQ(write(p[1], "x", 1), 1);
    ERR(epoll_wait(ep, (void *)8, 1, 0), EFAULT);
    ERR(epoll_create1(77), EINVAL);
    ERR(epoll_create(0), EINVAL);
}
TEST(duplicates_and_close) {
    int p[2];
    make(p);
    int d = dup(p[0]);
    EQ(add(p[0], EPOLLIN), 0);
    EQ(add(d, EPOLLIN), 0);
    EQ(write(p[1], "x", 1), 1);
    EQ(wait_(0), 2);
    close(d); /* the description lives on in p[0]: the entry of d stays */
    EQ(wait_(0), 2);
    close(p[0]); /* last close: both go */
    EQ(wait_(0), 0);
    make(p);
    EQ(add(p[0], EPOLLIN), 0);
    EQ(write(p[1], "x", 1), 1);
    int q[2];
    EQ(dup2(p[1], 100), 100);
    close(p[0]);
    EQ(pipe(q), 0); /* reuses the number */
    EQ(wait_(0), 0);
    EQ(add(q[0], EPOLLIN), 0);
}
TEST(many_ready_round_robin) {
    int p[2], fds[20];
    make(p);
    for (int i = 0; i < 20; i++) {
        fds[i] = eventfd(1, 0);
        EQ(add(fds[i], EPOLLIN), 0);
    }
    unsigned long seen = 0;
    for (int k = 0; k < 20; k++) {
        EQ(epoll_wait(ep, got, 2, 0), 2);
        for (int j = 0; j < 2; j++)
            for (int i = 0; i < 20; i++)
                if ((int)got[j].data.u64 == fds[i])
                    seen |= 1UL << i;
    }
    EQ(seen, (1UL << 20) - 1); /* nobody starves */
}
TEST(nesting) {
    int p[2], outer;
    struct epoll_event e = {.events = EPOLLIN};
    make(p);
    outer = OK(epoll_create1(0));
    EQ(add(p[0], EPOLLIN), 0);
    EQ(epoll_ctl(outer, EPOLL_CTL_ADD, ep, &e), 0);
    EQ(epoll_wait(outer, got, 10, 0), 0);
    EQ(write(p[1], "x", 1), 1);
    EQ(epoll_wait(outer, got, 10, 100), 1);
    EQ(poll(&(struct pollfd){ep, POLLIN, 0}, 1, 100), 1);
    ERR(epoll_ctl(ep, EPOLL_CTL_ADD, outer, &e), ELOOP);
}
TEST(sockets) {
    int s[2];
    ep = epoll_create1(0);
    EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
    EQ(add(s[0], EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET), 0);
    EQ(wait_(0), 1);
    EQ(got[0].events, EPOLLOUT);
    EQ(write(s[1], "x", 1), 1);
    EQ(wait_(100), 1);
    EQ(got[0].events, EPOLLIN | EPOLLOUT);
    EQ(shutdown(s[1], SHUT_WR), 0);
    EQ(wait_(100), 1);
    EQ(got[0].events, EPOLLIN | EPOLLOUT | EPOLLRDHUP);
    close(s[1]);
    EQ(wait_(100), 1);
    CHECK(got[0].events & EPOLLHUP);
}
static volatile pid_t waiting[3];
static int woken;
static void *waiter(void *arg) {
    struct epoll_event e;
    waiting[(long)arg] = syscall(SYS_gettid);
    long n = epoll_wait(ep, &e, 1, 8000);
    __atomic_add_fetch(&woken, 1, __ATOMIC_SEQ_CST);
    return (void *)n;
}
static void start_waiter(pthread_t *t, long i) {
    NEED(pthread_create(t, 0, waiter, (void *)i) == 0);
    while (!waiting[i])
        msleep(2);
    sleeps(waiting[i]);
}
TEST(wakes_one_waiter_for_an_edge) {
    int p[2];
    pthread_t t[3];
    void *r;
    make(p);
    EQ(add(p[0], EPOLLIN | EPOLLET), 0);
    for (int i = 0; i < 3; i++)
        start_waiter(&t[i], i);
    for (int n = 1; n <= 3; n++) {
        EQ(write(p[1], "x", 1), 1);
        for (int i = 0; i < 1000 && __atomic_load_n(&woken, __ATOMIC_SEQ_CST) < n; i++)
            msleep(2);
        EQ(woken, n);
    }
    long sum = 0;
    for (int i = 0; i < 3; i++) {
        pthread_join(t[i], &r);
        sum += (long)r;
    }
    EQ(sum, 3);
}
TEST(added_while_waiting) {
    int p[2];
    pthread_t t;
    void *r;
    make(p);
    EQ(write(p[1], "x", 1), 1);
    start_waiter(&t, 0);
    EQ(add(p[0], EPOLLIN), 0);
    pthread_join(t, &r);
    EQ((long)r, 1);
}
TEST(exclusive) {
    int p[2];
    make(p);
    EQ(add(p[0], EPOLLIN | EPOLLEXCLUSIVE), 0);
    EQ(write(p[1], "x", 1), 1);
    EQ(wait_(100), 1);
    ERR(mod(p[0], EPOLLIN | EPOLLEXCLUSIVE), EINVAL);
    ERR(mod(p[0], EPOLLIN), EINVAL);
}
TEST(over_fork) {
    int p[2];
    make(p);
    EQ(add(p[0], EPOLLIN), 0);
    pid_t pid;
    CHILD(pid) {
        EQ(wait_(2000), 1);
    }
    msleep(30);
    EQ(write(p[1], "x", 1), 1);
    WAIT_EXIT(pid, 0);
    EQ(wait_(0), 1);
}
static volatile int count;
static void note(int s) {
    (void)s;
    count++;
}
TEST(pwait_mask_and_eintr) {
    int p[2];
    sigset_t s, none;
    make(p);
    signal(SIGUSR1, note);
    sigemptyset(&none);
    sigemptyset(&s);
    sigaddset(&s, SIGUSR1);
    sigprocmask(SIG_BLOCK, &s, 0);
    raise(SIGUSR1);
    ERR(epoll_pwait(ep, got, 10, 1000, &none), EINTR);
    EQ(count, 1);
    EQ(epoll_pwait(ep, got, 10, 10, 0), 0);
    struct timespec t = {0, 20000000};
    int r = syscall(SYS_epoll_pwait2, ep, got, 10, &t, 0, 0);
    CHECK(r == 0 || errno == ENOSYS);
}
TEST(write_side) {
    int p[2];
    static char b[65536];
    make(p);
    EQ(add(p[1], EPOLLOUT), 0);
    EQ(wait_(0), 1);
    EQ(write(p[1], b, 65536), 65536);
    EQ(wait_(0), 0);
    EQ(read(p[0], b, 65536), 65536);
    EQ(wait_(0), 1);
    close(p[0]);
    EQ(wait_(0), 1);
    CHECK(got[0].events & EPOLLERR);
}
MAIN()
