// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/* Calls about processes and threads that few programs make: pidfds of threads, futexes of the second kind, timers, and so on. */
#include "check.h"
#include <linux/filter.h>
#include <linux/kcmp.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/uio.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_process_madvise
#define SYS_process_madvise 440
#endif
#ifndef SYS_process_mrelease
#define SYS_process_mrelease 448
#endif
#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif
#ifndef SYS_futex_wake
#define SYS_futex_wake 454
#endif
#ifndef SYS_futex_wait
#define SYS_futex_wait 455
#endif
#ifndef SYS_futex_requeue
#define SYS_futex_requeue 456
#endif
#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL
#endif
#ifndef P_PIDFD
#define P_PIDFD 3
#endif
#ifndef CLONE_CLEAR_SIGHAND
#define CLONE_CLEAR_SIGHAND 0x100000000ULL
#endif

static int pidfd(pid_t p, unsigned flags) { return syscall(SYS_pidfd_open, p, flags); }

static volatile int go, tid_of;
static void *waiting_thread(void *arg) {
    tid_of = syscall(SYS_gettid);
    while (!go)
        msleep(2);
    return arg;
}

TEST(pidfd_of_thread) {
    pthread_t t;
    NEED(pthread_create(&t, 0, waiting_thread, 0) == 0);
    while (!tid_of)
        msleep(1);
    CHECK(pidfd(tid_of, 0) == -1 && (errno == EINVAL || errno == ENOENT)); /* ENOENT since 6.15 */
    ERR(pidfd(tid_of, 1), EINVAL);
    int fd = OK(pidfd(tid_of, PIDFD_THREAD));
    int own = OK(pidfd(getpid(), PIDFD_THREAD));
    struct pollfd p = {fd, POLLIN, 0};
    EQ(poll(&p, 1, 0), 0);
    EQ(syscall(SYS_pidfd_send_signal, fd, 0, 0, 0), 0);
    go = 1;
    EQ(poll(&p, 1, 5000), 1);
    CHECK(p.revents & POLLIN);
    pthread_join(t, 0);
    ERR(syscall(SYS_pidfd_send_signal, fd, 0, 0, 0), ESRCH);
    EQ(syscall(SYS_pidfd_send_signal, own, 0, 0, 0), 0);
}

