// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.stdio;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Poll.*;

import io.sandjar.abi.Nr;
import io.sandjar.abi.O;
import io.sandjar.abi.Tty;
import io.sandjar.host.Scratch;
import io.sandjar.host.Sys;
import io.sandjar.kernel.base.LockLevel;
import io.sandjar.kernel.base.OrderedLock;
import io.sandjar.kernel.base.WaitQueue;
import io.sandjar.kernel.net.HostPoller;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.IoBuffer;

/**
 * A standard stream of the sandbox: a descriptor of the host that the user gave. The host's description is shared with
 * the user's shell, so O_NONBLOCK must not be set on it. A pipe is therefore opened a second time, without blocking;
 * where that is not possible the host is asked first whether the transfer would block, and writes go in small pieces.
 */
final class HostStream extends FileDescription {
    /** What a pipe or socket takes at once when it says that it is writable. */
    private static final int PIECE = 4096;

    private final HostStdio stdio;
    private final HostStreamInode file;
    private final int hostFd;
    private final boolean mayBlock;
    private final WaitQueue queue = new WaitQueue();
    private final OrderedLock lock = new OrderedLock(LockLevel.FILE);
    private boolean registered;

    /**
     * @param hostFd used for this description only, closed with it unless it is the inode's
     * @param mayBlock whether the host's description lacks O_NONBLOCK and the file may make its users wait
     */
    HostStream(HostStdio stdio, HostStreamInode file, int hostFd, boolean mayBlock, int flags) {
        super(null, flags);
        this.stdio = stdio;
        this.file = file;
        this.hostFd = hostFd;
        this.mayBlock = mayBlock;
    }

    @Override
    public Inode inode() {
        return file;
    }

    @Override
    public String describe() {
        return switch (file.type()) {
            case O.S_IFIFO -> "pipe:[" + file.ino() + "]";
            case O.S_IFSOCK -> "socket:[" + file.ino() + "]";
            default -> "host:[" + file.ino() + "]";
        };
    }

    private boolean regular() {
        return file.type() == O.S_IFREG;
    }

    @Override
    public long read(Caller c, IoBuffer dst) {
        if (!mayBlock) {
            return retry(dst.fromHost(hostFd, -1, dst.remaining()));
        }
        lock.lock(); // two readers must not both believe in one readiness
        try {
            if ((hostPoll(POLLIN) & (POLLIN | POLLHUP | POLLERR)) == 0) {
                return -EAGAIN;
            }
            return retry(dst.fromHost(hostFd, -1, dst.remaining()));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long write(Caller c, IoBuffer src) {
        if (!mayBlock) {
            return retry(src.toHost(hostFd, -1, src.remaining()));
        }
        lock.lock();
        try {
            long done = 0;
            while (src.remaining() > 0) {
                if ((hostPoll(POLLOUT) & (POLLOUT | POLLERR)) == 0) {
                    return done > 0 ? done : -EAGAIN;
                }
                long n = retry(src.toHost(hostFd, -1, Math.min(PIECE, src.remaining())));
                if (n <= 0) {
                    return done > 0 ? done : n;
                }
                done += n;
            }
            return done;
        } finally {
            lock.unlock();
        }
    }

    /** The host's EINTR concerns our own thread, never the guest. */
    private static long retry(long r) {
        return r == -EINTR ? -EAGAIN : r;
    }

    @Override
    public long pread(Caller c, IoBuffer dst, long off) {
        return regular() ? dst.fromHost(hostFd, off, dst.remaining()) : -ESPIPE;
    }

    @Override
    public long pwrite(Caller c, IoBuffer src, long off) {
        return regular() ? src.toHost(hostFd, off, src.remaining()) : -ESPIPE;
    }

    @Override
    public boolean writesAll() {
        return !regular();
    }

    @Override
    public long lseek(Caller c, long off, int whence) {
        return Sys.call(Nr.lseek, hostFd, off, whence);
    }

    @Override
    public long fsync(Caller c, boolean dataOnly) {
        return Sys.call(dataOnly ? Nr.fdatasync : Nr.fsync, hostFd);
    }

    @Override
    public long ftruncate(Caller c, long size) {
        return regular() ? Sys.call(Nr.ftruncate, hostFd, size, 0) : -EINVAL;
    }

    @Override
    public long fallocate(Caller c, int mode, long off, long len) {
        return regular() ? Sys.call(Nr.fallocate, hostFd, mode, off, len, 0, 0) : -ESPIPE;
    }

    /** Only questions are passed on: the settings of the user's terminal stay as they are. */
    @Override
    public long ioctl(Caller c, int cmd, long arg) {
        int size = switch (cmd) {
            case Tty.TCGETS -> 36;
            case Tty.TIOCGWINSZ -> 8;
            case Tty.TIOCINQ, Tty.TIOCOUTQ -> 4;
            default -> 0;
        };
        if (size == 0) {
            return -ENOTTY;
        }
        Scratch s = Scratch.take();
        try {
            long r = Sys.call(Nr.ioctl, hostFd, cmd, s.address);
            if (r < 0) {
                return r;
            }
            byte[] data = new byte[size];
            s.buf.get(0, data);
            return c.mem().write(arg, data);
        } finally {
            s.give();
        }
    }

    @Override
    public int mapFd(Caller c, int prot, int mapFlags) {
        if (!regular()) {
            return -ENODEV;
        }
        if ((mapFlags & 3) != 2 && (prot & 2) != 0 && (flags() & 3) != 2) {
            return -EACCES;
        }
        return hostFd;
    }

    @Override
    public boolean pollable() {
        return file.type() != O.S_IFREG && file.type() != O.S_IFDIR;
    }

    @Override
    public int poll() {
        if (!pollable()) {
            return super.poll();
        }
        int want = (readable() ? POLLIN : 0) | (writable() ? POLLOUT : 0);
        int got = hostPoll(want | POLLRDHUP);
        if ((got & POLLIN) != 0) {
            got |= POLLRDNORM;
        }
        if ((got & POLLOUT) != 0) {
            got |= POLLWRNORM;
        }
        return got;
    }

    private int hostPoll(int events) {
        return HostPoller.pollNow(hostFd, events);
    }

    @Override
    public WaitQueue waitQueue() {
        if (!pollable()) {
            return super.waitQueue();
        }
        synchronized (queue) {
            if (!registered) {
                registered = true;
                stdio.poller().register(hostFd, POLLIN | POLLOUT | POLLRDHUP, queue);
            }
        }
        return queue;
    }

    @Override
    protected void onRelease() {
        synchronized (queue) {
            if (registered) {
                stdio.poller().unregister(hostFd);
            }
        }
        if (hostFd != file.hostFd) {
            Sys.close(hostFd);
        }
        file.release();
    }
}
