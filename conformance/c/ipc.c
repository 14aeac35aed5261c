// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -pthread
// TIMEOUT: 60
// Pipes, FIFOs, eventfd, timerfd, signalfd, poll, select, inotify.
#include "check.h"
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/uio.h>

static int events(int fd, int want, int ms) {
    struct pollfd p = {fd, want, 0};
    int r = poll(&p, 1, ms);
    return r < 0 ? r : p.revents;
}
TEST(pipe_basics) {
    int p[2], n;
    char b[10];
    struct stat st;
    EQ(pipe(p), 0);
    EQ(fstat(p[0], &st), 0);
    CHECK(S_ISFIFO(st.st_mode));
    EQ(write(p[1], "abc", 3), 3);
    EQ(ioctl(p[0], FIONREAD, &n), 0);
    EQ(n, 3);
    EQ(read(p[0], b, 10), 3);
    ERR(write(p[0], "x", 1), EBADF);
    ERR(read(p[1], b, 1), EBADF);
    EQ(write(p[1], "", 0), 0);
    ERR(pipe((int *)8), EFAULT);
    ERR(pipe2(p, 0x8000000), EINVAL);
    EQ(fcntl(p[0], F_GETFL), O_RDONLY);
    EQ(fcntl(p[1], F_GETFL), O_WRONLY);
}
TEST(pipe_capacity) {
    int p[2];
    static char b[65536];
    EQ(pipe2(p, O_NONBLOCK), 0);
    EQ(fcntl(p[0], F_GETPIPE_SZ), 65536);
    long n = 0, r;
    while ((r = write(p[1], b, 4096)) > 0)
        n += r;
    EQ(errno, EAGAIN);
    EQ(n, 65536);
    EQ(events(p[1], POLLOUT, 0), 0);
    EQ(read(p[0], b, 1), 1);
    ERR(write(p[1], b, 100), EAGAIN); /* a page must be free before the writer sees room */
    EQ(read(p[0], b, 4095), 4095);
    EQ(events(p[1], POLLOUT, 0), POLLOUT);
    EQ(write(p[1], b, 65536), 4096); /* as much as fits */
    int s = fcntl(p[1], F_SETPIPE_SZ, 131072);
    EQ(s, 131072);
    EQ(fcntl(p[0], F_GETPIPE_SZ), 131072);
    ERR(fcntl(p[1], F_SETPIPE_SZ, 4096), EBUSY);
    EQ(write(p[1], b, 65536), 65536);
}
TEST(pipe_big_write_blocks) {
    int p[2];
    EQ(pipe(p), 0);
    pid_t pid;
    CHILD(pid) {
        char *b = calloc(1, 300000);
        close(p[0]);
        EQ(write(p[1], b, 300000), 300000);
    }
    close(p[1]);
    static char b[7777];
    long n = 0, r;
    while ((r = read(p[0], b, sizeof b)) > 0)
        n += r;
    EQ(r, 0);
    EQ(n, 300000);
    WAIT_EXIT(pid, 0);
}
TEST(pipe_atomic_writes) {
    int p[2];
    EQ(pipe(p), 0);
    for (int k = 0; k < 4; k++)
        if (fork() == 0) {
            char b[1000];
            memset(b, 'a' + k, sizeof b);
            for (int i = 0; i < 100; i++)
                if (write(p[1], b, sizeof b) != sizeof b)
                    _exit(1);
            _exit(0);
        }
    close(p[1]);
    char b[1000];
    int whole = 1, blocks = 0;
    for (;;) {
        int n = 0, r;
        while (n < 1000 && (r = read(p[0], b + n, 1000 - n)) > 0)
            n += r;
        if (n == 0)
            break;
        blocks++;
        for (int i = 1; i < n; i++)
            whole &= b[i] == b[0];
    }
    CHECK(whole);
    EQ(blocks, 400);
    while (wait(0) > 0)
        ;
}
TEST(pipe_epipe_and_hup) {
    int p[2];
    signal(SIGPIPE, SIG_IGN);
    EQ(pipe(p), 0);
    EQ(events(p[0], POLLIN, 0), 0);
    EQ(events(p[1], POLLOUT | POLLIN, 0), POLLOUT);
    close(p[1]);
    EQ(events(p[0], POLLIN, 0), POLLHUP);
    EQ(pipe(p), 0);
    EQ(write(p[1], "x", 1), 1);
    close(p[1]);
    EQ(events(p[0], POLLIN, 0), POLLIN | POLLHUP);
    EQ(pipe(p), 0);
    close(p[0]);
    EQ(events(p[1], POLLOUT, 0) & POLLERR, POLLERR);
    ERR(write(p[1], "x", 1), EPIPE);
    /* the reader goes away while a writer waits */
    EQ(pipe(p), 0);
    pid_t pid;
    CHILD(pid) {
        char *b = calloc(1, 200000);
        close(p[0]);
        ssize_t n = write(p[1], b, 200000);
        CHECK(n == 65536 || (n == -1 && errno == EPIPE));
    }
    sleeps(pid);
    close(p[0]);
    WAIT_EXIT(pid, 0);
}
TEST(pipe_vectors) {
    int p[2];
    char a[3], b[3];
    EQ(pipe(p), 0);
    struct iovec w[2] = {{"abc", 3}, {"def", 3}}, r[2] = {{a, 2}, {b, 3}};
    EQ(writev(p[1], w, 2), 6);
    EQ(readv(p[0], r, 2), 5);
    CHECK(!memcmp(a, "ab", 2) && !memcmp(b, "cde", 3));
}
TEST(pipe_packets) {
    int p[2];
    char b[10];
    EQ(pipe2(p, O_DIRECT), 0);
    EQ(write(p[1], "abc", 3), 3);
    EQ(write(p[1], "de", 2), 2);
    EQ(read(p[0], b, 10), 3);
    EQ(read(p[0], b, 1), 1); /* the rest of a packet is dropped */
    close(p[1]);
    EQ(read(p[0], b, 10), 0);
}
TEST(fifo) {
    EQ(mkfifo("f", 0600), 0);
    ERR(open("f", O_WRONLY | O_NONBLOCK), ENXIO);
    int r = OK(open("f", O_RDONLY | O_NONBLOCK));
    char b[10];
    EQ(read(r, b, 10), 0); /* no writer: end of file */
    int w = OK(open("f", O_WRONLY | O_NONBLOCK));
    ERR(read(r, b, 10), EAGAIN);
    EQ(write(w, "hi", 2), 2);
    EQ(read(r, b, 10), 2);
    close(w);
    EQ(read(r, b, 10), 0);
    close(r);
    pid_t pid;
    CHILD(pid) {
        int q = OK(open("f", O_WRONLY)); /* waits for a reader */
        EQ(write(q, "blocking", 8), 8);
    }
    sleeps(pid);
    r = OK(open("f", O_RDONLY));
    EQ(read(r, b, 10), 8);
    EQ(read(r, b, 10), 0);
    WAIT_EXIT(pid, 0);
    close(r);
    int rw = OK(open("f", O_RDWR));
    EQ(write(rw, "z", 1), 1);
    EQ(read(rw, b, 10), 1);
    EQ(unlink("f"), 0);
    EQ(write(rw, "z", 1), 1);
}
static void *opener(void *arg) {
    (void)arg;
    int fd = open("g", O_RDONLY);
    char b[5];
    return (void *)(long)read(fd, b, 5);
}
TEST(fifo_between_threads) {
    pthread_t t;
    void *r;
    EQ(mkfifo("g", 0600), 0);
    pthread_create(&t, 0, opener, 0);
    msleep(20);
    int w = OK(open("g", O_WRONLY));
    EQ(write(w, "12345", 5), 5);
    pthread_join(t, &r);
    EQ((long)r, 5);
}
TEST(eventfd) {
    unsigned long v;
    int fd = OK(eventfd(3, EFD_NONBLOCK | EFD_CLOEXEC));
    EQ(read(fd, &v, 8), 8);
    EQ(v, 3);
    ERR(read(fd, &v, 8), EAGAIN);
    EQ(events(fd, POLLIN | POLLOUT, 0), POLLOUT);
    v = 5;
    EQ(write(fd, &v, 8), 8);
    EQ(write(fd, &v, 8), 8);
    EQ(events(fd, POLLIN | POLLOUT, 0), POLLIN | POLLOUT);
    EQ(read(fd, &v, 8), 8);
    EQ(v, 10);
    ERR(read(fd, &v, 4), EINVAL);
    ERR(write(fd, &v, 4), EINVAL);
    v = -1;
    ERR(write(fd, &v, 8), EINVAL);
    v = -2;
    EQ(write(fd, &v, 8), 8);
    v = 1;
    ERR(write(fd, &v, 8), EAGAIN);
    EQ(events(fd, POLLOUT, 0), 0);
    fd = OK(eventfd(2, EFD_SEMAPHORE));
    EQ(read(fd, &v, 8), 8);
    EQ(v, 1);
    EQ(read(fd, &v, 8), 8);
    pid_t pid;
    CHILD(pid) {
        msleep(30);
        v = 1;
        EQ(write(fd, &v, 8), 8);
    }
    EQ(read(fd, &v, 8), 8);
    WAIT_EXIT(pid, 0);
}
TEST(timerfd) {
    unsigned long v;
    int fd = OK(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK));
    struct itimerspec t = {{0, 10000000}, {0, 10000000}}, o;
    ERR(read(fd, &v, 8), EAGAIN);
    EQ(timerfd_settime(fd, 0, &t, &o), 0);
    EQ(o.it_value.tv_nsec, 0);
    EQ(events(fd, POLLIN, 1000), POLLIN);
    msleep(35);
    EQ(read(fd, &v, 8), 8);
    CHECK(v >= 3);
    EQ(timerfd_gettime(fd, &o), 0);
    EQ(o.it_interval.tv_nsec, 10000000);
    memset(&t, 0, sizeof t);
    EQ(timerfd_settime(fd, 0, &t, 0), 0);
    ERR(read(fd, &v, 8), EAGAIN);
    fd = OK(timerfd_create(CLOCK_REALTIME, 0));
    clock_gettime(CLOCK_REALTIME, &t.it_value);
    t.it_value.tv_nsec += 30000000;
    if (t.it_value.tv_nsec > 999999999) {
        t.it_value.tv_nsec -= 1000000000;
        t.it_value.tv_sec++;
    }
    EQ(timerfd_settime(fd, TFD_TIMER_ABSTIME, &t, 0), 0);
    EQ(read(fd, &v, 8), 8);
    EQ(v, 1);
    t.it_value.tv_nsec = 1000000000;
    ERR(timerfd_settime(fd, 0, &t, 0), EINVAL);
    ERR(timerfd_create(99, 0), EINVAL);
    ERR(timerfd_settime(0, 0, &(struct itimerspec){{0, 0}, {1, 0}}, 0), EINVAL);
}
TEST(signalfd) {
    sigset_t s;
    struct signalfd_siginfo i;
    sigemptyset(&s);
    sigaddset(&s, SIGUSR1);
    sigaddset(&s, SIGCHLD);
    sigprocmask(SIG_BLOCK, &s, 0);
    int fd = OK(signalfd(-1, &s, SFD_NONBLOCK));
    ERR(read(fd, &i, sizeof i), EAGAIN);
    EQ(events(fd, POLLIN, 0), 0);
    kill(getpid(), SIGUSR1);
    EQ(events(fd, POLLIN, 100), POLLIN);
    EQ(read(fd, &i, sizeof i), (long)sizeof i);
    EQ(i.ssi_signo, SIGUSR1);
    EQ(i.ssi_pid, getpid());
    ERR(read(fd, &i, 10), EINVAL);
    pid_t pid = fork();
    if (pid == 0)
        _exit(7);
    EQ(events(fd, POLLIN, 2000), POLLIN);
    EQ(read(fd, &i, sizeof i), (long)sizeof i);
    EQ(i.ssi_signo, SIGCHLD);
    EQ(i.ssi_pid, pid);
    EQ(i.ssi_status, 7);
    WAIT_EXIT(pid, 0 + 7);
    sigemptyset(&s);
    EQ(signalfd(fd, &s, 0), fd);
    kill(getpid(), SIGUSR1);
    EQ(events(fd, POLLIN, 0), 0);
    ERR(signalfd(0, &s, 0), EINVAL);
}
TEST(poll) {
    int p[2], q[2];
    EQ(pipe(p), 0);
    EQ(pipe(q), 0);
    struct pollfd f[4] = {{p[0], POLLIN, 0x55}, {-1, POLLIN, 0x55}, {q[1], POLLOUT, 0}, {999, POLLIN, 0}};
    EQ(poll(f, 4, 0), 2);
    EQ(f[0].revents, 0);
    EQ(f[1].revents, 0);
    EQ(f[2].revents, POLLOUT);
    EQ(f[3].revents, POLLNVAL);
    EQ(f[0].events, POLLIN);
    long long t = now_ms();
    EQ(poll(f, 1, 50), 0);
    CHECK(now_ms() - t >= 50);
    EQ(poll(0, 0, 10), 0);
    pid_t pid;
    CHILD(pid) {
        msleep(30);
        EQ(write(p[1], "x", 1), 1);
    }
    EQ(poll(f, 2, -1), 1);
    EQ(f[0].revents, POLLIN);
    WAIT_EXIT(pid, 0);
    int fd = OK(open("/etc/passwd", O_RDONLY));
    EQ(events(fd, POLLIN | POLLOUT, 0), POLLIN | POLLOUT);
    fd = OK(open("/dev/null", O_RDWR));
    EQ(events(fd, POLLIN | POLLOUT, 0), POLLIN | POLLOUT);
    ERR(poll((void *)8, 1, 0), EFAULT);
}
TEST(select) {
    int p[2];
    EQ(pipe(p), 0);
    fd_set r, w;
    FD_ZERO(&r);
    FD_ZERO(&w);
    FD_SET(p[0], &r);
    FD_SET(p[1], &w);
    struct timeval t = {0, 0};
    EQ(select(p[1] + 1, &r, &w, 0, &t), 1);
    EQ(FD_ISSET(p[0], &r), 0);
    CHECK(FD_ISSET(p[1], &w));
    FD_ZERO(&r);
    FD_SET(p[0], &r);
    t.tv_usec = 30000;
    EQ(select(p[0] + 1, &r, 0, 0, &t), 0);
    EQ(t.tv_sec + t.tv_usec, 0); /* Linux updates the time left */
    FD_ZERO(&r);
    FD_SET(p[0], &r);
    EQ(write(p[1], "x", 1), 1);
    t.tv_sec = 5;
    EQ(select(p[0] + 1, &r, 0, 0, &t), 1);
    CHECK(t.tv_sec == 4);
    FD_ZERO(&r);
    FD_SET(p[1] + 1, &r); /* not open */
    ERR(select(p[1] + 2, &r, 0, 0, &t), EBADF);
    ERR(select(-1, 0, 0, 0, &t), EINVAL);
    close(p[1]);
    EQ(read(p[0], &w, 1), 1);
    FD_ZERO(&r);
    FD_SET(p[0], &r);
    EQ(select(p[0] + 1, &r, 0, 0, 0), 1); /* end of file is readable */
}
TEST(nonblocking_is_of_the_description) {
    int p[2];
    char c;
    EQ(pipe(p), 0);
    int d = dup(p[0]), one = 1;
    EQ(fcntl(p[0], F_SETFL, O_NONBLOCK), 0);
    CHECK(fcntl(d, F_GETFL) & O_NONBLOCK);
    ERR(read(d, &c, 1), EAGAIN);
    EQ(fcntl(p[0], F_SETFL, 0), 0);
    EQ(ioctl(d, FIONBIO, &one), 0);
    ERR(read(p[0], &c, 1), EAGAIN);
}
TEST(inotify) {
    char b[4096];
    int fd = inotify_init1(IN_NONBLOCK);
    if (fd == -1 && errno == ENOSYS)
        SKIP("inotify is not offered");
    EQ(mkdir("d", 0755), 0);
    int wd = OK(inotify_add_watch(fd, "d", IN_CREATE | IN_DELETE | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO));
    CHECK(wd > 0);
    ERR(read(fd, b, sizeof b), EAGAIN);
    put("d/x", "1");
    EQ(rename("d/x", "d/y"), 0);
    EQ(unlink("d/y"), 0);
    EQ(events(fd, POLLIN, 1000), POLLIN);
    unsigned seen[20] = {0};
    int n = 0;
    ssize_t r = OK(read(fd, b, sizeof b));
    for (char *p = b; p < b + r;) {
        struct inotify_event *e = (void *)p;
        if (n < 20)
            seen[n++] = e->mask;
        EQ(e->wd, wd);
        p += sizeof *e + e->len;
    }
    EQ(n, 5);
    EQ(seen[0], IN_CREATE);
    EQ(seen[1], IN_CLOSE_WRITE);
    EQ(seen[2], IN_MOVED_FROM);
    EQ(seen[3], IN_MOVED_TO);
    EQ(seen[4], IN_DELETE);
    EQ(inotify_rm_watch(fd, wd), 0);
    EQ(read(fd, b, sizeof b), 16); /* IN_IGNORED */
    ERR(inotify_rm_watch(fd, wd), EINVAL);
    ERR(inotify_add_watch(fd, "none", IN_CREATE), ENOENT);
}
static void *reader(void *arg) {
    char c;
    return (void *)(long)read(*(int *)arg, &c, 1);
}
TEST(close_while_another_thread_reads) {
    /* Linux: the reader holds the description and goes on */
    int p[2];
    pthread_t t;
    void *r;
    EQ(pipe(p), 0);
    pthread_create(&t, 0, reader, &p[0]);
    msleep(30);
    int rd = p[0];
    EQ(close(rd), 0);
    signal(SIGPIPE, SIG_IGN);
    EQ(write(p[1], "x", 1), 1);
    pthread_join(t, &r);
    EQ((long)r, 1);
}
TEST(inotify_masks) {
    static const unsigned good[] = {IN_ONLYDIR, IN_UNMOUNT, IN_IGNORED, IN_Q_OVERFLOW, IN_ISDIR,
            IN_CREATE | IN_UNMOUNT | IN_IGNORED | IN_ISDIR | IN_Q_OVERFLOW};
    static const unsigned bad[] = {0, 0x10000, 0x1000, IN_CREATE | 0x10000, IN_MASK_ADD | IN_MASK_CREATE | IN_CREATE};
    for (unsigned i = 0; i < sizeof good / sizeof *good; i++) {
        int fd = OK(inotify_init1(IN_NONBLOCK));
        EQ(inotify_add_watch(fd, ".", good[i]), 1);
        put("f", "x");
        char b[1000];
        if (good[i] & IN_CREATE)
            CHECK(read(fd, b, sizeof b) >= 16);
        else
            ERR(read(fd, b, sizeof b), EAGAIN);
        unlink("f");
        close(fd);
    }
    int fd = OK(inotify_init1(0));
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++)
        ERR(inotify_add_watch(fd, ".", bad[i]), EINVAL);
}

MAIN()
