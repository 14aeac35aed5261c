// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/* Resource limits that are felt: what each refuses, and how. Users of their own, since some count for all of a user's processes. */
#include "check.h"
#include <mqueue.h>
#include <pthread.h>
#include <sys/resource.h>

static void limit(int resource, rlim_t soft, rlim_t hard) {
    struct rlimit l = {soft, hard};
    OK(setrlimit(resource, &l));
}
static void become(uid_t uid) {
    if (getuid() == 0)
        OK(setresuid(uid, uid, uid));
}
static volatile sig_atomic_t got;
static void handler(int sig) { got = sig; }
static void catch(int sig) {
    struct sigaction a = {.sa_handler = handler};
    sigaction(sig, &a, 0);
}

TEST(size_of_files) {
    static char b[2000];
    catch(SIGXFSZ);
    limit(RLIMIT_FSIZE, 1000, 1000);
    int fd = OK(open("f", O_RDWR | O_CREAT, 0600)), p[2];
    EQ(write(fd, b, 600), 600);
    EQ(write(fd, b, 600), 400); /* as much as there is room for */
    EQ(got, 0);
    ERR(write(fd, b, 1), EFBIG);
    EQ(got, SIGXFSZ);
    got = 0;
    ERR(ftruncate(fd, 1001), EFBIG);
    EQ(got, SIGXFSZ);
    ERR(truncate("f", 5000), EFBIG);
    EQ(ftruncate(fd, 1000), 0);
    got = 0;
    ERR(fallocate(fd, 0, 0, 2000), EFBIG);
    EQ(got, SIGXFSZ);
    ERR(pwrite(fd, b, 10, 1000), EFBIG);
    OK(pipe(p));
    EQ(write(p[1], b, 1500), 1500); /* no file */
    pid_t c;
    CHILD(c) {
        signal(SIGXFSZ, SIG_DFL);
        if (pwrite(fd, b, 10, 1000) == -1)
            _exit(9);
    }
    WAIT_SIG(c, SIGXFSZ);
}

TEST(descriptors) {
    limit(RLIMIT_NOFILE, 10, 10);
    int last = -1, fd, p[2];
    while ((fd = dup(0)) >= 0)
        last = fd;
    EQ(errno, EMFILE);
    EQ(last, 9);
    ERR(dup2(0, 10), EBADF);
    ERR(fcntl(0, F_DUPFD, 10), EINVAL);
    ERR(pipe(p), EMFILE);
    ERR(open("/dev/null", 0), EMFILE);
}

TEST(address_space) {
    limit(RLIMIT_AS, 256 << 20, 256 << 20);
    for (int shared = 0; shared < 2; shared++) {
        int flags = MAP_ANONYMOUS | (shared ? MAP_SHARED : MAP_PRIVATE);
        CHECK(mmap(0, 512 << 20, PROT_READ | PROT_WRITE, flags, -1, 0) == MAP_FAILED && errno == ENOMEM);
    }
}

TEST(data) {
    limit(RLIMIT_DATA, 64 << 20, 64 << 20);
    int flags = MAP_PRIVATE | MAP_ANONYMOUS;
    CHECK(mmap(0, 128 << 20, PROT_READ | PROT_WRITE, flags, -1, 0) == MAP_FAILED && errno == ENOMEM);
    CHECK(mmap(0, 128 << 20, PROT_READ, flags, -1, 0) != MAP_FAILED);
    void *end = sbrk(0);
    CHECK(sbrk(128 << 20) == (void *)-1);
    CHECK(sbrk(0) == end);
}

TEST(programs_have_them) {
    pid_t p;
    CHILD(p) {
        limit(RLIMIT_NOFILE, 33, 44);
        limit(RLIMIT_STACK, 1 << 20, 1 << 20);
        execl("/bin/sh", "sh", "-c", "test $(ulimit -n) = 33 && test $(ulimit -s) = 1024 && grep -q 'Max stack size *1048576 *1048576' /proc/self/limits",
              (char *)0);
    }
    WAIT_EXIT(p, 0);
}

