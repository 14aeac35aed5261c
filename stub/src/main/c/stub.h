// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// What the stub and the kernel agree on. The Java side of these facts is
// io.sandjar.kernel.task.Stub; a test compares the two.
#ifndef SANDJAR_STUB_H
#define SANDJAR_STUB_H

#define STUB_BASE 0x600000000000
#define STUB_TEXT_SIZE 0x10000

// Slots: one for each thread of the address space.
#define SLOTS_BASE 0x5f0000000000
#define SLOT_SIZE 0x8000
#define SLOTS_PER_CHUNK 16
#define MAILBOX_SIZE 0x1000
#define STACK_SIZE (SLOT_SIZE - MAILBOX_SIZE)

// Where the text has `syscall` and, two bytes on, a trap: see entry_x86_64.S.
#define STUB_GATE 0x10

// The call that asks the kernel to look at this thread: number and kinds. Not a number that Linux never heard of: see FilterTable.
#define DOORBELL 214 // epoll_ctl_old, which no program can use
#define BELL_START 1  // fresh image; argument: initial stack pointer
#define BELL_SIGNAL 2 // arguments: signal, siginfo, ucontext, slot
#define BELL_DONE 3   // operations done; argument: last result
#define BELL_FAILED 4 // an operation failed; arguments: its index, -errno
#define BELL_CHILD 5  // first word of a new process; argument: cookie

// Host signal by which the kernel interrupts a thread.
#define KICK 23

// Operations, carried out in order.
#define OP_SYSCALL 1   // call a[0..5] of number nr
#define OP_ZERO 2      // clear a[1] bytes at a[0]
#define OP_PROBE 3     // touch every page from a[0] down to a[1]
#define OP_THREAD 4    // clone a thread: flags, slot, stack, tls, ctid, first rip or 0; nr: guest tid of the child
#define OP_PROCESS 5   // clone a process: flags, slot or 0, stack, tls, cookie; nr: guest pid of the child
#define OP_SIGRETURN 6 // load the ucontext at a[0]
#define OP_RESULT 7    // the guest's rax becomes a[0]
#define OP_TRAP_ALL 8  // from here on every call of the guest's is a trap
#define OP_RING 9      // plain calls go by the ring that is mapped at a[0]; 0: no more
#define OP_PATCH 10    // call site a[0], which holds a[2], goes to the trampoline a[1]; a[3]: length of its compare

// Rings: shared with the kernel, one for each thread that makes many calls. See docs/adr/0011.
#define RINGS_BASE 0x5f8000000000
#define RING_SPAN 0x10000
#define RING_IDLE 0
#define RING_POSTED 1
#define RING_TAKEN 2
#define RING_PARKED 3   // the kernel will take its time: sleep
#define RING_SLEEPING 4 // the thread sleeps: wake it
#define RING_DONE 5
#define RING_REFUSED 6 // make the call the other way
#define RING_SIGNALLED 7 // done, and a signal was sent that is to be met before the next instruction

#define RING_SIZE 0x5000
#define RING_DATA 0x1000
#define RING_DATA_SIZE 0x4000
#define RING_WINDOWS 8

// Trampolines: each stands for the call at one site.
#define TRAMPOLINE_SIZE 64
#define TRAMPOLINE_CALL 13  // its own system call
#define TRAMPOLINE_AFTER 15 // and the instruction behind that
#define TRAMPOLINE_SITE 40
#define TRAMPOLINE_MAGIC_AT 56
#define TRAMPOLINE_MAGIC 0x5a9d2c71e3b8460f

// Where a slot keeps the registers of a call on its way, from the slot's start.
#define RING_SAVE (STACK_SIZE + 3648)

#define OPF_IGNORE 1 // go on after an error
#define OPF_RAX 2    // result goes to the guest's rax, error or not
#define OPF_RING 4   // ring DONE after this operation, with its result

#ifndef __ASSEMBLER__
struct op {
	long kind_flags; // kind | flags << 8
	long nr;
	long a[6];
};

struct mailbox {
	int guest_tid;
	int host_tid; // of the newest thread or process made from here
	unsigned long sigmask; // signals that the thread blocks; the kernel reads it when it has to know
	int recheck;  // a signal is pending: ring after every change of sigmask
	int trace;    // every call is to be seen by the kernel
	int guest_pid;
	int unused;
	long cookie; // by which a new process makes itself known
	unsigned long fs_base; // of the guest, when every call is to be seen
	unsigned long alt_sp, alt_size; // of the thread's alternate stack, 0 for none; a size of -1: the kernel is to see every return
	struct op ops[40];
};

// A piece of guest memory of which a copy lies in the ring's data, one behind the other, each at a multiple of 16.
struct window {
	long address;
	int length, out; // out: to be filled by the call
	int from, to;    // what the kernel has filled
	long unused;
};

struct ring {
	int state;
	int awake; // somebody in the kernel looks at this ring all the time
	char pad1[120];
	long nr, ip, a[6];
	long result;
	char pad3[56];
	unsigned long calls[8]; // the numbers that may come this way
	int windows;
	int stubborn; // for tests: calls are posted however crowded the machine is
	struct window window[RING_WINDOWS];
	char pad5[RING_DATA - 328 - RING_WINDOWS * 32];
	char data[RING_DATA_SIZE];
};

// The order is that of entry_x86_64.S.
struct ring_save {
	struct ring *ring;
	long in; // a call is on its way
	long nr, di, si, dx, r10, r8, r9, bx, bp, r12, r13, r14, r15, sp, trampoline, result;
};

struct slot {
	char stack[STACK_SIZE];
	union {
		struct mailbox box;
		char room[MAILBOX_SIZE];
		struct {
			char before[RING_SAVE - STACK_SIZE];
			struct ring_save save;
		};
	};
};
#endif
#endif