TEST(pidfd_nonblock_waitid) {
    pid_t p;
    int a[2];
    OK(pipe(a));
    CHILD(p) {
        char c;
        (void)!read(a[0], &c, 1);
    }
    int fd = OK(pidfd(p, O_NONBLOCK));
    EQ(fcntl(fd, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
    EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
    siginfo_t si;
    ERR(waitid(P_PIDFD, fd, &si, WEXITED), EAGAIN);
    EQ(waitid(P_PIDFD, fd, &si, WEXITED | WNOHANG), 0);
    ERR(waitid(P_PIDFD, fd, &si, 0), EINVAL);
    ERR(waitid(P_PIDFD, 99, &si, WEXITED), EBADF);
    ERR(waitid(P_PIDFD, a[0], &si, WEXITED), EBADF);
    EQ(write(a[1], "x", 1), 1);
    struct pollfd pf = {fd, POLLIN, 0};
    EQ(poll(&pf, 1, 5000), 1);
    EQ(waitid(P_PIDFD, fd, &si, WEXITED), 0);
    EQ(si.si_pid, p);
    EQ(si.si_code, CLD_EXITED);
    ERR(waitid(P_PIDFD, fd, &si, WEXITED), ECHILD);
}

static unsigned word;
static void *wakes(void *arg) {
    msleep(30);
    __atomic_store_n(&word, 1, __ATOMIC_SEQ_CST);
    for (int i = 0; i < 500 && syscall(SYS_futex_wake, &word, 0xfffffffful, 1, 2 | 128) == 0; i++)
        msleep(2);
    return arg;
}
struct waitv {
    unsigned long val, uaddr;
    unsigned flags, reserved;
};
TEST(futex2) {
    if (syscall(SYS_futex_wake, &word, 0xfffffffful, 1, 2) == -1 && errno == ENOSYS)
        SKIP("no futex_wake in this kernel");
    pthread_t t;
    EQ(syscall(SYS_futex_wake, &word, 0xfffffffful, 1, 2 | 128), 0);
    ERR(syscall(SYS_futex_wake, &word, 0ul, 1, 2), EINVAL);
    ERR(syscall(SYS_futex_wake, (char *)&word + 1, 0xfffffffful, 1, 2), EINVAL);
    ERR(syscall(SYS_futex_wake, &word, 0xfffffffful, 1, 0x40), EINVAL);
    ERR(syscall(SYS_futex_wait, &word, 5ul, 0xfffffffful, 2 | 128, 0, CLOCK_MONOTONIC), EAGAIN);
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    ERR(syscall(SYS_futex_wait, &word, 0ul, 0xfffffffful, 2 | 128, &now, CLOCK_MONOTONIC), ETIMEDOUT);
    ERR(syscall(SYS_futex_wait, 0, 0ul, 0xfffffffful, 2 | 128, 0, CLOCK_MONOTONIC), EFAULT);
    NEED(pthread_create(&t, 0, wakes, 0) == 0);
    long r = 0;
    do
        r = syscall(SYS_futex_wait, &word, 0ul, 0xfffffffful, 2 | 128, 0, CLOCK_MONOTONIC);
    while (r == -1 && errno == EINTR);
    CHECK(r == 0 || errno == EAGAIN);
    pthread_join(t, 0);
    word = 0;
    unsigned other = 0;
    struct waitv v[2] = {{0, (unsigned long)&other, 2 | 128, 0}, {0, (unsigned long)&word, 2 | 128, 0}};
    NEED(pthread_create(&t, 0, wakes, 0) == 0);
    r = syscall(SYS_futex_waitv, v, 2, 0, 0, 0);
    CHECK(r == 1 || errno == EAGAIN);
    pthread_join(t, 0);
    ERR(syscall(SYS_futex_waitv, v, 0, 0, 0, 0), EINVAL);
    ERR(syscall(SYS_futex_waitv, v, 129, 0, 0, 0), EINVAL);
    ERR(syscall(SYS_futex_waitv, v, 1, 1, 0, 0), EINVAL);
    ERR(syscall(SYS_futex_waitv, 0, 1, 0, 0, 0), EFAULT == errno ? EFAULT : EINVAL);
    struct waitv q[2] = {{1, (unsigned long)&word, 2 | 128, 0}, {0, (unsigned long)&other, 2 | 128, 0}};
    EQ(syscall(SYS_futex_requeue, q, 0, 1, 1), 0);
    q[0].val = 7;
    ERR(syscall(SYS_futex_requeue, q, 0, 1, 1), EAGAIN);
    ERR(syscall(SYS_futex_requeue, q, 1, 1, 1), EINVAL);
}

static volatile sig_atomic_t handled;
static void on_signal(int sig) { handled = sig; }
TEST(futex2_interrupted) {
    if (syscall(SYS_futex_wake, &word, 0xfffffffful, 1, 2) == -1 && errno == ENOSYS)
        SKIP("no futex_wait in this kernel");
    struct sigaction sa = {.sa_handler = on_signal};
    sigaction(SIGALRM, &sa, 0);
    struct itimerval it = {{0, 0}, {0, 50000}};
    setitimer(ITIMER_REAL, &it, 0);
    ERR(syscall(SYS_futex_wait, &word, 0ul, 0xfffffffful, 2 | 128, 0, CLOCK_MONOTONIC), EINTR);
    EQ(handled, SIGALRM);
    setitimer(ITIMER_REAL, &it, 0);
    struct waitv v = {0, (unsigned long)&word, 2 | 128, 0};
    ERR(syscall(SYS_futex_waitv, &v, 1, 0, 0, 0), EINTR);
}

TEST(process_madvise_and_mrelease) {
    pid_t p;
    CHILD(p) { pause(); }
    int fd = OK(pidfd(p, 0)), own = OK(pidfd(getpid(), 0));
    static char page[8192] __attribute__((aligned(4096)));
    page[0] = page[4096] = 1;
    struct iovec v = {page, 8192};
    EQ(syscall(SYS_process_madvise, own, &v, 1, MADV_COLD, 0), 8192);
    ERR(syscall(SYS_process_madvise, own, &v, 1, MADV_COLD, 1), EINVAL);
    ERR(syscall(SYS_process_madvise, 99, &v, 1, MADV_COLD, 0), EBADF);
    ERR(syscall(SYS_process_madvise, fd, &v, 1, MADV_DONTNEED, 0), EINVAL);
    ERR(syscall(SYS_process_madvise, own, 8, 1, MADV_COLD, 0), EFAULT);
    ERR(syscall(SYS_process_madvise, own, &v, 5000, MADV_COLD, 0), EINVAL);
    if (getuid() == 0)
        EQ(syscall(SYS_process_madvise, fd, &v, 1, MADV_WILLNEED, 0), 8192);
    ERR(syscall(SYS_process_mrelease, fd, 1), EINVAL);
    ERR(syscall(SYS_process_mrelease, fd, 0), EINVAL); /* it is not dying */
    ERR(syscall(SYS_process_mrelease, 99, 0), EBADF);
    kill(p, SIGKILL);
    WAIT_SIG(p, SIGKILL);
    ERR(syscall(SYS_process_mrelease, fd, 0), ESRCH);
}

TEST(get_robust_list_of_others) {
    long head = 1, size = 0, mine = 0;
    EQ(syscall(SYS_get_robust_list, 0, &mine, &size), 0);
    EQ(size, 24);
    pid_t p;
    CHILD(p) { pause(); }
    sleeps(p);
    EQ(syscall(SYS_get_robust_list, p, &head, &size), 0);
    EQ(head, mine); /* the C library sets it anew, at the same address */
    ERR(syscall(SYS_get_robust_list, 0x7ffffff, &head, &size), ESRCH);
    ERR(syscall(SYS_get_robust_list, p, 8, &size), EFAULT);
    if (getuid() == 0) {
        pid_t q;
        CHILD(q) {
            OK(setuid(1234));
            ERR(syscall(SYS_get_robust_list, p, &head, &size), EPERM);
        }
        WAIT_EXIT(q, 0);
    }
    kill(p, SIGKILL);
    WAIT_SIG(p, SIGKILL);
}

static void filter(unsigned nr, unsigned action) {
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, action),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog prog = {4, code};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    OK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog));
}
static void *dies(void *arg) {
    filter(SYS_getppid, SECCOMP_RET_KILL_THREAD);
    syscall(SYS_getppid);
    go = 2;
    return arg;
}
TEST(seccomp_kills_a_thread) {
    pid_t p;
    CHILD(p) {
        pthread_t t;
        go = 0;
        NEED(pthread_create(&t, 0, dies, 0) == 0);
        pthread_join(t, 0); /* the host still wakes those who join */
        EQ(go, 0);
    }
    WAIT_EXIT(p, 0);
    CHILD(p) { dies(0); }
    WAIT_SIG(p, SIGSYS);
}

