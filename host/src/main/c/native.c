// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// The JNI library: raw system calls and copies between this process, guest
// processes and host files. Everything returns a result or -errno. Nothing
// here keeps state but one descriptor; no Java object is touched except the
// byte arrays named in a call.
#define _GNU_SOURCE
#include <errno.h>
#include <jni.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "raw.h"

#define NAME(n) Java_io_sandjar_host_Native_##n
#define CHUNK 16384
#define BIG_CHUNK 131072

JNIEXPORT jlong JNICALL NAME(sys)(JNIEnv *env, jclass cls, jint nr, jlong a, jlong b, jlong c, jlong d, jlong e,
				  jlong f)
{
	(void)env;
	(void)cls;
	return raw(nr, a, b, c, d, e, f);
}

JNIEXPORT jobject JNICALL NAME(buffer)(JNIEnv *env, jclass cls, jlong address, jlong length)
{
	(void)cls;
	return (*env)->NewDirectByteBuffer(env, (void *)address, length);
}

JNIEXPORT jlong JNICALL NAME(address)(JNIEnv *env, jclass cls, jobject buffer)
{
	(void)cls;
	return (jlong)(*env)->GetDirectBufferAddress(env, buffer);
}

// The /proc of this process's PID namespace where memory of guests has to be
// reached by the files there, because process_vm_readv(2) is refused; else -1.
static int memory_files = -1;

JNIEXPORT void JNICALL NAME(memoryByFiles)(JNIEnv *env, jclass cls, jint proc)
{
	(void)env;
	(void)cls;
	memory_files = proc;
}

// By /proc/TID/mem. It is opened for each copy: an open one would stay with
// the memory of before an execve(2).
static long copy_by_file(int tid, void *local, long len, long remote, int out)
{
	char path[16], *p = path + sizeof path;
	static const char name[] = "/mem";
	for (int i = sizeof name; i-- > 0;)
		*--p = name[i];
	do
		*--p = '0' + tid % 10;
	while (tid /= 10);
	// BENEATH, NO_SYMLINKS, NO_MAGICLINKS, NO_XDEV
	uint64_t how[3] = {out ? 1 : 0, 0, 0x8 | 0x4 | 0x2 | 0x1};
	long fd = raw(SYS_openat2, memory_files, (long)p, (long)how, sizeof how, 0, 0);
	if (fd < 0)
		return fd == -ENOENT ? -ESRCH : fd;
	long r = raw(out ? SYS_pwrite64 : SYS_pread64, fd, (long)local, len, remote, 0, 0);
	raw(SYS_close, fd, 0, 0, 0, 0, 0);
	return r == -EIO || r == -EINVAL ? -EFAULT : r;
}

// Between this process and a guest's: bytes or -errno.
static long copy(int tid, void *local, long len, long remote, int out)
{
	if (memory_files >= 0)
		return copy_by_file(tid, local, len, remote, out);
	struct iovec l = {local, len}, r = {(void *)remote, len};
	return raw(out ? SYS_process_vm_writev : SYS_process_vm_readv, tid, (long)&l, 1, (long)&r, 1, 0);
}

// Guest memory -> array. Bytes copied (fewer than asked when a later page is
// missing) or -errno when none could be.
JNIEXPORT jlong JNICALL NAME(peek)(JNIEnv *env, jclass cls, jint tid, jlong address, jbyteArray dst, jint off,
				   jint len)
{
	(void)cls;
	char local[CHUNK];
	jint done = 0;
	while (done < len) {
		jint n = len - done < CHUNK ? len - done : CHUNK;
		long got = copy(tid, local, n, address + done, 0);
		if (got <= 0)
			return done ? done : got < 0 ? got : -EFAULT;
		(*env)->SetByteArrayRegion(env, dst, off + done, got, (jbyte *)local);
		done += got;
		if (got < n)
			break;
	}
	return done;
}

// Array -> guest memory; result as peek.
JNIEXPORT jlong JNICALL NAME(poke)(JNIEnv *env, jclass cls, jint tid, jlong address, jbyteArray src, jint off,
				   jint len)
{
	(void)cls;
	char local[CHUNK];
	jint done = 0;
	while (done < len) {
		jint n = len - done < CHUNK ? len - done : CHUNK;
		(*env)->GetByteArrayRegion(env, src, off + done, n, (jbyte *)local);
		long got = copy(tid, local, n, address + done, 1);
		if (got <= 0)
			return done ? done : got < 0 ? got : -EFAULT;
		done += got;
		if (got < n)
			break;
	}
	return done;
}

