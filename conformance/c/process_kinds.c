// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/* Processes that share with their parents, what waits tell of them, and children of threads. */
#include "check.h"
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#define STACK (256 << 10)
static char *stack(void) {
    return (char *)mmap(0, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) + STACK - 64;
}
static volatile int x, phase, descriptor;
static void await_phase(void) {
    while (!phase)
        msleep(1);
}

// ---- CLONE_VM without CLONE_THREAD and CLONE_VFORK: two processes in one memory, both run ----

static int runs_beside(void *arg) {
    (void)arg;
    descriptor = dup(0);
    for (int i = 0; i < 200; i++)
        getppid();
    msleep(20);
    x = getpid();
    return 3;
}
TEST(vm_runs_beside) {
    pid_t p[10];
    for (int i = 0; i < 10; i++)
        CHECK((p[i] = clone(runs_beside, stack(), CLONE_VM | SIGCHLD, 0)) > 0);
    for (int i = 0; i < 300; i++)
        getppid();
    int found = 0;
    for (int i = 0; i < 10; i++)
        WAIT_EXIT(p[i], 3);
    for (int i = 0; i < 10; i++)
        found |= x == p[i];
    CHECK(found);
    ERR(fcntl(descriptor, F_GETFD), EBADF);
    pid_t c;
    CHILD(c) { _exit(4); }
    WAIT_EXIT(c, 4);
}

static int executes(void *arg) {
    (void)arg;
    msleep(20);
    execl("/bin/sh", "sh", "-c", "exit 9", (char *)0);
    return 1;
}
static int forks(void *arg) {
    (void)arg;
    pid_t p = fork();
    if (p == 0) {
        x = 77;
        _exit(6);
    }
    int st = 0;
    waitpid(p, &st, 0);
    return WEXITSTATUS(st);
}
static int notes_pid(void *arg) {
    (void)arg;
    x = getpid();
    phase = 1;
    return 0;
}
static int has_thread(void *arg) {
    (void)arg;
    int flags = CLONE_VM | CLONE_THREAD | CLONE_SIGHAND | CLONE_FS | CLONE_FILES | CLONE_SYSVSEM;
    int r = clone(notes_pid, stack(), flags, 0);
    await_phase();
    return r > 0 && x == getpid() ? 8 : 7;
}
TEST(vm_executes_forks_has_threads) {
    for (int i = 0; i < 3; i++)
        WAIT_EXIT(clone(executes, stack(), CLONE_VM | SIGCHLD, 0), 9);
    x = 1;
    WAIT_EXIT(clone(forks, stack(), CLONE_VM | SIGCHLD, 0), 6);
    EQ(x, 1);
    WAIT_EXIT(clone(has_thread, stack(), CLONE_VM | SIGCHLD, 0), 8);
}

static int pauses(void *arg) {
    (void)arg;
    phase = 1;
    pause();
    return 0;
}
TEST(vm_killed_and_orphaned) {
    for (int i = 0; i < 3; i++) {
        phase = 0;
        pid_t p = clone(pauses, stack(), CLONE_VM | SIGCHLD, 0);
        await_phase();
        kill(p, SIGKILL);
        WAIT_SIG(p, SIGKILL);
    }
    int *shared = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    phase = 0;
    pid_t p = fork();
    if (p == 0) {
        *shared = clone(pauses, stack(), CLONE_VM | SIGCHLD, 0);
        await_phase();
        _exit(0); /* its memory lives on */
    }
    WAIT_EXIT(p, 0);
    EQ(kill(*shared, 0), 0);
    kill(*shared, SIGTERM);
    WAIT_SIG(*shared, SIGTERM);
}

static volatile sig_atomic_t got;
static void handler(int sig) { got = sig; }
static int handles(void *arg) {
    (void)arg;
    signal(SIGUSR1, handler);
    phase = 1;
    while (got != SIGUSR1)
        msleep(1);
    return 4;
}
TEST(handlers_shared_or_not) {
    for (int shared = 0; shared < 2; shared++) {
        got = phase = 0;
        signal(SIGUSR1, SIG_DFL);
        pid_t p = clone(handles, stack(), CLONE_VM | SIGCHLD | (shared ? CLONE_SIGHAND : 0), 0);
        await_phase();
        struct sigaction o;
        sigaction(SIGUSR1, 0, &o);
        CHECK(o.sa_handler == (shared ? handler : SIG_DFL));
        EQ(syscall(SYS_kcmp, getpid(), p, 4 /* KCMP_SIGHAND */, 0, 0) == 0, shared);
        kill(p, SIGUSR1);
        WAIT_EXIT(p, 4);
    }
    pid_t p = clone(executes, stack(), CLONE_VM | CLONE_SIGHAND | SIGCHLD, 0); /* a program has its own again */
    WAIT_EXIT(p, 9);
    struct sigaction o;
    sigaction(SIGUSR1, 0, &o);
    CHECK(o.sa_handler == handler);
}

