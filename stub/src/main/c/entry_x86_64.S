/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright the Sandjar authors */
/*
 * Entry points of the stub on x86-64: process start, signal entry, and the
 * three places where a stack is exchanged.
 */
#include "stub.h"

	.section .text.entry, "ax"
	.globl _start
/* Process start. The host's initial stack belongs to the guest; the first slot
   is mapped before anything is pushed. */
_start:
	jmp	1f
	.org	STUB_GATE
/* A call that the host is to carry out with the guest's registers, when it was
   trapped (see trap_all): the kernel sends the guest here and knows where to
   send it back from. A new thread that is to stop at once begins at the trap. */
	syscall
	int3
1:	mov	%rsp, %r12
	mov	$9, %eax		/* mmap the first chunk of slots */
	mov	$SLOTS_BASE, %rdi
	mov	$(SLOT_SIZE * SLOTS_PER_CHUNK), %rsi
	mov	$3, %edx
	mov	$0x104022, %r10d	/* FIXED_NOREPLACE | NORESERVE | PRIVATE | ANONYMOUS */
	mov	$-1, %r8
	xor	%r9d, %r9d
	syscall
	mov	$(SLOTS_BASE + STACK_SIZE), %rsp
	mov	%r12, %rdi
	xor	%ebp, %ebp
	call	stub_start
	hlt

	.globl	stub_restorer
stub_restorer:
	mov	$15, %eax
	syscall
	hlt

/* void stub_sigreturn(void *ucontext): leaves by the frame of which ucontext is part. */
	.globl	stub_sigreturn
stub_sigreturn:
	mov	%rdi, %rsp
	mov	$15, %eax
	syscall
	hlt

/* long stub_clone_thread(flags, ucontext, int *ptid, int *ctid, tls): the child goes straight to its frame. */
	.globl	stub_clone_thread
stub_clone_thread:
	mov	$56, %eax
	mov	%rcx, %r10
	syscall
	test	%rax, %rax
	jz	1f
	ret
1:	mov	$15, %eax
	syscall
	hlt

/* long stub_clone_process(flags, stack, int *ptid, 0, tls, void *ucontext): the child calls stub_child on `stack`
   (or on the caller's when it is 0 and memory is not shared) with the ucontext and then its two words above. */
	.globl	stub_clone_process
stub_clone_process:
	push	%rbx
	mov	%r9, %rbx
	mov	$56, %eax
	mov	%rcx, %r10
	syscall
	test	%rax, %rax
	jz	1f
	pop	%rbx
	ret
1:	mov	%rbx, %rdi
	and	$-16, %rsp
	xor	%ebp, %ebp
	call	stub_child
	hlt

/* int stub_copy8(void *to, const void *from): 8 bytes from or to an address of the guest's; a fault makes it 0. */
	.globl	stub_copy8, stub_copy_start, stub_copy_end, stub_copy_failed
stub_copy8:
stub_copy_start:
	mov	(%rsi), %rax
	mov	%rax, (%rdi)
	mov	$1, %eax
	ret
/* int stub_copy(void *to, const void *from, unsigned long n): the same for n bytes. */
	.globl	stub_copy, stub_probe
stub_copy:
	mov	%rdx, %rcx
	rep movsb
	mov	$1, %eax
	ret
/* int stub_probe(void *at): 0 when the byte there cannot be written. */
stub_probe:
	lock orb $0, (%rdi)
	mov	$1, %eax
	ret
stub_copy_end:
stub_copy_failed:
	xor	%eax, %eax
	ret

/* Where trampolines lead, with the call's registers and the trampoline in r11. Like the call itself it spoils nothing but
   rax, rcx and r11. The GS base of a thread that has a ring is its slot; others, and what comes in between, make the call
   behind the trampoline. A signal on the way: see ring_leave. */
	.globl	ring_enter, ring_saved, ring_done, ring_refused, ring_end
ring_enter:
	rdgsbase %rcx
	shr	$31, %rcx
	cmp	$(SLOTS_BASE >> 31), %ecx
	jne	ring_refused
	mov	%gs:RING_SAVE, %rcx
	test	%rcx, %rcx
	jz	ring_refused
	cmpl	$0, 4(%rcx)		/* awake */
	je	ring_refused
	movl	$RING_IDLE, (%rcx)
	mov	%rax, %gs:RING_SAVE + 16
	mov	%rdi, %gs:RING_SAVE + 24
	mov	%rsi, %gs:RING_SAVE + 32
	mov	%rdx, %gs:RING_SAVE + 40
	mov	%r10, %gs:RING_SAVE + 48
	mov	%r8, %gs:RING_SAVE + 56
	mov	%r9, %gs:RING_SAVE + 64
	mov	%rbx, %gs:RING_SAVE + 72
	mov	%rbp, %gs:RING_SAVE + 80
	mov	%r12, %gs:RING_SAVE + 88
	mov	%r13, %gs:RING_SAVE + 96
	mov	%r14, %gs:RING_SAVE + 104
	mov	%r15, %gs:RING_SAVE + 112
	mov	%rsp, %gs:RING_SAVE + 120
	mov	%r11, %gs:RING_SAVE + 128
	movl	$1, %gs:RING_SAVE + 8
ring_saved:
	rdgsbase %rdi
	lea	STACK_SIZE(%rdi), %rsp
	call	ring_call
	test	%eax, %eax
	mov	%gs:RING_SAVE + 120, %rsp
	mov	%gs:RING_SAVE + 24, %rdi
	mov	%gs:RING_SAVE + 32, %rsi
	mov	%gs:RING_SAVE + 40, %rdx
	mov	%gs:RING_SAVE + 48, %r10
	mov	%gs:RING_SAVE + 56, %r8
	mov	%gs:RING_SAVE + 64, %r9
	mov	%gs:RING_SAVE + 128, %r11
	jz	1f
	mov	%gs:RING_SAVE + 136, %rax
	movl	$0, %gs:RING_SAVE + 8
ring_done:
	add	$TRAMPOLINE_AFTER, %r11
	jmp	*%r11
1:	mov	%gs:RING_SAVE + 16, %rax
	movl	$0, %gs:RING_SAVE + 8
ring_refused:
	add	$TRAMPOLINE_CALL, %r11
	jmp	*%r11
ring_end:

	.section .note.GNU-stack, "", @progbits