TEST(kcmp_epoll) {
    int ep = OK(epoll_create1(0)), a[2], b[2];
    OK(pipe(a));
    OK(pipe(b));
    struct epoll_event e = {.events = EPOLLIN};
    OK(epoll_ctl(ep, EPOLL_CTL_ADD, a[0], &e));
    struct kcmp_epoll_slot s = {ep, a[0], 0};
    EQ(syscall(SYS_kcmp, getpid(), getpid(), KCMP_EPOLL_TFD, a[0], &s), 0);
    CHECK(syscall(SYS_kcmp, getpid(), getpid(), KCMP_EPOLL_TFD, b[0], &s) > 0);
    s.tfd = 99;
    ERR(syscall(SYS_kcmp, getpid(), getpid(), KCMP_EPOLL_TFD, a[0], &s), ENOENT);
    s.efd = a[0];
    ERR(syscall(SYS_kcmp, getpid(), getpid(), KCMP_EPOLL_TFD, a[0], &s), EINVAL);
    ERR(syscall(SYS_kcmp, getpid(), getpid(), KCMP_EPOLL_TFD, 99, &s), EBADF);
    ERR(syscall(SYS_kcmp, getpid(), getpid(), 99, 0, 0), EINVAL);
    ERR(syscall(SYS_kcmp, getpid(), 0x7ffffff, KCMP_FILE, 0, 0), ESRCH);
    EQ(syscall(SYS_kcmp, getpid(), getpid(), KCMP_VM, 0, 0), 0);
    pid_t p;
    CHILD(p) { pause(); }
    EQ(syscall(SYS_kcmp, getpid(), p, KCMP_SYSVSEM, 0, 0), 0); /* neither has a list */
    EQ(syscall(SYS_kcmp, getpid(), p, KCMP_IO, 0, 0), 0);
    CHECK(syscall(SYS_kcmp, getpid(), p, KCMP_VM, 0, 0) > 0);
    kill(p, SIGKILL);
    WAIT_SIG(p, SIGKILL);
}

