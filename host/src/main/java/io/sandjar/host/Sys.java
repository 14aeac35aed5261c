// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.host;

import io.sandjar.abi.Nr;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Host system calls with Java arguments. Each returns a value or -errno, never throws and does no more than the call.
 * Paths are bytes as ISO-8859-1. Wrappers that belong to a subject (seccomp, pidfd, terminals) have classes of their
 * own beside this one.
 */
public final class Sys {
    /** dirfd for the current directory. */
    public static final int AT_FDCWD = -100;

    private Sys() {}

    public static long call(int nr, long a, long b, long c, long d, long e, long f) {
        return Native.sys(nr, a, b, c, d, e, f);
    }

    public static long call(int nr, long a, long b, long c) {
        return Native.sys(nr, a, b, c, 0, 0, 0);
    }

    public static long call(int nr, long a) {
        return Native.sys(nr, a, 0, 0, 0, 0, 0);
    }

    /**
     * A call with one argument that is a path.
     *
     * @param pathArg which argument (0 to 5) gets the address of the path
     */
    public static long callWithPath(int nr, int pathArg, String path, long a, long b, long c, long d, long e) {
        Scratch s = Scratch.take();
        try {
            long p = s.putString(0, path);
            return switch (pathArg) {
                case 0 -> Native.sys(nr, p, a, b, c, d, e);
                case 1 -> Native.sys(nr, a, p, b, c, d, e);
                case 2 -> Native.sys(nr, a, b, p, c, d, e);
                default -> Native.sys(nr, a, b, c, p, d, e);
            };
        } finally {
            s.give();
        }
    }

    /** openat(2). O_CLOEXEC is always added. */
    public static int openat(int dirfd, String path, int flags, int mode) {
        return (int) callWithPath(Nr.openat, 1, path, dirfd, flags | 02000000, mode, 0, 0);
    }

    /**
     * openat2(2).
     *
     * @param resolve RESOLVE_* bits
     */
    public static int openat2(int dirfd, String path, long flags, long mode, long resolve) {
        Scratch s = Scratch.take();
        try {
            long p = s.putString(64, path);
            s.buf.putLong(0, flags | 02000000);
            s.buf.putLong(8, mode);
            s.buf.putLong(16, resolve);
            return (int) Native.sys(Nr.openat2, dirfd, p, s.address, 24, 0, 0);
        } finally {
            s.give();
        }
    }

    public static int close(int fd) {
        return (int) Native.sys(Nr.close, fd, 0, 0, 0, 0, 0);
    }

    /** read(2), or pread(2) when {@code at} is not negative. */
    public static long read(int fd, byte[] dst, int off, int len, long at) {
        java.util.Objects.checkFromIndexSize(off, len, dst.length);
        return Native.read(fd, dst, off, len, at);
    }

    /** write(2), or pwrite(2) when {@code at} is not negative. */
    public static long write(int fd, byte[] src, int off, int len, long at) {
        java.util.Objects.checkFromIndexSize(off, len, src.length);
        return Native.write(fd, src, off, len, at);
    }

    /** Host file to guest memory; stops at a short read. {@code off} -1: at the descriptor's position. */
    public static long fileToGuest(int fd, long off, int tid, long address, long len) {
        return Native.fileToGuest(fd, off, tid, address, len);
    }

    /** Guest memory to host file; see {@link #fileToGuest}. */
    public static long guestToFile(int fd, long off, int tid, long address, long len) {
        return Native.guestToFile(fd, off, tid, address, len);
    }

    /** pread(2) into native memory of ours; {@code off} -1: read(2). */
    public static long readAt(int fd, long off, long to, long len) {
        return Native.sys(off < 0 ? Nr.read : Nr.pread64, fd, to, len, off, 0, 0);
    }

    /** pwrite(2) from native memory of ours; {@code off} -1: write(2). */
    public static long writeAt(int fd, long off, long from, long len) {
        return Native.sys(off < 0 ? Nr.write : Nr.pwrite64, fd, from, len, off, 0, 0);
    }

    /** Guest memory to array: bytes copied (perhaps fewer) or -errno. */
    public static long peek(int tid, long address, byte[] dst, int off, int len) {
        java.util.Objects.checkFromIndexSize(off, len, dst.length);
        return Native.peek(tid, address, dst, off, len);
    }

    /** Array to guest memory: bytes copied (perhaps fewer) or -errno. */
    public static long poke(int tid, long address, byte[] src, int off, int len) {
        java.util.Objects.checkFromIndexSize(off, len, src.length);
        return Native.poke(tid, address, src, off, len);
    }

    /** Fills guest memory with zeros: bytes written (perhaps fewer) or -errno. Nothing is copied through this process. */
    public static long zeroGuest(int tid, long address, long len) {
        if (GuestAccess.byFiles()) {
            return GuestAccess.zero(tid, address, len);
        }
        long zeros = Zeros.ADDRESS;
        Scratch s = Scratch.take();
        try {
            long done = 0;
            while (done < len) {
                int pieces = 0;
                long n = 0;
                while (pieces < Zeros.MAX_PIECES && done + n < len) {
                    long k = Math.min(Zeros.SIZE, len - done - n);
                    s.buf.putLong(16 + pieces * 16, zeros);
                    s.buf.putLong(24 + pieces * 16, k);
                    n += k;
                    pieces++;
                }
                s.buf.putLong(0, address + done);
                s.buf.putLong(8, n);
                long got = Native.sys(Nr.process_vm_writev, tid, s.address + 16, pieces, s.address, 1, 0);
                if (got <= 0) {
                    return done > 0 ? done : got;
                }
                done += got;
                if (got < n) {
                    break;
                }
            }
            return done;
        } finally {
            s.give();
        }
    }

    /** A read-only piece of memory that is never touched but by the host: one zero page shown many times. */
    private static final class Zeros {
        static final int SIZE = 262144;
        static final int MAX_PIECES = 1024;
        static final long ADDRESS = Native.sys(Nr.mmap, 0, SIZE, 1, 0x22, -1, 0);
    }

    /** readlinkat(2): the text, or null with an error (the caller looks with {@link #openat} if it matters which). */
    public static @Nullable String readlinkat(int dirfd, String path) {
        Scratch s = Scratch.take();
        try {
            long p = s.putString(0, path);
            int room = 4096;
            long n = Native.sys(Nr.readlinkat, dirfd, p, s.address + 8192, room, 0, 0);
            return n < 0 ? null : s.getString(8192, (int) n);
        } finally {
            s.give();
        }
    }

    public static int memfd(String name, int flags) {
        return (int) callWithPath(Nr.memfd_create, 0, name, flags, 0, 0, 0, 0);
    }

    public static int pid() {
        return (int) Native.sys(Nr.getpid, 0, 0, 0, 0, 0, 0);
    }

    /** The text of a small file such as those of /proc; null when it cannot be read. */
    public static @Nullable String readText(String path) {
        int fd = openat(AT_FDCWD, path, 0, 0);
        if (fd < 0) {
            return null;
        }
        try {
            return readAll(fd, false);
        } finally {
            close(fd);
        }
    }

    /** The rest of a small file, or everything in it without moving the descriptor's position. */
    public static String readAll(int fd, boolean fromStart) {
        byte[] data = new byte[8192];
        int n = 0;
        while (true) {
            long r = read(fd, data, n, data.length - n, fromStart ? n : -1);
            if (r <= 0) {
                break;
            }
            n += (int) r;
            if (n == data.length) {
                data = java.util.Arrays.copyOf(data, n * 2);
            }
        }
        return new String(data, 0, n, StandardCharsets.ISO_8859_1);
    }
}
