// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -O0 -mavx2 -Wno-array-bounds
// TIMEOUT: 60
// Faults and registers: address and code of SIGSEGV, SIGFPE, SIGILL, SIGTRAP; what a handler sees and may change;
// integer, SSE and AVX registers and the red zone across handlers and system calls.
#include "check.h"
#include <immintrin.h>
#include <setjmp.h>
#include <sys/time.h>
#include <ucontext.h>

static sigjmp_buf jump;
static volatile int sig_, code, trapno, skip;
static void *volatile addr, *volatile rip;
static volatile long err;
static void fault(int sig, siginfo_t *i, void *u) {
    ucontext_t *c = u;
    sig_ = sig;
    code = i->si_code;
    addr = i->si_addr;
    rip = (void *)c->uc_mcontext.gregs[REG_RIP];
    trapno = c->uc_mcontext.gregs[REG_TRAPNO];
    err = c->uc_mcontext.gregs[REG_ERR];
    if (skip >= 0)
        c->uc_mcontext.gregs[REG_RIP] += skip;
    else
        siglongjmp(jump, 1);
}
static void catch_all(int skip_) {
    struct sigaction sa = {.sa_sigaction = fault, .sa_flags = SA_SIGINFO};
    int s[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};
    for (int i = 0; i < 5; i++)
        sigaction(s[i], &sa, 0);
    skip = skip_;
    sig_ = code = 0;
}
TEST(segv_maperr) {
    catch_all(-1);
    if (!sigsetjmp(jump, 1))
        *(volatile char *)0x10 = 1;
    EQ(sig_, SIGSEGV);
    EQ(code, SEGV_MAPERR);
    EQ((long)addr, 0x10);
    EQ(trapno, 14);
    EQ(err, 6); /* write, user, not present */
}
TEST(segv_accerr) {
    static const char text[] = "read only";
    catch_all(-1);
    if (!sigsetjmp(jump, 1))
        *(volatile char *)text = 1;
    EQ(code, SEGV_ACCERR);
    CHECK(addr == (void *)text);
}
TEST(segv_noncanonical) {
    catch_all(-1);
    if (!sigsetjmp(jump, 1))
        *(volatile char *)0x8000000000000000UL = 1;
    EQ(sig_, SIGSEGV);
    EQ(code, SI_KERNEL);
    EQ((long)addr, 0);
}
TEST(jump_to_nowhere) {
    catch_all(-1);
    if (!sigsetjmp(jump, 1))
        ((void (*)(void))0x12345)();
    EQ(sig_, SIGSEGV);
    EQ((long)addr, 0x12345);
    EQ((long)rip, 0x12345);
}
TEST(fpe) {
    catch_all(-1);
    if (!sigsetjmp(jump, 1))
        __asm__ volatile("xor %%edx,%%edx; mov $1,%%eax; xor %%ecx,%%ecx; div %%ecx" ::: "eax", "ecx", "edx");
    EQ(sig_, SIGFPE);
    EQ(code, FPE_INTDIV);
    CHECK(addr == rip);
}
TEST(fpe_sse) {
    catch_all(-1);
    if (!sigsetjmp(jump, 1)) {
        unsigned csr = _mm_getcsr() & ~0x200u & ~0x3fu; /* unmask division by zero */
        _mm_setcsr(csr);
        volatile double z = 0, r = 1;
        r = r / z;
        (void)r;
    }
    _mm_setcsr(0x1f80);
    EQ(sig_, SIGFPE);
    EQ(code, FPE_FLTDIV);
}
TEST(ill) {
    catch_all(2);
    __asm__ volatile("ud2");
    EQ(sig_, SIGILL);
    EQ(code, ILL_ILLOPN);
    CHECK(addr == rip);
}
TEST(trap) {
    catch_all(0);
    __asm__ volatile("int3");
    EQ(sig_, SIGTRAP);
    EQ(code, SI_KERNEL);
    catch_all(2);
    __asm__ volatile("hlt; nop"); /* privileged: a general protection fault; skips one byte too many, over the nop */
    EQ(sig_, SIGSEGV);
    EQ(code, SI_KERNEL);
}
TEST(single_step_flag) {
    catch_all(0);
    __asm__ volatile("pushf; orl $0x100,(%%rsp); popf; nop; pushf; andl $~0x100,(%%rsp); popf" ::: "memory", "cc");
    EQ(sig_, SIGTRAP);
    EQ(code, TRAP_TRACE);
}
TEST(blocked_fault_kills) {
    pid_t pid = fork();
    if (pid == 0) {
        sigset_t s;
        catch_all(-1);
        sigemptyset(&s);
        sigaddset(&s, SIGSEGV);
        sigprocmask(SIG_BLOCK, &s, 0);
        *(volatile char *)0x10 = 1;
        _exit(0);
    }
    WAIT_SIG(pid, SIGSEGV);
    pid = fork();
    if (pid == 0) {
        signal(SIGSEGV, SIG_IGN);
        *(volatile char *)0x10 = 1;
        _exit(0);
    }
    WAIT_SIG(pid, SIGSEGV);
}
static void nested(int sig) {
    (void)sig;
    *(volatile char *)0x20 = 1;
}
TEST(fault_in_handler) {
    signal(SIGUSR1, nested);
    catch_all(-1);
    if (!sigsetjmp(jump, 1))
        raise(SIGUSR1);
    EQ(sig_, SIGSEGV);
    EQ((long)addr, 0x20);
    pid_t pid = fork();
    if (pid == 0) {
        signal(SIGSEGV, nested);
        *(volatile char *)0x10 = 1;
        _exit(0);
    }
    WAIT_SIG(pid, SIGSEGV);
}
static void fix_page(int sig, siginfo_t *i, void *u) {
    (void)sig;
    (void)u;
    mprotect((void *)((long)i->si_addr & ~4095L), 4096, PROT_READ | PROT_WRITE);
}
TEST(handler_repairs_and_goes_on) {
    struct sigaction sa = {.sa_sigaction = fix_page, .sa_flags = SA_SIGINFO};
    sigaction(SIGSEGV, &sa, 0);
    char *p = mmap(0, 100 * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int ok = 1;
    for (int i = 0; i < 100; i++) {
        p[i * 4096L] = i;
        ok &= p[i * 4096L] == i;
    }
    CHECK(ok);
}
static volatile int ticks;
static void dirty(int sig) {
    (void)sig;
    ticks++;
    /* spoil everything that the interrupted code may be using */
    __asm__ volatile("vpcmpeqd %%ymm0,%%ymm0,%%ymm0; vmovdqa %%ymm0,%%ymm1; vmovdqa %%ymm0,%%ymm7; vmovdqa %%ymm0,%%ymm15;"
                     "mov $-1,%%rbx; mov $-1,%%r8; mov $-1,%%r9; mov $-1,%%r10; mov $-1,%%r12; fldz; fstp %%st(0)" ::
                             : "rbx", "r8", "r9", "r10", "r12", "xmm0", "xmm1", "xmm7", "xmm15");
    unsigned csr = 0x1f80 | 0x6000;
    _mm_setcsr(csr);
    char b[256];
    memset(b, 0xee, sizeof b);
    __asm__ volatile("" ::"r"(b) : "memory");
}
TEST(registers_survive_handlers) {
    /* ymm and general registers, flags, and the red zone, in a loop that timer signals interrupt */
    if (!__builtin_cpu_supports("avx2"))
        SKIP("no AVX2");
    signal(SIGALRM, dirty);
    struct itimerval v = {{0, 2000}, {0, 2000}};
    setitimer(ITIMER_REAL, &v, 0);
    long long end = now_ms() + 600;
    unsigned csr = _mm_getcsr();
    long bad = 0;
    while (now_ms() < end && !bad) {
        long r;
        __asm__ volatile("mov $0x1122334455667788,%%rax; vmovq %%rax,%%xmm1; vpbroadcastq %%xmm1,%%ymm1; vmovdqa %%ymm1,%%ymm7;"
                         "vmovdqa %%ymm1,%%ymm15; mov %%rax,%%rbx; mov %%rax,%%r8; mov %%rax,%%r9; mov %%rax,%%r10; mov %%rax,%%r12;"
                         "mov %%rax,-8(%%rsp); mov %%rax,-128(%%rsp); mov %%rax,-64(%%rsp);"
                         "mov $300000,%%ecx; 1: dec %%ecx; jnz 1b;"
                         "xor %%edx,%%edx;"
                         "xor %%rax,%%rbx; or %%rbx,%%rdx; xor %%rax,%%r8; or %%r8,%%rdx; xor %%rax,%%r9; or %%r9,%%rdx;"
                         "xor %%rax,%%r10; or %%r10,%%rdx; xor %%rax,%%r12; or %%r12,%%rdx;"
                         "mov -8(%%rsp),%%rbx; xor %%rax,%%rbx; or %%rbx,%%rdx; mov -128(%%rsp),%%rbx; xor %%rax,%%rbx; or %%rbx,%%rdx;"
                         "mov -64(%%rsp),%%rbx; xor %%rax,%%rbx; or %%rbx,%%rdx;"
                         "vmovq %%rax,%%xmm2; vpbroadcastq %%xmm2,%%ymm2;"
                         "vpxor %%ymm2,%%ymm1,%%ymm1; vpxor %%ymm2,%%ymm7,%%ymm7; vpxor %%ymm2,%%ymm15,%%ymm15;"
                         "vpor %%ymm1,%%ymm7,%%ymm7; vpor %%ymm15,%%ymm7,%%ymm7; vptest %%ymm7,%%ymm7; setnz %%al; movzbl %%al,%%eax;"
                         "or %%rax,%%rdx"
                         : "=d"(r)
                         :
                         : "rax", "rbx", "rcx", "r8", "r9", "r10", "r12", "xmm1", "xmm2", "xmm7", "xmm15", "memory", "cc");
        bad += r != 0;
        bad += _mm_getcsr() != csr;
    }
    memset(&v, 0, sizeof v);
    setitimer(ITIMER_REAL, &v, 0);
    EQ(bad, 0);
    CHECK(ticks > 20);
}
TEST(registers_survive_calls) {
    /* a system call changes rax, rcx and r11 only */
    static const long nrs[] = {SYS_getpid, SYS_sched_yield, SYS_getppid, SYS_close, SYS_brk, SYS_gettid, SYS_fork};
    for (unsigned i = 0; i < sizeof nrs / sizeof *nrs; i++) {
        long diff, ret;
        __asm__ volatile(
                "mov $0x0102030405060708,%%rbx; vmovq %%rbx,%%xmm3; vpbroadcastq %%xmm3,%%ymm3; vmovdqa %%ymm3,%%ymm14;"
                "mov %%rbx,%%r8; mov %%rbx,%%r9; mov %%rbx,%%r10; mov %%rbx,%%r12; mov %%rbx,%%r13; mov %%rbx,%%r14; mov %%rbx,%%r15;"
                "mov %%rbx,%%rdx; mov %%rbx,%%rsi; mov $-5,%%rdi; stc; mov %%rbx,-24(%%rsp);"
                "syscall;"
                "setc %%cl; movzbl %%cl,%%ecx; xor $1,%%ecx; xor %%r11d,%%r11d; or %%rcx,%%r11;"
                "mov $0x0102030405060708,%%rcx;"
                "xor %%rcx,%%rbx; or %%rbx,%%r11; xor %%rcx,%%r8; or %%r8,%%r11; xor %%rcx,%%r9; or %%r9,%%r11;"
                "xor %%rcx,%%r10; or %%r10,%%r11; xor %%rcx,%%r12; or %%r12,%%r11; xor %%rcx,%%r13; or %%r13,%%r11;"
                "xor %%rcx,%%r14; or %%r14,%%r11; xor %%rcx,%%r15; or %%r15,%%r11; xor %%rcx,%%rdx; or %%rdx,%%r11;"
                "xor %%rcx,%%rsi; or %%rsi,%%r11; add $5,%%rdi; or %%rdi,%%r11; mov -24(%%rsp),%%rbx; xor %%rcx,%%rbx; or %%rbx,%%r11;"
                "vmovq %%rcx,%%xmm4; vpbroadcastq %%xmm4,%%ymm4; vpxor %%ymm4,%%ymm3,%%ymm3; vpxor %%ymm4,%%ymm14,%%ymm14;"
                "vpor %%ymm3,%%ymm14,%%ymm14; vptest %%ymm14,%%ymm14; setnz %%cl; movzbl %%cl,%%ecx; or %%rcx,%%r11; mov %%r11,%1"
                : "=a"(ret), "=m"(diff)
                : "0"(nrs[i])
                : "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "xmm3", "xmm4",
                "xmm14", "memory", "cc");
        if (nrs[i] == SYS_fork) {
            if (ret == 0)
                _exit(diff != 0);
            WAIT_EXIT(ret, 0);
        }
        EQ(diff, 0);
    }
}
static void edit(int sig, siginfo_t *i, void *u) {
    (void)sig;
    (void)i;
    ucontext_t *c = u;
    c->uc_mcontext.gregs[REG_RAX] = 0x1234;
    c->uc_mcontext.gregs[REG_R12] = 0x5678;
    c->uc_mcontext.gregs[REG_RIP] += 2;
    c->uc_mcontext.fpregs->_xmm[5].element[0] = 0xabcd;
    sigaddset(&c->uc_sigmask, SIGHUP);
}
TEST(handler_edits_registers) {
    struct sigaction sa = {.sa_sigaction = edit, .sa_flags = SA_SIGINFO};
    sigaction(SIGILL, &sa, 0);
    long a, b, x;
    __asm__ volatile("pxor %%xmm5,%%xmm5; ud2; mov %%r12,%1; movq %%xmm5,%2" : "=a"(a), "=r"(b), "=r"(x) : : "r12", "xmm5");
    EQ(a, 0x1234);
    EQ(b, 0x5678);
    EQ(x & 0xffffffff, 0xabcd);
    sigset_t s;
    sigprocmask(SIG_BLOCK, 0, &s);
    EQ(sigismember(&s, SIGHUP), 1);
}
static volatile long align, flags;
static void look(int n) {
    (void)n;
    __asm__ volatile("mov %%rbp,%0" : "=r"(align));
    __asm__ volatile("pushf; pop %0" : "=r"(flags));
}
TEST(handler_entry_state) {
    /* 16-byte alignment and a cleared direction flag at the handler's entry */
    struct sigaction sa = {.sa_handler = look};
    sigaction(SIGUSR1, &sa, 0);
    long pid = getpid();
    __asm__ volatile("std; syscall; cld" : : "a"(SYS_kill), "D"(pid), "S"(SIGUSR1) : "rcx", "r11", "memory");
    EQ(align % 16, 0);
    EQ(flags & 0x400, 0);
}
TEST(siglongjmp_many) {
    volatile int n = 0;
    catch_all(-1);
    while (n < 200) {
        if (!sigsetjmp(jump, 1))
            *(volatile char *)0x10 = 1;
        n++;
    }
    EQ(n, 200);
}
TEST(fs_base_survives) {
    static __thread int tls = 9;
    for (int i = 0; i < 50; i++) {
        raise(SIGURG);
        EQ(tls, 9);
    }
}
MAIN()
