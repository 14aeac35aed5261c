// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.O;
import io.sandjar.abi.Poll;
import io.sandjar.kernel.base.HeapRoom;
import io.sandjar.kernel.base.Pollable;
import io.sandjar.kernel.base.WaitEntry;
import io.sandjar.kernel.base.WaitQueue;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An open file description (open(2)): what descriptors refer to. No method blocks: where Linux would, the answer is
 * -EAGAIN, and the system call layer waits with {@link Caller#waitFor} and tries again unless O_NONBLOCK is set.
 * Counted: one reference for each descriptor and each call in flight; {@link #onRelease()} runs when the last goes.
 */
public abstract class FileDescription implements Pollable {
    /** Heap of an ordinary one with its inode. */
    public static final int PLAIN_BYTES = 250;

    private static final WaitQueue NEVER = new WaitQueue();

    private final AtomicInteger refs = new AtomicInteger(1);

    /** The inode that counts this description among its writers; set before it is shared. */
    private @Nullable Inode writes;

    /** Guarded by {@code refs}. */
    private @Nullable ArrayList<ReleaseHook> releaseHooks;

    /** O_ACCMODE bits and status flags (O_APPEND, O_NONBLOCK, O_PATH, ...) without O_CREAT and friends. */
    private volatile int flags;

    private final @Nullable Path path;

    /** What it takes of {@link HeapRoom#OBJECTS}; 0 until it has a descriptor. Written under {@code refs}. */
    private int charged;

    /** Whether locks of this description are to be dropped at the end. */
    volatile boolean lockHook;

    /** Owner for SIGIO (F_SETOWN) and signal (F_SETSIG). */
    public volatile int owner; // global, see Caller.globalPid

    /** F_OWNER_TID, F_OWNER_PID or F_OWNER_PGRP; {@link #owner} is negative for the last. */
    public volatile int ownerType;

    public volatile int ownerSignal;

    /** Sends the signals of O_ASYNC; guarded by this. */
    public @Nullable WaitEntry asyncEntry;

    /** Sends the signals of F_NOTIFY. */
    public volatile @Nullable ReleaseHook dirNotice;

    protected FileDescription(@Nullable Path path, int flags) {
        this.path = path;
        this.flags = flags;
        if (path != null) {
            path.mount().use(1);
            path.dentry().opened(1);
        }
    }

    public final int flags() {
        return flags;
    }

    public void setFlags(int flags) {
        this.flags = flags;
    }

    public final boolean readable() {
        return (flags & 3) != 1 && (flags & 010000000) == 0;
    }

    public final boolean writable() {
        return (flags & 3) != 0 && (flags & 010000000) == 0;
    }

    public final boolean nonblocking() {
        return (flags & 04000) != 0;
    }

    /** Where it was opened; null for pipes, sockets and other nameless files. */
    public final @Nullable Path path() {
        return path;
    }

    /** The file behind it; nameless files have an inode of their own for fstat. */
    public abstract Inode inode();

    /** fstat(2). */
    public int stat(Stat out) {
        return inode().stat(out);
    }

    /** Text of its /proc/PID/fd link when there is no path, e.g. {@code pipe:[12]}, {@code anon_inode:[eventfd]}. */
    public String describe() {
        return "anon_inode:" + getClass().getSimpleName();
    }

    // ---- transfer ----

    /** Reads at the description's position. Bytes (0 at end of file), -EAGAIN where Linux would wait, or -errno. */
    public long read(Caller c, IoBuffer dst) {
        return -EINVAL;
    }

    /**
     * Writes at the description's position (at the end with O_APPEND). Bytes, perhaps fewer than asked, -EAGAIN where
     * Linux would wait for room for the first byte (or, for pipes, for an atomic write), or -errno. On EPIPE the
     * system call layer raises SIGPIPE.
     */
    public long write(Caller c, IoBuffer src) {
        return -EINVAL;
    }

    public long pread(Caller c, IoBuffer dst, long off) {
        return -ESPIPE;
    }

    public long pwrite(Caller c, IoBuffer src, long off) {
        return -ESPIPE;
    }

    /** As {@link #pwrite}, and at {@code off} also where the file is opened for appending (RWF_NOAPPEND). */
    public long pwriteNoAppend(Caller c, IoBuffer src, long off) {
        return (flags & O.O_APPEND) == 0 ? pwrite(c, src, off) : -EOPNOTSUPP;
    }

    /** Whether a blocking write goes on until all bytes are written (pipes, stream sockets, terminals). */
    public boolean writesAll() {
        return false;
    }

    /** How long a blocking transfer waits (SO_RCVTIMEO, SO_SNDTIMEO); {@link Caller#FOREVER} as a rule. */
    public long timeoutNanos(boolean writing) {
        return Caller.FOREVER;
    }

    /** Whether it has a position (FMODE_LSEEK): pread and sendfile ask. */
    public boolean seekable() {
        return inode().isRegular() || inode().isDir();
    }

    /** Whether it has no positions at all, as pipes, sockets and terminals: pread and pwrite fail with ESPIPE, even where it cannot be read or written. */
    public boolean streams() {
        int type = inode().mode() & O.S_IFMT;
        return type == O.S_IFIFO || type == O.S_IFSOCK;
    }

    /** @return the new position or -errno (-ESPIPE) */
    public long lseek(Caller c, long off, int whence) {
        return -ESPIPE;
    }

    /** @return next directory position or -errno; see {@link DirSink} */
    public long getdents(Caller c, DirSink sink) {
        return -ENOTDIR;
    }

    public long ioctl(Caller c, int cmd, long arg) {
        return -ENOTTY;
    }

    /** fcntl(2) commands that are the file's own: locks and seals of those that have them. */
    public long fcntl(Caller c, int fd, int cmd, long arg) {
        return switch (cmd) {
            case O.F_GETLK, O.F_SETLK, O.F_SETLKW, O.F_OFD_GETLK, O.F_OFD_SETLK, O.F_OFD_SETLKW ->
                FileLocks.fcntl(c, this, fd, cmd, arg);
            case O.F_GET_SEALS -> this instanceof Sealable s ? s.seals() : -EINVAL;
            case O.F_ADD_SEALS -> this instanceof Sealable s ? s.addSeals((int) arg) : -EINVAL;
            default -> -EINVAL;
        };
    }

    public long fsync(Caller c, boolean dataOnly) {
        return -EINVAL;
    }

    public long ftruncate(Caller c, long size) {
        return -EINVAL;
    }

    public long fallocate(Caller c, int mode, long off, long len) {
        return -ENODEV;
    }

    /**
     * A host descriptor to be mapped into the guest (the caller dups it in with ADDFD while the description is held).
     * Its access mode must not exceed what {@code prot} and {@code mapFlags} need and the description allows.
     *
     * @return host descriptor, or -errno (-ENODEV where the file cannot be mapped, -EACCES)
     */
    public int mapFd(Caller c, int prot, int mapFlags) {
        return -ENODEV;
    }

    /** What /proc/PID/fdinfo says of it beside what it says of all: whole lines. */
    public void moreInfo(Caller c, StringBuilder out) {}

    // ---- readiness: regular files and directories are always ready ----

    @Override
    public int poll() {
        return 0x1 | 0x4 | 0x40 | 0x100; // POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM
    }

    @Override
    public WaitQueue waitQueue() {
        return NEVER;
    }

    /**
     * What {@code c} waits on: the description itself but where readiness depends on who asks (signalfd).
     */
    public Pollable pollableFor(Caller c) {
        return this;
    }

    /** Whether epoll accepts it (EPERM for regular files and directories). */
    public boolean pollable() {
        return false;
    }

    // ---- life ----

    /** Bytes of the kernel's heap that one of its kind takes, roughly. */
    protected int heapBytes() {
        return PLAIN_BYTES;
    }

    /** Counts it among what guests have made, once: false when that is too much (ENFILE). */
    final boolean charge() {
        synchronized (refs) {
            if (charged != 0) {
                return true;
            }
            int bytes = heapBytes();
            if (!HeapRoom.OBJECTS.take(bytes)) {
                return false;
            }
            charged = bytes;
            return true;
        }
    }

    /** Takes a reference unless the description is gone already. */
    public final boolean tryAcquire() {
        while (true) {
            int n = refs.get();
            if (n <= 0) {
                return false;
            }
            if (refs.compareAndSet(n, n + 1)) {
                return true;
            }
        }
    }

    public final void acquire() {
        if (!tryAcquire()) {
            throw new IllegalStateException("description is gone");
        }
    }

    public final void release() {
        if (refs.decrementAndGet() == 0) {
            if (path != null && (flags & 010000000) == 0) {
                FsNotify.event(path, (flags & 3) != 0 ? Poll.IN_CLOSE_WRITE : Poll.IN_CLOSE_NOWRITE);
            }
            runReleaseHooks();
            onRelease();
            HeapRoom.OBJECTS.give(charged);
            Inode w = writes;
            if (w != null) {
                w.addWriter(-1);
                if (path != null) {
                    path.mount().write(-1);
                }
            }
            if (path != null) {
                path.dentry().opened(-1);
                path.mount().use(-1);
            }
        }
    }

    /** Makes {@code inode} count it as a writer until it is released. */
    final void countAsWriter(Inode inode) {
        inode.addWriter(1);
        writes = inode;
        if (path != null) {
            path.mount().write(1);
        }
    }

    /** Hears that the last reference to a description went, while its state is still whole. */
    public interface ReleaseHook {
        void released();
    }

    /** @return false when the description is gone already */
    public final boolean addReleaseHook(ReleaseHook hook) {
        synchronized (refs) {
            if (refs.get() <= 0) {
                return false;
            }
            if (releaseHooks == null) {
                releaseHooks = new ArrayList<>(1);
            }
            releaseHooks.add(hook);
            return true;
        }
    }

    public final void removeReleaseHook(ReleaseHook hook) {
        synchronized (refs) {
            if (releaseHooks != null) {
                releaseHooks.remove(hook);
            }
        }
    }

    private void runReleaseHooks() {
        ReleaseHook[] hooks;
        synchronized (refs) {
            if (releaseHooks == null) {
                return;
            }
            hooks = releaseHooks.toArray(new ReleaseHook[0]);
            releaseHooks = null;
        }
        for (ReleaseHook hook : hooks) {
            hook.released();
        }
    }

    /** References now; only a guess unless the caller knows who holds them. */
    public final int references() {
        return refs.get();
    }

    /** A descriptor of it was closed by process {@code pid} (POSIX locks go, whatever other descriptors there are). */
    public void onClose(Caller c) {
        FileLocks.closed(c, this);
        ReleaseHook notice = dirNotice;
        if (notice != null) {
            notice.released();
        }
    }

    /** The last reference went. */
    protected void onRelease() {}
}
