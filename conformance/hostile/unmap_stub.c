// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -O1 -pthread
// TIMEOUT: 90
// Unmaps, protects, moves, covers and rewrites the stub and its slots, then goes on with calls, signals, threads and forks.
#include "hostile.h"
#include <sys/prctl.h>

static void nothing(int s) {
    (void)s;
}
static void *empty(void *a) {
    return a;
}
static void go_on(int n) {
    pthread_t t;
    signal(SIGUSR1, nothing);
    switch (n % 6) {
    case 0: getppid(); break;
    case 1: raise(SIGUSR1); break;
    case 2: *(volatile char *)0x10 = 1; break;
    case 3:
        if (fork() == 0)
            _exit(0);
        wait(0);
        break;
    case 4:
        if (pthread_create(&t, 0, empty, 0) == 0)
            pthread_join(t, 0);
        break;
    case 5: execl("/bin/true", "true", (char *)0); break;
    }
    getppid();
}
static void attack(int n) {
    void *stub = (void *)STUB_BASE, *slots = (void *)SLOTS_BASE;
    size_t all = SLOTS * SLOT_SIZE;
    signal(SIGUSR1, nothing);
    switch (n / 6) {
    case 0: munmap(stub, STUB_SIZE); break;
    case 1: munmap(slots, all); break;
    case 2: munmap(slots, SLOT_SIZE); break;
    case 3: mprotect(stub, STUB_SIZE, PROT_NONE); break;
    case 4: mprotect(slots, all, PROT_NONE); break;
    case 5: mprotect(slots, all, PROT_READ); break;
    case 6:
        if (mprotect(stub, 0x2000, PROT_READ | PROT_WRITE | PROT_EXEC) == 0)
            memset(stub, 0xcc, 0x1000);
        break;
    case 7:
        if (mprotect(stub, 0x2000, PROT_READ | PROT_WRITE | PROT_EXEC) == 0)
            for (int i = 0; i < 0x1000; i += 2)
                memcpy((char *)stub + i, "\xeb\xfe", 2);
        break;
    case 8:
        if (mprotect(stub, 0x2000, PROT_READ | PROT_WRITE | PROT_EXEC) == 0)
            for (int i = 0; i + 2 < 0x1000; i += 2)
                memcpy((char *)stub + i, "\x0f\x05", 2); /* nothing but system calls */
        break;
    case 9: mmap(stub, STUB_SIZE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0); break;
    case 10: mmap(slots, all, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0); break;
    case 11: mremap(stub, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED, 0x10000000); break;
    case 12: mremap(slots, SLOT_SIZE, SLOT_SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, 0x10000000); break;
    case 13: munmap((void *)0x100000000, 0x7f0000000000 - 0x100000000); break; /* everything below the libraries */
    case 14: munmap((void *)4096, 0x7ffffffff000 - 4096); break; /* everything */
    case 15: madvise(slots, all, MADV_DONTNEED); break;
    case 16: madvise(stub, STUB_SIZE, MADV_DONTFORK); madvise(slots, all, MADV_DONTFORK); break;
    case 17: {
        int fd = open("/etc/passwd", O_RDONLY);
        mmap(stub, STUB_SIZE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0);
        mmap(slots, 4096, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0);
        break;
    }
    case 18: prctl(35 /* PR_SET_MM */, 1, 0x10000, 0, 0); brk((void *)STUB_BASE); brk((void *)(SLOTS_BASE + 5)); break;
    case 19: __asm__ volatile("mov %0,%%rsp; mov $39,%%eax; syscall; mov $62,%%eax; syscall; ud2" ::"r"(SLOTS_BASE + 64)); break;
    case 20: __asm__ volatile("xor %esp,%esp; ud2"); break;
    case 21: mprotect(stub, STUB_SIZE, PROT_READ); break;
    }
    go_on(n);
}
int main(void) {
    int n = 0;
    only_inside();
    for (; n < 22 * 6; n++)
        in_child(attack, n, 120);
    return done(n);
}
