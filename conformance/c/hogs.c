// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -pthread
// TIMEOUT: 240
// Hogs and storms: too much of everything that the kernel keeps for a process is an errno, and what was taken comes back.
#include "check.h"
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/timerfd.h>

static void limit(int what, rlim_t n) {
    struct rlimit r = {n, n};
    OK(setrlimit(what, &r));
}

/* ---- descriptors ---- */

TEST(descriptors_run_out) {
    int p[2], s, last = -1, n = 0;
    struct epoll_event e = {.events = EPOLLIN};
    sigset_t set;
    sigemptyset(&set);
    limit(RLIMIT_NOFILE, 64);
    s = OK(socket(AF_UNIX, SOCK_STREAM, 0));
    int listener = OK(socket(AF_UNIX, SOCK_STREAM, 0)), client = OK(socket(AF_UNIX, SOCK_STREAM, 0));
    struct { unsigned short family; char path[14]; } a = {AF_UNIX, "listen"};
    OK(bind(listener, (void *)&a, sizeof a));
    OK(listen(listener, 5));
    OK(connect(client, (void *)&a, sizeof a));
    while ((last = dup(s)) >= 0)
        n++;
    CHECK(n > 30);
    EQ(errno, EMFILE);
    ERR(open("/dev/null", O_RDONLY), EMFILE);
    ERR(open("made", O_RDWR | O_CREAT, 0600), EMFILE);
    ERR(access("made", F_OK), ENOENT);
    ERR(pipe(p), EMFILE);
    ERR(socket(AF_INET, SOCK_STREAM, 0), EMFILE);
    ERR(socketpair(AF_UNIX, SOCK_STREAM, 0, p), EMFILE);
    ERR(epoll_create1(0), EMFILE);
    ERR(eventfd(0, 0), EMFILE);
    ERR(timerfd_create(CLOCK_MONOTONIC, 0), EMFILE);
    ERR(signalfd(-1, &set, 0), EMFILE);
    ERR(inotify_init1(0), EMFILE);
    ERR(syscall(SYS_memfd_create, "m", 0), EMFILE);
    ERR(syscall(SYS_pidfd_open, getpid(), 0), EMFILE);
    ERR(fcntl(s, F_DUPFD, 0), EMFILE);
    ERR(accept(listener, 0, 0), EMFILE);
    ERR(dup2(s, 64), EBADF);
    OK(close(63));
    EQ(pipe(p), -1); // room for one only, and none is lost
    EQ(errno, EMFILE);
    EQ(dup(s), 63);
    OK(close(63));
    EQ(accept(listener, 0, 0), 63); // the connection has waited
    (void)e;
}
TEST(descriptors_received_beyond_the_limit) {
    int sv[2], fds[4], c = 'x', n = 0;
    OK(socketpair(AF_UNIX, SOCK_STREAM, 0, sv));
    for (int i = 0; i < 4; i++)
        fds[i] = OK(dup(0));
    char control[CMSG_SPACE(sizeof fds)] = "";
    struct iovec v = {&c, 1};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    struct cmsghdr *h = CMSG_FIRSTHDR(&m);
    *h = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof fds), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(h), fds, sizeof fds);
    EQ(sendmsg(sv[0], &m, 0), 1);
    int top = OK(dup(0));
    OK(syscall(SYS_close_range, top, ~0u, 0)); // what was inherited
    limit(RLIMIT_NOFILE, top + 2); // room for two
    EQ(recvmsg(sv[1], &m, 0), 1);
    CHECK(m.msg_flags & MSG_CTRUNC);
    h = CMSG_FIRSTHDR(&m);
    NEED(h != 0);
    EQ(h->cmsg_len, CMSG_LEN(2 * sizeof(int)));
    for (int i = 0; i < top + 2; i++)
        n += fcntl(i, F_GETFD) != -1;
    EQ(n, top + 2);
}

/* ---- memory of the kernel ---- */