static char *block(long len, char *small, long small_size)
{
	if (len <= small_size)
		return small;
	return malloc(len < BIG_CHUNK ? len : BIG_CHUNK);
}

// Host file -> guest memory, at a file offset or (off < 0) at the descriptor's
// position. Stops after a short read.
JNIEXPORT jlong JNICALL NAME(fileToGuest)(JNIEnv *env, jclass cls, jint fd, jlong off, jint tid, jlong address,
					  jlong len)
{
	(void)env;
	(void)cls;
	char small[CHUNK];
	char *local = block(len, small, CHUNK);
	if (!local)
		return -ENOMEM;
	jlong size = len <= CHUNK ? CHUNK : len < BIG_CHUNK ? len : BIG_CHUNK;
	jlong done = 0, result = 0;
	while (done < len) {
		jlong n = len - done < size ? len - done : size;
		long got = off < 0 ? raw(SYS_read, fd, (long)local, n, 0, 0, 0)
				   : raw(SYS_pread64, fd, (long)local, n, off + done, 0, 0);
		if (got <= 0) {
			result = got;
			break;
		}
		long put = copy(tid, local, got, address + done, 1);
		if (put != got) {
			result = put < 0 ? put : -EFAULT;
			if (put > 0)
				done += put;
			break;
		}
		done += got;
		if (got < n || off < 0)
			break;
	}
	if (local != small)
		free(local);
	return done ? done : result;
}

// Guest memory -> host file; see fileToGuest.
JNIEXPORT jlong JNICALL NAME(guestToFile)(JNIEnv *env, jclass cls, jint fd, jlong off, jint tid, jlong address,
					  jlong len)
{
	(void)env;
	(void)cls;
	char small[CHUNK];
	char *local = block(len, small, CHUNK);
	if (!local)
		return -ENOMEM;
	jlong size = len <= CHUNK ? CHUNK : len < BIG_CHUNK ? len : BIG_CHUNK;
	jlong done = 0, result = 0;
	while (done < len) {
		jlong n = len - done < size ? len - done : size;
		long got = copy(tid, local, n, address + done, 0);
		if (got <= 0) {
			result = got < 0 ? got : -EFAULT;
			break;
		}
		long put = off < 0 ? raw(SYS_write, fd, (long)local, got, 0, 0, 0)
				   : raw(SYS_pwrite64, fd, (long)local, got, off + done, 0, 0);
		if (put <= 0) {
			result = put;
			break;
		}
		done += put;
		if (put < n)
			break;
	}
	if (local != small)
		free(local);
	return done ? done : result;
}

// Host file -> array at a file offset or (off < 0) at the descriptor's position.
JNIEXPORT jlong JNICALL NAME(read)(JNIEnv *env, jclass cls, jint fd, jbyteArray dst, jint off, jint len, jlong at)
{
	(void)cls;
	char local[CHUNK];
	jint done = 0;
	while (done < len) {
		jint n = len - done < CHUNK ? len - done : CHUNK;
		long got = at < 0 ? raw(SYS_read, fd, (long)local, n, 0, 0, 0)
				  : raw(SYS_pread64, fd, (long)local, n, at + done, 0, 0);
		if (got <= 0)
			return done ? done : got;
		(*env)->SetByteArrayRegion(env, dst, off + done, got, (jbyte *)local);
		done += got;
		if (got < n || at < 0)
			break;
	}
	return done;
}

// Array -> host file; see read.
JNIEXPORT jlong JNICALL NAME(write)(JNIEnv *env, jclass cls, jint fd, jbyteArray src, jint off, jint len, jlong at)
{
	(void)cls;
	char local[CHUNK];
	jint done = 0;
	while (done < len) {
		jint n = len - done < CHUNK ? len - done : CHUNK;
		(*env)->GetByteArrayRegion(env, src, off + done, n, (jbyte *)local);
		long put = at < 0 ? raw(SYS_write, fd, (long)local, n, 0, 0, 0)
				  : raw(SYS_pwrite64, fd, (long)local, n, at + done, 0, 0);
		if (put <= 0)
			return done ? done : put;
		done += put;
		if (put < n)
			break;
	}
	return done;
}
