// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Mm;
import io.sandjar.abi.Nr;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.Path;

/** Extended attributes of files that are named relative to a directory (Linux 6.13). */
public final class XattrAtCalls {
    /** struct xattr_args: the address of the value, its size, flags. */
    private static final int ARGS_SIZE = 16;

    private XattrAtCalls() {}

    private static int find(Task t, int dfd, long path, int atFlags, Ref<Path> out) {
        if ((atFlags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) != 0) {
            return -EINVAL;
        }
        return PathArg.findAt(t, dfd, path, atFlags, out);
    }

    /** The structure of arguments; what a newer program sends beyond it must be zero. */
    private static int arguments(Task t, long uargs, long usize, byte[] out) {
        if (Long.compareUnsigned(usize, Mm.PAGE_SIZE) > 0) {
            return -E2BIG;
        }
        if (usize < ARGS_SIZE) {
            return -EINVAL;
        }
        byte[] all = new byte[(int) usize];
        int r = t.mem().read(uargs, all);
        for (int i = ARGS_SIZE; r == 0 && i < all.length; i++) {
            r = all[i] == 0 ? 0 : -E2BIG;
        }
        System.arraycopy(all, 0, out, 0, ARGS_SIZE);
        return r;
    }

    @Syscall(nr = Nr.setxattrat)
    public static long sys_setxattrat(
            Task t,
            @As(Kind.DIRFD) int dfd,
            @As(Kind.PATH) long pathname,
            @As(Kind.AT_FLAGS) int at_flags,
            @As(Kind.STR) long name,
            long uargs,
            long usize) {
        byte[] a = new byte[ARGS_SIZE];
        int r = arguments(t, uargs, usize, a);
        Ref<Path> p = new Ref<>();
        if (r == 0) {
            r = find(t, dfd, pathname, at_flags, p);
        }
        long size = Bytes.i32(a, 8) & 0xffffffffL;
        return r != 0 ? r : XattrCalls.set(t, p.get(), name, Bytes.i64(a, 0), size, Bytes.i32(a, 12));
    }

    @Syscall(nr = Nr.getxattrat)
    public static long sys_getxattrat(
            Task t,
            @As(Kind.DIRFD) int dfd,
            @As(Kind.PATH) long pathname,
            @As(Kind.AT_FLAGS) int at_flags,
            @As(Kind.STR) long name,
            long uargs,
            long usize) {
        byte[] a = new byte[ARGS_SIZE];
        int r = arguments(t, uargs, usize, a);
        if (r == 0 && Bytes.i32(a, 12) != 0) {
            r = -EINVAL;
        }
        Ref<Path> p = new Ref<>();
        if (r == 0) {
            r = find(t, dfd, pathname, at_flags, p);
        }
        return r != 0 ? r : XattrCalls.get(t, p.get(), name, Bytes.i64(a, 0), Bytes.i32(a, 8) & 0xffffffffL);
    }

    @Syscall(nr = Nr.listxattrat)
    public static long sys_listxattrat(
            Task t,
            @As(Kind.DIRFD) int dfd,
            @As(Kind.PATH) long pathname,
            @As(Kind.AT_FLAGS) int at_flags,
            long list,
            long size) {
        Ref<Path> p = new Ref<>();
        int r = find(t, dfd, pathname, at_flags, p);
        return r != 0 ? r : XattrCalls.list(t, p.get(), list, size);
    }

    @Syscall(nr = Nr.removexattrat)
    public static long sys_removexattrat(
            Task t,
            @As(Kind.DIRFD) int dfd,
            @As(Kind.PATH) long pathname,
            @As(Kind.AT_FLAGS) int at_flags,
            @As(Kind.STR) long name) {
        Ref<Path> p = new Ref<>();
        int r = find(t, dfd, pathname, at_flags, p);
        return r != 0 ? r : XattrCalls.remove(t, p.get(), name);
    }
}