TEST(pipes_full) {
    static char b[65536];
    int p[2];
    long total = 0, n;
    OK(pipe2(p, O_NONBLOCK));
    while ((n = write(p[1], b, sizeof b)) > 0)
        total += n;
    EQ(errno, EAGAIN);
    EQ(total, 65536);
    ERR(fcntl(p[1], F_SETPIPE_SZ, 4096), EBUSY);
    if (geteuid() != 0)
        ERR(fcntl(p[1], F_SETPIPE_SZ, 1 << 24), EPERM);
}
TEST(sockets_full) {
    static char b[65536];
    for (int type = SOCK_STREAM; type <= SOCK_DGRAM; type++) {
        int s[2];
        long total = 0, n;
        OK(socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, s));
        while ((n = write(s[0], b, type == SOCK_STREAM ? sizeof b : 1000)) > 0 && total < 100 << 20)
            total += n;
        EQ(errno, EAGAIN);
        CHECK(total > 1000 && total < 10 << 20);
        EQ(read(s[1], b, 1), 1);
        close(s[0]);
        close(s[1]);
    }
    int s[2];
    OK(socketpair(AF_UNIX, SOCK_DGRAM, 0, s));
    char *big = calloc(1, 4 << 20);
    ERR(send(s[0], big, 4 << 20, 0), EMSGSIZE);
}
TEST(small_file_system_full) {
    static char b[4096];
    if (geteuid() != 0)
        SKIP("needs root");
    OK(mkdir("m", 0700));
    syscall(SYS_unshare, 0x20000); // if it can be
    if (syscall(SYS_mount, "t", "m", "tmpfs", 0, "size=256k,nr_inodes=20") != 0)
        SKIP("cannot mount");
    long n, total = 0;
    int fd = OK(open("m/f", O_RDWR | O_CREAT, 0600));
    while ((n = write(fd, b, sizeof b)) > 0)
        total += n;
    EQ(errno, ENOSPC);
    EQ(total, 256 << 10);
    ERR(write(fd, b, 1), ENOSPC);
    EQ(pwrite(fd, "x", 1, 0), 1); // a page that is there
    ERR(posix_fallocate(fd, 0, 1 << 20) ? (errno = ENOSPC, -1) : 0, ENOSPC);
    OK(ftruncate(fd, 4096));
    OK(lseek(fd, 0, SEEK_END));
    EQ(write(fd, b, sizeof b), 4096);
    char name[20];
    int i;
    for (i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "m/n%d", i);
        int k = open(name, O_CREAT | O_WRONLY, 0600);
        if (k == -1)
            break;
        close(k);
    }
    EQ(errno, ENOSPC);
    CHECK(i > 10 && i < 20);
    ERR(mkdir("m/d", 0700), ENOSPC);
    ERR(symlink("x", "m/l"), ENOSPC);
    OK(unlink("m/n0"));
    OK(mkdir("m/d", 0700));
    close(fd);
    OK(syscall(SYS_umount2, "m", 0));
}
TEST(directories_of_directories) {
    static char b[70000];
    int depth = 0, at = AT_FDCWD, first;
    for (; depth < 1000; depth++) {
        NEED(mkdirat(at, "dddd", 0700) == 0);
        int next = OK(openat(at, "dddd", O_DIRECTORY | O_PATH));
        if (at != AT_FDCWD)
            close(at);
        at = next;
    }
    OK(fchdir(at));
    ERR(syscall(SYS_getcwd, b, sizeof b), ENAMETOOLONG);
    OK(mkdir("e", 0700));
    OK(rmdir("e"));
    for (int i = 0; i < depth; i++) {
        NEED(chdir("..") == 0);
        NEED(rmdir("dddd") == 0);
    }
    CHECK(syscall(SYS_getcwd, b, sizeof b) > 0);
    memset(b, 'a', 4200);
    b[4200] = 0;
    ERR(mkdir(b, 0700), ENAMETOOLONG);
    b[256] = 0;
    ERR(mkdir(b, 0700), ENAMETOOLONG);
    b[255] = 0;
    OK(mkdir(b, 0700));
    for (first = 0; first < 4095; first++)
        b[first] = first & 1 ? '/' : '.';
    b[4095] = 0;
    OK(access(b, F_OK));
    b[4095] = '.';
    b[4096] = 0;
    ERR(access(b, F_OK), ENAMETOOLONG);
}