static int duplicates(void *arg) {
    (void)arg;
    descriptor = dup(0);
    return 0;
}
static int moves(void *arg) {
    (void)arg;
    return chdir("/") != 0;
}
TEST(files_and_directories_shared) {
    WAIT_EXIT(clone(duplicates, stack(), CLONE_VM | CLONE_FILES | SIGCHLD, 0), 0);
    EQ(fcntl(descriptor, F_GETFD), 0);
    WAIT_EXIT(clone(moves, stack(), CLONE_FS | SIGCHLD, 0), 0);
    char b[99];
    STREQ(getcwd(b, sizeof b), "/");
}

TEST(brothers) { /* CLONE_PARENT */
    pid_t p = fork();
    if (p == 0) {
        pid_t q = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
        _exit(q == 0 ? 12 : q > 0 ? 11 : 1);
    }
    int st, sum = 0;
    for (int i = 0; i < 2; i++) {
        CHECK(wait(&st) > 0);
        sum += WEXITSTATUS(st);
    }
    EQ(sum, 23);
}

// ---- vfork ----

TEST(vfork_in_vfork) {
    int st = 0;
    pid_t p = vfork();
    if (p == 0) {
        pid_t q = vfork();
        if (q == 0)
            _exit(3);
        waitpid(q, &st, 0);
        _exit(WEXITSTATUS(st) + 1);
    }
    WAIT_EXIT(p, 4);
}
TEST(vfork_and_signals) { /* the parent handles its signal when it runs again */
    signal(SIGUSR1, handler);
    got = 0;
    pid_t me = getpid(), p = vfork();
    if (p == 0) {
        kill(me, SIGUSR1);
        struct timespec t = {0, 100000000};
        nanosleep(&t, 0);
        x = got;
        _exit(0);
    }
    EQ(x, 0);
    EQ(got, SIGUSR1);
    WAIT_EXIT(p, 0);
    p = vfork();
    if (p == 0) {
        kill(getpid(), SIGKILL);
        for (;;)
            ;
    }
    WAIT_SIG(p, SIGKILL);
}

// ---- waits ----

TEST(what_waitid_tells) {
    siginfo_t s;
    pid_t p;
    CHILD(p) { _exit(300); }
    EQ(waitid(P_PID, p, &s, WEXITED | WNOWAIT), 0);
    EQ(s.si_pid, p);
    EQ(s.si_code, CLD_EXITED);
    EQ(s.si_status, 300 & 0xff);
    EQ(s.si_signo, SIGCHLD);
    EQ(s.si_uid, getuid());
    EQ(waitid(P_ALL, 0, &s, WEXITED), 0);
    EQ(s.si_pid, p);
    ERR(waitid(P_ALL, 0, &s, WEXITED), ECHILD);
    CHILD(p) { pause(); }
    memset(&s, 1, sizeof s);
    EQ(waitid(P_PID, p, &s, WEXITED | WNOHANG), 0);
    EQ(s.si_pid, 0);
    EQ(s.si_signo, 0);
    kill(p, SIGSTOP);
    EQ(waitid(P_PID, p, &s, WSTOPPED), 0);
    EQ(s.si_code, CLD_STOPPED);
    EQ(s.si_status, SIGSTOP);
    EQ(waitid(P_PID, p, &s, WSTOPPED | WNOHANG), 0);
    EQ(s.si_pid, 0);
    kill(p, SIGCONT);
    EQ(waitid(P_PID, p, &s, WCONTINUED | WNOWAIT), 0);
    EQ(s.si_code, CLD_CONTINUED);
    EQ(s.si_status, SIGCONT);
    EQ(waitid(P_PID, p, &s, WCONTINUED), 0);
    kill(p, SIGTERM);
    EQ(waitid(P_PID, p, &s, WEXITED), 0);
    EQ(s.si_code, CLD_KILLED);
    EQ(s.si_status, SIGTERM);
    ERR(waitid(P_ALL, 0, &s, 0), EINVAL);
    ERR(waitid(9, 0, &s, WEXITED), EINVAL);
    ERR(waitid(P_PID, 0, &s, WEXITED), EINVAL);
    ERR(waitid(P_PID, -1, &s, WEXITED), EINVAL);
    ERR(waitid(P_PGID, -1, &s, WEXITED), EINVAL);
    ERR(waitid(P_ALL, 0, &s, WEXITED | 0x100), EINVAL);
    ERR(waitpid(-1, 0, 0x100), EINVAL);
    ERR(waitpid(INT_MIN, 0, 0), ESRCH);
    CHILD(p) { _exit(0); }
    ERR(syscall(SYS_waitid, P_PID, p, 8, WEXITED, 0), EFAULT);
    ERR(waitpid(p, 0, 0), ECHILD); /* it was waited for all the same */
}

