// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/* ptrace(2): one process orders another. */
#include "check.h"
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <elf.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#ifndef PTRACE_EVENT_STOP
#define PTRACE_EVENT_STOP 128
#endif

static long pt(long request, pid_t pid, long addr, long data) {
    return syscall(SYS_ptrace, request, (long)pid, addr, data);
}

static int next(pid_t pid) { /* the next status of a tracee */
    int st = -1;
    pid_t got;
    do
        got = waitpid(pid, &st, __WALL);
    while (got == -1 && errno == EINTR);
    return got == pid ? st : -1;
}
#define STOP(sig) ((sig) << 8 | 0x7f)
#define EVENT(e) (((e) << 8 | SIGTRAP) << 8 | 0x7f)
#define SYSSTOP STOP(SIGTRAP | 0x80)

static pid_t stopped_child(void (*body)(void)) { /* a child that traces itself and stops */
    pid_t p = fork();
    if (p == 0) {
        if (pt(PTRACE_TRACEME, 0, 0, 0))
            _exit(99);
        raise(SIGSTOP);
        body();
        _exit(7);
    }
    return p;
}
/* The same; it stands at its stop already. */
#define STOPPED(body)                       \
    ({                                      \
        pid_t stopped_ = stopped_child(body); \
        EQ(next(stopped_), STOP(SIGSTOP));  \
        stopped_;                           \
    })
/* The tracee goes on by `request` until `status` is told, or until its end. */
#define GO(request, p) OK(pt(request, p, 0, 0))
#define GO_TO(request, p, status) \
    do {                          \
        GO(request, p);           \
        EQ(next(p), status);      \
    } while (0)
#define GO_EXIT(request, p, code) \
    do {                          \
        GO(request, p);           \
        WAIT_EXIT(p, code);       \
    } while (0)
#define REGS(p, regs) OK(pt(PTRACE_GETREGS, p, 0, (long)&regs))
#define SET_REGS(p, regs) OK(pt(PTRACE_SETREGS, p, 0, (long)&regs))
#define OPTIONS(p, options) OK(pt(PTRACE_SETOPTIONS, p, 0, options))
#define MESSAGE(p, word) OK(pt(PTRACE_GETEVENTMSG, p, 0, (long)&word))
#define SIGNAL_OF(p, info) OK(pt(PTRACE_GETSIGINFO, p, 0, (long)&info))
static void nothing(void) {}

TEST(errors) {
    ERR(pt(PTRACE_ATTACH, getpid(), 0, 0), EPERM);
    ERR(pt(PTRACE_ATTACH, 0x7ffffff0, 0, 0), ESRCH);
    ERR(pt(PTRACE_CONT, getppid(), 0, 0), ESRCH);
    ERR(pt(PTRACE_CONT, 0, 0, 0), ESRCH);
    ERR(pt(PTRACE_CONT, -1, 0, 0), ESRCH);
    pid_t p;
    CHILD(p) { pause(); }
    ERR(pt(PTRACE_SEIZE, p, 1, 0), EIO);
    ERR(pt(PTRACE_SEIZE, p, 0, 1 << 30), EIO);
    ERR(pt(PTRACE_CONT, p, 0, 0), ESRCH);
    ERR(pt(PTRACE_INTERRUPT, p, 0, 0), ESRCH);
    GO(PTRACE_SEIZE, p);
    ERR(pt(PTRACE_SEIZE, p, 0, 0), EPERM);
    ERR(pt(PTRACE_ATTACH, p, 0, 0), EPERM);
    ERR(pt(PTRACE_GETREGS, p, 0, 0), ESRCH); /* it runs */
    ERR(pt(PTRACE_LISTEN, p, 0, 0), ESRCH);
    GO_TO(PTRACE_INTERRUPT, p, EVENT(PTRACE_EVENT_STOP));
    ERR(pt(PTRACE_GETREGS, p, 0, 0), EFAULT);
    ERR(pt(PTRACE_SETOPTIONS, p, 0, 1 << 30), EINVAL);
    ERR(pt(PTRACE_CONT, p, 0, 65), EIO);
    ERR(pt(PTRACE_PEEKUSER, p, 3, 0), EIO);
    ERR(pt(PTRACE_PEEKUSER, p, 100000, 0), EIO);
    ERR(pt(PTRACE_POKEUSER, p, 100000, 0), EIO);
    long word;
    ERR(pt(PTRACE_PEEKDATA, p, 8, (long)&word), EIO);
    ERR(pt(PTRACE_POKEDATA, p, 8, 0), EIO);
    ERR(pt(PTRACE_GETREGSET, p, 77777, (long)&word), EFAULT == errno ? EFAULT : EINVAL);
    ERR(pt(0x5555, p, 0, 0), EIO);
    kill(p, SIGKILL);
    WAIT_SIG(p, SIGKILL);
}

TEST(traceme_twice) {
    pid_t p;
    CHILD(p) {
        EQ(pt(PTRACE_TRACEME, 0, 0, 0), 0);
        ERR(pt(PTRACE_TRACEME, 0, 0, 0), EPERM);
    }
    WAIT_EXIT(p, 0);
}

