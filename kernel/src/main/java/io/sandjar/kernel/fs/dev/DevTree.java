// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.dev;

import io.sandjar.abi.O;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Inode;

/**
 * What every sandbox has in /dev: the nodes that programs expect, the links into /proc/self/fd, and the directories that
 * other file systems are mounted on. It is put into an ordinary tmpfs, so that the guest may add to it.
 */
public final class DevTree {
    private DevTree() {}

    /** Fills an empty directory. */
    public static void fill(Caller c, Inode root) {
        nodes(c, root);
        node(c, root, "console", Devices.CONSOLE, 0600);
        directory(c, root, "pts", 0755);
        directory(c, root, "shm", 01777);
        directory(c, root, "mqueue", 01777);
    }

    /** What a container has there whatever is mounted below; {@code console} only with a terminal. */
    public static void fillContainer(Caller c, Inode root, boolean console) {
        nodes(c, root);
        if (console) {
            node(c, root, "console", Devices.CONSOLE, 0620);
        }
    }

    private static void nodes(Caller c, Inode root) {
        node(c, root, "null", Devices.NULL, 0666);
        node(c, root, "zero", Devices.ZERO, 0666);
        node(c, root, "full", Devices.FULL, 0666);
        node(c, root, "random", Devices.RANDOM, 0666);
        node(c, root, "urandom", Devices.URANDOM, 0666);
        node(c, root, "tty", Devices.TTY, 0666);
        check(root.symlink(c, "ptmx", "pts/ptmx"));
        check(root.symlink(c, "fd", "/proc/self/fd"));
        check(root.symlink(c, "stdin", "/proc/self/fd/0"));
        check(root.symlink(c, "stdout", "/proc/self/fd/1"));
        check(root.symlink(c, "stderr", "/proc/self/fd/2"));
        check(root.symlink(c, "core", "/proc/kcore"));
    }

    private static void directory(Caller c, Inode root, String name, int perm) {
        check(root.mkdir(c, name, perm, new Ref<>()));
    }

    private static void node(Caller c, Inode root, String name, long rdev, int perm) {
        check(root.mknod(c, name, O.S_IFCHR | perm, rdev, new Ref<>()));
    }

    private static void check(int r) {
        if (r < 0) {
            throw new IllegalStateException("cannot fill /dev: errno " + -r);
        }
    }
}
