// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.O;
import io.sandjar.kernel.base.WaitQueue;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.IoBuffer;

/** An open socket: what a descriptor of one refers to. */
public final class SocketFile extends FileDescription {
    private final Socket socket;
    private final SocketInode inode;

    /** @param flags O_NONBLOCK or 0 */
    public SocketFile(Socket socket, int flags) {
        super(null, O.O_RDWR | flags);
        this.socket = socket;
        this.inode = new SocketInode(socket);
        socket.net().opened(socket);
    }

    public Socket socket() {
        return socket;
    }

    @Override
    protected int heapBytes() {
        return 800;
    }

    @Override
    public Inode inode() {
        return inode;
    }

    @Override
    public String describe() {
        return "socket:[" + socket.ino() + "]";
    }

    @Override
    public long read(Caller c, IoBuffer dst) {
        return dst.remaining() == 0 ? 0 : socket.recv(c, dst, 0, null);
    }

    @Override
    public long write(Caller c, IoBuffer src) {
        return socket.send(c, src, 0, null);
    }

    @Override
    public boolean writesAll() {
        return socket.isStream();
    }

    @Override
    public long timeoutNanos(boolean writing) {
        long nanos = writing ? socket.options.sendTimeoutNanos : socket.options.receiveTimeoutNanos;
        return nanos == 0 ? Caller.FOREVER : nanos;
    }

    @Override
    public long ioctl(Caller c, int cmd, long arg) {
        return socket.ioctl(c, cmd, arg);
    }

    @Override
    public int mapFd(Caller c, int prot, int mapFlags) {
        return socket.mapFd();
    }

    @Override
    public long fsync(Caller c, boolean dataOnly) {
        return -EINVAL;
    }

    @Override
    public int poll() {
        return socket.poll();
    }

    @Override
    public WaitQueue waitQueue() {
        return socket.waitQueue();
    }

    @Override
    public boolean pollable() {
        return true;
    }

    @Override
    public void onClose(Caller c) {
        socket.net().rights().descriptorClosed();
    }

    @Override
    protected void onRelease() {
        socket.net().closed(socket);
        socket.close();
    }
}
