// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.host;

import io.sandjar.abi.Nr;

/**
 * Directory trees of the host as descriptors that a sandbox can be given: clones of mounts that hang in no namespace.
 * Nothing leads out of such a clone (its root has no parent), and its attributes, above all read-only, are enforced by
 * Linux whatever the holder tries. Results are values or -errno.
 */
public final class HostTrees {
    /** MOUNT_ATTR_*. */
    public static final long RDONLY = 0x1;

    public static final long NOSUID = 0x2;
    public static final long NODEV = 0x4;
    public static final long NOEXEC = 0x8;
    public static final long NOATIME = 0x10;
    public static final long STRICTATIME = 0x20;
    public static final long NODIRATIME = 0x80;
    public static final long NOSYMFOLLOW = 0x200000;

    private static final long ATIME = 0x70;
    private static final long MS_PRIVATE = 1 << 18;
    private static final int OPEN_TREE_CLONE = 1;
    private static final int CLOEXEC = 02000000;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int AT_RECURSIVE = 0x8000;
    private static final int O_PATH = 010000000;
    private static final int O_DIRECTORY = 0200000;

    private HostTrees() {}

    /**
     * Clones the mount that shows a file or directory. Needs CAP_SYS_ADMIN over the caller's mount namespace.
     *
     * @param path followed to its end, links too; empty: {@code dirfd} itself
     * @param recursive with the mounts below it; else the tree ends where another mount begins
     */
    public static int open(int dirfd, String path, boolean recursive) {
        int flags = OPEN_TREE_CLONE | CLOEXEC | (recursive ? AT_RECURSIVE : 0) | (path.isEmpty() ? AT_EMPTY_PATH : 0);
        return (int) Sys.callWithPath(Nr.open_tree, 1, path, dirfd, flags, 0, 0, 0);
    }

    /** The directory itself, for callers who may not clone mounts. The namespace's other mounts stay within reach. */
    public static int plain(int dirfd, String path) {
        return Sys.openat(dirfd, path, O_PATH | O_DIRECTORY, 0);
    }

    /**
     * Sets and clears attributes of a clone's topmost mount, or of all its mounts. What stands on the other side of
     * the host no longer changes the clone (the mounts are made private).
     */
    public static int attributes(int fd, long set, long clear, boolean recursive) {
        Scratch s = Scratch.take();
        try {
            boolean atime = ((set | clear) & ATIME) != 0;
            s.buf.putLong(0, set);
            s.buf.putLong(8, atime ? clear | ATIME : clear);
            s.buf.putLong(16, MS_PRIVATE);
            s.buf.putLong(24, 0);
            long empty = s.putString(64, "");
            int flags = AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0);
            return (int) Native.sys(Nr.mount_setattr, fd, empty, flags, s.address, 32, 0);
        } finally {
            s.give();
        }
    }
}