TEST(stop_and_go) {
    pid_t p = STOPPED(nothing);
    siginfo_t si;
    SIGNAL_OF(p, si);
    EQ(si.si_signo, SIGSTOP);
    EQ(si.si_code, SI_TKILL);
    EQ(si.si_pid, p);
    GO_EXIT(PTRACE_CONT, p, 7);
}

TEST(proc_status) {
    pid_t p = STOPPED(nothing);
    char path[64], want[64];
    snprintf(path, sizeof path, "/proc/%d/status", p);
    snprintf(want, sizeof want, "TracerPid:\t%d\n", getpid());
    CHECK(strstr(get(path), want));
    CHECK(strstr(get(path), "State:\tt (tracing stop)"));
    GO_EXIT(PTRACE_DETACH, p, 7);
}

static void usr1_twice(void) {
    signal(SIGUSR1, SIG_IGN);
    raise(SIGUSR1);
    signal(SIGUSR1, SIG_DFL);
    raise(SIGUSR1);
}

TEST(signals_are_shown) {
    pid_t p = STOPPED(usr1_twice);
    GO_TO(PTRACE_CONT, p, STOP(SIGUSR1)); /* ignored ones too */
    OK(pt(PTRACE_CONT, p, 0, SIGUSR1));
    EQ(next(p), STOP(SIGUSR1));
    GO(PTRACE_CONT, p); /* suppressed */
    WAIT_EXIT(p, 7);
    p = stopped_child(usr1_twice);
    next(p);
    pt(PTRACE_CONT, p, 0, 0);
    next(p);
    pt(PTRACE_CONT, p, 0, 0);
    next(p);
    OK(pt(PTRACE_CONT, p, 0, SIGTERM)); /* another one */
    WAIT_SIG(p, SIGTERM);
}

static volatile sig_atomic_t got_value, got_code;
static void on_value(int sig, siginfo_t *i, void *u) {
    (void)sig, (void)u;
    got_value = i->si_value.sival_int;
    got_code = i->si_code;
}
static void queued(void) {
    struct sigaction sa = {.sa_sigaction = on_value, .sa_flags = SA_SIGINFO};
    sigaction(SIGUSR2, &sa, 0);
    sigqueue(getpid(), SIGUSR2, (union sigval){.sival_int = 5});
    _exit(got_value == 6 && got_code == SI_QUEUE ? 0 : 1);
}
TEST(setsiginfo) {
    pid_t p = STOPPED(queued);
    GO_TO(PTRACE_CONT, p, STOP(SIGUSR2));
    siginfo_t si;
    SIGNAL_OF(p, si);
    EQ(si.si_code, SI_QUEUE);
    EQ(si.si_value.sival_int, 5);
    si.si_value.sival_int = 6;
    OK(pt(PTRACE_SETSIGINFO, p, 0, (long)&si));
    OK(pt(PTRACE_CONT, p, 0, SIGUSR2));
    WAIT_EXIT(p, 0);
}

static void blocked(void) {
    sigset_t s;
    sigfillset(&s);
    sigprocmask(SIG_BLOCK, &s, 0);
    sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = 1});
    sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = 2});
    syscall(SYS_tkill, getpid(), SIGUSR1);
    syscall(SYS_getppid);
    _exit(0);
}
TEST(peeksiginfo_and_sigmask) {
    pid_t p = STOPPED(blocked);
    struct user_regs_struct r = {0};
    do {
        GO(PTRACE_SYSCALL, p);
        next(p);
        REGS(p, r);
    } while (r.orig_rax != SYS_getppid);
    siginfo_t si[4];
    struct __ptrace_peeksiginfo_args a = {.off = 0, .flags = PTRACE_PEEKSIGINFO_SHARED, .nr = 4};
    EQ(pt(PTRACE_PEEKSIGINFO, p, (long)&a, (long)si), 2);
    EQ(si[0].si_value.sival_int, 1);
    EQ(si[1].si_value.sival_int, 2);
    a.off = 1;
    EQ(pt(PTRACE_PEEKSIGINFO, p, (long)&a, (long)si), 1);
    EQ(si[0].si_value.sival_int, 2);
    a.off = 0, a.flags = 0;
    EQ(pt(PTRACE_PEEKSIGINFO, p, (long)&a, (long)si), 1);
    EQ(si[0].si_signo, SIGUSR1);
    a.flags = 6;
    ERR(pt(PTRACE_PEEKSIGINFO, p, (long)&a, (long)si), EINVAL);
    unsigned long mask = 0;
    OK(pt(PTRACE_GETSIGMASK, p, 8, (long)&mask));
    EQ(mask >> (SIGUSR1 - 1) & 1, 1);
    ERR(pt(PTRACE_GETSIGMASK, p, 4, (long)&mask), EINVAL);
    mask &= ~(1ul << (SIGUSR1 - 1));
    OK(pt(PTRACE_SETSIGMASK, p, 8, (long)&mask));
    GO_TO(PTRACE_CONT, p, STOP(SIGUSR1));
    GO_EXIT(PTRACE_CONT, p, 0);
}