struct cl_args {
    unsigned long flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, cgroup;
};
TEST(clone3_options) {
    signal(SIGUSR1, on_signal);
    signal(SIGUSR2, SIG_IGN);
    struct cl_args a = {.flags = CLONE_CLEAR_SIGHAND, .exit_signal = SIGCHLD};
    pid_t p = syscall(SYS_clone3, &a, sizeof a);
    if (p == 0) {
        struct sigaction sa, sb;
        sigaction(SIGUSR1, 0, &sa);
        sigaction(SIGUSR2, 0, &sb);
        _exit(sa.sa_handler == SIG_DFL && sb.sa_handler == SIG_IGN ? 0 : 1);
    }
    WAIT_EXIT(p, 0);
    a.flags = CLONE_CLEAR_SIGHAND | CLONE_SIGHAND | CLONE_VM;
    ERR(syscall(SYS_clone3, &a, sizeof a), EINVAL);
    a.flags = 0;
    pid_t want = 23456;
    while (kill(want, 0) == 0 || errno != ESRCH)
        want++;
    a.set_tid = (unsigned long)&want;
    a.set_tid_size = 1;
    if (getuid() == 0) {
        p = syscall(SYS_clone3, &a, sizeof a);
        if (p == 0)
            _exit(getpid() == want ? 0 : 1);
        EQ(p, want);
        WAIT_EXIT(p, 0);
        want = getpid();
        ERR(syscall(SYS_clone3, &a, sizeof a), EEXIST);
    }
    a.set_tid_size = 33;
    ERR(syscall(SYS_clone3, &a, sizeof a), EINVAL);
    a.set_tid_size = 0;
    ERR(syscall(SYS_clone3, &a, sizeof a), EINVAL);
    ERR(syscall(SYS_clone3, &a, 8), EINVAL);
    ERR(syscall(SYS_clone3, &a, 5000), E2BIG);
}

