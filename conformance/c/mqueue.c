// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// mqueue - POSIX message queues.
#include "check.h"

#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <signal.h>
#include <time.h>

static char name[50];

static mqd_t make(int flags) {
    struct mq_attr a = {.mq_maxmsg = 3, .mq_msgsize = 16};
    snprintf(name, sizeof name, "/check.%d", getpid());
    mqd_t q = mq_open(name, O_RDWR | O_CREAT | O_EXCL | flags, 0600, &a);
    CHECK(q != (mqd_t)-1);
    return q;
}

TEST(priorities_and_limits) {
    mqd_t q = make(O_NONBLOCK);
    char b[16];
    unsigned prio;
    ERR(mq_receive(q, b, 16, &prio), EAGAIN);
    EQ(mq_send(q, "low", 4, 1), 0);
    EQ(mq_send(q, "high", 5, 9), 0);
    EQ(mq_send(q, "low2", 5, 1), 0);
    ERR(mq_send(q, "x", 1, 1), EAGAIN);
    ERR(mq_send(q, b, 17, 1), EMSGSIZE);
    ERR(mq_receive(q, b, 15, &prio), EMSGSIZE);
    struct mq_attr a;
    EQ(mq_getattr(q, &a), 0);
    EQ(a.mq_curmsgs, 3);
    EQ(a.mq_maxmsg, 3);
    EQ(a.mq_flags, O_NONBLOCK);
    EQ(mq_receive(q, b, 16, &prio), 5);
    CHECK(prio == 9 && !strcmp(b, "high"));
    EQ(mq_receive(q, b, 16, &prio), 4);
    CHECK(prio == 1 && !strcmp(b, "low"));
    EQ(mq_receive(q, b, 16, 0), 5);
    ERR(mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, 0), EEXIST);
    EQ(mq_unlink(name), 0);
    ERR(mq_unlink(name), ENOENT);
    ERR(mq_open(name, O_RDWR), ENOENT);
    EQ(mq_send(q, "still", 6, 0), 0);
    struct pollfd p = {q, POLLIN | POLLOUT, 0};
    EQ(poll(&p, 1, 0), 1);
    EQ(p.revents, POLLIN | POLLOUT);
    EQ(mq_close(q), 0);
}

TEST(waiting) {
    mqd_t q = make(0);
    char b[16];
    pid_t pid;
    CHILD(pid) {
        msleep(50);
        EQ(mq_send(q, "child", 6, 0), 0);
    }
    EQ(mq_receive(q, b, 16, 0), 6);
    WAIT_EXIT(pid, 0);
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    t.tv_nsec += 20000000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_nsec -= 1000000000;
        t.tv_sec++;
    }
    ERR(mq_timedreceive(q, b, 16, 0, &t), ETIMEDOUT);
    EQ(mq_unlink(name), 0);
}

static volatile int code;
static void on(int s, siginfo_t *i, void *c) {
    (void)s;
    (void)c;
    code = i->si_code;
}

TEST(notification) {
    mqd_t q = make(0);
    struct sigaction a = {.sa_sigaction = on, .sa_flags = SA_SIGINFO};
    sigaction(SIGUSR1, &a, 0);
    struct sigevent e = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    EQ(mq_notify(q, &e), 0);
    ERR(mq_notify(q, &e), EBUSY);
    EQ(mq_send(q, "x", 1, 0), 0);
    msleep(20);
    EQ(code, SI_MESGQ);
    EQ(mq_notify(q, &e), 0);
    EQ(mq_notify(q, 0), 0);
    EQ(mq_unlink(name), 0);
}

MAIN()
