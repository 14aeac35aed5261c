// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/*
 * What the hostile guests have in common: they run inside Sandjar only, use a fixed random sequence, and do their worst in
 * children with a time limit, so that the parent can say how many came back and whether the kernel still serves it.
 */
#ifndef HOSTILE_H
#define HOSTILE_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* From stub/src/main/c/stub.h. */
#define STUB_BASE 0x600000000000UL
#define STUB_SIZE 0x10000UL
#define SLOTS_BASE 0x5f0000000000UL
#define SLOT_SIZE 0x8000UL
#define SLOTS 16
#define DOORBELL 214

static uint64_t seed = 88172645463325252u;
__attribute__((unused)) static uint64_t rnd(void) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    return seed ^= seed << 17;
}
/* A number that a program might pass: small, an address of ours, of the stub, of nothing, or anything. */
__attribute__((unused)) static uint64_t arg(void) {
    static char buffer[8192];
    uint64_t r = rnd();
    switch (r % 11) {
    case 0: return 0;
    case 1: return r >> 60;
    case 2: return (uint64_t)buffer;
    case 3: return (uint64_t)buffer + (r >> 52);
    case 4: return STUB_BASE + (r >> 48) % STUB_SIZE;
    case 5: return SLOTS_BASE + (r >> 40) % (SLOTS * SLOT_SIZE);
    case 6: return -(r >> 59);
    case 7: return 1UL << (r >> 58);
    case 8: return 0xffffffffff600000UL + (r >> 54);
    case 9: return (r >> 52) & ~4095UL;
    default: return r;
    }
}
__attribute__((unused)) static void ms(int n) {
    struct timespec t = {n / 1000, n % 1000 * 1000000L};
    nanosleep(&t, 0);
}
__attribute__((unused)) static void only_inside(void) {
    struct utsname u;
    if (uname(&u) != 0 || strcmp(u.nodename, "sandjar") != 0) {
        fprintf(stderr, "this program attacks its kernel: it runs inside Sandjar only\n");
        exit(77);
    }
}
/* Runs `attack` in a child, at most `limit` milliseconds; 1 if it came back by itself. */
__attribute__((unused)) static int in_child(void (*attack)(int), int arg_, int limit) {
    pid_t pid = fork();
    if (pid < 0)
        return 0;
    if (pid == 0) {
        attack(arg_);
        _exit(0);
    }
    for (int t = 0; t < limit; t += 5) {
        int st;
        if (waitpid(pid, &st, WNOHANG) != 0)
            return 1;
        ms(5);
    }
    kill(pid, SIGKILL);
    waitpid(pid, 0, 0);
    return 0;
}
/* The kernel still serves: files, processes and signals. */
__attribute__((unused)) static int alive(void) {
    int st = -1, fd = open("/etc/passwd", O_RDONLY);
    char c;
    if (fd < 0 || read(fd, &c, 1) != 1)
        return 0;
    close(fd);
    pid_t pid = fork();
    if (pid == 0)
        _exit(42);
    return pid > 0 && waitpid(pid, &st, 0) == pid && st == 42 << 8;
}
__attribute__((unused)) static int done(int n) {
    printf("%d attacks, kernel %s\n", n, alive() ? "alive" : "DEAD");
    return alive() ? 0 : 1;
}
#endif
