// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// spawn: a child process that carries out a list of system calls and ends in
// an exec. The child shares the caller's memory until then (CLONE_VM |
// CLONE_VFORK), so it must not touch libc, thread-local data or any signal
// handler of the JVM: it runs on its own stack with every signal blocked and
// all handlers reset, and calls nothing but raw().
#define _GNU_SOURCE
#include <jni.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>

#include "raw.h"

// Mirrored by io.sandjar.host.SpawnPlan.
struct op {
	int64_t nr, args[6], flags, result;
};
enum { IGNORE_ERROR = 1, FIRST_ARG_IS_PREVIOUS = 2 };
struct plan {
	int64_t clone_flags, count, failed_index, failed_errno, stack_top, pid;
	struct op ops[];
};

struct kernel_sigaction {
	void *handler;
	unsigned long flags;
	void *restorer;
	uint64_t mask;
};

__attribute__((noreturn, noinline)) static void child(struct plan *p)
{
	struct kernel_sigaction dfl = {0};
	for (int s = 1; s <= 64; s++)
		raw(SYS_rt_sigaction, s, (long)&dfl, 0, 8, 0, 0);
	long previous = 0;
	for (int64_t i = 0; i < p->count; i++) {
		struct op *o = &p->ops[i];
		long first = o->flags & FIRST_ARG_IS_PREVIOUS ? previous : o->args[0];
		long r = raw(o->nr, first, o->args[1], o->args[2], o->args[3], o->args[4], o->args[5]);
		o->result = r;
		previous = r;
		if (r < 0 && r > -4096 && !(o->flags & IGNORE_ERROR)) {
			p->failed_index = i;
			p->failed_errno = -r;
			break;
		}
	}
	for (;;)
		raw(SYS_exit_group, 127, 0, 0, 0, 0, 0);
}

// clone with a new stack whose first word is the plan: the child takes it from
// there, because nothing of the parent's frame may be used.
extern long sandjar_clone_child(long flags, void *stack, void (*fn)(struct plan *), struct plan *arg);
__asm__(".text\n"
	".type sandjar_clone_child,@function\n"
	".hidden sandjar_clone_child\n"
	".globl sandjar_clone_child\n"
	"sandjar_clone_child:\n"
	"  push %r12\n"
	"  mov %rdx, %r9\n"
	"  mov %rcx, %r12\n"
	"  mov $56, %eax\n"
	"  xor %edx, %edx\n"
	"  xor %r10d, %r10d\n"
	"  xor %r8d, %r8d\n"
	"  syscall\n"
	"  test %rax, %rax\n"
	"  jz 1f\n"
	"  pop %r12\n"
	"  ret\n"
	"1: xor %ebp, %ebp\n"
	"  mov %r12, %rdi\n"
	"  and $-16, %rsp\n"
	"  call *%r9\n"
	"  hlt\n"
	".size sandjar_clone_child,.-sandjar_clone_child\n");

JNIEXPORT jlong JNICALL Java_io_sandjar_host_Native_spawn(JNIEnv *env, jclass cls, jlong address)
{
	(void)env;
	(void)cls;
	struct plan *p = (struct plan *)address;
	uint64_t all = ~0ul, old;
	p->failed_index = -1;
	raw(SYS_rt_sigprocmask, SIG_SETMASK, (long)&all, (long)&old, 8, 0, 0);
	long r = sandjar_clone_child(p->clone_flags | CLONE_VM | CLONE_VFORK | SIGCHLD, (void *)p->stack_top, child, p);
	raw(SYS_rt_sigprocmask, SIG_SETMASK, (long)&old, 0, 8, 0, 0);
	p->pid = r;
	return r;
}
