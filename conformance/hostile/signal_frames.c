// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -O1
// TIMEOUT: 60
// NATIVE: yes
// Signal frames: rt_sigreturn of garbage, alternate stacks in odd places, handlers without restorer, frames with other segments,
// flags and floating-point state.
#include "hostile.h"
#include <ucontext.h>

static void nothing(int s) {
    (void)s;
}
static int mode;
static void spoil(int sig, siginfo_t *i, void *u) {
    ucontext_t *c = u;
    greg_t *g = c->uc_mcontext.gregs;
    (void)sig;
    (void)i;
    switch (mode) {
    case 0: g[REG_RIP] = 0; break;
    case 1: g[REG_RIP] = 0x8000000000000000; break;
    case 2: g[REG_RSP] = 0; break;
    case 3: g[REG_RSP] = 0xffff800000000000; break;
    case 4: g[REG_CSGSFS] = 0; break;
    case 5: g[REG_CSGSFS] = 0x10; break;
    case 6: g[REG_CSGSFS] |= 0xffff000000000000; break;
    case 7: g[REG_EFL] = -1; break;
    case 8: g[REG_EFL] |= 0x100; break;
    case 9: c->uc_mcontext.fpregs = 0; break;
    case 10: c->uc_mcontext.fpregs = (void *)8; break;
    case 11: c->uc_mcontext.fpregs = (void *)((char *)c->uc_mcontext.fpregs + 1); break;
    case 12: memset(c->uc_mcontext.fpregs, 0xff, 512); break;
    case 13: c->uc_mcontext.fpregs->mxcsr = 0xffffffff; break;
    case 14: memset((char *)c->uc_mcontext.fpregs + 464, 0xff, 48); break;
    case 15: memset((char *)c->uc_mcontext.fpregs + 512, 0xff, 64); break;
    case 16: c->uc_mcontext.fpregs = (void *)0xffff800000000000; break;
    case 17: c->uc_flags = -1; break;
    case 18: c->uc_stack.ss_sp = (void *)8; c->uc_stack.ss_flags = 77; break;
    case 19: memset(&c->uc_sigmask, 0xff, 8); break;
    case 20: memset(c, 0xff, sizeof *c); break;
    case 21: memset(c, 0, sizeof *c); break;
    case 22: g[REG_RIP] = STUB_BASE; break;
    case 23: g[REG_RSP] = SLOTS_BASE + 100; break;
    case 24: c->uc_mcontext.fpregs = (void *)(SLOTS_BASE + 64); break;
    case 25: munmap((void *)((unsigned long)u & ~4095UL), 4096); break;
    case 26: for (unsigned k = 0; k < sizeof *c / 8; k++) ((uint64_t *)c)[k] = rnd(); break;
    }
}
static void spoiled(int m) {
    struct sigaction sa = {.sa_sigaction = spoil, .sa_flags = SA_SIGINFO};
    mode = m;
    sigaction(SIGUSR1, &sa, 0);
    alarm(1);
    raise(SIGUSR1);
    getppid();
}
static void bare_sigreturn(int k) {
    uint64_t *s = malloc(65536);
    for (int i = 0; i < 8192; i++)
        s[i] = k == 0 ? 0 : k == 1 ? ~0UL : rnd();
    char *sp = k == 3 ? (char *)SLOTS_BASE + 4096 : k == 4 ? (char *)8 : (char *)(s + 1024);
    __asm__ volatile("mov %0,%%rsp; mov $15,%%eax; syscall; ud2" ::"r"(sp));
}
static void odd_stack(int k) {
    struct sigaction sa = {.sa_handler = nothing, .sa_flags = SA_ONSTACK};
    stack_t ss = {.ss_size = 65536};
    static const unsigned long at[] = {4096, SLOTS_BASE, STUB_BASE, 0xffff800000000000, 0x7ffffffff000 - 65536, 1};
    ss.ss_sp = (void *)at[k % 6];
    sigaltstack(&ss, 0);
    sigaction(SIGUSR1, &sa, 0);
    raise(SIGUSR1);
    getppid();
}
static void no_restorer(int k) {
    struct {
        void (*h)(int);
        unsigned long flags;
        void *restorer;
        unsigned long mask;
    } sa = {nothing, k & 1 ? 0x04000000 : 0, k & 2 ? (void *)8 : 0, 0};
    if (k & 4)
        sa.h = (void *)0xffff800000000000;
    syscall(SYS_rt_sigaction, SIGUSR1, &sa, 0, 8);
    raise(SIGUSR1);
    getppid();
}
static void bad_rsp(int k) {
    struct sigaction sa = {.sa_handler = nothing};
    static const unsigned long at[] = {0, 8, 0xffff800000000000, STUB_BASE + 64, SLOTS_BASE + 64, 0x7ffffffff000};
    sigaction(SIGALRM, &sa, 0);
    ualarm(5000, 0);
    __asm__ volatile("mov %0,%%rsp; 1: jmp 1b" ::"r"(at[k % 6]));
}
int main(void) {
    int n = 0;
    for (int i = 0; i < 60; i++, n++)
        in_child(spoiled, i < 27 ? i : 26, 200);
    for (int i = 0; i < 12; i++, n++)
        in_child(bare_sigreturn, i, 200);
    for (int i = 0; i < 6; i++, n++)
        in_child(odd_stack, i, 200);
    for (int i = 0; i < 8; i++, n++)
        in_child(no_restorer, i, 200);
    for (int i = 0; i < 6; i++, n++)
        in_child(bad_rsp, i, 200);
    return done(n);
}