static long data_word = 0x1122334455667788;
static void see_word(void) { _exit(data_word == 42 ? 0 : 1); }
TEST(memory) {
    pid_t p = STOPPED(see_word);
    long word = 0;
    OK(pt(PTRACE_PEEKDATA, p, (long)&data_word, (long)&word));
    EQ(word, 0x1122334455667788);
    OK(pt(PTRACE_POKEDATA, p, (long)&data_word, 42));
    EQ(data_word, 0x1122334455667788); /* only the child's */
    long text = 0, again = 0; /* text is read-only for the program */
    OK(pt(PTRACE_PEEKTEXT, p, (long)see_word, (long)&text));
    EQ(text, *(long *)see_word);
    OK(pt(PTRACE_POKETEXT, p, (long)nothing, text));
    OK(pt(PTRACE_PEEKTEXT, p, (long)nothing, (long)&again));
    EQ(again, text);
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/mem", p);
    int fd = OK(open(path, O_RDWR));
    EQ(pread(fd, &word, 8, (long)&data_word), 8);
    EQ(word, 42);
    EQ(pwrite(fd, &text, 8, (long)usr1_twice), 8);
    EQ(pread(fd, &again, 8, (long)usr1_twice), 8);
    EQ(again, text);
    close(fd);
    GO_EXIT(PTRACE_CONT, p, 0);
}

static void add(void) {
    register long a __asm__("rbx") = 1;
    __asm__ volatile("mov $40, %%r12; mov $5, %%r13; int3; add %%r13, %%r12; mov %%r12, %0" : "+r"(a) : : "r12", "r13");
    _exit((int)a);
}
TEST(registers) {
    pid_t p = STOPPED(add);
    GO_TO(PTRACE_CONT, p, STOP(SIGTRAP));
    siginfo_t si;
    SIGNAL_OF(p, si);
    EQ(si.si_code, SI_KERNEL);
    struct user_regs_struct r, s;
    REGS(p, r);
    EQ(r.r12, 40);
    EQ(r.r13, 5);
    EQ((long)r.orig_rax, -1);
    EQ(r.cs, 0x33);
    EQ(r.ss, 0x2b);
    CHECK(r.fs_base != 0);
    CHECK(r.rip > (unsigned long)add && r.rip < (unsigned long)add + 100);
    long word;
    OK(pt(PTRACE_PEEKUSER, p, offsetof(struct user_regs_struct, r13), (long)&word));
    EQ(word, 5);
    OK(pt(PTRACE_POKEUSER, p, offsetof(struct user_regs_struct, r13), 6));
    struct iovec v = {&s, sizeof s};
    OK(pt(PTRACE_GETREGSET, p, NT_PRSTATUS, (long)&v));
    EQ(v.iov_len, sizeof s);
    EQ(s.r13, 6);
    s.r13 = 7;
    OK(pt(PTRACE_SETREGSET, p, NT_PRSTATUS, (long)&v));
    REGS(p, r);
    EQ(r.r13, 7);
    r.r12 = 50;
    SET_REGS(p, r);
    GO_EXIT(PTRACE_CONT, p, 57);
}

static void sse(void) {
    double d = 1.5, out;
    __asm__ volatile("movsd %1, %%xmm7; int3; movsd %%xmm7, %0" : "=m"(out) : "m"(d) : "xmm7");
    _exit((int)(out * 2));
}
TEST(floating_point) {
    pid_t p = STOPPED(sse);
    GO_TO(PTRACE_CONT, p, STOP(SIGTRAP));
    struct user_fpregs_struct f;
    OK(pt(PTRACE_GETFPREGS, p, 0, (long)&f));
    double d;
    memcpy(&d, (char *)f.xmm_space + 7 * 16, 8);
    CHECK(d == 1.5);
    EQ(f.mxcsr & 0x1f80, 0x1f80);
    d = 4.5;
    memcpy((char *)f.xmm_space + 7 * 16, &d, 8);
    OK(pt(PTRACE_SETFPREGS, p, 0, (long)&f));
    static char x[16384];
    struct iovec v = {x, sizeof x};
    OK(pt(PTRACE_GETREGSET, p, NT_X86_XSTATE, (long)&v));
    CHECK(v.iov_len >= 576 && v.iov_len < sizeof x);
    memcpy(&d, x + 160 + 7 * 16, 8);
    CHECK(d == 4.5);
    CHECK(*(unsigned long *)(x + 464) & 3); /* XCR0 */
    d = 5.5;
    memcpy(x + 160 + 7 * 16, &d, 8);
    OK(pt(PTRACE_SETREGSET, p, NT_X86_XSTATE, (long)&v));
    GO_EXIT(PTRACE_CONT, p, 11);
}