static int returns_six(void *arg) {
    (void)arg;
    return 6;
}
TEST(children_with_other_signals) {
    signal(SIGUSR2, SIG_IGN);
    int st;
    pid_t p = clone(returns_six, stack(), CLONE_VM | SIGUSR2, 0);
    ERR(waitpid(p, &st, WNOHANG), ECHILD);
    EQ(waitpid(p, &st, __WCLONE), p);
    EQ(WEXITSTATUS(st), 6);
    p = clone(returns_six, stack(), 0, 0);
    ERR(waitpid(p, &st, 0), ECHILD);
    EQ(waitpid(p, &st, __WALL), p);
    CHILD(p) { _exit(1); }
    ERR(waitpid(p, &st, __WCLONE), ECHILD);
    EQ(waitpid(p, &st, __WALL), p);
}

// ---- children of threads ----

static int wait_options;
static void *waits(void *arg) {
    int st = 0;
    long r = waitpid((long)arg, &st, wait_options);
    return (void *)(r == (long)arg ? (long)WEXITSTATUS(st) : -(long)errno);
}
TEST(only_of_this_thread) { /* __WNOTHREAD */
    pid_t p;
    CHILD(p) {
        msleep(50);
        _exit(5);
    }
    pthread_t t;
    void *r;
    wait_options = __WNOTHREAD;
    pthread_create(&t, 0, waits, (void *)(long)p);
    pthread_join(t, &r);
    EQ((long)r, -ECHILD);
    wait_options = 0;
    pthread_create(&t, 0, waits, (void *)(long)p);
    pthread_join(t, &r);
    EQ((long)r, 5);
}

static volatile int *said;
static volatile pid_t made;
static void *forks_and_ends(void *arg) {
    pid_t p = fork();
    if (p == 0) {
        prctl(PR_SET_PDEATHSIG, SIGUSR1);
        *said = 1;
        for (;;)
            pause();
    }
    made = p;
    while (!*said)
        msleep(1);
    return arg;
}
TEST(death_of_the_parent_thread) {
    said = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_t t;
    pthread_create(&t, 0, forks_and_ends, 0);
    pthread_join(t, 0);
    int st = 0;
    EQ(waitpid(made, &st, __WNOTHREAD), made); /* it is the other thread's child now */
    CHECK(WIFSIGNALED(st) && WTERMSIG(st) == SIGUSR1);
}

TEST(use_of_children) {
    struct rusage c;
    pid_t p;
    CHILD(p) {
        for (volatile long k = 0; k < 60000000; k++)
            ;
    }
    WAIT_EXIT(p, 0);
    EQ(getrusage(RUSAGE_CHILDREN, &c), 0);
    CHECK(c.ru_utime.tv_sec * 1000000 + c.ru_utime.tv_usec > 10000);
    CHECK(c.ru_maxrss > 0);
    CHECK(c.ru_minflt > 0);
}

// ---- stacks of signals ----

static volatile int inner, replaced;
static void nested(int sig) {
    static char other[65536];
    stack_t n = {.ss_sp = other, .ss_size = sizeof other};
    if (sig == SIGUSR1 && ++inner == 1) {
        replaced = sigaltstack(&n, 0); /* nobody stands on it any more */
        raise(SIGUSR2);
    } else
        inner++;
}
TEST(stack_that_disarms) {
    static char alt[65536];
    int autodisarm = (int)(1u << 31);
    stack_t ss = {.ss_sp = alt, .ss_size = sizeof alt, .ss_flags = autodisarm}, o;
    EQ(sigaltstack(&ss, 0), 0);
    struct sigaction a = {.sa_handler = nested, .sa_flags = SA_ONSTACK};
    sigaction(SIGUSR1, &a, 0);
    sigaction(SIGUSR2, &a, 0);
    raise(SIGUSR1);
    EQ(inner, 2);
    EQ(replaced, 0);
    EQ(sigaltstack(0, &o), 0);
    CHECK(o.ss_sp == alt);
    EQ(o.ss_flags, autodisarm);
    ss.ss_flags = 99;
    ERR(sigaltstack(&ss, 0), EINVAL);
    ss.ss_flags = 0;
    ss.ss_size = 100;
    ERR(sigaltstack(&ss, 0), ENOMEM);
}

static void stands_on_it(int sig) {
    (void)sig;
    stack_t n = {.ss_flags = SS_DISABLE}, o;
    x = sigaltstack(&n, 0) == -1 ? errno : 0;
    sigaltstack(0, &o);
    phase = o.ss_flags;
}
TEST(stack_in_use) {
    static char alt[65536];
    stack_t ss = {.ss_sp = alt, .ss_size = sizeof alt};
    EQ(sigaltstack(&ss, 0), 0);
    struct sigaction a = {.sa_handler = stands_on_it, .sa_flags = SA_ONSTACK};
    sigaction(SIGUSR1, &a, 0);
    raise(SIGUSR1);
    EQ(x, EPERM);
    EQ(phase, SS_ONSTACK);
}

MAIN()
