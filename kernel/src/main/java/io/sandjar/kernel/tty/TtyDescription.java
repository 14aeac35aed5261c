// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.tty;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Poll.*;
import static io.sandjar.abi.Tty.*;

import io.sandjar.abi.Sig;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.base.WaitQueue;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.IoBuffer;
import io.sandjar.kernel.vfs.Path;

/** An open terminal, as programs have it at their standard streams. */
public final class TtyDescription extends FileDescription {
    private static final long TENTH_NANOS = 100_000_000L;

    private final Tty tty;
    private final Inode node;

    private TtyDescription(Tty tty, Inode node, Path path, int flags) {
        super(path, flags);
        this.tty = tty;
        this.node = node;
    }

    /**
     * Opens the slave of a pair.
     *
     * @param mayControl whether the terminal may become the controlling one by this
     */
    public static int open(
            Caller c, Tty tty, Inode node, Path path, int flags, boolean mayControl, Ref<FileDescription> out) {
        int r = tty.slaveOpened(c, flags, mayControl);
        if (r == 0) {
            out.set(new TtyDescription(tty, node, path, flags));
        }
        return r;
    }

    public Tty tty() {
        return tty;
    }

    @Override
    public Inode inode() {
        return node;
    }

    @Override
    public long read(Caller c, IoBuffer dst) {
        int wanted = (int) Math.min(dst.remaining(), LineDiscipline.SIZE);
        tty.lock().lock();
        try {
            if (tty.hungUp()) {
                return 0;
            }
            int r = tty.checkForeground(c, Sig.SIGTTIN);
            if (r < 0) {
                return r;
            }
            if (wanted == 0) {
                return 0;
            }
            if (tty.termios().canonical()) {
                return tty.inputAvailable(1) ? take(dst, wanted) : -EAGAIN;
            }
            int min = Math.min(tty.termios().cc(VMIN), wanted);
            int tenths = tty.termios().cc(VTIME);
            if (tenths == 0 || nonblocking()) {
                if (tty.inputAvailable(nonblocking() ? 1 : Math.max(1, min))) {
                    return take(dst, wanted);
                }
                return min == 0 ? 0 : -EAGAIN;
            }
            if (tty.inputAvailable(Math.max(1, min))) {
                return take(dst, wanted);
            }
        } finally {
            tty.lock().unlock();
        }
        return timedRead(c, dst, wanted);
    }

    /** VTIME: with VMIN 0 a limit for the whole read, else for the pause between bytes (termios(3)). */
    private long timedRead(Caller c, IoBuffer dst, int wanted) {
        int min = tty.termios().cc(VMIN);
        long pause = tty.termios().cc(VTIME) * TENTH_NANOS;
        int want = 1;
        if (min > 0) {
            int r = c.await(tty.slaveQueue, POLLIN, () -> ready(1), Caller.FOREVER);
            if (r < 0) {
                return r;
            }
            want = 2;
        }
        while (true) {
            int need = want;
            int r = c.await(tty.slaveQueue, POLLIN, () -> ready(need), System.nanoTime() + pause);
            if (r == -ETIMEDOUT || (r == 0 && need >= Math.min(min, wanted))) {
                tty.lock().lock();
                try {
                    return tty.hungUp() || !tty.inputAvailable(1) ? 0 : take(dst, wanted);
                } finally {
                    tty.lock().unlock();
                }
            }
            if (r < 0) {
                return r;
            }
            want++;
        }
    }

    private boolean ready(int bytes) {
        tty.lock().lock();
        try {
            return tty.hungUp() || tty.inputAvailable(bytes);
        } finally {
            tty.lock().unlock();
        }
    }

    private long take(IoBuffer dst, int wanted) {
        byte[] data = new byte[wanted];
        int n = tty.line().read(data, 0, wanted);
        tty.pump();
        if (n > 0) {
            int r = dst.put(data, 0, n);
            if (r < 0) {
                return r;
            }
        }
        return n;
    }

    @Override
    public long write(Caller c, IoBuffer src) {
        return tty.slaveWrite(c, src);
    }

    @Override
    public boolean writesAll() {
        return true;
    }

    @Override
    public long ioctl(Caller c, int cmd, long arg) {
        return TtyIoctl.slave(c, tty, this, cmd, arg);
    }

    @Override
    public boolean pollable() {
        return true;
    }

    @Override
    public int poll() {
        return tty.slavePoll();
    }

    @Override
    public WaitQueue waitQueue() {
        return tty.slaveQueue;
    }

    @Override
    protected void onRelease() {
        tty.slaveClosed();
    }
}
