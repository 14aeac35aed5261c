// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.pidfd;

import io.sandjar.abi.Errno;
import io.sandjar.abi.O;
import io.sandjar.abi.Poll;
import io.sandjar.kernel.base.WaitQueue;
import io.sandjar.kernel.fs.anon.NamelessFs;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.IoBuffer;

/** A process behind a descriptor (pidfd_open(2)), which no later process with the same pid can take over. */
public final class PidFd extends FileDescription {
    private final Inode inode;
    private final PidTarget target;

    /** @param flags O_NONBLOCK or 0: waitid(2) on it does not wait */
    public PidFd(NamelessFs home, Creds creds, PidTarget target, int flags) {
        super(null, O.O_RDWR | flags);
        this.inode = home.newInode(0600, creds);
        this.target = target;
    }

    public PidTarget target() {
        return target;
    }

    @Override
    public Inode inode() {
        return inode;
    }

    @Override
    public long pread(Caller c, IoBuffer dst, long off) {
        return -Errno.EINVAL; // it has positions, and nothing to read
    }

    @Override
    public long pwrite(Caller c, IoBuffer src, long off) {
        return -Errno.EINVAL;
    }

    @Override
    public String describe() {
        return "anon_inode:[pidfd]";
    }

    @Override
    public void moreInfo(Caller c, StringBuilder out) {
        int pid = (target.poll() & Poll.POLLHUP) != 0 ? -1 : c.localPid(target.pid());
        out.append("Pid:\t").append(pid).append("\nNSpid:\t").append(pid).append('\n');
    }

    @Override
    public int poll() {
        return target.poll();
    }

    @Override
    public WaitQueue waitQueue() {
        return target.waitQueue();
    }

    @Override
    public boolean pollable() {
        return true;
    }
}
