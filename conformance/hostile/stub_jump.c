// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -O1 -pthread
// TIMEOUT: 60
// Jumps to random places in the stub with random registers, from the main thread and from others.
#include "hostile.h"

static void jump(int n) {
    (void)n;
    uint64_t r[16];
    for (int i = 0; i < 16; i++)
        r[i] = arg();
    if (rnd() % 3 == 0)
        r[1] = SLOTS_BASE + (rnd() % SLOTS) * SLOT_SIZE + rnd() % SLOT_SIZE; /* a stack in a slot */
    else if (rnd() % 2)
        r[1] = (uint64_t)malloc(65536) + 32768;
    uint64_t target = STUB_BASE + rnd() % 0x1400;
    r[15] = target;
    __asm__ volatile("mov %0,%%r15; mov (%%r15),%%rax; mov 16(%%r15),%%rbx; mov 24(%%r15),%%rcx; mov 32(%%r15),%%rdx;"
                     "mov 40(%%r15),%%rsi; mov 48(%%r15),%%rdi; mov 56(%%r15),%%r8; mov 64(%%r15),%%r9; mov 72(%%r15),%%r10;"
                     "mov 80(%%r15),%%r11; mov 88(%%r15),%%r12; mov 96(%%r15),%%r13; mov 104(%%r15),%%r14; mov 8(%%r15),%%rsp;"
                     "jmp *120(%%r15)" ::"r"(r) : "memory");
    __builtin_unreachable();
}
static void *jump_thread(void *a) {
    jump(0);
    return a;
}
static void jump_in_thread(int n) {
    pthread_t t;
    (void)n;
    for (int i = 0; i < 3; i++)
        pthread_create(&t, 0, jump_thread, 0);
    ms(20);
}
int main(int argc, char **argv) {
    int n = argc > 1 ? atoi(argv[1]) : 200, back = 0;
    only_inside();
    for (int i = 0; i < n; i++) {
        rnd();
        back += in_child(i % 4 == 3 ? jump_in_thread : jump, i, 150);
    }
    (void)back;
    return done(n);
}
