// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// The stub: the few kilobytes of ours in every guest process. It carries out,
// inside the guest's address space, what only can be done there, on the
// kernel's order. The guest can read, jump into and overwrite all of it:
// nothing here protects anything, it only serves.
#include "inside.h"

#define SYS_rt_sigaction 13
#define SYS_rt_sigprocmask 14
#define SYS_rt_sigreturn 15
#define SYS_getpid 39
#define SYS_gettid 186
#define SYS_sigaltstack 131
#define SYS_prctl 157
#define SYS_arch_prctl 158
#define SYS_set_tid_address 218
#define SYS_exit_group 231
#define SYS_seccomp 317
#define SYS_mmap 9
#define SYS_lseek 8
#define SYS_close 3
#define SYS_sched_yield 24
#define SYS_sendmsg 46
#define SYS_clone 56

#define CLONE_VM 0x100
#define CLONE_PARENT_SETTID 0x100000
#define ENOSYS 38

struct instruction {
	unsigned short code;
	unsigned char yes, no;
	unsigned k;
};

// A second filter, for threads whose calls a tracer wants to see all: what does
// not come from this text is a trap, whatever the first filter says.
static const struct instruction trap_all[] = {
	{0x20, 0, 0, 4}, // architecture: the first filter's business
	{0x15, 0, 4, 0xc000003e},
	{0x20, 0, 0, 12}, // instruction pointer, upper half
	{0x15, 0, 3, STUB_BASE >> 32},
	{0x20, 0, 0, 8},
	{0x25, 1, 0, STUB_TEXT_SIZE - 1},
	{0x06, 0, 0, 0x7fff0000}, // ALLOW
	{0x06, 0, 0, 0x00030000}, // TRAP
};

// Rings for the kernel. Without a kernel there is nothing to live for, and no
// call by which to end: exit_group would need its answer. An invalid
// instruction ends the process, in the handler too, where SIGILL is blocked.
static long ring(long kind, long a, long b, long c, long d)
{
	long r = call(DOORBELL, kind, a, b, c, d, 0);
	if (r < 0)
		for (;;)
			__asm__ volatile("ud2");
	return r;
}

// Copies the signal frame around `uc` to the same place of another slot.
static struct ucontext *copy_frame(struct ucontext *uc, struct slot *from, struct slot *to)
{
	long delta = (char *)to - (char *)from;
	char *start = (char *)uc;
	char *end = (char *)(uc + 1);
	if (uc->fpstate) {
		unsigned size = *(unsigned *)(uc->fpstate + 464 + 4); // sw_reserved.extended_size
		end = uc->fpstate + (size >= 512 && size < STACK_SIZE ? size : 512);
	}
	if (end > (char *)&from->box)
		end = (char *)&from->box;
	for (unsigned long *s = (unsigned long *)start, *d = (unsigned long *)(start + delta); (char *)s < end;)
		*d++ = *s++;
	struct ucontext *copy = (struct ucontext *)((char *)uc + delta);
	if (copy->fpstate)
		copy->fpstate += delta;
	copy->ss_sp = to;
	copy->ss_flags = 0;
	copy->ss_size = STACK_SIZE;
	copy->ax = 0;
	return copy;
}

static void inherit(struct mailbox *to, struct mailbox *from)
{
	to->sigmask = from->sigmask;
	to->trace = from->trace;
	to->recheck = 0;
	to->alt_sp = to->alt_size = 0;
	((struct slot *)((char *)to - STACK_SIZE))->save.in = 0;
	((struct slot *)((char *)to - STACK_SIZE))->save.ring = 0;
}

static long clone_thread(struct slot *slot, struct ucontext *uc, struct op *o)
{
	struct slot *to = (struct slot *)o->a[1];
	struct ucontext *copy = copy_frame(uc, slot, to);
	copy->sp = o->a[2];
	if (o->a[5])
		copy->ip = o->a[5];
	to->box.guest_tid = o->nr;
	inherit(&to->box, &slot->box);
	to->box.guest_pid = slot->box.guest_pid;
	unsigned long gs = ring_pause(slot); // the child begins with its parent's
	long r = stub_clone_thread(o->a[0] | CLONE_PARENT_SETTID, copy, &to->box.host_tid, (int *)o->a[4], o->a[3]);
	ring_resume(gs);
	return r;
}

static void run(struct slot *slot, long count, struct ucontext *uc);