static void some_calls(void) {
    syscall(SYS_getppid);
    void *m = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(m, 4096);
    syscall(SYS_sched_yield);
    syscall(SYS_close, 9999);
    syscall(SYS_futex, &got_value, 1 /* WAKE */, 1, 0, 0, 0);
    syscall(999);
}
TEST(calls) {
    static const long want[] = {SYS_getppid, SYS_mmap, SYS_munmap, SYS_sched_yield, SYS_close, SYS_futex, 999, SYS_exit_group};
    pid_t p = STOPPED(some_calls);
    OPTIONS(p, PTRACE_O_TRACESYSGOOD);
    struct user_regs_struct r;
    unsigned at = 0;
    for (; at < 8; at++) {
        GO_TO(PTRACE_SYSCALL, p, SYSSTOP);
        REGS(p, r);
        EQ(r.orig_rax, want[at]);
        EQ((long)r.rax, -ENOSYS);
        struct __ptrace_syscall_info i;
        EQ(pt(PTRACE_GET_SYSCALL_INFO, p, sizeof i, (long)&i), 80);
        EQ(i.op, PTRACE_SYSCALL_INFO_ENTRY);
        EQ(i.arch, AUDIT_ARCH_X86_64);
        EQ(i.entry.nr, want[at]);
        EQ(i.entry.args[0], r.rdi);
        EQ(i.instruction_pointer, r.rip);
        EQ(i.stack_pointer, r.rsp);
        siginfo_t si;
        SIGNAL_OF(p, si);
        EQ(si.si_code, SIGTRAP | 0x80);
        if (want[at] == SYS_exit_group)
            break;
        GO_TO(PTRACE_SYSCALL, p, SYSSTOP);
        REGS(p, r);
        EQ(r.orig_rax, want[at]);
        EQ(pt(PTRACE_GET_SYSCALL_INFO, p, sizeof i, (long)&i), 33);
        EQ(i.op, PTRACE_SYSCALL_INFO_EXIT);
        EQ(i.exit.rval, r.rax);
        EQ(i.exit.is_error, want[at] == SYS_close || want[at] == 999);
        if (want[at] == SYS_getppid)
            EQ(r.rax, getpid());
        if (want[at] == SYS_close)
            EQ((long)r.rax, -EBADF);
    }
    GO_EXIT(PTRACE_CONT, p, 7);
}

static void ask_parent(void) { _exit(syscall(SYS_getppid) == -EPERM || errno == 77 ? 3 : syscall(SYS_getppid) == 5 ? 4 : 1); }
TEST(calls_are_changed) { /* skipped with an error of the tracer's; another call; another result */
    pid_t p = STOPPED(ask_parent);
    GO(PTRACE_SYSCALL, p);
    next(p);
    struct user_regs_struct r;
    REGS(p, r);
    EQ(r.orig_rax, SYS_getppid);
    r.orig_rax = -1;
    SET_REGS(p, r);
    GO(PTRACE_SYSCALL, p);
    next(p);
    REGS(p, r);
    EQ((long)r.rax, -ENOSYS);
    r.rax = -77;
    SET_REGS(p, r);
    GO_EXIT(PTRACE_CONT, p, 3);
    p = stopped_child(ask_parent);
    next(p);
    GO(PTRACE_SYSCALL, p);
    next(p);
    OK(pt(PTRACE_POKEUSER, p, offsetof(struct user_regs_struct, orig_rax), SYS_exit));
    OK(pt(PTRACE_POKEUSER, p, offsetof(struct user_regs_struct, rdi), 55));
    GO_EXIT(PTRACE_CONT, p, 55);
}

TEST(sysemu) {
    pid_t p = STOPPED(ask_parent);
    struct user_regs_struct r;
    for (int i = 0; i < 2; i++) {
        GO_TO(PTRACE_SYSEMU, p, STOP(SIGTRAP));
        REGS(p, r);
        EQ(r.orig_rax, SYS_getppid);
        r.rax = 5;
        SET_REGS(p, r);
    }
    GO_EXIT(PTRACE_CONT, p, 4);
}

static void steps(void) {
    __asm__ volatile("int3; nop; nop; nop; mov $110, %%eax; syscall; nop; nop; nop; nop" : : : "rax", "rcx", "r11");
}
TEST(single_steps) {
    pid_t p = STOPPED(steps);
    GO_TO(PTRACE_CONT, p, STOP(SIGTRAP));
    unsigned long rip, before = 0;
    static const int lengths[] = {1, 1, 1, 5, 2, 1, 1};
    OK(pt(PTRACE_PEEKUSER, p, offsetof(struct user_regs_struct, rip), (long)&before));
    for (int i = 0; i < 7; i++) {
        GO_TO(PTRACE_SINGLESTEP, p, STOP(SIGTRAP));
        OK(pt(PTRACE_PEEKUSER, p, offsetof(struct user_regs_struct, rip), (long)&rip));
        EQ(rip - before, lengths[i]);
        before = rip;
        struct user_regs_struct r;
        REGS(p, r);
        EQ(r.eflags & 0x100, 0);
        if (i == 4)
            EQ(r.rax, getpid());
    }
    GO_EXIT(PTRACE_CONT, p, 7);
}

static void handler(int sig) { (void)sig; }
static void handled(void) {
    signal(SIGUSR1, handler);
    raise(SIGUSR1);
}
TEST(step_into_handler) {
    pid_t p = STOPPED(handled);
    GO_TO(PTRACE_CONT, p, STOP(SIGUSR1));
    OK(pt(PTRACE_SINGLESTEP, p, 0, SIGUSR1));
    EQ(next(p), STOP(SIGTRAP));
    struct user_regs_struct r;
    REGS(p, r);
    EQ(r.rip, (unsigned long)handler);
    EQ(r.rdi, SIGUSR1);
    GO_EXIT(PTRACE_CONT, p, 7);
}

