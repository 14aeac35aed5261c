// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.host;

import io.sandjar.abi.Nr;
import io.sandjar.abi.O;
import java.util.List;

/**
 * Overlay mounts of the host, which hold images' layers together. Paths are bytes in ISO-8859-1; results are 0 or -errno. Needs
 * CAP_SYS_ADMIN over the caller's mount namespace.
 */
public final class OverlayMounts {
    private static final int FSCONFIG_SET_STRING = 1;
    private static final int FSCONFIG_CMD_CREATE = 6;
    private static final int CLOEXEC = 1;
    private static final int MOVE_MOUNT_F_EMPTY_PATH = 4;
    private static final int MS_RDONLY = 1;
    private static final int PAGE = 4096;

    /** Longest text that fsconfig(2) takes, with its NUL. */
    private static final int MAX_VALUE = 256;

    private static final int E2BIG = 7;
    private static final int EINVAL = 22;
    private static final int ENOSYS = 38;
    private static final int OVERLAYFS = 0x794c7630;

    private OverlayMounts() {}

    /**
     * Mounts layers above each other.
     *
     * @param lower directories, the topmost first
     * @param upper what takes the changes; empty: nothing can be changed
     * @param work beside {@code upper}, on the same file system
     * @param attributes MOUNT_ATTR_* of {@link HostTrees}
     */
    public static int overlay(List<String> lower, String upper, String work, String target, long attributes) {
        int[] fds = new int[lower.size() + 2];
        int count = 0;
        try {
            String[] names = new String[lower.size() + 2];
            for (int i = 0; i < names.length; i++) {
                String path = i < lower.size() ? lower.get(i) : i == lower.size() ? upper : work;
                if (path.isEmpty()) {
                    names[i] = "";
                    continue;
                }
                int fd = Sys.openat(Sys.AT_FDCWD, path, O.O_PATH | O.O_DIRECTORY | O.O_NOFOLLOW, 0);
                if (fd < 0) {
                    return fd;
                }
                fds[count++] = fd;
                names[i] = path.length() < MAX_VALUE ? path : "/proc/self/fd/" + fd;
            }
            int r = configured(names, target, attributes);
            if (r != -EINVAL && r != -ENOSYS) {
                return r;
            }
            // before Linux 6.5 there is no lowerdir+: all in one page, with names as short as can be
            for (int i = 0, used = 0; i < names.length; i++) {
                names[i] = names[i].isEmpty() ? "" : "/proc/self/fd/" + fds[used++];
            }
            return inOnePage(names, target, attributes);
        } finally {
            for (int i = 0; i < count; i++) {
                Sys.close(fds[i]);
            }
        }
    }

    private static int configured(String[] names, String target, long attributes) {
        int fs = (int) Sys.callWithPath(Nr.fsopen, 0, "overlay", CLOEXEC, 0, 0, 0, 0);
        if (fs < 0) {
            return fs;
        }
        try {
            int lowers = names.length - 2;
            int r = set(fs, "source", "overlay");
            for (int i = 0; i < lowers && r == 0; i++) {
                r = set(fs, "lowerdir+", names[i]);
            }
            if (r == 0 && !names[lowers].isEmpty()) {
                r = set(fs, "upperdir", names[lowers]);
                r = r == 0 ? set(fs, "workdir", names[lowers + 1]) : r;
            }
            if (r == 0) {
                r = (int) Sys.call(Nr.fsconfig, fs, FSCONFIG_CMD_CREATE, 0, 0, 0, 0);
            }
            if (r < 0) {
                return r;
            }
            int mount = (int) Sys.call(Nr.fsmount, fs, CLOEXEC, attributes);
            if (mount < 0) {
                return mount;
            }
            r = attach(mount, target);
            Sys.close(mount);
            return r;
        } finally {
            Sys.close(fs);
        }
    }

    private static int attach(int mount, String target) {
        Scratch s = Scratch.take();
        try {
            long empty = s.putString(0, "");
            long to = s.putString(16, target);
            return (int) Native.sys(Nr.move_mount, mount, empty, Sys.AT_FDCWD, to, MOVE_MOUNT_F_EMPTY_PATH, 0);
        } finally {
            s.give();
        }
    }

    private static int set(int fs, String key, String value) {
        Scratch s = Scratch.take();
        try {
            long k = s.putString(0, key);
            long v = s.putString(64, value);
            return (int) Native.sys(Nr.fsconfig, fs, FSCONFIG_SET_STRING, k, v, 0, 0);
        } finally {
            s.give();
        }
    }

    private static int inOnePage(String[] names, String target, long attributes) {
        int lowers = names.length - 2;
        StringBuilder options = new StringBuilder("lowerdir=");
        for (int i = 0; i < lowers; i++) {
            options.append(i == 0 ? "" : ":").append(names[i]);
        }
        if (!names[lowers].isEmpty()) {
            options.append(",upperdir=")
                    .append(names[lowers])
                    .append(",workdir=")
                    .append(names[lowers + 1]);
        }
        if (options.length() >= PAGE) {
            return -E2BIG;
        }
        return Mounts.mount("overlay", target, "overlay", flags(attributes), options.toString());
    }

    /** MS_* of MOUNT_ATTR_*: the same numbers for these four. */
    private static long flags(long attributes) {
        return attributes & (MS_RDONLY | HostTrees.NOSUID | HostTrees.NODEV | HostTrees.NOEXEC);
    }

    /** Takes the topmost mount away from a place, at once for everybody who looks; users of open files keep them. */
    public static int detach(String target) {
        return Mounts.unmount(target, Mounts.DETACH | Mounts.NOFOLLOW);
    }

    /** Whether a directory is the root of an overlay, or lies in one; false too when it is not there. */
    public static boolean isOverlay(String path) {
        int fd = Sys.openat(Sys.AT_FDCWD, path, O.O_PATH | O.O_DIRECTORY | O.O_NOFOLLOW, 0);
        if (fd < 0) {
            return false;
        }
        long type = HostFs.fsType(fd);
        Sys.close(fd);
        return type == OVERLAYFS;
    }
}