static long clone_process(struct slot *slot, struct ucontext *uc, struct op *o)
{
	struct slot *to = (struct slot *)o->a[1];
	struct ucontext *copy = uc;
	void *stack = 0;
	long guest_pid = o->nr;
	if (to) {
		copy = copy_frame(uc, slot, to);
		stack = (void *)(((unsigned long)copy - 512) & ~15ul);
		inherit(&to->box, &slot->box);
		to->box.guest_tid = to->box.guest_pid = guest_pid;
		to->box.cookie = o->a[4];
		if (o->a[2])
			copy->sp = o->a[2];
		unsigned long gs = ring_pause(slot);
		long r = stub_clone_process(o->a[0] | CLONE_PARENT_SETTID, stack, &slot->box.host_tid, 0, o->a[3], copy);
		ring_resume(gs);
		return r;
	}
	// The child finds its words in its own copy of this slot.
	struct mailbox *box = &slot->box;
	int tid = box->guest_tid, pid = box->guest_pid;
	unsigned long ax = uc->ax, sp = uc->sp;
	box->guest_tid = box->guest_pid = guest_pid;
	box->cookie = o->a[4];
	uc->ax = 0;
	if (o->a[2])
		uc->sp = o->a[2];
	unsigned long gs = ring_pause(slot);
	long r = stub_clone_process(o->a[0] | CLONE_PARENT_SETTID, 0, &slot->box.host_tid, 0, o->a[3], uc);
	ring_resume(gs);
	box->guest_tid = tid;
	box->guest_pid = pid;
	uc->ax = ax;
	uc->sp = sp;
	return r;
}

// Where a new process begins.
__attribute__((noreturn)) void stub_child(struct ucontext *uc)
{
	struct slot *slot = slot_of(uc);
	call(SYS_prctl, 1 /* PR_SET_PDEATHSIG */, 9, 0, 0, 0, 0);
	slot->box.recheck = 0;
	slot->save.ring = 0; // not mapped here
	run(slot, ring(BELL_CHILD, slot->box.cookie, (long)uc, (long)slot, 0), uc);
	stub_sigreturn(uc);
}

// Carries out operations until the kernel has no more.
static void run(struct slot *slot, long count, struct ucontext *uc)
{
	while (count > 0) {
		long next = 0;
		int rang = 0;
		for (long i = 0; i < count && i < 40; i++) {
			struct op *o = &slot->box.ops[i];
			long flags = o->kind_flags >> 8;
			long r = 0;
			switch (o->kind_flags & 0xff) {
			case OP_SYSCALL:
				r = call(o->nr, o->a[0], o->a[1], o->a[2], o->a[3], o->a[4], o->a[5]);
				break;
			case OP_ZERO:
				for (char *p = (char *)o->a[0], *e = p + o->a[1]; p < e; p++)
					*(volatile char *)p = 0;
				break;
			case OP_PROBE:
				for (char *p = (char *)o->a[0], *e = (char *)o->a[1]; p >= e; p -= 4096)
					*(volatile char *)p = 0;
				break;
			case OP_THREAD:
				r = clone_thread(slot, uc, o);
				break;
			case OP_PROCESS:
				r = clone_process(slot, uc, o);
				break;
			case OP_SIGRETURN:
				stub_sigreturn((void *)o->a[0]);
			case OP_RESULT:
				uc->ax = o->a[0];
				break;
			case OP_TRAP_ALL: {
				struct {
					unsigned short count;
					const struct instruction *first;
				} prog = {sizeof trap_all / sizeof *trap_all, trap_all};
				r = call(SYS_seccomp, 1, 0, (long)&prog, 0, 0, 0); // SECCOMP_SET_MODE_FILTER
				break;
			}
			case OP_RING:
				ring_install(slot, (struct ring *)o->a[0]);
				break;
			case OP_PATCH:
				r = ring_patch(o);
				break;
			}
			if (flags & OPF_RAX)
				uc->ax = r;
			if (flags & OPF_RING) {
				next = ring(BELL_DONE, r, i, 0, 0);
				rang = 1;
				break;
			}
			if (failed(r) && !(flags & (OPF_IGNORE | OPF_RAX))) {
				next = ring(BELL_FAILED, i, r, 0, 0);
				rang = 1;
				break;
			}
		}
		if (!rang)
			return;
		count = next;
	}
}

