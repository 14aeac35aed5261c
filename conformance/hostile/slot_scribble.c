// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -O1 -pthread
// TIMEOUT: 90
// Scribbles over the slots (signal stacks and mailboxes) while other threads have calls, signals, forks and mappings in flight.
#include "hostile.h"

static volatile int stop;
static void *scribble(void *a) {
    long kind = (long)a;
    uint64_t s = 12345 + kind * 977;
    while (!stop) {
        s ^= s << 13;
        s ^= s >> 7;
        s ^= s << 17;
        uint64_t slot = SLOTS_BASE + (s >> 8) % 6 * SLOT_SIZE;
        uint64_t off = kind & 1 ? 0x7000 + (s >> 20) % 0x400 : (s >> 20) % 0x8000;
        *(volatile uint64_t *)(slot + (off & ~7UL)) = kind & 2 ? s : (s >> 30) % 64;
    }
    return 0;
}
static void nothing(int s) {
    (void)s;
}
static void *calls(void *a) {
    int p[2];
    char b[100];
    (void)a;
    if (pipe(p))
        return 0;
    while (!stop) {
        getppid();
        if (write(p[1], b, 10) == 10 && read(p[0], b, 10) != 10)
            continue;
        raise(SIGUSR1);
        void *m = mmap(0, 8192, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (m != MAP_FAILED)
            munmap(m, 8192);
        int fd = open("/etc/passwd", O_RDONLY);
        m = mmap(0, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
        close(fd);
        if (m != MAP_FAILED)
            munmap(m, 4096);
    }
    return 0;
}
static void *forks(void *a) {
    (void)a;
    while (!stop) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(0);
        if (pid > 0)
            waitpid(pid, 0, 0);
    }
    return 0;
}
static void *empty(void *a) {
    return a;
}
static void *threads(void *a) {
    pthread_t t;
    while (!stop)
        if (pthread_create(&t, 0, empty, 0) == 0)
            pthread_join(t, 0);
    return a;
}
static void attack(int n) {
    pthread_t t;
    signal(SIGUSR1, nothing);
    if (n % 3 == 0)
        signal(SIGSEGV, nothing);
    pthread_create(&t, 0, calls, 0);
    pthread_create(&t, 0, forks, 0);
    if (n & 1)
        pthread_create(&t, 0, threads, 0);
    ms(10);
    pthread_create(&t, 0, scribble, (void *)(long)n);
    ms(150);
    stop = 1;
    ms(10);
}
static void fill(int n) {
    /* all slots full of one value, then a signal, a fault and a fork */
    signal(SIGUSR1, nothing);
    memset((void *)SLOTS_BASE, n * 37, SLOTS * SLOT_SIZE);
    if (n % 3 == 0)
        raise(SIGUSR1);
    if (n % 3 == 1)
        *(volatile char *)0x10 = 1;
    if (fork() == 0)
        _exit(0);
    getppid();
}
int main(void) {
    int n = 0;
    only_inside();
    for (; n < 24; n++)
        in_child(attack, n, 600);
    for (; n < 48; n++)
        in_child(fill, n, 200);
    return done(n);
}
