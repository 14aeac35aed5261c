// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.tty;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Poll.*;
import static io.sandjar.abi.Tty.*;

import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.base.WaitQueue;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.IoBuffer;
import io.sandjar.kernel.vfs.Path;

/** An open master of a pair: what /dev/ptmx gives. */
public final class PtyMaster extends FileDescription {
    private final Tty tty;
    private final Inode node;
    private final Owner owner;
    private boolean exclusive;

    public PtyMaster(Tty tty, Inode node, Path path, int flags, Owner owner) {
        super(path, flags);
        this.tty = tty;
        this.node = node;
        this.owner = owner;
    }

    /** Where the pair has its name. */
    public interface Owner {
        /** The master is closed: the name goes. */
        void masterClosed(Tty tty);

        /** Opens the slave as its name would (TIOCGPTPEER). */
        int openSlave(Caller c, Tty tty, int flags, Ref<FileDescription> out);
    }

    Tty tty() {
        return tty;
    }

    Owner owner() {
        return owner;
    }

    /** TIOCEXCL: means nothing, as a master is opened once only. */
    boolean exclusive() {
        return exclusive;
    }

    void setExclusive(boolean on) {
        exclusive = on;
    }

    @Override
    public Inode inode() {
        return node;
    }

    @Override
    public long read(Caller c, IoBuffer dst) {
        tty.lock().lock();
        try {
            return dst.remaining() == 0 ? 0 : readSome(dst);
        } finally {
            tty.lock().unlock();
        }
    }

    private long readSome(IoBuffer dst) {
        PacketMode packets = tty.packets();
        byte[] data;
        if (packets.pending()) {
            data = new byte[] {(byte) packets.take()};
            return put(dst, data);
        }
        if (tty.outputSize() == 0) {
            return tty.slavesGone() ? -EIO : -EAGAIN;
        }
        int header = packets.on() ? 1 : 0;
        int r = header == 0 ? 0 : put(dst, new byte[] {TIOCPKT_DATA});
        if (r < 0) {
            return r;
        }
        data = new byte[(int) Math.min(dst.remaining(), Math.min(tty.outputSize(), Tty.ARRIVED))];
        tty.peekOutput(data);
        r = put(dst, data);
        if (r < 0) {
            return r;
        }
        tty.dropOutput(data.length);
        return header + data.length;
    }

    /** The number of bytes copied, or -errno. */
    private static int put(IoBuffer dst, byte[] data) {
        int r = data.length == 0 ? 0 : dst.put(data, 0, data.length);
        return r < 0 ? r : data.length;
    }

    @Override
    public long write(Caller c, IoBuffer src) {
        tty.lock().lock();
        try {
            int n = (int) Math.min(src.remaining(), Tty.INPUT_LIMIT);
            if (n == 0) {
                return 0;
            }
            if ((tty.masterPoll() & POLLOUT) == 0) {
                return -EAGAIN;
            }
            byte[] data = new byte[n];
            int r = src.get(data, 0, n);
            return r < 0 ? r : tty.masterWrite(data, 0, n);
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
        return TtyIoctl.master(c, tty, this, cmd, arg);
    }

    @Override
    public boolean pollable() {
        return true;
    }

    @Override
    public int poll() {
        return tty.masterPoll();
    }

    @Override
    public WaitQueue waitQueue() {
        return tty.masterQueue;
    }

    @Override
    protected void onRelease() {
        owner.masterClosed(tty);
        tty.hangUp();
    }
}