static void forks(void) {
    pid_t p = fork();
    if (p == 0)
        _exit(3);
    int st;
    waitpid(p, &st, 0);
    _exit(WEXITSTATUS(st));
}
TEST(fork_event) {
    pid_t p = STOPPED(forks);
    OPTIONS(p, PTRACE_O_TRACEFORK | PTRACE_O_EXITKILL);
    GO_TO(PTRACE_CONT, p, EVENT(PTRACE_EVENT_FORK));
    unsigned long child = 0;
    MESSAGE(p, child);
    CHECK(child > 0 && child != (unsigned)p);
    siginfo_t si;
    SIGNAL_OF(p, si);
    EQ(si.si_code, PTRACE_EVENT_FORK << 8 | SIGTRAP);
    EQ(next(child), STOP(SIGSTOP));
    GO(PTRACE_CONT, p);
    GO_TO(PTRACE_CONT, child, 3 << 8); /* its tracer hears of it before its parent does */
    EQ(next(p), STOP(SIGCHLD));
    OK(pt(PTRACE_CONT, p, 0, SIGCHLD));
    WAIT_EXIT(p, 3);
}

static void vforks(void) {
    pid_t p = vfork();
    if (p == 0)
        _exit(3);
    _exit(4);
}
TEST(vfork_events) {
    pid_t p = STOPPED(vforks);
    OPTIONS(p, PTRACE_O_TRACEVFORK | PTRACE_O_TRACEVFORKDONE);
    GO_TO(PTRACE_CONT, p, EVENT(PTRACE_EVENT_VFORK));
    unsigned long child = 0, same = 0;
    MESSAGE(p, child);
    EQ(next(child), STOP(SIGSTOP));
    GO(PTRACE_CONT, p);
    msleep(50);
    EQ(waitpid(p, 0, WNOHANG | __WALL), 0); /* waits for its child */
    GO_TO(PTRACE_CONT, child, 3 << 8);
    int st = next(p);
    EQ(st, EVENT(PTRACE_EVENT_VFORK_DONE));
    MESSAGE(p, same);
    EQ(same, child);
    GO(PTRACE_CONT, p);
    st = next(p);
    if (st == STOP(SIGCHLD)) {
        GO(PTRACE_CONT, p);
        st = next(p);
    }
    EQ(st, 4 << 8);
}

static volatile int in_thread;
static void *thread(void *arg) {
    in_thread = 1;
    return arg;
}
static void threads(void) {
    pthread_t t;
    pthread_create(&t, 0, thread, 0);
    pthread_join(t, 0);
    _exit(in_thread ? 0 : 1);
}
TEST(clone_event) {
    pid_t p = STOPPED(threads);
    OPTIONS(p, PTRACE_O_TRACECLONE);
    GO_TO(PTRACE_CONT, p, EVENT(PTRACE_EVENT_CLONE));
    unsigned long tid = 0;
    MESSAGE(p, tid);
    EQ(next(tid), STOP(SIGSTOP));
    long ran = 0;
    OK(pt(PTRACE_PEEKDATA, tid, (long)&in_thread & ~7, (long)&ran));
    struct user_regs_struct r;
    REGS(tid, r);
    EQ(r.rax, 0);
    GO(PTRACE_CONT, p);
    msleep(30);
    GO_TO(PTRACE_CONT, tid, 0); /* exited */
    WAIT_EXIT(p, 0);
}

static void execs(void) { execl("/bin/true", "true", (char *)0); }
TEST(exec) {
    pid_t p = STOPPED(execs);
    GO_TO(PTRACE_CONT, p, STOP(SIGTRAP)); /* without the option a plain signal */
    siginfo_t si;
    SIGNAL_OF(p, si);
    EQ(si.si_code, SI_USER);
    GO_EXIT(PTRACE_CONT, p, 0);
    p = stopped_child(execs);
    next(p);
    OPTIONS(p, PTRACE_O_TRACEEXEC | PTRACE_O_TRACESYSGOOD);
    GO(PTRACE_SYSCALL, p);
    int st;
    while ((st = next(p)) == SYSSTOP)
        GO(PTRACE_SYSCALL, p);
    EQ(st, EVENT(PTRACE_EVENT_EXEC));
    unsigned long former = 0;
    MESSAGE(p, former);
    EQ(former, p);
    GO_TO(PTRACE_SYSCALL, p, SYSSTOP);
    struct user_regs_struct r;
    REGS(p, r);
    EQ(r.orig_rax, SYS_execve);
    EQ(r.rax, 0);
    GO_EXIT(PTRACE_DETACH, p, 0);
}

static void *exec_thread(void *arg) {
    execs();
    return arg;
}
static void exec_in_thread(void) {
    pthread_t t;
    pthread_create(&t, 0, exec_thread, 0);
    pause();
}
TEST(exec_of_thread) {
    pid_t p = STOPPED(exec_in_thread);
    OPTIONS(p, PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC);
    GO_TO(PTRACE_CONT, p, EVENT(PTRACE_EVENT_CLONE));
    unsigned long tid = 0, former = 0;
    MESSAGE(p, tid);
    EQ(next(tid), STOP(SIGSTOP));
    GO(PTRACE_CONT, p);
    GO(PTRACE_CONT, tid);
    EQ(next(p), EVENT(PTRACE_EVENT_EXEC)); /* under the process's id now */
    MESSAGE(p, former);
    EQ(former, tid);
    ERR(pt(PTRACE_CONT, tid, 0, 0), ESRCH);
    GO_EXIT(PTRACE_CONT, p, 0);
}