static volatile sig_atomic_t timer_tid, timer_value, timer_overrun;
static void on_timer(int sig, siginfo_t *i, void *u) {
    (void)sig, (void)u;
    timer_tid = syscall(SYS_gettid);
    timer_value = i->si_value.sival_int;
    timer_overrun = i->si_overrun;
}
struct ksigevent {
    long value;
    int signo, notify, tid, pad[11];
};
TEST(timer_notifications) {
    struct sigaction sa = {.sa_sigaction = on_timer, .sa_flags = SA_SIGINFO};
    sigaction(SIGRTMIN, &sa, 0);
    int id;
    struct ksigevent e = {.value = 7, .signo = SIGRTMIN, .notify = 4 /* SIGEV_THREAD_ID */, .tid = 1 << 28};
    ERR(syscall(SYS_timer_create, CLOCK_MONOTONIC, &e, &id), EINVAL);
    e.tid = getppid();
    ERR(syscall(SYS_timer_create, CLOCK_MONOTONIC, &e, &id), EINVAL);
    e.notify = 9;
    ERR(syscall(SYS_timer_create, CLOCK_MONOTONIC, &e, &id), EINVAL);
    e.notify = 0, e.signo = 65;
    ERR(syscall(SYS_timer_create, CLOCK_MONOTONIC, &e, &id), EINVAL);
    ERR(syscall(SYS_timer_create, 77, &e, &id), EINVAL);
    ERR(syscall(SYS_timer_create, CLOCK_MONOTONIC, 8, &id), EFAULT);
    e.signo = SIGRTMIN;
    ERR(syscall(SYS_timer_create, CLOCK_MONOTONIC, &e, 8), EFAULT);
    pthread_t t;
    go = tid_of = 0;
    NEED(pthread_create(&t, 0, waiting_thread, 0) == 0);
    while (!tid_of)
        msleep(1);
    e.notify = 4, e.tid = tid_of;
    EQ(syscall(SYS_timer_create, CLOCK_MONOTONIC, &e, &id), 0);
    struct itimerspec its = {{0, 0}, {0, 1000000}}, old;
    EQ(syscall(SYS_timer_settime, id, 0, &its, &old), 0);
    for (int i = 0; i < 2000 && !timer_tid; i++)
        msleep(2);
    EQ(timer_tid, tid_of);
    EQ(timer_value, 7);
    EQ(syscall(SYS_timer_delete, id), 0);
    ERR(syscall(SYS_timer_delete, id), EINVAL);
    ERR(syscall(SYS_timer_gettime, id, &its), EINVAL);
    ERR(syscall(SYS_timer_settime, id, 0, &its, 0), EINVAL);
    ERR(syscall(SYS_timer_getoverrun, id), EINVAL);
    go = 1;
    pthread_join(t, 0);
    e.notify = 1; /* SIGEV_NONE */
    EQ(syscall(SYS_timer_create, CLOCK_MONOTONIC, &e, &id), 0);
    its.it_value.tv_nsec = 1000000000;
    ERR(syscall(SYS_timer_settime, id, 0, &its, 0), EINVAL);
    its = (struct itimerspec){{0, 5000000}, {0, 5000000}};
    EQ(syscall(SYS_timer_settime, id, 0, &its, 0), 0);
    msleep(30);
    EQ(syscall(SYS_timer_gettime, id, &its), 0);
    CHECK(its.it_value.tv_nsec > 0 && its.it_value.tv_nsec <= 5000000);
    EQ(its.it_interval.tv_nsec, 5000000);
    /* overruns: blocked for a while */
    sigset_t s;
    sigemptyset(&s);
    sigaddset(&s, SIGRTMIN);
    sigprocmask(SIG_BLOCK, &s, 0);
    e.notify = 0;
    EQ(syscall(SYS_timer_create, CLOCK_MONOTONIC, &e, &id), 0);
    its = (struct itimerspec){{0, 2000000}, {0, 2000000}};
    EQ(syscall(SYS_timer_settime, id, 0, &its, 0), 0);
    msleep(60);
    sigprocmask(SIG_UNBLOCK, &s, 0);
    CHECK(timer_overrun >= 5);
    CHECK(syscall(SYS_timer_getoverrun, id) >= 0);
}

