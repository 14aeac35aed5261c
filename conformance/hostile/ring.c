// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -O1 -pthread
// TIMEOUT: 90
// Forges rings: calls posted by other threads and processes, in the middle of calls, with nonsense in every word.
#include "hostile.h"
#include <poll.h>
#include <sys/uio.h>

/* From stub/src/main/c/stub.h. */
#define RINGS_BASE 0x5f8000000000UL
#define RING_SIZE 0x5000UL
#define RING_SPAN 0x10000UL
#define POSTED 1

struct ring {
    volatile int state, awake;
    char pad1[120];
    volatile uint64_t nr, ip, a[6];
    volatile uint64_t result;
    char pad3[56];
    volatile uint64_t calls[8];
    volatile int windows, pad4;
    struct {
        volatile uint64_t address;
        volatile int length, out, from, to;
        volatile uint64_t unused;
    } window[8];
};

static struct ring *const first = (void *)RINGS_BASE;
static volatile int stop;
static int null;

/* Enough calls for a ring; 0 where there are none. */
static int heat(void) {
    unsigned char there[8];
    struct pollfd p = {null, POLLOUT, 0};
    for (int i = 0; i < 30000; i++) {
        if (write(null, there, 8) != 8 || poll(&p, 1, 0) != 1)
            return 0;
        if ((i & 255) == 0 && mincore((void *)RINGS_BASE, RING_SIZE, there) == 0)
            return 1;
    }
    return 0;
}
static void forge(struct ring *r) {
    static const unsigned char plain[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 16, 17, 18, 19, 20, 21, 22, 32, 33, 40, 44, 45, 46, 47, 51, 52, 72,
            77, 79, 89, 102, 110, 217, 232, 233};
    r->nr = rnd() % 4 ? plain[rnd() % sizeof plain] : rnd() % 8 ? 300 + rnd() % 300 : rnd();
    r->ip = arg();
    for (int i = 0; i < 6; i++)
        r->a[i] = arg();
    r->windows = rnd() % 3 ? rnd() % 9 : rnd();
    for (int i = 0; i < 8; i++) {
        r->window[i].address = rnd() % 2 ? r->a[rnd() % 6] : arg();
        r->window[i].length = rnd() % 3 ? rnd() % 4097 : rnd();
        r->window[i].out = rnd();
        r->window[i].from = rnd();
        r->window[i].to = rnd();
    }
    if (rnd() % 8 == 0)
        r->calls[rnd() % 8] = ~0UL;
    r->state = rnd() % 16 ? POSTED : rnd() % 16;
}
/* The thread itself posts what its stub would never. */
static void by_itself(int n) {
    if (!heat())
        return;
    seed += n * 7919;
    for (int i = 0; i < 3000; i++) {
        forge(first);
        for (int k = 0; k < 2000 && first->state < 5; k++)
            ;
        if (i % 16 == 0)
            heat();
    }
}
static void *forger(void *a) {
    while (!stop)
        forge(first);
    return a;
}
/* Another thread posts while this one is in calls that end at once, wait, or came by notification. */
static void by_another(int n) {
    pthread_t t;
    int p[2];
    char b[64];
    if (!heat() || pipe(p))
        return;
    seed += n * 104729;
    pthread_create(&t, 0, forger, 0);
    for (int i = 0; i < 2000; i++) {
        struct pollfd w = {p[0], POLLIN, 0};
        poll(&w, 1, n & 1);
        if (write(p[1], b, 10) == 10 && read(p[0], b, 10) != 10)
            continue;
        syscall(SYS_getppid);
    }
    stop = 1;
}
static void *scribbler(void *a) {
    while (!stop)
        ((volatile uint64_t *)RINGS_BASE)[rnd() % (RING_SIZE / 8)] = rnd() % 2 ? rnd() : rnd() % 8;
    return a;
}
static void scribble(int n) {
    pthread_t t;
    char b[64];
    if (!heat())
        return;
    seed += n * 15485863;
    pthread_create(&t, 0, scribbler, 0);
    for (int i = 0; i < 2000; i++)
        if (write(null, b, 10) != 10)
            break;
    stop = 1;
}
/* The mapping goes away, changes or is handed to a child. */
static void mapping(int n) {
    char b[64];
    if (!heat())
        return;
    switch (n % 5) {
    case 0: munmap(first, RING_SIZE); break;
    case 1: mprotect(first, RING_SIZE, PROT_READ); break;
    case 2: mmap(first, RING_SIZE, 3, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); break;
    case 3: mremap(first, RING_SIZE, RING_SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)(RINGS_BASE + RING_SPAN)); break;
    default:
        madvise(first, RING_SIZE, MADV_DOFORK);
        if (fork() == 0) {
            for (int i = 0; i < 2000; i++)
                forge(first);
            _exit(0);
        }
    }
    for (int i = 0; i < 2000; i++)
        if (write(null, b, 10) != 10)
            break;
}
/* Ends, replaces itself or forks with a call in the ring. */
static void ends(int n) {
    if (!heat())
        return;
    forge(first);
    first->nr = n & 4 ? 0 : 7;
    if (n % 4 == 1)
        execl("/bin/true", "true", (char *)0);
    if (n % 4 == 2 && fork() == 0)
        heat();
    if (n % 4 == 3)
        kill(getpid(), SIGKILL);
}
int main(void) {
    static void (*const attacks[])(int) = {by_itself, by_another, scribble, mapping, ends};
    int n = 0;
    only_inside();
    signal(SIGSEGV, SIG_DFL);
    null = open("/dev/null", O_RDWR);
    for (; n < 50; n++)
        in_child(attacks[n % 5], n / 5, 800);
    return done(n);
}