TEST(exit_event) {
    pid_t p = STOPPED(nothing);
    OPTIONS(p, PTRACE_O_TRACEEXIT);
    GO_TO(PTRACE_CONT, p, EVENT(PTRACE_EVENT_EXIT));
    unsigned long status = 0;
    MESSAGE(p, status);
    EQ(status, 7 << 8);
    struct user_regs_struct r;
    REGS(p, r);
    GO_EXIT(PTRACE_CONT, p, 7);
}

TEST(attach_and_detach) {
    pid_t p;
    CHILD(p) { pause(); }
    sleeps(p);
    GO_TO(PTRACE_ATTACH, p, STOP(SIGSTOP));
    struct user_regs_struct r;
    REGS(p, r);
    EQ(r.orig_rax, SYS_pause);
    EQ((long)r.rax, -514); /* ERESTARTNOHAND: it is made again */
    GO(PTRACE_CONT, p);
    msleep(20);
    EQ(waitpid(p, 0, WNOHANG), 0);
    kill(p, SIGUSR1);
    EQ(next(p), STOP(SIGUSR1));
    GO(PTRACE_DETACH, p);
    ERR(pt(PTRACE_GETREGS, p, 0, (long)&r), ESRCH);
    msleep(20);
    EQ(waitpid(p, 0, WNOHANG), 0);
    kill(p, SIGTERM);
    WAIT_SIG(p, SIGTERM);
}

TEST(attach_spinning) { /* a thread that makes no calls */
    pid_t p;
    CHILD(p) {
        while (!data_word || data_word != 1)
            __asm__ volatile("" ::: "memory");
    }
    GO(PTRACE_SEIZE, p);
    GO_TO(PTRACE_INTERRUPT, p, EVENT(PTRACE_EVENT_STOP));
    OK(pt(PTRACE_POKEDATA, p, (long)&data_word, 1));
    GO_EXIT(PTRACE_CONT, p, 0);
}

TEST(group_stop) {
    pid_t p;
    CHILD(p) { pause(); }
    GO_TO(PTRACE_ATTACH, p, STOP(SIGSTOP));
    GO(PTRACE_CONT, p);
    kill(p, SIGTSTP);
    EQ(next(p), STOP(SIGTSTP)); /* the signal */
    OK(pt(PTRACE_CONT, p, 0, SIGTSTP));
    siginfo_t si;
    int st = next(p);
    EQ(st, STOP(SIGTSTP)); /* the stop */
    ERR(pt(PTRACE_GETSIGINFO, p, 0, (long)&si), EINVAL);
    GO(PTRACE_CONT, p);
    kill(p, SIGKILL);
    WAIT_SIG(p, SIGKILL);
}

TEST(group_stop_seized) {
    pid_t p;
    CHILD(p) { pause(); }
    GO(PTRACE_SEIZE, p);
    kill(p, SIGSTOP);
    EQ(next(p), STOP(SIGSTOP));
    OK(pt(PTRACE_CONT, p, 0, SIGSTOP));
    EQ(next(p), (PTRACE_EVENT_STOP << 8 | SIGSTOP) << 8 | 0x7f);
    GO(PTRACE_LISTEN, p);
    ERR(pt(PTRACE_CONT, p, 0, 0), ESRCH);
    msleep(20);
    EQ(waitpid(p, 0, WNOHANG), 0);
    kill(p, SIGCONT);
    EQ(next(p), EVENT(PTRACE_EVENT_STOP));
    GO_TO(PTRACE_CONT, p, STOP(SIGCONT));
    GO(PTRACE_CONT, p);
    kill(p, SIGKILL);
    WAIT_SIG(p, SIGKILL);
}

TEST(waitid_and_sigchld) {
    sigset_t s, old;
    sigemptyset(&s);
    sigaddset(&s, SIGCHLD);
    sigprocmask(SIG_BLOCK, &s, &old);
    pid_t p = stopped_child(nothing);
    siginfo_t si;
    struct timespec limit = {5, 0};
    EQ(sigtimedwait(&s, &si, &limit), SIGCHLD);
    EQ(si.si_code, CLD_TRAPPED);
    EQ(si.si_status, SIGSTOP);
    EQ(si.si_pid, p);
    memset(&si, 0, sizeof si);
    EQ(waitid(P_PID, p, &si, WSTOPPED | WNOWAIT), 0);
    EQ(si.si_code, CLD_TRAPPED);
    EQ(si.si_status, SIGSTOP);
    EQ(waitid(P_PID, p, &si, WSTOPPED), 0);
    si.si_pid = 0;
    EQ(waitid(P_PID, p, &si, WSTOPPED | WNOHANG), 0);
    EQ(si.si_pid, 0);
    kill(p, SIGKILL);
    WAIT_SIG(p, SIGKILL);
}