// rt_sigprocmask(2) without the kernel: the mask is kept here. Returns 0 when
// the kernel has to see the call: wrong arguments, or a signal is pending.
static int sigprocmask(struct mailbox *box, struct ucontext *uc)
{
	unsigned long old = box->sigmask, set = 0;
	if (uc->r10 != 8 || (uc->si && !stub_copy8(&set, (void *)uc->si)))
		return 0;
	unsigned long next = old;
	if (uc->si) {
		if (uc->di == 0)
			next = old | set;
		else if (uc->di == 1)
			next = old & ~set;
		else if (uc->di == 2)
			next = set;
		else
			return 0;
	}
	if (uc->dx && !stub_copy8((void *)uc->dx, &old))
		return 0;
	box->sigmask = next & ~(1ul << 8 | 1ul << 18); // SIGKILL, SIGSTOP
	__asm__ volatile("mfence" ::: "memory"); // the kernel sets recheck before it looks at the mask
	uc->ax = 0;
	return 1;
}

// rt_sigreturn(2) without the kernel: the registers of the guest's frame become
// those of the host's, and the host's own return checks them as it would have
// checked the guest's. Returns 0 when the kernel has to see the call: a frame
// that cannot be read, no floating point state or another form of it, or an
// alternate stack that is not the one that the thread has.
static int sigreturn(struct mailbox *box, struct ucontext *uc)
{
	struct ucontext from;
	unsigned long words[6]; // sw_reserved: what the floating point state consists of
	if (!stub_copy(&from, (void *)uc->sp, sizeof from) || from.segs != uc->segs)
		return 0;
	if ((unsigned long)from.ss_sp != box->alt_sp || from.ss_size != box->alt_size ||
	    (from.ss_flags & ~1 /* SS_ONSTACK */) != (box->alt_size ? 0 : 2 /* SS_DISABLE */))
		return 0;
	if (!uc->fpstate || !from.fpstate || !stub_copy(words, from.fpstate + 464, sizeof words))
		return 0;
	for (int i = 0; i < 6; i++)
		if (words[i] != ((unsigned long *)(uc->fpstate + 464))[i])
			return 0;
	unsigned size = words[0] >> 32; // extended_size
	if ((unsigned)words[0] != 0x46505853 || size < 512 || uc->fpstate + size > (char *)box ||
	    !stub_copy(uc->fpstate, from.fpstate, size))
		return 0;
	unsigned long *to = &uc->r8, *reg = &from.r8;
	for (int i = 0; i < 17; i++)
		to[i] = reg[i];
	uc->eflags = (uc->eflags & ~0x50dd5ul) | (from.eflags & 0x50dd5);
	box->sigmask = from.sigmask & ~(1ul << 8 | 1ul << 18); // SIGKILL, SIGSTOP
	__asm__ volatile("mfence" ::: "memory"); // as in sigprocmask
	return 1;
}

static void on_signal(int sig, struct siginfo *info, struct ucontext *uc)
{
	struct slot *slot = slot_of(__builtin_frame_address(0));
	struct mailbox *box = &slot->box;
	if (sig == 31) {
		int nr = info->syscall;
		if (nr == SYS_set_tid_address) {
			call(SYS_set_tid_address, uc->di, 0, 0, 0, 0, 0);
			if (!box->trace) {
				uc->ax = box->guest_tid;
				return;
			}
		}
		if (!box->trace) {
			if (nr == SYS_rt_sigprocmask && sigprocmask(box, uc)) {
				if (!*(volatile int *)&box->recheck)
					return;
				sig = KICK; // done, but something may be unblocked now
			} else if (nr == SYS_rt_sigreturn && sigreturn(box, uc)) {
				if (!*(volatile int *)&box->recheck)
					return;
				sig = KICK;
			} else if (nr == SYS_getpid) {
				uc->ax = box->guest_pid;
				return;
			} else if (nr == SYS_gettid) {
				uc->ax = box->guest_tid;
				return;
			}
		}
	} else if (uc->ip >= (unsigned long)stub_copy_start && uc->ip < (unsigned long)stub_copy_end) {
		uc->ip = (unsigned long)stub_copy_failed; // a bad address of the guest's
		return;
	} else if (sig == 4 && ring_torn(uc)) {
		return;
	}
	ring_leave(slot, uc);
	if (box->trace)
		call(SYS_arch_prctl, 0x1003 /* ARCH_GET_FS */, (long)&box->fs_base, 0, 0, 0, 0);
	run(slot, ring(BELL_SIGNAL, sig, (long)info, (long)uc, (long)slot), uc);
}

