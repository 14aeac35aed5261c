// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.hostdir;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Nr;
import io.sandjar.abi.O;
import io.sandjar.host.HostFs;
import io.sandjar.host.HostStat;
import io.sandjar.host.Sys;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.vfs.FileSystem;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.Stat;
import java.lang.ref.WeakReference;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A directory of the host. Reached only downwards from one descriptor, a component at a time, never through a link.
 * Directories that were used last keep a descriptor; the others are opened again through their parents.
 */
public final class HostDirFs extends FileSystem {
    /** How directories are shown. */
    public enum Mode {
        /** Below an overlay: attributes may be a second old. */
        LOWER,
        READ_ONLY,
        READ_WRITE
    }

    /** User and group, 32 bits each. */
    private static final String OWNER = "user.sandjar.owner";

    private static final int OWNER_BYTES = 8;
    private static final int MAX_DIRECTORIES = 2000;
    private static final int O_PATH = 010000000;
    private static final int O_DIRECTORY = 0200000;

    private final Mode mode;
    private final HostInode root;
    private final long dev;

    private final ConcurrentHashMap<FileId, WeakReference<HostInode>> known = new ConcurrentHashMap<>();

    /** At how many entries those of forgotten inodes are looked for. */
    private volatile int sweepAt = 10_000;

    /** Directories with a descriptor, visited like the hands of a clock when there are too many. Guarded by itself. */
    private final @Nullable HostInode[] ring = new HostInode[MAX_DIRECTORIES];

    private int hand;
    private volatile boolean closed;

    /** The root's own file system on the host has no access control lists. */
    private volatile boolean withoutAcls;

    /** Set before anything is looked up. */
    private boolean storedOwners;

    // of a file system that several containers may show; guarded by it

    @Nullable
    SharedDirs shared;

    String key = "";
    int users;

    /** One file of the host. */
    record FileId(int major, int minor, long ino) {
        static FileId of(HostStat s) {
            return new FileId(s.devMajor, s.devMinor, s.ino);
        }

        // Written out because a record's own are made of method handles, which costs every start ten milliseconds.

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof FileId f && major == f.major && minor == f.minor && ino == f.ino;
        }