TEST(tracer_ends) {
    int pipefd[2];
    OK(pipe(pipefd));
    pid_t victim, tracer;
    for (int kill_too = 0; kill_too < 2; kill_too++) {
        CHILD(victim) { pause(); }
        CHILD(tracer) {
            OK(pt(PTRACE_SEIZE, victim, 0, kill_too ? PTRACE_O_EXITKILL : 0));
            GO_TO(PTRACE_INTERRUPT, victim, EVENT(PTRACE_EVENT_STOP));
        }
        WAIT_EXIT(tracer, 0);
        if (kill_too)
            WAIT_SIG(victim, SIGKILL);
        else {
            msleep(20);
            EQ(waitpid(victim, 0, WNOHANG), 0); /* goes on */
            kill(victim, SIGTERM);
            WAIT_SIG(victim, SIGTERM);
        }
    }
}

TEST(stranger_traces) { /* the parent hears of the end when the tracer has */
    int a[2];
    OK(pipe(a));
    pid_t victim, tracer;
    CHILD(victim) { pause(); }
    CHILD(tracer) {
        GO(PTRACE_SEIZE, victim);
        (void)!write(a[1], "x", 1);
        kill(victim, SIGTERM);
        EQ(next(victim), STOP(SIGTERM));
        OK(pt(PTRACE_CONT, victim, 0, SIGTERM));
        siginfo_t si;
        EQ(waitid(P_PID, victim, &si, WEXITED | WNOWAIT), 0);
        EQ(si.si_status, SIGTERM);
        (void)!write(a[1], "y", 1);
        msleep(100);
        EQ(next(victim), SIGTERM);
    }
    char c;
    EQ(read(a[0], &c, 1), 1);
    EQ(read(a[0], &c, 1), 1);
    EQ(waitpid(victim, 0, WNOHANG), 0);
    WAIT_SIG(victim, SIGTERM);
    WAIT_EXIT(tracer, 0);
}

TEST(permissions) {
    if (getuid() != 0)
        SKIP("needs root");
    pid_t p, q;
    int a[2];
    OK(pipe(a));
    CHILD(p) { pause(); }
    CHILD(q) {
        OK(setuid(1234));
        ERR(pt(PTRACE_ATTACH, p, 0, 0), EPERM);
        ERR(pt(PTRACE_SEIZE, p, 0, 0), EPERM);
        pid_t mine = fork();
        if (mine == 0) {
            prctl(PR_SET_DUMPABLE, 0);
            (void)!write(a[1], "x", 1);
            pause();
        }
        char c;
        EQ(read(a[0], &c, 1), 1);
        ERR(pt(PTRACE_ATTACH, mine, 0, 0), EPERM);
        kill(mine, SIGKILL);
    }
    WAIT_EXIT(q, 0);
    kill(p, SIGKILL);
    WAIT_SIG(p, SIGKILL);
}

static void filtered(void) {
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE | 17),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog prog = {4, code};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog))
        _exit(90);
    long r = syscall(SYS_getppid);
    _exit(r == -1 && errno == ENOSYS ? 38 : r == 5555555 ? 5 : r == getpid() ? 6 : 1);
}
TEST(seccomp_event) {
    pid_t p = stopped_child(filtered);
    next(p);
    GO(PTRACE_CONT, p); /* nobody wants to know */
    WAIT_EXIT(p, 38);
    p = stopped_child(filtered);
    next(p);
    OPTIONS(p, PTRACE_O_TRACESECCOMP);
    GO_TO(PTRACE_CONT, p, EVENT(PTRACE_EVENT_SECCOMP));
    unsigned long m = 0;
    MESSAGE(p, m);
    EQ(m, 17);
    struct __ptrace_syscall_info i;
    EQ(pt(PTRACE_GET_SYSCALL_INFO, p, sizeof i, (long)&i), 84);
    EQ(i.op, PTRACE_SYSCALL_INFO_SECCOMP);
    EQ(i.seccomp.nr, SYS_getppid);
    EQ(i.seccomp.ret_data, 17);
    struct user_regs_struct r;
    REGS(p, r);
    r.orig_rax = -1;
    r.rax = 5555555;
    SET_REGS(p, r);
    GO_EXIT(PTRACE_CONT, p, 5);
    p = stopped_child(filtered);
    next(p);
    OPTIONS(p, PTRACE_O_TRACESECCOMP);
    GO_TO(PTRACE_CONT, p, EVENT(PTRACE_EVENT_SECCOMP));
    OK(pt(PTRACE_POKEUSER, p, offsetof(struct user_regs_struct, orig_rax), SYS_getpid));
    GO_EXIT(PTRACE_CONT, p, 6);
}