/* ---- events ---- */

TEST(epolls_in_epolls) {
    int fd[8];
    struct epoll_event e = {.events = EPOLLIN}, got;
    int p[2];
    OK(pipe(p));
    for (int i = 0; i < 8; i++)
        fd[i] = OK(epoll_create1(0));
    OK(epoll_ctl(fd[0], EPOLL_CTL_ADD, p[0], &e));
    int ok = 0;
    for (int i = 1; i < 8 && epoll_ctl(fd[i], EPOLL_CTL_ADD, fd[i - 1], &e) == 0; i++)
        ok = i;
    EQ(errno, ELOOP);
    EQ(ok, 4);
    ERR(epoll_ctl(fd[0], EPOLL_CTL_ADD, fd[2], &e), ELOOP);
    ERR(epoll_ctl(fd[0], EPOLL_CTL_ADD, fd[0], &e), EINVAL);
    EQ(write(p[1], "x", 1), 1);
    EQ(epoll_wait(fd[ok], &got, 1, 5000), 1);
}
TEST(inotify_instances_and_watches) {
    int fds[300], n = 0;
    while (n < 300 && (fds[n] = inotify_init1(IN_NONBLOCK)) >= 0)
        n++;
    EQ(errno, EMFILE); // max_user_instances
    CHECK(n > 20 && n <= 128);
    for (int i = 0; i < n; i++)
        CHECK(inotify_add_watch(fds[i], ".", IN_ALL_EVENTS) > 0);
    put("f", "x");
    char b[4096];
    CHECK(read(fds[n - 1], b, sizeof b) > 0);
    for (int i = 0; i < n; i++)
        close(fds[i]);
    int again = OK(inotify_init1(0));
    close(again);
}
TEST(inotify_queue_overflows) {
    int fd = OK(inotify_init1(IN_NONBLOCK));
    OK(inotify_add_watch(fd, ".", IN_CREATE | IN_DELETE | IN_MODIFY));
    put("a", "x");
    int a = OK(open("a", O_WRONLY)), b = OK(open("b", O_WRONLY | O_CREAT, 0600));
    for (int i = 0; i < 20000; i++)
        if (pwrite(i & 1 ? a : b, "x", 1, 0) != 1) // one after the other, so that events are not merged
            break;
    static char buffer[1 << 20];
    long n, events = 0, overflow = 0;
    while ((n = read(fd, buffer, sizeof buffer)) > 0)
        for (char *p = buffer; p < buffer + n; p += sizeof(struct inotify_event) + ((struct inotify_event *)p)->len) {
            events++;
            overflow += (((struct inotify_event *)p)->mask & IN_Q_OVERFLOW) != 0;
        }
    EQ(overflow, 1);
    CHECK(events > 1000 && events <= 16385);
}
TEST(queued_signals) {
    sigset_t all;
    int n = 0;
    sigfillset(&all);
    OK(sigprocmask(SIG_BLOCK, &all, 0));
    if (geteuid() == 0 && setuid(61235) != 0)
        SKIP("cannot change the user");
    limit(RLIMIT_SIGPENDING, 100);
    while (n < 1000 && sigqueue(getpid(), SIGRTMIN + n % 3, (union sigval){.sival_int = n}) == 0)
        n++;
    EQ(errno, EAGAIN);
    EQ(n, 100);
    OK(kill(getpid(), SIGUSR1)); // needs no place in the queue
    timer_t t;
    struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR2};
    ERR(timer_create(CLOCK_MONOTONIC, &ev, &t), EAGAIN); // keeps one from the beginning
    siginfo_t info;
    for (int i = 0; i < 100; i++)
        CHECK(sigwaitinfo(&all, &info) > 0);
    OK(timer_create(CLOCK_MONOTONIC, &ev, &t));
    OK(sigqueue(getpid(), SIGRTMIN, (union sigval){0}));
}
TEST(many_timers) {
    static timer_t t[2000];
    struct sigevent ev = {.sigev_notify = SIGEV_NONE};
    struct itimerspec in = {.it_value = {100, 0}};
    for (int i = 0; i < 2000; i++) {
        NEED(timer_create(CLOCK_MONOTONIC, &ev, &t[i]) == 0);
        NEED(timer_settime(t[i], 0, &in, 0) == 0);
    }
    for (int i = 0; i < 2000; i++)
        NEED(timer_delete(t[i]) == 0);
    ERR(timer_delete(t[5]), EINVAL);
}