TEST(cpu_clocks) {
    clockid_t c;
    pid_t p;
    CHILD(p) {
        for (;;)
            ;
    }
    EQ(clock_getcpuclockid(p, &c), 0);
    struct timespec a, b, r;
    EQ(clock_gettime(c, &a), 0);
    long long limit = now_ms() + 8000;
    do {
        msleep(20);
        EQ(clock_gettime(c, &b), 0);
    } while (b.tv_sec == a.tv_sec && b.tv_nsec == a.tv_nsec && now_ms() < limit);
    CHECK(b.tv_sec > a.tv_sec || b.tv_nsec > a.tv_nsec);
    EQ(clock_getres(c, &r), 0);
    ERR(clock_settime(c, &a), EPERM);
    kill(p, SIGKILL);
    WAIT_SIG(p, SIGKILL);
    ERR(clock_gettime(c, &a), EINVAL);
    CHECK(clock_getcpuclockid(p, &c) != 0);
    EQ(pthread_getcpuclockid(pthread_self(), &c), 0);
    EQ(clock_gettime(c, &a), 0);
    struct timespec d = {0, 1000000};
    EQ(clock_nanosleep(CLOCK_THREAD_CPUTIME_ID, 0, &d, 0), EINVAL);
    ERR(clock_gettime(99, &a), EINVAL);
    /* a timer of the process's own CPU time */
    struct sigaction sa = {.sa_handler = on_signal};
    sigaction(SIGUSR1, &sa, 0);
    int id;
    struct ksigevent e = {.signo = SIGUSR1};
    EQ(syscall(SYS_timer_create, CLOCK_PROCESS_CPUTIME_ID, &e, &id), 0);
    struct itimerspec its = {{0, 0}, {0, 20000000}};
    EQ(syscall(SYS_timer_settime, id, 0, &its, 0), 0);
    long long end = now_ms() + 8000;
    while (!handled && now_ms() < end)
        ;
    EQ(handled, SIGUSR1);
}

static void *spins(void *arg) {
    while (!go)
        ;
    return arg;
}
TEST(sleep_on_cpu_clock) {
    pthread_t t;
    go = 0;
    NEED(pthread_create(&t, 0, spins, 0) == 0);
    struct timespec d = {0, 20000000}, now;
    EQ(clock_nanosleep(CLOCK_PROCESS_CPUTIME_ID, 0, &d, 0), 0);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    CHECK(now.tv_sec > 0 || now.tv_nsec >= 20000000);
    go = 1;
    pthread_join(t, 0);
}

TEST(personality_bits) {
    int was = personality(0xffffffff);
    CHECK(was >= 0);
    EQ(personality(was | ADDR_NO_RANDOMIZE), was);
    EQ(personality(0xffffffff), was | ADDR_NO_RANDOMIZE);
    pid_t p;
    CHILD(p) { EQ(personality(0xffffffff), was | ADDR_NO_RANDOMIZE); }
    WAIT_EXIT(p, 0);
    CHILD(p) { /* the program lies at the same place each time */
        execl("/bin/sh", "sh", "-c", "set -- $(grep -m1 /cat /proc/self/maps); a=$1; set -- $(grep -m1 /cat /proc/self/maps); :", (char *)0);
    }
    WAIT_EXIT(p, 0);
}

TEST(no_core) {
    struct rlimit r = {0, 0};
    setrlimit(RLIMIT_CORE, &r);
    pid_t p;
    CHILD(p) { abort(); }
    int st;
    EQ(waitpid(p, &st, 0), p);
    CHECK(WIFSIGNALED(st) && WTERMSIG(st) == SIGABRT && !WCOREDUMP(st));
    CHECK(strlen(get("/proc/sys/kernel/core_pattern")) > 0);
}

TEST(parent_death_signal) {
    int a[2];
    OK(pipe(a));
    pid_t p;
    CHILD(p) {
        if (fork() == 0) {
            struct sigaction sa = {.sa_handler = on_signal};
            sigaction(SIGUSR2, &sa, 0);
            prctl(PR_SET_PDEATHSIG, SIGUSR2);
            int sig = 0;
            prctl(PR_GET_PDEATHSIG, &sig);
            (void)!write(a[1], sig == SIGUSR2 ? "s" : "n", 1);
            for (int i = 0; i < 500 && !handled; i++)
                msleep(10);
            (void)!write(a[1], handled == SIGUSR2 ? "y" : "n", 1);
            _exit(0);
        }
        char c;
        (void)!read(a[0], &c, 1);
        (void)!write(a[1], &c, 1);
        _exit(0);
    }
    WAIT_EXIT(p, 0);
    char c[2] = {0};
    EQ(read(a[0], c, 1), 1);
    EQ(c[0], 's');
    EQ(read(a[0], c, 1), 1);
    EQ(c[0], 'y');
    ERR(prctl(PR_SET_PDEATHSIG, 65), EINVAL);
}

