// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.host;

import java.nio.ByteBuffer;

/**
 * The JNI library. One raw system call serves nearly everything (JNI loads in 0.4 ms where the foreign-function linker
 * takes 25 ms); the few other methods save copies. Results are values or -errno.
 */
final class Native {
    static {
        String path = System.getProperty("sandjar.native");
        System.load(path != null ? path : System.getProperty("java.home") + "/lib/libsandjar.so");
    }

    private Native() {}

    static native long sys(int nr, long a, long b, long c, long d, long e, long f);

    static native ByteBuffer buffer(long address, long length);

    static native long address(ByteBuffer buffer);

    static native long spawn(long plan);

    static native long peek(int tid, long address, byte[] dst, int off, int len);

    static native long poke(int tid, long address, byte[] src, int off, int len);

    static native void memoryByFiles(int proc);

    static native long fileToGuest(int fd, long off, int tid, long address, long len);

    static native long guestToFile(int fd, long off, int tid, long address, long len);

    static native long read(int fd, byte[] dst, int off, int len, long at);

    static native long write(int fd, byte[] src, int off, int len, long at);

    static native void ringAnswer(long ring, int state, long result);

    static native void ringsAwake(long table, int count, int awake);

    static native int ringNext(long table, int count, long nanos);

    static native int cpu();

    static native boolean fsgsbase();
}
