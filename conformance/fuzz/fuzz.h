// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/*
 * What the parts of the call fuzzer share: the random numbers, the addresses and the descriptors of one round.
 */
#ifndef FUZZ_H
#define FUZZ_H
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>
#include "numbers.h"

#define UNUSED __attribute__((unused))

/* Each thread has a sequence of its own, derived from the round's. */
static __thread uint64_t state = 88172645463325252u;
UNUSED static uint64_t rnd(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state * 0x2545F4914F6CDD1Dull >> 16;
}
UNUSED static int one_in(unsigned n) {
    return rnd() % n == 0;
}
UNUSED static void reseed(uint64_t a, uint64_t b) {
    state = (a + 1) * 0x9E3779B97F4A7C15ull ^ (b + 1) * 0xBF58476D1CE4E5B9ull;
    state += !state;
    for (int i = 0; i < 8; i++)
        rnd();
}
#define PICK(array) ((array)[rnd() % (sizeof(array) / sizeof *(array))])

#define AREA 65536
static unsigned char *area;     /* AREA bytes that can be used, and right behind them a page that cannot */
static unsigned char *readonly; /* a page that cannot be written */
static unsigned char *spare;    /* 64 pages that calls may map, protect and unmap as they like */
static char **paths;            /* files of /proc and /sys, found at the start */
static int path_count;

UNUSED static uint64_t odd_number(void) {
    static const uint64_t edges[] = {0, 1, 2, 7, 8, 63, 64, 255, 256, 4095, 4096, 4097, 65535, 65536, 0x7fffffff, 0x80000000, 0xffffffff,
            0x100000000, 0x7fffffffffff, 0x7ffffffffffff000, 0x7fffffffffffffff, 0x8000000000000000, -1, -2, -22, -100, -4095, -4096};
    uint64_t r = rnd();
    switch (r % 5) {
    case 0: return PICK(edges);
    case 1: return r >> 44;
    case 2: return 1ull << (r >> 20) % 64;
    case 3: return rnd() << 17 ^ r;
    default: return r >> (r >> 16) % 48;
    }
}
/* Memory of ours; mostly in the middle of the area, sometimes so that it ends where the last good byte is. */
UNUSED static unsigned char *memory(size_t length) {
    if (length > AREA)
        return area;
    return one_in(6) ? area + AREA - length : area + rnd() % (AREA - length + 1) / 8 * 8;
}
UNUSED static uint64_t bad_address(void) {
    static const uint64_t bad[] = {0, 1, 8, 4095, 0x600000000000, 0x600000000ff8, 0x5f0000000000, 0x5f0000007ff8, 0x7fffffffefff,
            0x7ffffffff000, 0x7ffffffffff8, 0x800000000000, 0xffffffffff600000, 0xffff800000000000, -1, -8, -4096};
    switch (rnd() % 4) {
    case 0: return (uint64_t)readonly + rnd() % 4096;
    case 1: return (uint64_t)area + AREA - rnd() % 16;
    case 2: return (uint64_t)spare + rnd() % (64 * 4096);
    default: return PICK(bad);
    }
}
/* Contents that a call may take for a structure. */
UNUSED static unsigned char *filled(size_t length) {
    unsigned char *p = memory(length);
    uint64_t way = rnd() % 8;
    for (size_t i = 0; i + 4 <= length; i += 4) {
        uint32_t v = way == 0 ? 0 : way == 1 ? rnd() : way == 2 ? rnd() % 8 : way == 3 ? (i & 4 ? 0 : rnd() % 64)
                : way == 4 ? -1u : way == 5 ? (uint32_t)odd_number() : one_in(3) ? rnd() % 200 : 0;
        memcpy(p + i, &v, 4);
    }
    if (way >= 6 && length >= 16)
        for (int i = 0; i < 3; i++) {
            uint64_t v = one_in(4) ? bad_address() : (uint64_t)memory(64);
            memcpy(p + rnd() % (length - 8) / 8 * 8, &v, 8);
        }
    return p;
}
#endif
