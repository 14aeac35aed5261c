// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -O1
// TIMEOUT: 60
// Uses the stub's own `syscall` instructions, for which the filter allows more, to make calls of all kinds. None may reach the
// host: the answer is an error, or what the Java kernel says, or the process dies.
#include "hostile.h"
#include <linux/sched.h>
#include <sys/ptrace.h>

static unsigned char *site[64];
static int sites;
static void find_sites(void) {
    unsigned char *p = (unsigned char *)STUB_BASE;
    for (unsigned long i = 0; i + 1 < 0x1000 && sites < 64; i++)
        if (p[i] == 0x0f && p[i + 1] == 0x05)
            site[sites++] = p + i;
}
static sig_atomic_t volatile dummy;
/* Enter at the site; what follows it is unknown, so a stop is forced by the trap flag: the handler takes the result. */
static __thread uint64_t result;
static void on_trap(int sig, siginfo_t *i, void *u) {
    (void)sig;
    (void)i;
    (void)u;
    _exit(99);
}
static int report_fd;
static void use(int n) {
    static const struct {
        long nr, a, b, c, d;
    } calls[] = {{SYS_getpid, 0, 0, 0, 0}, {SYS_kill, -1, 0, 0, 0}, {SYS_open, (long)"/etc/hostname", 0, 0, 0},
            {SYS_openat, -100, (long)"/etc/hostname", 0, 0}, {SYS_socket, 2, 1, 0, 0}, {SYS_ptrace, PTRACE_ATTACH, 1, 0, 0},
            {SYS_mount, (long)"none", (long)"/mnt", (long)"tmpfs", 0}, {SYS_unshare, 0x10000000, 0, 0, 0},
            {SYS_setuid, 0, 0, 0, 0}, {SYS_reboot, 0, 0, 0, 0}, {SYS_bpf, 0, 0, 0, 0}, {SYS_io_uring_setup, 8, 0, 0, 0},
            {SYS_process_vm_writev, 1, 0, 0, 0}, {SYS_pidfd_open, 1, 0, 0, 0}, {SYS_clone, 0x10000000 | SIGCHLD, 0, 0, 0},
            {SYS_clone, SIGCHLD, 0, 0, 0}, {SYS_clone, CLONE_VM | SIGCHLD, 0, 0, 0}, {SYS_clone, 0x7fffffff, 0, 0, 0},
            {SYS_clone3, 0, 88, 0, 0}, {SYS_execve, (long)"/bin/sh", 0, 0, 0}, {SYS_execveat, -100, (long)"/bin/sh", 0, 0},
            {SYS_execveat, 3, (long)"", 0, 0}, {SYS_prctl, 1, 0, 0, 0}, {SYS_prctl, 22, 2, 0, 0}, {SYS_prctl, 38, 0, 0, 0},
            {SYS_prctl, 35, 1, 0, 0}, {SYS_seccomp, 1, 0, 0, 0}, {SYS_seccomp, 1, 8, 0, 0}, {SYS_mmap, 0, 4096, 7, 2},
            {SYS_mmap, 0, 4096, 7, 1}, {SYS_lseek, 3, 0, 2, 0}, {SYS_exit, 0, 0, 0, 0}, {SYS_exit_group, 0, 0, 0, 0},
            {SYS_close, 0, 0, 0, 0}, {SYS_close, 3, 0, 0, 0}, {SYS_ioctl, 0, 0xc0502100, 0, 0}, {SYS_dup, 0, 0, 0, 0},
            {SYS_fcntl, 0, 0, 0, 0}, {SYS_write, 1, (long)"x", 1, 0}, {SYS_read, 0, 0, 0, 0}, {SYS_sendto, 0, 0, 0, 0},
            {DOORBELL, 1, 0, 0, 0}, {DOORBELL, 2, 11, 0, 0}, {DOORBELL, 3, 0, 0, 0}, {DOORBELL, 4, 0, 0, 0}, {DOORBELL, 5, 0, 0, 0},
            {DOORBELL, 5, 1, 0, 0}, {DOORBELL, 99, -1, -1, -1}, {SYS_rt_sigreturn, 0, 0, 0, 0}, {SYS_set_tid_address, 8, 0, 0, 0},
            {SYS_sigaltstack, 8, 0, 0, 0}, {SYS_rt_sigaction, SIGSEGV, 0, 0, 8}, {SYS_mremap, (long)STUB_BASE, 4096, 8192, 1}};
    int total = sizeof calls / sizeof *calls;
    if (n >= total * sites)
        return;
    static long r_nr, r_a, r_b, r_c, r_d, go;
    r_nr = calls[n % total].nr;
    r_a = calls[n % total].a;
    r_b = calls[n % total].b;
    r_c = calls[n % total].c;
    r_d = calls[n % total].d;
    go = (long)site[n / total];
    alarm(1);
    char *stack = (char *)malloc(1 << 16) + (1 << 15);
    /* fill with a return address that ends the process */
    for (int i = 0; i < 4096; i += 8)
        *(long *)(stack + i) = (long)_exit;
    __asm__ volatile("mov %0,%%rsp; mov %1,%%rax; mov %2,%%rdi; mov %3,%%rsi; mov %4,%%rdx; mov %5,%%r10; xor %%r8d,%%r8d;"
                     "xor %%r9d,%%r9d; jmp *%6" ::"r"(stack), "m"(r_nr), "m"(r_a), "m"(r_b), "m"(r_c), "m"(r_d), "m"(go)
                     : "rax", "rdi", "rsi", "rdx", "r10", "r8", "r9", "memory");
}
int main(void) {
    only_inside();
    (void)dummy;
    (void)result;
    (void)on_trap;
    (void)report_fd;
    find_sites();
    printf("syscall instructions found: %s\n", sites ? "some" : "none");
    int n = 0, limit = 53 * (sites < 4 ? sites : 4);
    /* one call of the table by each of the first sites, the last site too */
    for (; n < limit; n++)
        in_child(use, n, 60);
    return done(n);
}