static void filtered_twice(void) {
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    struct sock_filter one[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_filter two[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 5),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog p = {1, one}, q = {4, two};
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &p) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &q))
        _exit(90);
    raise(SIGSTOP);
}
TEST(seccomp_programs) {
    pid_t p = stopped_child(filtered_twice);
    next(p);
    struct sock_filter code[10] = {{0}};
    if (pt(0x420c, p, 0, (long)code) == -1 && (errno == EACCES || errno == EIO)) {
        kill(p, SIGKILL);
        WAIT_SIG(p, SIGKILL);
        SKIP("needs CAP_SYS_ADMIN");
    }
    ERR(pt(0x420c /* SECCOMP_GET_FILTER */, p, 0, (long)code), EINVAL); /* none yet */
    GO_TO(PTRACE_CONT, p, STOP(SIGSTOP));
    EQ(pt(0x420c, p, 0, 0), 1);
    EQ(pt(0x420c, p, 1, (long)code), 4);
    EQ(code[1].k, SYS_getppid);
    EQ(code[1].jf, 1);
    EQ(code[2].k, SECCOMP_RET_ERRNO | 5);
    ERR(pt(0x420c, p, 2, (long)code), ENOENT);
    ERR(pt(0x420c, p, 1, 8), EFAULT);
    unsigned long long meta[2] = {1, 7};
    EQ(pt(0x420d /* SECCOMP_GET_METADATA */, p, sizeof meta, (long)meta), 16);
    EQ(meta[1], 0);
    meta[0] = 2;
    ERR(pt(0x420d, p, sizeof meta, (long)meta), ENOENT);
    ERR(pt(0x420d, p, 4, (long)meta), EINVAL);
    kill(p, SIGKILL);
    WAIT_SIG(p, SIGKILL);
}

static int futex_word;
static void waits_for_futex(void) {
    signal(SIGUSR1, handler);
    long r = syscall(SYS_futex, &futex_word, 0 /* WAIT */, 0, 0, 0, 0);
    _exit(r == -1 && errno == EINTR ? 1 : 0);
}
TEST(signal_in_futex) { /* a call that the host carries out is left for a signal, and shown */
    pid_t p = STOPPED(waits_for_futex);
    OPTIONS(p, PTRACE_O_TRACESYSGOOD);
    struct user_regs_struct r = {0};
    do {
        GO_TO(PTRACE_SYSCALL, p, SYSSTOP);
        REGS(p, r);
    } while (r.orig_rax != SYS_futex);
    GO(PTRACE_SYSCALL, p);
    sleeps(p);
    EQ(waitpid(p, 0, WNOHANG), 0);
    kill(p, SIGUSR1);
    EQ(next(p), SYSSTOP);
    REGS(p, r);
    EQ(r.orig_rax, SYS_futex);
    EQ((long)r.rax, -512); /* ERESTARTSYS */
    GO_TO(PTRACE_SYSCALL, p, STOP(SIGUSR1));
    OK(pt(PTRACE_DETACH, p, 0, SIGUSR1));
    msleep(30);
    EQ(waitpid(p, 0, WNOHANG), 0); /* SA_RESTART: waits again */
    kill(p, SIGKILL);
    WAIT_SIG(p, SIGKILL);
}

TEST(fault_without_any_memory) { /* not even a handler could run */
    for (int calls = 0; calls < 2; calls++) {
        int st = 0;
        siginfo_t si;
        pid_t p = fork();
        if (p == 0) {
            sigset_t s;
            sigemptyset(&s);
            sigaddset(&s, SIGSEGV);
            sigprocmask(SIG_BLOCK, &s, 0);
            ptrace(PTRACE_TRACEME, 0, 0, 0);
            raise(SIGSTOP);
            for (size_t len = 1ul << 60; len >= 4096; len -= len / 2)
                munmap(0, len & ~4095ul);
            munmap(0, 0x7ffffffff000);
            _exit(1);
        }
        EQ(waitpid(p, &st, 0), p);
        EQ(ptrace(calls ? PTRACE_SYSCALL : PTRACE_CONT, p, 0, 0), 0);
        while (waitpid(p, &st, 0) == p && WIFSTOPPED(st) && WSTOPSIG(st) == SIGTRAP)
            ptrace(PTRACE_SYSCALL, p, 0, 0);
        CHECK(WIFSTOPPED(st) && WSTOPSIG(st) == SIGSEGV);
        EQ(ptrace(PTRACE_GETSIGINFO, p, 0, &si), 0);
        EQ(si.si_signo, SIGSEGV);
        EQ(ptrace(PTRACE_CONT, p, 0, SIGSEGV), 0);
        WAIT_SIG(p, SIGSEGV);
    }
}

TEST(call_of_a_function) { /* as a debugger does: registers saved, another function, registers back */
    pid_t p;
    int a[2];
    OK(pipe(a));
    CHILD(p) {
        char c;
        EQ(read(a[0], &c, 1), 1);
        EQ(data_word, 99);
    }
    msleep(20);
    GO_TO(PTRACE_ATTACH, p, STOP(SIGSTOP));
    struct user_regs_struct saved, r;
    REGS(p, saved);
    EQ(saved.orig_rax, SYS_read);
    r = saved;
    r.orig_rax = -1;
    r.rsp = ((r.rsp - 256) & ~15) - 8;
    OK(pt(PTRACE_POKEDATA, p, r.rsp, 0)); /* returns to nowhere */
    r.rip = (unsigned long)nothing;
    SET_REGS(p, r);
    GO_TO(PTRACE_CONT, p, STOP(SIGSEGV));
    REGS(p, r);
    EQ(r.rip, 0);
    OK(pt(PTRACE_POKEDATA, p, (long)&data_word, 99));
    SET_REGS(p, saved); /* the read goes on */
    GO(PTRACE_CONT, p);
    EQ(write(a[1], "x", 1), 1);
    WAIT_EXIT(p, 0);
}

MAIN()