TEST(prctl_errors) {
    ERR(prctl(9999, 0, 0, 0, 0), EINVAL);
    ERR(prctl(PR_SET_DUMPABLE, 2), EINVAL);
    ERR(prctl(PR_SET_KEEPCAPS, 2), EINVAL);
    ERR(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0), EINVAL);
    ERR(prctl(PR_SET_NO_NEW_PRIVS, 1, 1, 0, 0), EINVAL);
    ERR(prctl(PR_GET_NO_NEW_PRIVS, 1, 0, 0, 0), EINVAL);
    ERR(prctl(PR_SET_TIMING, 1), EINVAL);
    EQ(prctl(PR_GET_TIMING), 0);
    ERR(prctl(PR_SET_NAME, 8), EFAULT);
    ERR(prctl(PR_GET_NAME, 8), EFAULT);
    ERR(prctl(PR_CAPBSET_READ, 64), EINVAL);
    ERR(prctl(PR_SET_SECUREBITS, 1 << 20), errno == EPERM ? EPERM : EPERM);
    ERR(prctl(PR_CAP_AMBIENT, 99, 0, 0, 0), EINVAL);
    ERR(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 64, 0, 0), EINVAL);
    EQ(prctl(PR_SET_TIMERSLACK, 70000), 0);
    EQ(prctl(PR_GET_TIMERSLACK), 70000);
    EQ(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    int v = 0;
    EQ(prctl(PR_GET_CHILD_SUBREAPER, &v), 0);
    EQ(v, 1);
    unsigned long *tid_address = 0;
    int r = prctl(PR_GET_TID_ADDRESS, &tid_address);
    CHECK(r == 0 || errno == EINVAL);
    EQ(prctl(PR_MCE_KILL_GET, 0, 0, 0, 0), PR_MCE_KILL_DEFAULT);
    ERR(prctl(PR_MCE_KILL, 9, 0, 0, 0), EINVAL);
    ERR(prctl(PR_GET_SPECULATION_CTRL, 99, 0, 0, 0), ENODEV);
    EQ(prctl(PR_GET_TSC, &v), 0);
    EQ(v, PR_TSC_ENABLE);
    EQ(prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0), 0);
    ERR(prctl(PR_GET_THP_DISABLE, 1, 0, 0, 0), EINVAL);
    EQ(prctl(PR_SET_VMA, 99, 0, 0, 0), -1);
}

TEST(schedulers) {
    struct sched_param { int p; } sp = {0}, one = {1};
    EQ(syscall(SYS_sched_getscheduler, 0), 0);
    ERR(syscall(SYS_sched_getscheduler, -1), EINVAL);
    ERR(syscall(SYS_sched_getscheduler, 1 << 28), ESRCH);
    ERR(syscall(SYS_sched_setscheduler, 0, 99, &sp), EINVAL);
    ERR(syscall(SYS_sched_setscheduler, 0, 0, &one), EINVAL);
    ERR(syscall(SYS_sched_setscheduler, 0, 0, 0), EINVAL);
    EQ(syscall(SYS_sched_setscheduler, 0, 3 /* BATCH */, &sp), 0);
    EQ(syscall(SYS_sched_getscheduler, 0), 3);
    EQ(syscall(SYS_sched_setscheduler, 0, 5 /* IDLE */, &sp), 0);
    EQ(syscall(SYS_sched_getscheduler, 0), 5);
    ERR(syscall(SYS_sched_setparam, 0, &one), EINVAL);
    EQ(syscall(SYS_sched_get_priority_max, 1), 99);
    EQ(syscall(SYS_sched_get_priority_min, 2), 1);
    ERR(syscall(SYS_sched_get_priority_max, 99), EINVAL);
    ERR(syscall(SYS_sched_getaffinity, 0, 1, &sp), EINVAL);
    ERR(syscall(SYS_getpriority, 9, 0), EINVAL);
    ERR(syscall(SYS_setpriority, 0, 1 << 28, 0), ESRCH);
    EQ(setpriority(PRIO_PROCESS, 0, 5), 0);
    EQ(getpriority(PRIO_PROCESS, 0), 5);
}

MAIN()