TEST(signals_that_wait) {
    become(23456);
    sigset_t s;
    sigemptyset(&s);
    sigaddset(&s, SIGRTMIN);
    sigprocmask(SIG_BLOCK, &s, 0);
    limit(RLIMIT_SIGPENDING, 5, 5);
    union sigval v = {.sival_int = 1};
    int queued = 0, taken = 0;
    while (queued < 50 && sigqueue(getpid(), SIGRTMIN, v) == 0)
        queued++;
    EQ(errno, EAGAIN);
    EQ(queued, 5);
    EQ(kill(getpid(), SIGRTMIN), 0); /* kill never fails for that */
    timer_t t;
    struct sigevent e = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    ERR(timer_create(CLOCK_MONOTONIC, &e, &t), EAGAIN);
    struct timespec none = {0, 0};
    while (sigtimedwait(&s, 0, &none) == SIGRTMIN)
        taken++;
    EQ(taken, 5);
}

TEST(queues_of_messages) {
    become(23457);
    limit(RLIMIT_MSGQUEUE, 20000, 20000);
    struct mq_attr a = {.mq_maxmsg = 10, .mq_msgsize = 1000};
    char one[40], two[40];
    snprintf(one, sizeof one, "/limits.%d.1", getpid());
    snprintf(two, sizeof two, "/limits.%d.2", getpid());
    mqd_t q = mq_open(one, O_CREAT | O_RDWR, 0600, &a);
    CHECK(q != (mqd_t)-1);
    ERR(mq_open(two, O_CREAT | O_RDWR, 0600, &a), EMFILE);
    mq_close(q);
    mq_unlink(one);
    OK(mq_open(two, O_CREAT | O_RDWR, 0600, &a));
    mq_unlink(two);
}

static void *sleeps_long(void *arg) {
    pause();
    return arg;
}
TEST(processes) {
    if (getuid() != 0)
        SKIP("needs a user of its own");
    become(23459);
    limit(RLIMIT_NPROC, 4, 4);
    pid_t p[10];
    int made = 0;
    while (made < 10 && (p[made] = fork()) > 0)
        made++;
    if (made < 10 && p[made] == 0) {
        pause();
        _exit(0);
    }
    EQ(errno, EAGAIN);
    EQ(made, 3);
    pthread_t t;
    EQ(pthread_create(&t, 0, sleeps_long, 0), EAGAIN);
    for (int i = 0; i < made; i++) {
        kill(p[i], SIGKILL);
        WAIT_SIG(p[i], SIGKILL);
    }
    EQ(pthread_create(&t, 0, sleeps_long, 0), 0);
}

TEST(of_others) {
    pid_t p, q;
    CHILD(p) { pause(); }
    struct rlimit l = {11, 12}, o;
    EQ(prlimit(p, RLIMIT_NOFILE, &l, &o), 0);
    EQ(prlimit(p, RLIMIT_NOFILE, 0, &o), 0);
    EQ(o.rlim_cur, 11);
    char path[60];
    snprintf(path, sizeof path, "/proc/%d/limits", p);
    CHECK(strstr(get(path), "Max open files            11                   12") != 0);
    if (getuid() == 0) {
        CHILD(q) {
            become(23462);
            ERR(prlimit(p, RLIMIT_NOFILE, &l, 0), EPERM);
            ERR(prlimit(p, RLIMIT_NOFILE, 0, &o), EPERM);
        }
        WAIT_EXIT(q, 0);
    }
    l.rlim_cur = 13;
    ERR(prlimit(p, RLIMIT_NOFILE, &l, 0), EINVAL);
    ERR(prlimit(p, 16, 0, &o), EINVAL);
    ERR(prlimit(p, RLIMIT_NOFILE, (void *)8, 0), EFAULT);
    ERR(prlimit(p, RLIMIT_NOFILE, 0, (void *)8), EFAULT);
    l.rlim_cur = l.rlim_max = 1ul << 40;
    ERR(prlimit(p, RLIMIT_NOFILE, &l, 0), EPERM);
    ERR(prlimit(1 << 28, RLIMIT_NOFILE, 0, &o), ESRCH);
    kill(p, SIGKILL);
    WAIT_SIG(p, SIGKILL);
}

MAIN()