        @Override
        public int hashCode() {
            return 31 * (31 * Long.hashCode(ino) + major) + minor;
        }
    }

    private HostDirFs(String type, Mode mode, int rootFd, HostStat rootStat) {
        super(type);
        this.mode = mode;
        this.dev = Stat.makedev(rootStat.devMajor, rootStat.devMinor);
        this.root = new HostInode(this, null, "", rootStat, rootFd);
    }

    /**
     * Opens a host directory, following links in {@code path} as the user who names it expects.
     *
     * @return 0 or -errno of the host
     */
    public static int open(String path, Mode mode, Ref<HostDirFs> out) {
        int fd = Sys.openat(Sys.AT_FDCWD, path, O_PATH | O_DIRECTORY, 0);
        if (fd < 0) {
            return fd;
        }
        return of("hostdir", fd, mode, out);
    }

    /**
     * The directory behind a descriptor, which now belongs to the file system; what it is mounted on the host with, and
     * what is mounted below it there, goes on to hold. Shown with the host's own type of file system.
     *
     * @return 0 or -errno (-ENOTDIR for other files); the descriptor is closed then
     */
    public static int of(int fd, Mode mode, Ref<HostDirFs> out) {
        return of(HostFsType.name(HostFs.fsType(fd)), fd, mode, out);
    }

    private static int of(String type, int fd, Mode mode, Ref<HostDirFs> out) {
        HostStat s = new HostStat();
        int r = HostFs.statx(fd, "", s);
        if (r == 0 && (s.mode & O.S_IFMT) != O.S_IFDIR) {
            r = -io.sandjar.abi.Errno.ENOTDIR;
        }
        if (r != 0) {
            Sys.close(fd);
            return r;
        }
        out.set(new HostDirFs(type, mode, fd, s));
        return 0;
    }

    @Override
    public Inode root() {
        return root;
    }

    /** The host's: what stat(2) tells of its files, at least of those that are on the root's own. */
    @Override
    public long dev() {
        return dev;
    }

    /**
     * The files were unpacked by an ordinary user, whose they all are now. Owners that were meant are in an attribute;
     * without it, what belongs to that user is meant to be root's. To be called before anything is looked up.
     */
    public void storedOwners() {
        if (mode == Mode.LOWER) {
            storedOwners = true;
            owner(root.openSelf(O.O_RDONLY | O_DIRECTORY), root.stat);
        }
    }

    boolean hasStoredOwners() {
        return storedOwners;
    }

    /** Puts the owner that was meant in place of the host's; the descriptor is closed. */
    private static void owner(int fd, HostStat s) {
        s.uid = 0;
        s.gid = 0;
        if (fd < 0) {
            return;
        }
        byte[] v = HostFs.xattr(Nr.fgetxattr, fd, OWNER, new int[1]);
        Sys.close(fd);
        if (v != null && v.length == OWNER_BYTES) {
            s.uid = Bytes.i32(v, 0);
            s.gid = Bytes.i32(v, 4);
        }
    }

    /** Whether it is worth asking for a file's access control lists. */
    boolean mayHaveAcls(HostStat s) {
        return !withoutAcls || Stat.makedev(s.devMajor, s.devMinor) != dev;
    }

    /** A file was found to be on a file system of the host that has no such lists. */
    void noAcls(HostStat s) {
        if (Stat.makedev(s.devMajor, s.devMinor) == dev) {
            withoutAcls = true;
        }
    }

    boolean writable() {
        return mode == Mode.READ_WRITE;
    }

    /** Whether attributes must be asked for each time. */
    boolean live() {
        return mode != Mode.LOWER;
    }

    @Override
    public boolean cachesNames() {
        return false;
    }

    @Override
    public void statfs(StatFs out) {
        int fd = root.acquire();
        if (fd >= 0) {
            statfs(fd, out);
            root.release();
        }
    }

    static void statfs(int fd, StatFs out) {
        long[] v = new long[8];
        if (HostFs.statfs(fd, v) == 0) {
            out.type = v[0];
            out.bsize = v[1];
            out.blocks = v[2];
            out.bfree = v[3];
            out.bavail = v[4];
            out.files = v[5];
            out.ffree = v[6];
            out.namelen = v[7];
        }
    }

    /** The inode object of a name that was just looked up; of a volume the one that is in use already, if any. */
    HostInode inode(HostInode dir, String name, HostStat s) {
        if (storedOwners) {
            int type = s.mode & O.S_IFMT;
            boolean openable = type == O.S_IFREG || type == O.S_IFDIR;
            owner(openable ? dir.openChild(name, O.O_RDONLY | O.O_NONBLOCK) : -1, s);
        }
        if (mode != Mode.READ_WRITE) {
            return new HostInode(this, dir, name, s, -1);
        }
        HostInode i = known(s);
        if (i != null) {
            i.moved(dir, name, s);
            return i;
        }
        i = new HostInode(this, dir, name, s, -1);
        remember(s, i);
        return i;
    }

    private void remember(HostStat s, HostInode i) {
        known.put(FileId.of(s), new WeakReference<>(i));
        if (known.size() > sweepAt) {
            known.values().removeIf(w -> w.refersTo(null));
            sweepAt = Math.max(10_000, 2 * known.size());
        }
    }

    /** The inode object of a file of a volume that is in use already, if any. */
    @Nullable
    HostInode known(HostStat s) {
        WeakReference<HostInode> ref = known.get(FileId.of(s));
        HostInode i = ref == null ? null : ref.get();
        return i != null && i.sameAs(s) ? i : null;
    }

    /** The inode object of a file without a name; the descriptor is its own until it is opened. */
    HostInode nameless(HostStat s, int fd) {
        HostInode i = new HostInode(this, null, "", s, fd);
        i.setNameless();
        remember(s, i);
        return i;
    }

    @Override
    public void close() {
        SharedDirs s = shared;
        if (s != null && !s.drop(this)) {
            return;
        }
        closed = true; // what is opened from now on goes when it is released
        synchronized (ring) {
            for (int i = 0; i < ring.length; i++) {
                HostInode dir = ring[i];
                if (dir != null) {
                    dir.retire();
                }
            }
        }
        root.retire();
    }

    boolean isClosed() {
        return closed;
    }

    /** Notes that a directory has a descriptor, and takes one away from another when there are too many. */
    void opened(HostInode dir) {
        synchronized (ring) {
            for (int tries = 0; tries < 2 * MAX_DIRECTORIES; tries++) {
                int at = hand;
                hand = (hand + 1) % MAX_DIRECTORIES;
                HostInode there = ring[at];
                if (there == null || there == dir || there.evict()) {
                    ring[at] = dir;
                    return;
                }
            }
        }
    }
}
