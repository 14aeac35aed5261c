// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -pthread
// TIMEOUT: 90
// Signals: queueing, masks, SA_* flags, sigaltstack, sigsuspend, sigtimedwait, real-time order, timers, stop and continue.
#include "check.h"
#include <poll.h>
#include <pthread.h>
#include <sys/select.h>
#include <sys/time.h>

static volatile int count, last, order[64], depth, max_depth, code, value;
static volatile pid_t from;
static void note(int sig) {
    if (count < 64)
        order[count] = sig;
    count++;
    last = sig;
}
static void info(int sig, siginfo_t *i, void *u) {
    (void)u;
    if (count < 64)
        order[count] = i->si_value.sival_int;
    count++;
    last = sig;
    code = i->si_code;
    value = i->si_value.sival_int;
    from = i->si_pid;
}
static void catch_(int sig, int flags) {
    struct sigaction sa = {.sa_flags = flags};
    if (flags & SA_SIGINFO)
        sa.sa_sigaction = info;
    else
        sa.sa_handler = note;
    EQ(sigaction(sig, &sa, 0), 0);
    count = last = code = value = from = 0;
}
static void block(int how, int sig) {
    sigset_t s;
    sigemptyset(&s);
    sigaddset(&s, sig);
    EQ(pthread_sigmask(how, &s, 0), 0);
}
static int pending(int sig) {
    sigset_t s;
    EQ(sigpending(&s), 0);
    return sigismember(&s, sig);
}
TEST(sigaction) {
    struct sigaction sa = {.sa_handler = note, .sa_flags = SA_RESTART | SA_NODEFER}, old;
    sigemptyset(&sa.sa_mask);
    sigaddset(&sa.sa_mask, SIGHUP);
    EQ(sigaction(SIGUSR1, &sa, &old), 0);
    CHECK(old.sa_handler == SIG_DFL);
    EQ(sigaction(SIGUSR1, 0, &old), 0);
    CHECK(old.sa_handler == note);
    EQ(old.sa_flags & (SA_RESTART | SA_NODEFER | SA_SIGINFO), SA_RESTART | SA_NODEFER);
    EQ(sigismember(&old.sa_mask, SIGHUP), 1);
    EQ(sigismember(&old.sa_mask, SIGINT), 0);
    ERR(sigaction(SIGKILL, &sa, 0), EINVAL);
    ERR(sigaction(SIGSTOP, &sa, 0), EINVAL);
    EQ(sigaction(SIGKILL, 0, &old), 0);
    ERR(sigaction(65, &sa, 0), EINVAL);
    ERR(syscall(SYS_rt_sigaction, SIGUSR1, 0, 0, 4L), EINVAL);
}
TEST(mask_of_handler) {
    /* the handler's own signal and sa_mask are blocked inside, and free afterwards */
    struct sigaction sa = {.sa_handler = note};
    sigset_t s;
    catch_(SIGUSR1, SA_SIGINFO);
    EQ(kill(getpid(), SIGUSR1), 0);
    EQ(count, 1);
    EQ(code, SI_USER);
    EQ(from, getpid());
    sigaction(SIGUSR2, &sa, 0);
    EQ(raise(SIGUSR2), 0);
    EQ(last, SIGUSR2);
    pthread_sigmask(SIG_BLOCK, 0, &s);
    EQ(sigismember(&s, SIGUSR2), 0);
    sigemptyset(&s);
    sigaddset(&s, SIGKILL);
    sigaddset(&s, SIGSTOP);
    EQ(sigprocmask(SIG_BLOCK, &s, 0), 0);
    sigprocmask(SIG_BLOCK, 0, &s);
    EQ(sigismember(&s, SIGKILL), 0);
    ERR(sigprocmask(77, &s, 0), EINVAL);
}
static void again(int sig) {
    depth++;
    if (depth > max_depth)
        max_depth = depth;
    if (count++ < 1)
        raise(sig);
    depth--;
}
TEST(nodefer) {
    struct sigaction sa = {.sa_handler = again};
    count = depth = max_depth = 0;
    sigaction(SIGUSR1, &sa, 0);
    raise(SIGUSR1);
    EQ(max_depth, 1);
    EQ(count, 2);
    sa.sa_flags = SA_NODEFER;
    sigaction(SIGUSR1, &sa, 0);
    count = depth = max_depth = 0;
    raise(SIGUSR1);
    EQ(max_depth, 2);
}
TEST(resethand) {
    struct sigaction o;
    catch_(SIGUSR1, SA_RESETHAND);
    raise(SIGUSR1);
    EQ(count, 1);
    sigaction(SIGUSR1, 0, &o);
    CHECK(o.sa_handler == SIG_DFL);
}
TEST(ignored_and_default) {
    pid_t pid;
    signal(SIGUSR1, SIG_IGN);
    block(SIG_BLOCK, SIGUSR1);
    raise(SIGUSR1);
    /* Linux keeps an ignored signal pending while it is blocked */
    signal(SIGUSR1, SIG_IGN);
    EQ(pending(SIGUSR1), 0);
    raise(SIGWINCH);
    raise(SIGURG);
    raise(SIGCHLD);
    raise(SIGCONT);
    static const int deadly[] = {SIGHUP, SIGINT, SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGKILL, SIGUSR2, SIGSEGV,
            SIGPIPE, SIGALRM, SIGTERM, SIGSTKFLT, SIGXCPU, SIGXFSZ, SIGVTALRM, SIGPROF, SIGIO, SIGPWR, SIGSYS, 34, 64};
    for (unsigned i = 0; i < sizeof deadly / sizeof *deadly; i++) {
        pid = fork();
        if (pid == 0) {
            signal(deadly[i], SIG_DFL);
            raise(deadly[i]);
            _exit(0);
        }
        WAIT_SIG(pid, deadly[i]);
    }
}
TEST(pending_is_one_for_standard) {
    catch_(SIGUSR1, 0);
    block(SIG_BLOCK, SIGUSR1);
    for (int i = 0; i < 5; i++)
        kill(getpid(), SIGUSR1);
    EQ(count, 0);
    EQ(pending(SIGUSR1), 1);
    block(SIG_UNBLOCK, SIGUSR1);
    EQ(count, 1);
    EQ(pending(SIGUSR1), 0);
}
TEST(realtime_queue_and_order) {
    int a = SIGRTMIN + 1, b = SIGRTMIN + 3;
    struct sigaction sa = {.sa_sigaction = info, .sa_flags = SA_SIGINFO};
    sigfillset(&sa.sa_mask);
    sigaction(a, &sa, 0);
    sigaction(b, &sa, 0);
    block(SIG_BLOCK, a);
    block(SIG_BLOCK, b);
    count = 0;
    for (int i = 0; i < 3; i++)
        EQ(sigqueue(getpid(), b, (union sigval){.sival_int = 20 + i}), 0);
    for (int i = 0; i < 3; i++)
        EQ(sigqueue(getpid(), a, (union sigval){.sival_int = 10 + i}), 0);
    sigset_t s;
    sigemptyset(&s);
    sigaddset(&s, a);
    sigaddset(&s, b);
    sigprocmask(SIG_UNBLOCK, &s, 0);
    EQ(count, 6);
    EQ(code, SI_QUEUE);
    /* lowest number first, each in the order of sending; the mask of the handlers keeps them apart */
    for (int i = 0; i < 3; i++) {
        EQ(order[i], 10 + i);
        EQ(order[3 + i], 20 + i);
    }
}
static void *volatile sp_seen;
static void on_stack(int sig) {
    stack_t s;
    char here;
    last = sig;
    sp_seen = &here;
    sigaltstack(0, &s);
    code = s.ss_flags;
}
TEST(sigaltstack) {
    static char stack[65536];
    stack_t ss = {.ss_sp = stack, .ss_size = sizeof stack}, o;
    struct sigaction sa = {.sa_handler = on_stack, .sa_flags = SA_ONSTACK};
    EQ(sigaltstack(&ss, 0), 0);
    sigaction(SIGUSR1, &sa, 0);
    raise(SIGUSR1);
    CHECK((char *)sp_seen >= stack && (char *)sp_seen < stack + sizeof stack);
    EQ(code, SS_ONSTACK);
    EQ(sigaltstack(0, &o), 0);
    EQ(o.ss_flags, 0);
    CHECK(o.ss_sp == stack);
    sa.sa_flags = 0;
    sigaction(SIGUSR1, &sa, 0);
    raise(SIGUSR1);
    CHECK(!((char *)sp_seen >= stack && (char *)sp_seen < stack + sizeof stack));
    ss.ss_size = 100;
    ERR(sigaltstack(&ss, 0), ENOMEM);
    ss.ss_flags = 0x44;
    ERR(sigaltstack(&ss, 0), EINVAL);
    ss.ss_flags = SS_DISABLE;
    EQ(sigaltstack(&ss, 0), 0);
    EQ(sigaltstack(0, &o), 0);
    EQ(o.ss_flags, SS_DISABLE);
    pid_t pid = fork();
    if (pid == 0) { /* stack overflow is caught on the other stack */
        ss = (stack_t){.ss_sp = stack, .ss_size = sizeof stack};
        sigaltstack(&ss, 0);
        sa.sa_handler = (void (*)(int))_exit;
        sa.sa_flags = SA_ONSTACK;
        sigaction(SIGSEGV, &sa, 0);
        struct {
            long a, b;
        } r = {65536, 65536};
        syscall(SYS_setrlimit, 3, &r);
        __asm__ volatile("1: push %rax; jmp 1b");
    }
    WAIT_EXIT(pid, SIGSEGV);
}
TEST(sigsuspend) {
    sigset_t s;
    catch_(SIGUSR1, 0);
    block(SIG_BLOCK, SIGUSR1);
    pid_t me = getpid(), pid = fork();
    if (pid == 0) {
        msleep(30);
        kill(me, SIGUSR1);
        _exit(0);
    }
    sigfillset(&s);
    sigdelset(&s, SIGUSR1);
    ERR(sigsuspend(&s), EINTR);
    EQ(count, 1);
    sigprocmask(SIG_BLOCK, 0, &s);
    EQ(sigismember(&s, SIGUSR1), 1);
    EQ(sigismember(&s, SIGUSR2), 0);
    WAIT_EXIT(pid, 0);
    raise(SIGUSR1); /* pending already: sigsuspend returns at once */
    sigemptyset(&s);
    ERR(sigsuspend(&s), EINTR);
    EQ(count, 2);
}
TEST(pause) {
    catch_(SIGALRM, SA_RESTART);
    ualarm(20000, 0);
    ERR(pause(), EINTR);
    EQ(count, 1);
}
TEST(sigtimedwait) {
    sigset_t s;
    siginfo_t i;
    struct timespec t = {0, 30000000};
    sigemptyset(&s);
    sigaddset(&s, SIGUSR1);
    sigaddset(&s, SIGRTMIN);
    sigprocmask(SIG_BLOCK, &s, 0);
    long long t0 = now_ms();
    ERR(sigtimedwait(&s, &i, &t), EAGAIN);
    CHECK(now_ms() - t0 >= 29);
    kill(getpid(), SIGUSR1);
    EQ(sigtimedwait(&s, &i, &t), SIGUSR1);
    EQ(i.si_signo, SIGUSR1);
    EQ(i.si_code, SI_USER);
    EQ(i.si_pid, getpid());
    sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = 321});
    EQ(sigwaitinfo(&s, &i), SIGRTMIN);
    EQ(i.si_value.sival_int, 321);
    EQ(pending(SIGRTMIN), 0);
    pid_t me = getpid(), pid = fork();
    if (pid == 0) {
        msleep(30);
        kill(me, SIGUSR1);
        _exit(0);
    }
    EQ(sigwaitinfo(&s, &i), SIGUSR1);
    EQ(i.si_pid, pid);
    WAIT_EXIT(pid, 0);
    /* another signal with a handler interrupts */
    catch_(SIGALRM, SA_RESTART);
    ualarm(20000, 0);
    t.tv_sec = 5;
    ERR(sigtimedwait(&s, &i, &t), EINTR);
}
/* A child that sends SIGALRM as soon as this thread sleeps. */
static pid_t alarm_in_sleep(void) {
    pid_t me = getpid(), pid = fork();
    if (pid == 0) {
        sleeps(me);
        _exit(kill(me, SIGALRM) != 0);
    }
    return pid;
}
static int blocked_read(int flags) {
    int p[2];
    char c = 0;
    EQ(pipe(p), 0);
    catch_(SIGALRM, flags);
    pid_t me = getpid(), pid;
    CHILD(pid) {
        sleeps(me);
        kill(me, SIGALRM);
        msleep(20);
        if (flags & SA_RESTART)
            sleeps(me);
        EQ(write(p[1], "r", 1), 1);
    }
    errno = 0;
    ssize_t n = read(p[0], &c, 1);
    int e = n == -1 ? errno : 0;
    WAIT_EXIT(pid, 0);
    EQ(count, 1);
    return e;
}
TEST(restart_read) {
    EQ(blocked_read(0), EINTR);
    EQ(blocked_read(SA_RESTART), 0);
}
TEST(restart_wait4) {
    catch_(SIGALRM, SA_RESTART);
    pid_t me = getpid(), pid = fork();
    if (pid == 0) {
        sleeps(me);
        kill(me, SIGALRM);
        msleep(20);
        sleeps(me);
        _exit(3);
    }
    int st = 0;
    EQ(waitpid(pid, &st, 0), pid);
    EQ(st, 3 << 8);
    EQ(count, 1);
    catch_(SIGALRM, 0);
    pid = fork();
    if (pid == 0) {
        sleeps(me);
        kill(me, SIGALRM);
        msleep(20);
        sleeps(me);
        _exit(3);
    }
    ERR(waitpid(pid, &st, 0), EINTR);
    EQ(waitpid(pid, &st, 0), pid);
}
TEST(never_restarted) {
    /* poll, select, nanosleep, epoll and sigsuspend answer EINTR whatever SA_RESTART says */
    struct timespec t = {9, 0}, rem = {0, 0};
    struct timeval tv = {9, 0};
    catch_(SIGALRM, SA_RESTART);
    alarm_in_sleep();
    ERR(poll(0, 0, 9000), EINTR);
    alarm_in_sleep();
    ERR(select(0, 0, 0, 0, &tv), EINTR);
    alarm_in_sleep();
    ERR(nanosleep(&t, &rem), EINTR);
    CHECK(rem.tv_sec < 9 && rem.tv_sec * 1000000000LL + rem.tv_nsec > 0);
    alarm_in_sleep();
    EQ(clock_nanosleep(CLOCK_MONOTONIC, 0, &t, &rem), EINTR);
    EQ(count, 4);
}
TEST(not_interrupted_by_ignored_or_stop) {
    /* a signal without handler, and SIGSTOP + SIGCONT, leave poll and nanosleep going */
    struct timespec t = {0, 150000000};
    pid_t pid;
    CHILD(pid) {
        long long t0 = now_ms();
        EQ(nanosleep(&t, 0), 0);
        CHECK(now_ms() - t0 >= 149);
        int p[2];
        char c;
        EQ(pipe(p), 0);
        EQ(poll(&(struct pollfd){p[0], POLLIN, 0}, 1, 150), 0);
        (void)c;
    }
    for (int i = 0; i < 2; i++) {
        msleep(50);
        kill(pid, SIGWINCH);
        kill(pid, SIGSTOP);
        msleep(20);
        kill(pid, SIGCONT);
        msleep(100);
    }
    WAIT_EXIT(pid, 0);
}
TEST(ppoll_mask) {
    sigset_t s;
    struct timespec t = {2, 0};
    catch_(SIGUSR1, 0);
    block(SIG_BLOCK, SIGUSR1);
    raise(SIGUSR1);
    EQ(count, 0);
    sigemptyset(&s);
    ERR(ppoll(0, 0, &t, &s), EINTR);
    EQ(count, 1);
    raise(SIGUSR1);
    EQ(count, 1); /* blocked again */
    ERR(pselect(0, 0, 0, 0, &t, &s), EINTR);
    EQ(count, 2);
}
TEST(itimers) {
    struct itimerval v = {{0, 20000}, {0, 20000}}, o;
    catch_(SIGALRM, 0);
    EQ(setitimer(ITIMER_REAL, &v, 0), 0);
    while (count < 4)
        pause();
    EQ(getitimer(ITIMER_REAL, &o), 0);
    EQ(o.it_interval.tv_usec, 20000);
    memset(&v, 0, sizeof v);
    EQ(setitimer(ITIMER_REAL, &v, &o), 0);
    CHECK(o.it_value.tv_usec <= 20000);
    ERR(setitimer(9, &v, 0), EINVAL);
    v.it_value.tv_usec = 1000000;
    ERR(setitimer(ITIMER_REAL, &v, 0), EINVAL);
    catch_(SIGVTALRM, 0);
    v.it_value.tv_usec = 30000;
    EQ(setitimer(ITIMER_VIRTUAL, &v, 0), 0);
    long long end = now_ms() + 3000;
    while (!count && now_ms() < end)
        ;
    EQ(last, SIGVTALRM);
    catch_(SIGPROF, 0);
    EQ(setitimer(ITIMER_PROF, &v, 0), 0);
    end = now_ms() + 3000;
    while (!count && now_ms() < end)
        ;
    EQ(last, SIGPROF);
}
TEST(alarm) {
    catch_(SIGALRM, 0);
    EQ(alarm(10), 0);
    EQ(alarm(1), 10);
    pid_t pid = fork();
    if (pid == 0)
        _exit(alarm(0)); /* a child has none */
    WAIT_EXIT(pid, 0);
    pause();
    EQ(count, 1);
    EQ(alarm(0), 0);
}
TEST(posix_timers) {
    timer_t t;
    struct sigevent e = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 2, .sigev_value.sival_int = 77};
    struct itimerspec v = {{0, 20000000}, {0, 20000000}}, o;
    catch_(SIGRTMIN + 2, SA_SIGINFO);
    EQ(timer_create(CLOCK_MONOTONIC, &e, &t), 0);
    EQ(timer_settime(t, 0, &v, 0), 0);
    while (count < 3)
        pause();
    EQ(code, SI_TIMER);
    EQ(value, 77);
    EQ(timer_gettime(t, &o), 0);
    EQ(o.it_interval.tv_nsec, 20000000);
    CHECK(o.it_value.tv_nsec <= 20000000);
    block(SIG_BLOCK, SIGRTMIN + 2);
    msleep(110);
    int c = count;
    block(SIG_UNBLOCK, SIGRTMIN + 2);
    CHECK(count <= c + 2); /* one signal, the rest are overruns */
    CHECK(timer_getoverrun(t) >= 0);
    EQ(timer_delete(t), 0);
    e.sigev_signo = 99;
    ERR(timer_create(CLOCK_MONOTONIC, &e, &t), EINVAL);
    ERR(timer_create(999, 0, &t), EINVAL);
}
static void thread_timer(union sigval v) {
    value = v.sival_int;
}
TEST(posix_timer_thread) {
    timer_t t;
    struct sigevent e = {.sigev_notify = SIGEV_THREAD, .sigev_notify_function = thread_timer, .sigev_value.sival_int = 5};
    struct itimerspec v = {{0, 0}, {0, 10000000}};
    value = 0;
    EQ(timer_create(CLOCK_REALTIME, &e, &t), 0);
    EQ(timer_settime(t, 0, &v, 0), 0);
    for (int i = 0; i < 200 && !value; i++)
        msleep(10);
    EQ(value, 5);
}
TEST(sigpipe) {
    int p[2];
    EQ(pipe(p), 0);
    close(p[0]);
    catch_(SIGPIPE, SA_SIGINFO);
    ERR(write(p[1], "x", 1), EPIPE);
    EQ(count, 1);
    signal(SIGPIPE, SIG_IGN);
    ERR(write(p[1], "x", 1), EPIPE);
    pid_t pid = fork();
    if (pid == 0) {
        signal(SIGPIPE, SIG_DFL);
        if (write(p[1], "x", 1) < 0)
            _exit(1);
        _exit(2);
    }
    WAIT_SIG(pid, SIGPIPE);
}
TEST(stop_and_continue) {
    int *n = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0), st;
    pid_t pid = fork();
    if (pid == 0)
        for (;;)
            ++*(volatile int *)n;
    msleep(30);
    catch_(SIGCHLD, SA_SIGINFO);
    EQ(kill(pid, SIGSTOP), 0);
    EQ(waitpid(pid, &st, WUNTRACED), pid);
    EQ(st, 0x137f);
    EQ(count, 1);
    EQ(code, CLD_STOPPED);
    msleep(20);
    int a = *n;
    msleep(50);
    EQ(*n, a); /* it stands */
    kill(pid, SIGTERM); /* waits until it goes on */
    msleep(30);
    EQ(waitpid(pid, &st, WNOHANG), 0);
    kill(pid, SIGCONT);
    WAIT_SIG(pid, SIGTERM);
    pid = fork();
    if (pid == 0)
        for (;;)
            pause();
    msleep(10);
    kill(pid, SIGSTOP);
    waitpid(pid, &st, WUNTRACED);
    kill(pid, SIGKILL); /* SIGKILL needs no SIGCONT */
    WAIT_SIG(pid, SIGKILL);
    pid = fork();
    if (pid == 0) {
        catch_(SIGCONT, 0);
        raise(SIGSTOP);
        _exit(count);
    }
    waitpid(pid, &st, WUNTRACED);
    kill(pid, SIGCONT);
    WAIT_EXIT(pid, 1);
}
TEST(sigchld_flags) {
    int st;
    catch_(SIGCHLD, SA_SIGINFO | SA_NOCLDSTOP | SA_RESTART);
    pid_t pid = fork();
    if (pid == 0)
        for (;;)
            pause();
    kill(pid, SIGSTOP);
    EQ(waitpid(pid, &st, WUNTRACED), pid);
    EQ(count, 0);
    kill(pid, SIGKILL);
    EQ(waitpid(pid, &st, 0), pid);
    EQ(count, 1);
    EQ(code, CLD_KILLED);
    EQ(from, pid);
}
static volatile pid_t handler_tid;
static void who(int sig) {
    last = sig;
    handler_tid = syscall(SYS_gettid);
}
static volatile pid_t thread_tid;
static void *sleeper(void *arg) {
    thread_tid = syscall(SYS_gettid);
    while (!*(volatile int *)arg)
        msleep(5);
    return 0;
}
TEST(thread_directed) {
    pthread_t t;
    volatile int stop = 0;
    struct sigaction sa = {.sa_handler = who};
    sigaction(SIGUSR1, &sa, 0);
    thread_tid = handler_tid = 0;
    pthread_create(&t, 0, sleeper, (void *)&stop);
    while (!thread_tid)
        msleep(2);
    EQ(pthread_kill(t, SIGUSR1), 0);
    for (int i = 0; i < 500 && !handler_tid; i++)
        msleep(2);
    EQ(handler_tid, thread_tid);
    /* process-directed: goes to the thread that does not block it */
    block(SIG_BLOCK, SIGUSR1);
    handler_tid = 0;
    kill(getpid(), SIGUSR1);
    for (int i = 0; i < 500 && !handler_tid; i++)
        msleep(2);
    EQ(handler_tid, thread_tid);
    block(SIG_UNBLOCK, SIGUSR1);
    stop = 1;
    pthread_join(t, 0);
}
static void *spin_for_signal(void *arg) {
    (void)arg;
    thread_tid = syscall(SYS_gettid);
    while (!handler_tid)
        __asm__ volatile("pause");
    return 0;
}
TEST(spinning_thread_gets_it) {
    pthread_t t;
    struct sigaction sa = {.sa_handler = who};
    sigaction(SIGURG, &sa, 0);
    thread_tid = handler_tid = 0;
    pthread_create(&t, 0, spin_for_signal, 0);
    while (!thread_tid)
        msleep(2);
    EQ(pthread_kill(t, SIGURG), 0);
    pthread_join(t, 0);
    EQ(handler_tid, thread_tid);
}
static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;
static void *lock_it(void *arg) {
    (void)arg;
    thread_tid = syscall(SYS_gettid);
    pthread_mutex_lock(&held);
    pthread_mutex_unlock(&held);
    return 0;
}
TEST(signal_in_futex_wait) {
    pthread_t t;
    struct sigaction sa = {.sa_handler = who};
    sigaction(SIGUSR1, &sa, 0);
    thread_tid = handler_tid = 0;
    pthread_mutex_lock(&held);
    pthread_create(&t, 0, lock_it, 0);
    while (!thread_tid)
        msleep(2);
    msleep(30);
    EQ(pthread_kill(t, SIGUSR1), 0);
    for (int i = 0; i < 500 && !handler_tid; i++)
        msleep(2);
    EQ(handler_tid, thread_tid);
    pthread_mutex_unlock(&held);
    EQ(pthread_join(t, 0), 0);
    /* a raw futex wait: EINTR without SA_RESTART */
    catch_(SIGALRM, 0);
    int f = 0;
    struct timespec ts = {3, 0};
    ualarm(20000, 0);
    ERR(syscall(SYS_futex, &f, 0, 0, &ts, 0, 0), EINTR);
    ts.tv_sec = 0;
    ts.tv_nsec = 20000000;
    ERR(syscall(SYS_futex, &f, 0, 0, &ts, 0, 0), ETIMEDOUT);
    ERR(syscall(SYS_futex, &f, 0, 1, &ts, 0, 0), EAGAIN);
}
static void *canceled(void *arg) {
    char c;
    if (read(*(int *)arg, &c, 1) < 0)
        return (void *)1;
    return 0;
}
TEST(pthread_cancel) {
    pthread_t t;
    int p[2];
    void *r;
    EQ(pipe(p), 0);
    pthread_create(&t, 0, canceled, p);
    msleep(30);
    EQ(pthread_cancel(t), 0);
    EQ(pthread_join(t, &r), 0);
    CHECK(r == PTHREAD_CANCELED);
}
TEST(signal_storm) {
    /* signals from a child while the parent makes calls and computes: nothing is lost, no call answers nonsense */
    int rt = SIGRTMIN + 4;
    struct sigaction sa = {.sa_handler = note, .sa_flags = SA_RESTART};
    sigaction(rt, &sa, 0);
    count = 0;
    pid_t me = getpid(), pid = fork();
    if (pid == 0) {
        for (int i = 0; i < 500; i++)
            while (sigqueue(me, rt, (union sigval){0}) == -1 && errno == EAGAIN)
                msleep(1);
        _exit(0);
    }
    long bad = 0;
    double x = 1.5;
    while (count < 500 && !bad) {
        bad += getpid() != me;
        bad += lseek(999, 0, SEEK_SET) != -1 || errno != EBADF;
        for (int i = 0; i < 100; i++)
            x = x * 1.0000001 + i;
        if (x > 1e300)
            x = 1;
    }
    EQ(bad, 0);
    EQ(count, 500);
    WAIT_EXIT(pid, 0);
}
TEST(abort_and_exit_in_handler) {
    pid_t pid = fork();
    if (pid == 0) {
        signal(SIGABRT, SIG_IGN);
        abort();
    }
    WAIT_SIG(pid, SIGABRT);
    pid = fork();
    if (pid == 0) {
        signal(SIGUSR1, (void (*)(int))_exit);
        raise(SIGUSR1);
        _exit(0);
    }
    WAIT_EXIT(pid, SIGUSR1);
}
TEST(sigqueue_errors) {
    ERR(sigqueue(99999999, SIGUSR1, (union sigval){0}), ESRCH);
    ERR(sigqueue(getpid(), 99, (union sigval){0}), EINVAL);
    siginfo_t i = {.si_signo = SIGUSR1, .si_code = SI_USER};
    pid_t pid = fork();
    if (pid == 0)
        for (;;)
            pause();
    /* nobody may pretend to be kill() towards another process */
    ERR(syscall(SYS_rt_sigqueueinfo, pid, SIGUSR1, &i), EPERM);
    kill(pid, SIGKILL);
    WAIT_SIG(pid, SIGKILL);
}
TEST(reaches_a_parent_that_only_computes) { // no call between fork and the signal
    count = 0;
    signal(SIGALRM, note);
    alarm(1);
    pid_t pid = fork();
    if (pid == 0)
        for (;;)
            pause();
    unsigned long n = 0;
    for (struct timespec from, now = (clock_gettime(CLOCK_MONOTONIC, &from), from); !count && now.tv_sec - from.tv_sec < 30; n++)
        if (n % 1000000 == 0)
            clock_gettime(CLOCK_MONOTONIC, &now); /* not a call of the kernel's */
    EQ(count, 1);
    kill(pid, SIGKILL);
    WAIT_SIG(pid, SIGKILL);
}
MAIN()
