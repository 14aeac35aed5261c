// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.tty;

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

    @Override
    public Inode inode() {
        return node;
    }

    @Override
    public long read(Caller c, IoBuffer dst) {
        return tty.masterRead(dst);
    }

    @Override
    public long write(Caller c, IoBuffer src) {
        return tty.masterWrite(src);
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
