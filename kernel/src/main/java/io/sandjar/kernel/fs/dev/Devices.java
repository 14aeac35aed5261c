// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.dev;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.O;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.pseudo.PseudoFs;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.Stat;
import java.util.concurrent.ConcurrentHashMap;

/** The drivers of the sandbox by device number. A node of any file system leads here; the guest has no other devices. */
public final class Devices {
    public static final long NULL = Stat.makedev(1, 3);
    public static final long ZERO = Stat.makedev(1, 5);
    public static final long FULL = Stat.makedev(1, 7);
    public static final long RANDOM = Stat.makedev(1, 8);
    public static final long URANDOM = Stat.makedev(1, 9);
    public static final long TTY = Stat.makedev(5, 0);
    public static final long CONSOLE = Stat.makedev(5, 1);
    public static final long PTMX = Stat.makedev(5, 2);

    private final ConcurrentHashMap<Long, Driver> drivers = new ConcurrentHashMap<>();

    public Devices() {
        drivers.put(NULL, MemoryDevice.Kind.NULL);
        drivers.put(ZERO, MemoryDevice.Kind.ZERO);
        drivers.put(FULL, MemoryDevice.Kind.FULL);
        drivers.put(RANDOM, MemoryDevice.Kind.RANDOM);
        drivers.put(URANDOM, MemoryDevice.Kind.RANDOM);
    }

    /** Adds a driver of a character device. */
    public void register(long rdev, Driver driver) {
        drivers.put(rdev, driver);
    }

    /** Whether there is a driver. */
    public boolean has(long rdev) {
        return drivers.containsKey(rdev);
    }

    /**
     * Opens the device that {@code path} leads to, whatever file system the node lies on.
     *
     * @return 0 or -errno (-ENXIO where there is no driver)
     */
    public int open(Caller c, Path path, int flags, Ref<FileDescription> out) {
        Inode node = path.inode();
        if ((node.mode() & O.S_IFMT) != O.S_IFCHR) {
            return -ENXIO;
        }
        Driver d = drivers.get(node.rdev());
        if (d != null) {
            return d.open(c, node, path, flags, out);
        }
        // nodes that are made together with their device (devpts) know how
        return node.fs instanceof PseudoFs ? node.open(c, path, flags, out) : -ENXIO;
    }

    /** What makes an open file of a device node. */
    public interface Driver {
        int open(Caller c, Inode node, Path path, int flags, Ref<FileDescription> out);
    }
}