/* ---- processes ---- */

TEST(fork_bomb) {
    int p[2], n = 0;
    if (geteuid() == 0 && (setgid(61236) || setuid(61236)))
        SKIP("cannot change the user");
    OK(pipe(p));
    limit(RLIMIT_NPROC, geteuid() == 61236 ? 60 : 0);
    pid_t leader = fork();
    if (leader == -1) { // an ordinary user has more than that already
        EQ(errno, EAGAIN);
        return;
    }
    if (leader == 0) {
        setsid();
        for (int i = 0; i < 8; i++)
            if (fork() == -1 && errno != EAGAIN)
                n = write(p[1], "!", 1);
        write(p[1], "x", 1);
        pause();
    }
    char c;
    for (int i = 0; i < 59; i++) {
        NEED(read(p[0], &c, 1) == 1);
        NEED(c == 'x');
    }
    ERR(fork(), EAGAIN);
    OK(kill(-leader, SIGKILL));
    WAIT_SIG(leader, SIGKILL);
    close(p[1]);
    EQ(read(p[0], &c, 1), 0); // all are gone
    for (int i = 0; i < 500 && (leader = fork()) == -1; i++)
        msleep(10);
    if (leader == 0)
        _exit(0);
    WAIT_EXIT(leader, 0);
    (void)n;
}
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static int passed_;
static void *at_the_gate(void *unused) {
    pthread_mutex_lock(&gate);
    passed_++;
    pthread_mutex_unlock(&gate);
    return unused;
}
TEST(ten_thousand_threads) {
    static pthread_t t[10000];
    pthread_attr_t a;
    int n = 0, e = 0;
    pthread_attr_init(&a);
    pthread_attr_setstacksize(&a, 32768);
    pthread_mutex_lock(&gate);
    while (n < 10000 && (e = pthread_create(&t[n], &a, at_the_gate, 0)) == 0)
        n++;
    CHECK(e == 0 || e == EAGAIN);
    CHECK(n > 100);
    pthread_mutex_unlock(&gate);
    for (int i = 0; i < n; i++)
        EQ(pthread_join(t[i], 0), 0);
    EQ(passed_, n);
}

/* ---- storms ---- */

