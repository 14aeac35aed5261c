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
    private final int hangUpsBefore;

    private TtyDescription(Tty tty, Inode node, Path path, int flags, int hangUpsBefore) {
        super(path, flags);
        this.tty = tty;
        this.node = node;
        this.hangUpsBefore = hangUpsBefore;
    }

    /**
     * Opens the slave of a pair.
     *
     * @param mayControl whether the terminal may become the controlling one by this
     */
    public static int open(
            Caller c, Tty tty, Inode node, Path path, int flags, boolean mayControl, Ref<FileDescription> out) {
        int r = tty.slaveOpened(c, flags, mayControl);
        if (r < 0) {
            return r;
        }
        out.set(new TtyDescription(tty, node, path, flags, r));
        return 0;
    }

    public Tty tty() {
        return tty;
    }

    /** Whether the line was cut after this was opened. */
    boolean hungUp() {
        return tty.hangUps() != hangUpsBefore;
    }

    @Override
    public Inode inode() {
        return node;
    }

    @Override
    public long read(Caller c, IoBuffer dst) {
        int wanted = (int) Math.min(dst.remaining(), InputRing.SIZE);
        int min;
        int tenths;
        tty.lock().lock();
        try {
            if (hungUp()) {
                return endOfInput(c.waited);
            }
            int r = tty.session().check(c, Sig.SIGTTIN);
            if (r < 0) {
                return r;
            }
            if (wanted == 0) {
                return 0;
            }
            boolean canonical = tty.termios().canonical();
            min = canonical ? 1 : Math.min(tty.termios().cc(VMIN), wanted);
            tenths = canonical ? 0 : tty.termios().cc(VTIME);
            if (tty.inputAvailable(nonblocking() ? 1 : Math.max(1, min))) {
                return take(dst, wanted);
            }
            if (min == 0 && tenths == 0) {
                return 0;
            }
            if (nonblocking() || (min == 1 && tenths == 0)) {
                return -EAGAIN;
            }
        } finally {
            tty.lock().unlock();
        }
        return patientRead(c, dst, wanted, min, tenths * TENTH_NANOS);
    }

    /**
     * VTIME, which with VMIN 0 limits the whole read, else the pause between bytes; and VMIN above 1 (termios(3)). A
     * signal ends it with what has come so far.
     */
    private long patientRead(Caller c, IoBuffer dst, int wanted, int min, long pauseNanos) {
        int want = 1;
        if (min > 0) {
            int r = c.await(tty.slaveQueue, POLLIN, () -> ready(1), Caller.FOREVER);
            if (r < 0) {
                return r;
            }
            want = Math.min(2, min);
        }
        while (true) {
            int need = want;
            long deadline = pauseNanos == 0 ? Caller.FOREVER : System.nanoTime() + pauseNanos;
            int r = c.await(tty.slaveQueue, POLLIN, () -> ready(need), deadline);
            if (r == Caller.BLOCK) {
                return r;
            }
            if (r < 0 || need >= min) {
                tty.lock().lock();
                try {
                    boolean some = !hungUp() && tty.inputAvailable(1);
                    return some ? take(dst, wanted) : hungUp() ? endOfInput(true) : r == -ETIMEDOUT ? 0 : r;
                } finally {
                    tty.lock().unlock();
                }
            }
            want++;
        }
    }

    /** What a read of a cut line gives: who waits when the master closes gets an error, who comes later end of file. */
    private long endOfInput(boolean waited) {
        return waited && tty.masterClosed() ? -EIO : 0;
    }

    private boolean ready(int bytes) {
        tty.lock().lock();
        try {
            return hungUp() || tty.inputAvailable(bytes);
        } finally {
            tty.lock().unlock();
        }
    }

    private long take(IoBuffer dst, int wanted) {
        byte[] data = new byte[wanted];
        int n = tty.typed().read(data, 0, wanted);
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
        tty.lock().lock();
        try {
            if (hungUp()) {
                return -EIO;
            }
            int r = (tty.termios().lflag & TOSTOP) != 0 ? tty.session().check(c, Sig.SIGTTOU) : 0;
            return r < 0 ? r : tty.slaveWrite(src);
        } finally {
            tty.lock().unlock();
        }
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
        tty.lock().lock();
        try {
            return hungUp() ? POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDNORM | POLLWRNORM : tty.slavePoll();
        } finally {
            tty.lock().unlock();
        }
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
