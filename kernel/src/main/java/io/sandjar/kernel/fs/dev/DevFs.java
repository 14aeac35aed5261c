// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.dev;

import io.sandjar.kernel.fs.pseudo.PseudoDir;
import io.sandjar.kernel.fs.pseudo.PseudoFs;
import io.sandjar.kernel.fs.pseudo.PseudoLink;

/**
 * The sandbox's /dev: the nodes that programs expect, the links into /proc/self/fd, and the empty directories that
 * other file systems are mounted on (pts, shm, mqueue).
 */
public final class DevFs extends PseudoFs {
    private static final long TMPFS_MAGIC = 0x01021994;

    public DevFs(Devices devices) {
        super("devtmpfs", TMPFS_MAGIC);
        PseudoDir root = new PseudoDir(this, newIno(), 0755);
        node(root, devices, "null", Devices.NULL, 0666);
        node(root, devices, "zero", Devices.ZERO, 0666);
        node(root, devices, "full", Devices.FULL, 0666);
        node(root, devices, "random", Devices.RANDOM, 0666);
        node(root, devices, "urandom", Devices.URANDOM, 0666);
        node(root, devices, "tty", Devices.TTY, 0666);
        node(root, devices, "console", Devices.CONSOLE, 0600);
        root.add("ptmx", new PseudoLink(this, "pts/ptmx"));
        root.add("fd", new PseudoLink(this, "/proc/self/fd"));
        root.add("stdin", new PseudoLink(this, "/proc/self/fd/0"));
        root.add("stdout", new PseudoLink(this, "/proc/self/fd/1"));
        root.add("stderr", new PseudoLink(this, "/proc/self/fd/2"));
        root.add("core", new PseudoLink(this, "/proc/kcore"));
        root.add("pts", new PseudoDir(this, newIno(), 0755));
        root.add("shm", new PseudoDir(this, newIno(), 01777));
        root.add("mqueue", new PseudoDir(this, newIno(), 01777));
        setRoot(root);
    }

    private void node(PseudoDir root, Devices devices, String name, long rdev, int perm) {
        root.add(name, new DeviceInode(this, devices, rdev, perm));
    }
}