static volatile long alarms;
static void count_alarm(int s) {
    (void)s;
    alarms++;
}
/* Data through a pipe while a timer interrupts everything. */
static void storm(int flags) {
    static unsigned char b[5000];
    int p[2], st;
    long sum = 0, want = 0, n;
    OK(pipe(p));
    pid_t pid;
    struct sigaction sa = {.sa_handler = count_alarm, .sa_flags = flags};
    struct itimerval every = {{0, 1000}, {0, 1000}};
    CHILD(pid) {
        OK(sigaction(SIGALRM, &sa, 0));
        OK(setitimer(ITIMER_REAL, &every, 0));
        close(p[0]);
        for (int i = 0; i < 400; i++) {
            memset(b, i, sizeof b);
            for (size_t at = 0; at < sizeof b;) {
                n = write(p[1], b + at, sizeof b - at);
                if (n == -1 && !(errno == EINTR && !(flags & SA_RESTART))) {
                    CHECK(!"write fails");
                    break;
                }
                at += n > 0 ? n : 0;
            }
        }
    }
    close(p[1]);
    OK(sigaction(SIGALRM, &sa, 0));
    OK(setitimer(ITIMER_REAL, &every, 0));
    for (int i = 0; i < 400; i++)
        want += (i & 255) * sizeof b;
    while ((n = read(p[0], b, 1 + rand() % sizeof b)) != 0) {
        if (n == -1) {
            if (!CHECK(errno == EINTR && !(flags & SA_RESTART)))
                break;
            n = 0;
        }
        for (long i = 0; i < n; i++)
            sum += b[i];
    }
    EQ(sum, want);
    while (waitpid(pid, &st, 0) == -1 && errno == EINTR)
        ;
    EQ(st, 0);
    while (alarms < 20) // it did interrupt
        pause();
}
TEST(interrupted_all_the_time) {
    storm(0);
}
TEST(restarted_all_the_time) {
    storm(SA_RESTART);
}
TEST(stopped_and_continued_all_the_time) {
    int p[2], q[2], st, stops = 0;
    long sum = 0, n;
    char c;
    static char b[3000];
    OK(pipe(p));
    OK(pipe(q));
    pid_t pid;
    CHILD(pid) {
        close(p[0]);
        close(q[1]);
        for (int i = 0; i < 200; i++) {
            if (i % 10 == 0) {
                pid_t grandchild = fork();
                if (grandchild == 0)
                    _exit(i);
                EQ(waitpid(grandchild, &st, 0), grandchild);
                EQ(st, i << 8);
            }
            EQ(write(p[1], b, sizeof b), sizeof b);
        }
        close(p[1]);
        EQ(read(q[0], &c, 1), 0); // ends when all stops have been
    }
    close(p[1]);
    close(q[0]);
    pid_t stopper = fork();
    if (stopper == 0) {
        for (int i = 0; i < 300; i++) {
            kill(pid, SIGSTOP);
            if (i % 3 == 0)
                sched_yield();
            kill(pid, SIGCONT);
        }
        _exit(0);
    }
    while ((n = read(p[0], b, sizeof b)) > 0)
        sum += n;
    EQ(sum, 200 * (long)sizeof b);
    WAIT_EXIT(stopper, 0);
    close(q[1]);
    for (;;) {
        pid_t got = waitpid(pid, &st, WUNTRACED | WCONTINUED);
        if (got == -1 && errno == EINTR)
            continue;
        NEED(got == pid);
        if (WIFEXITED(st) || WIFSIGNALED(st))
            break;
        stops++;
    }
    EQ(st, 0);
    (void)stops;
}
/* Children that do all kinds of things are killed at all kinds of moments; nothing of them stays. */
TEST(killed_at_any_moment) {
    int p[2], alive[2];
    char c;
    OK(pipe2(alive, O_CLOEXEC));
    OK(pipe2(p, O_NONBLOCK));
    srand(7);
    for (int i = 0; i < 150; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            setpgid(0, 0);
            close(alive[0]);
            for (;;) {
                int fd = open("f", O_RDWR | O_CREAT, 0600), s[2];
                struct flock l = {.l_type = F_WRLCK};
                fcntl(fd, F_SETLKW, &l);
                socketpair(AF_UNIX, SOCK_STREAM, 0, s);
                write(s[0], "x", 1);
                write(p[1], "y", 1);
                pid_t g = i % 2 ? fork() : vfork();
                if (g == 0) {
                    if (i % 3 == 0)
                        execl("/bin/true", "true", (char *)0);
                    _exit(0);
                }
                waitpid(g, 0, 0);
                rename("f", "g");
                void *m = mmap(0, 65536, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
                munmap(m, 65536);
                close(fd);
                close(s[0]);
                close(s[1]);
            }
        }
        setpgid(pid, pid);
        struct timespec t = {0, rand() % 4000000};
        nanosleep(&t, 0);
        kill(-pid, SIGKILL);
        kill(pid, SIGKILL);
        WAIT_SIG(pid, SIGKILL);
    }
    close(alive[1]);
    EQ(read(alive[0], &c, 1), 0);
    struct flock l = {.l_type = F_WRLCK};
    int fd = OK(open("f", O_RDWR | O_CREAT, 0600));
    OK(fcntl(fd, F_SETLK, &l));
}
MAIN()
