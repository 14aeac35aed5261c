// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.host;

import io.sandjar.abi.Nr;
import java.util.function.IntSupplier;

/**
 * Network namespaces that have a name: a file at which the namespace is bound. A thread that goes into one is made for
 * that, does nothing else and ends there, so that no thread of the JVM is ever left in a wrong namespace. Results are
 * values or -errno.
 */
public final class Netns {
    private static final int CLONE_NEWNET = 0x40000000;
    private static final int MS_BIND = 4096;
    private static final int MNT_DETACH = 2;
    private static final int UMOUNT_NOFOLLOW = 8;
    private static final int O_CREAT = 0100;
    private static final int O_EXCL = 0200;
    private static final int O_NOFOLLOW = 0400000;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final long NSFS = 0x6e736673;
    private static final int EINVAL = 22;
    private static final int ENOENT = 2;

    private Netns() {}

    /** Makes a namespace, with nothing in it but a loopback that is down, and binds it at a new file. */
    public static int create(String path) {
        int file = Sys.openat(Sys.AT_FDCWD, path, O_CREAT | O_EXCL | O_NOFOLLOW, 0);
        if (file < 0) {
            return file;
        }
        Sys.close(file);
        int r = apart(() -> {
            int u = (int) Sys.call(Nr.unshare, CLONE_NEWNET);
            return u < 0 ? u : Mounts.mount("/proc/thread-self/ns/net", path, "", MS_BIND, "");
        });
        if (r < 0) {
            Mounts.unlink(path);
        }
        return r;
    }

    /** Whether a namespace is bound at the file. */
    public static boolean exists(String path) {
        int fd = Sys.openat(Sys.AT_FDCWD, path, O_NOFOLLOW, 0);
        if (fd < 0) {
            return false;
        }
        boolean yes = HostFs.fsType(fd) == NSFS;
        Sys.close(fd);
        return yes;
    }

    /** Takes the name away. The namespace goes with the last process in it. */
    public static int remove(String path) {
        int r;
        do { // as often as something is bound there
            r = Mounts.unmount(path, MNT_DETACH | UMOUNT_NOFOLLOW);
        } while (r == 0);
        if (r == -ENOENT) {
            return 0;
        }
        if (r != -EINVAL) {
            return r;
        }
        r = Mounts.unlink(path);
        return r == -ENOENT ? 0 : r;
    }

    /** socket(2) in a namespace: the descriptor belongs to it for ever. */
    public static int socket(String path, int family, int type, int protocol) {
        int ns = Sys.openat(Sys.AT_FDCWD, path, O_NOFOLLOW, 0);
        if (ns < 0) {
            return ns;
        }
        try {
            return apart(() -> {
                int r = (int) Sys.call(Nr.setns, ns, CLONE_NEWNET, 0);
                return r < 0 ? r : (int) Sys.call(Nr.socket, family, type | SOCK_CLOEXEC, protocol);
            });
        } finally {
            Sys.close(ns);
        }
    }

    /** Moves the calling thread, and whatever it starts, to a fresh namespace: for tests, on threads of their own. */
    public static int leave() {
        return (int) Sys.call(Nr.unshare, CLONE_NEWNET);
    }

    private static int apart(IntSupplier work) {
        int[] result = {-EINVAL};
        Thread t = Thread.ofPlatform().daemon().name("netns").unstarted(() -> result[0] = work.getAsInt());
        t.start();
        boolean interrupted = false;
        while (true) {
            try {
                t.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return result[0];
    }
}
