// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -O1 -static
// TIMEOUT: 60
// Odd system calls: x32 numbers, int 0x80, sysenter, the vsyscall page, negative and huge numbers; and random calls with random
// arguments for some seconds.
#include "hostile.h"
#include <sys/resource.h>

static long raw(long nr, long a, long b, long c, long d, long e, long f) {
    long r;
    register long r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
    __asm__ volatile("syscall" : "=a"(r) : "0"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
    return r;
}
static int bad;
static void expect(const char *what, long got, long want) {
    if (got != want) {
        printf("%s: %ld, want %ld\n", what, got, want);
        bad = 1;
    }
}
static void int80(int nr) {
    long r;
    __asm__ volatile("int $0x80" : "=a"(r) : "0"((long)nr), "b"(0L), "c"(0L), "d"(0L) : "memory");
    _exit(r == -ENOSYS ? 0 : r == getpid() ? 55 : 56);
}
static void sysenter(int n) {
    (void)n;
    __asm__ volatile("mov $20,%eax; sysenter");
}
/* The doorbell from guest text, and by the stub's instruction with every kind and odd arguments. */
static void bell(int n) {
    for (int i = 0; i < 50; i++)
        raw(DOORBELL, n % 8, rnd() % 3 ? rnd() % 70 : rnd(), arg(), arg(), arg(), arg());
}
static void bell_by_stub(int n) {
    unsigned char *p = (unsigned char *)STUB_BASE;
    int skip = n % 12;
    for (int i = 0; i < 0x1000; i++)
        if (p[i] == 0x0f && p[i + 1] == 0x05 && skip-- == 0) {
            long *stack = calloc(1, 65536), a[5] = {n % 8, rnd() % 3 ? rnd() % 70 : rnd(), arg(), arg(), arg()};
            if (n % 3 == 0)
                a[2] = SLOTS_BASE + 0x6000, a[3] = SLOTS_BASE + 0x6100, a[4] = SLOTS_BASE;
            __asm__ volatile("mov %0,%%rsp; mov 0(%1),%%rdi; mov 8(%1),%%rsi; mov 16(%1),%%rdx; mov 24(%1),%%r10; mov 32(%1),%%r8;"
                             "mov %2,%%eax; jmp *%3" ::"r"(stack + 4096), "r"(a), "i"(DOORBELL), "r"(p + i)
                             : "rdi", "rsi", "rdx", "r10", "r8", "rax", "memory");
        }
}
static void vsyscall(int n) {
    long t[2];
    ((long (*)(void *, void *))(0xffffffffff600000UL + n * 0x400UL))(t, 0);
}
static void vsyscall_middle(int n) {
    ((void (*)(void))(0xffffffffff600001UL + n))();
}
static int fuzz_seconds = 5;
static void fuzz(int n) {
    seed += n * 7919;
    struct rlimit r = {200, 200};
    setrlimit(RLIMIT_NPROC, &r);
    r.rlim_cur = r.rlim_max = 1 << 30;
    setrlimit(RLIMIT_FSIZE, &r);
    close(0);
    close(1);
    close(2);
    alarm(2);
    for (int i = 0; i < 20000; i++) {
        long nr = rnd() % 470;
        if (rnd() % 50 == 0)
            nr = rnd() >> rnd() % 63;
        raw(nr, arg(), arg(), arg(), arg(), arg(), arg());
    }
}
int main(void) {
    int n = 0;
    only_inside();
    expect("x32 getpid", raw(0x40000000 | 39, 0, 0, 0, 0, 0, 0), -ENOSYS);
    expect("x32 520 (execve)", raw(0x40000000 | 520, 0, 0, 0, 0, 0, 0), -ENOSYS);
    expect("call -1", raw(-1, 0, 0, 0, 0, 0, 0), -ENOSYS);
    expect("call -2", raw(-2, 0, 0, 0, 0, 0, 0), -ENOSYS);
    expect("call 512", raw(512, 0, 0, 0, 0, 0, 0), -ENOSYS);
    expect("call 600", raw(600, 0, 0, 0, 0, 0, 0), -ENOSYS);
    expect("call 0x7fffffff", raw(0x7fffffff, 0, 0, 0, 0, 0, 0), -ENOSYS);
    expect("call 0x100000027 (upper half ignored)", raw(0x100000027, 0, 0, 0, 0, 0, 0), getpid());
    // 335 and 336 (uretprobe, uprobe) bypass every filter on newer hosts and give a SIGILL when no probe called them
    for (int i = 337; i < 424; i++)
        expect("call 337-423", raw(i, 0, 0, 0, 0, 0, 0), -ENOSYS);
    raw(DOORBELL, 1, 0, 0, 0, 0, 0);
    for (int i = 0; i < 8; i++, n++)
        in_child(int80, i == 0 ? 20 : i == 1 ? 1 : i == 2 ? 5 : i == 3 ? 11 : i * 40, 200);
    in_child(sysenter, 0, 200);
    for (int i = 0; i < 80; i++, n++)
        in_child(i & 1 ? bell : bell_by_stub, i / 2 + rnd() % 1000, 100);
    for (int i = 0; i < 4; i++, n++)
        in_child(vsyscall, i, 200);
    for (int i = 0; i < 4; i++, n++)
        in_child(vsyscall_middle, i, 200);
    time_t end = time(0) + fuzz_seconds;
    for (int i = 0; time(0) < end; i++)
        in_child(fuzz, i, 400);
    return done(n) | bad;
}