static void handle(int sig)
{
	struct sigaction act;
	act.handler = on_signal; // field by field: a template would need relocated data
	// SIGINFO ONSTACK RESTART RESTORER NODEFER: even the handler of SIGSEGV may meet a bad address
	act.flags = 0x4 | 0x08000000 | 0x10000000 | 0x04000000 | 0x40000000;
	act.restorer = stub_restorer;
	act.mask = ~(1ul << 10 | 1ul << 6); // SIGSEGV and SIGBUS: see stub_copy8
	call(SYS_rt_sigaction, sig, (long)&act, 0, 8, 0, 0);
}

// Sends descriptor 0 over the socket at descriptor 5 as soon as there is one.
__attribute__((noreturn)) static void send_listener(void)
{
	char byte = 'l';
	struct {
		void *base;
		long length;
	} piece = {&byte, 1};
	struct {
		long length;
		int level, type, fd, pad;
	} rights = {20, 1 /* SOL_SOCKET */, 1 /* SCM_RIGHTS */, 0, 0};
	struct {
		void *name;
		long name_length;
		void *pieces;
		long count;
		void *control;
		long control_length, flags;
	} message = {0, 0, &piece, 1, &rights, sizeof rights, 0};
	call(SYS_prctl, 1 /* PR_SET_PDEATHSIG */, 9, 0, 0, 0, 0);
	for (long i = 0; i < 10000000; i++) {
		if (call(SYS_sendmsg, 5, (long)&message, 0x4000 /* MSG_NOSIGNAL */, 0, 0, 0) != -9 /* EBADF */)
			break;
		call(SYS_sched_yield, 0, 0, 0, 0, 0, 0);
	}
	call(SYS_close, 5, 0, 0, 0, 0, 0);
	for (;;)
		call(SYS_exit_group, 0, 0, 0, 0, 0, 0);
}

// Where the kernel may not fetch descriptors from another process: a process
// that shares this one's descriptors, but not its filter, hands the listener
// over. Nothing of a guest is here yet.
static void hand_over(void)
{
	struct sigaction ignore = {(void *)1, 0, 0, 0}; // nobody waits for it
	ignore.flags = 0x04000000;
	ignore.restorer = stub_restorer;
	call(SYS_rt_sigaction, 17, (long)&ignore, 0, 8, 0, 0);
	long pid = call(SYS_clone, 0x400 /* CLONE_FILES */ | 17 /* SIGCHLD */, 0, 0, 0, 0, 0);
	if (pid == 0)
		send_listener();
	if (pid < 0)
		call(SYS_exit_group, 100 - pid, 0, 0, 0, 0, 0);
}

// The very first stub of a sandbox finds the filter program at descriptor 3
// and puts itself under it. The listener becomes descriptor 0, where the
// kernel fetches it.
static void install_filter(void)
{
	long size = call(SYS_lseek, 3, 0, 2, 0, 0, 0);
	long program = call(SYS_mmap, 0, size, 1, 2, 3, 0);
	struct {
		unsigned short count;
		long instructions;
	} prog = {size / 8, program};
	// SECCOMP_SET_MODE_FILTER, NEW_LISTENER | WAIT_KILLABLE_RECV
	long r = call(SYS_seccomp, 1, 1 << 3 | 1 << 5, (long)&prog, 0, 0, 0);
	if (r < 0)
		call(SYS_exit_group, 100 - r, 0, 0, 0, 0, 0);
}

__attribute__((noreturn)) void stub_start(long *initial)
{
	struct slot *slot = (struct slot *)SLOTS_BASE;
	struct {
		void *sp;
		long flags;
		unsigned long size;
	} alt = {slot, 0, STACK_SIZE};
	call(SYS_sigaltstack, (long)&alt, 0, 0, 0, 0, 0);
	static const char signals[] = {31, 11, 7, 8, 4, 5, KICK};
	for (unsigned i = 0; i < sizeof signals; i++)
		handle(signals[i]);
	char *name = (char *)initial[1];
	if (initial[0] > 0 && name && (name[0] == 'f' || name[0] == 's')) {
		if (name[0] == 's')
			hand_over();
		install_filter();
	}
	// The one that clones before it ever ran a program has its frame, of zeros, where signals would have theirs.
	run(slot, ring(BELL_START, (long)initial, (long)slot, 0, 0), (struct ucontext *)slot);
	for (;;)
		__asm__ volatile("ud2"); // see ring
}
