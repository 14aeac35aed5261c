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
	mov	%rsp, %r12
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

	.section .note.GNU-stack, "", @progbits
