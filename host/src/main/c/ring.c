// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// The kernel's side of rings (stub/src/main/c/stub.h, docs/adr/0011): looks at
// all of them for a call that was posted, and gives the answer. Here and not
// in Java because one JNI call then does both, and because a thread that looks
// for long must not hold up the garbage collector. A ring is the guest's to
// scribble on: what is read from it decides about nothing but that guest.
#define _GNU_SOURCE
#include <jni.h>
#include <linux/futex.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <time.h>

#include "raw.h"

#define CROWDED 100000 // nanoseconds between two looks

enum { IDLE, POSTED, TAKEN, PARKED, SLEEPING, DONE, REFUSED };

struct ring {
	int state;
	char pad1[60];
	int awake;
	char pad2[60];
	int64_t nr, ip, a[6], result;
};

static int64_t now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static void answer(struct ring *r, int state, int64_t result)
{
	r->result = result;
	if (__atomic_exchange_n(&r->state, state, __ATOMIC_SEQ_CST) == SLEEPING)
		raw(SYS_futex, (long)&r->state, FUTEX_WAKE, 1, 0, 0, 0);
}

static int take(struct ring **rings, int count)
{
	for (int i = 0; i < count; i++) {
		struct ring *r = rings[i];
		int posted = POSTED;
		if (r && __atomic_load_n(&r->state, __ATOMIC_ACQUIRE) == POSTED &&
		    __atomic_compare_exchange_n(&r->state, &posted, TAKEN, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
			return i;
	}
	return -1;
}

JNIEXPORT void JNICALL Java_io_sandjar_host_Native_ringAnswer(JNIEnv *env, jclass cls, jlong ring, jint state,
							       jlong result)
{
	(void)env;
	(void)cls;
	answer((struct ring *)ring, state, result);
}

JNIEXPORT void JNICALL Java_io_sandjar_host_Native_ringsAwake(JNIEnv *env, jclass cls, jlong table, jint count,
							       jint awake)
{
	(void)env;
	(void)cls;
	struct ring **rings = (struct ring **)table;
	for (int i = 0; i < count; i++)
		if (rings[i])
			__atomic_store_n(&rings[i]->awake, awake, __ATOMIC_SEQ_CST);
}

// The index of a ring in which a call was posted, now taken; -1 when none came
// within `nanos`, -2 when this thread was kept from its CPU for long: looking
// on would only take time from others. Others that want the CPU get it meanwhile.
JNIEXPORT jint JNICALL Java_io_sandjar_host_Native_ringNext(JNIEnv *env, jclass cls, jlong table, jint count,
							     jlong nanos)
{
	(void)env;
	(void)cls;
	struct ring **rings = (struct ring **)table;
	int64_t end = 0, last = 0;
	for (int round = 1;; round++) {
		int i = take(rings, count);
		if (i >= 0)
			return i;
		if ((round & 63) == 0) {
			int64_t t = now();
			if (last != 0 && t - last > CROWDED)
				return -2;
			if (end == 0)
				end = t + nanos;
			else if (t >= end)
				return -1;
			last = t;
			raw(SYS_sched_yield, 0, 0, 0, 0, 0, 0);
		} else {
			__builtin_ia32_pause();
		}
	}
}

// Whether programs may read and write the FS and GS base (HWCAP2_FSGSBASE).
JNIEXPORT jboolean JNICALL Java_io_sandjar_host_Native_fsgsbase(JNIEnv *env, jclass cls)
{
	(void)env;
	(void)cls;
	return (getauxval(AT_HWCAP2) & 2) != 0;
}
