// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.host;

import io.sandjar.abi.Nr;

/** Mounts of the host, and what else is needed to make places for them. Results are values or -errno. */
public final class Mounts {
    public static final long MS_NOSUID = 2;
    public static final long MS_NODEV = 4;
    public static final long MS_BIND = 4096;
    public static final long MS_REC = 16384;

    /** Unmounts even what is in use: it goes away when its last user does. */
    public static final int DETACH = 2;

    public static final int NOFOLLOW = 8;

    /** RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS: links may be followed as long as they stay below. */
    public static final long BENEATH = 0x8 | 0x2;

    /** RESOLVE_NO_SYMLINKS. */
    public static final long NO_LINKS = 0x4;

    private Mounts() {}

    /** mount(2). Empty strings are null. */
    public static int mount(String source, String target, String type, long flags, String data) {
        Scratch s = Scratch.take();
        try {
            long src = source.isEmpty() ? 0 : s.putString(0, source);
            long dst = s.putString(8192, target);
            long t = type.isEmpty() ? 0 : s.putString(16384, type);
            long d = data.isEmpty() ? 0 : s.putString(20480, data);
            return (int) Native.sys(Nr.mount, src, dst, t, flags, d, 0);
        } finally {
            s.give();
        }
    }

    /** Shows at one open file or directory what another open one is, wherever their names lead by now. */
    public static int bind(int source, int target, boolean recursive) {
        long flags = MS_BIND | (recursive ? MS_REC : 0);
        return mount("/proc/self/fd/" + source, "/proc/self/fd/" + target, "", flags, "");
    }

    public static int unmount(String path, int flags) {
        return (int) Sys.callWithPath(Nr.umount2, 0, path, flags, 0, 0, 0, 0);
    }

    public static int unlink(String path) {
        return (int) Sys.callWithPath(Nr.unlink, 0, path, 0, 0, 0, 0, 0);
    }

    /** Opens with O_PATH; {@code resolve}: {@link #BENEATH}, {@link #NO_LINKS}. */
    public static int openPath(int dirfd, String path, boolean directory, long resolve) {
        int flags = 010000000 | (directory ? 0200000 : 0);
        int fd = Sys.openat2(dirfd, path, flags, 0, resolve);
        for (int i = 0; fd == -11 && i < 32; i++) { // a rename raced with the walk
            fd = Sys.openat2(dirfd, path, flags, 0, resolve);
        }
        return fd;
    }

    /** fchownat of an entry itself, never of what a link leads to; -1 leaves an id as it is. */
    public static int chown(int dirfd, String name, int uid, int gid) {
        int flags = name.isEmpty() ? 0x1000 : 0x100;
        return (int) Sys.callWithPath(Nr.fchownat, 1, name, dirfd, uid, gid, flags, 0);
    }
}
