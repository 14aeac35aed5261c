// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// What the files of the stub have in common: the host's frames, raw calls.
#ifndef SANDJAR_INSIDE_H
#define SANDJAR_INSIDE_H
#include "stub.h"

struct siginfo {
	int signo, err, code, pad;
	void *call_addr;
	int syscall;
};

struct ucontext {
	unsigned long flags;
	struct ucontext *link;
	void *ss_sp;
	int ss_flags, pad;
	unsigned long ss_size;
	// r8 r9 r10 r11 r12 r13 r14 r15 rdi rsi rbp rbx rdx rax rcx rsp rip
	unsigned long r8, r9, r10, r11, r12, r13, r14, r15, di, si, bp, bx, dx, ax, cx, sp, ip, eflags, segs, err,
	    trapno, oldmask, cr2;
	char *fpstate;
	unsigned long reserved[8];
	unsigned long sigmask;
};

struct sigaction {
	void *handler;
	unsigned long flags;
	void *restorer;
	unsigned long mask;
};

#pragma GCC visibility push(hidden)
long ring_call(struct slot *slot);
void ring_install(struct slot *slot, struct ring *ring);
void ring_forget(struct slot *slot);
unsigned long ring_pause(struct slot *slot);
void ring_resume(unsigned long gs);
void ring_leave(struct slot *slot, struct ucontext *uc);
int ring_torn(struct ucontext *uc);
long ring_patch(struct op *o);
void stub_restorer(void);
__attribute__((noreturn)) void stub_sigreturn(void *ucontext);
long stub_clone_thread(unsigned long flags, void *ucontext, int *ptid, int *ctid, unsigned long tls);
long stub_clone_process(unsigned long flags, void *stack, int *ptid, int *ctid, unsigned long tls, void *ucontext);

int stub_copy8(void *to, const void *from); // 0 when an address is bad
int stub_copy(void *to, const void *from, unsigned long n);
int stub_probe(void *at);
extern char stub_copy_start[], stub_copy_end[], stub_copy_failed[];
extern char ring_enter[], ring_saved[], ring_done[], ring_refused[], ring_end[];

static inline long call(long nr, long a, long b, long c, long d, long e, long f)
{
	long result;
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

static inline struct slot *slot_of(void *p)
{
	return (struct slot *)((unsigned long)p & ~(SLOT_SIZE - 1ul));
}

static inline int failed(long r)
{
	return (unsigned long)r > -4096ul;
}
#endif
