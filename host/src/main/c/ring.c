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
#include <sched.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <time.h>

#include "raw.h"

#define AWAY 20000 // nanoseconds between two looks; after more than these somebody else had the CPU

enum { IDLE, POSTED, TAKEN, PARKED, SLEEPING, DONE, REFUSED };

struct ring {
	int state, awake;
	char pad1[120];
	int64_t nr, ip, a[6], result;
};

// The rings, and how long it was looked in vain since that was last asked for.
struct table {
	int64_t looked;
	struct ring *rings[];
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

// A guest that found nobody looking for long says so itself, and hears here that there is somebody again.
static int take(struct ring **rings, int count, int awake)
{
	for (int i = 0; i < count; i++) {
		struct ring *r = rings[i];
		int posted = POSTED;
		if (r && awake && !__atomic_load_n(&r->awake, __ATOMIC_RELAXED))
			__atomic_store_n(&r->awake, 1, __ATOMIC_SEQ_CST);
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
	struct ring **rings = ((struct table *)table)->rings;
	for (int i = 0; i < count; i++)
		if (rings[i])
			__atomic_store_n(&rings[i]->awake, awake, __ATOMIC_SEQ_CST);
}

// The index of a ring in which a call was posted, now taken; -1 when none came
// while it was looked for `nanos`. Others that want the CPU get it meanwhile,
// and what they take does not count.
JNIEXPORT jint JNICALL Java_io_sandjar_host_Native_ringNext(JNIEnv *env, jclass cls, jlong address, jint count,
							     jlong nanos)
{
	(void)env;
	(void)cls;
	struct table *table = (struct table *)address;
	int64_t looked = 0, last = 0;
	for (int round = 1;; round++) {
		int i = take(table->rings, count, nanos > 0);
		if (i >= 0 || nanos == 0) {
			table->looked += looked;
			return i;
		}
		if ((round & 63) != 0) {
			__builtin_ia32_pause();
			continue;
		}
		int64_t t = now();
		if (last != 0 && t - last < AWAY)
			looked += t - last;
		if (looked >= nanos) {
			table->looked += looked;
			return -1;
		}
		last = t;
	}
}

// The CPU that this thread is on.
JNIEXPORT jint JNICALL Java_io_sandjar_host_Native_cpu(JNIEnv *env, jclass cls)
{
	(void)env;
	(void)cls;
	return sched_getcpu();
}

// Whether programs may read and write the FS and GS base (HWCAP2_FSGSBASE).
JNIEXPORT jboolean JNICALL Java_io_sandjar_host_Native_fsgsbase(JNIEnv *env, jclass cls)
{
	(void)env;
	(void)cls;
	return (getauxval(AT_HWCAP2) & 2) != 0;
}
