// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// One system call by its registers; the result is a value or -errno.
#ifndef SANDJAR_RAW_H
#define SANDJAR_RAW_H

static inline long raw(long nr, long a, long b, long c, long d, long e, long f)
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

#endif
