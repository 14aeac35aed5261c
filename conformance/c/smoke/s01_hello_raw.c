// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -static -nostdlib -ffreestanding -fno-stack-protector -fno-pic -no-pie
// The smallest guest: write and exit_group, no libc. Then one call that nobody offers.
static long call(long nr, long a, long b, long c) {
    long r;
    __asm__ volatile("syscall" : "=a"(r) : "0"(nr), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
    return r;
}
static void say(const char *s) {
    long n = 0;
    while (s[n])
        n++;
    call(1, 1, (long)s, n);
}
static int bad;
static void check(int ok, const char *name) {
    say(ok ? "ok " : "not ok ");
    say(name);
    say(ok ? "\n" : ": wrong result\n");
    bad += !ok;
}
__attribute__((used)) static void go(long *sp) {
    long argc = sp[0];
    char **argv = (char **)(sp + 1), **envp = argv + argc + 1;
    long *aux = (long *)envp;
    int page = 0, random = 0, phdr = 0;
    check(call(1, 1, (long)"hello\n", 6) == 6, "write");
    check(argc >= 1 && argv[0] && argv[0][0] && !argv[argc], "argv");
    check(((long)sp & 15) == 0, "stack_alignment");
    while (*aux)
        aux++;
    for (aux++; aux[0]; aux += 2) {
        page |= aux[0] == 6 && aux[1] == 4096;
        random |= aux[0] == 25 && aux[1];
        phdr |= aux[0] == 3 && aux[1];
    }
    check(page && random && phdr, "auxv");
    check(call(1, 1, 0x10, 5) == -14, "write_efault");
    check(call(1, 99, (long)"x", 1) == -9, "write_ebadf");
    check(call(1999, 0, 0, 0) == -38, "unknown_call_enosys");
    check(call(39, 0, 0, 0) > 0, "getpid");
    say(bad ? "7 passed, 1 failed\n" : "8 passed, 0 failed\n");
    call(231, bad ? 1 : 0, 0, 0);
    __builtin_unreachable();
}
__asm__(".globl _start\n_start: mov %rsp,%rdi\n\tand $-16,%rsp\n\tcall go\n");
