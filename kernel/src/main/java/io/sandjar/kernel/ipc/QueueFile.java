// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.ipc;

import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.base.WaitQueue;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.IoBuffer;
import java.nio.charset.StandardCharsets;

/** An open POSIX message queue. */
public final class QueueFile extends FileDescription {
    private final Inode inode;
    private final PosixQueue queue;
    private final String name;

    public QueueFile(Inode inode, PosixQueue queue, String name, int flags) {
        super(null, flags);
        this.inode = inode;
        this.queue = queue;
        this.name = name;
        queue.open();
    }

    public PosixQueue messages() {
        return queue;
    }

    @Override
    public Inode inode() {
        return inode;
    }

    @Override
    public String describe() {
        return "/" + name;
    }

    /** State in words, as Linux's mqueue file system shows it. */
    @Override
    public long read(Caller c, IoBuffer dst) {
        byte[] text = ("QSIZE:" + queue.count() + "\n").getBytes(StandardCharsets.ISO_8859_1);
        int n = (int) Math.min(dst.remaining(), text.length);
        int r = dst.put(text, 0, n);
        return r < 0 ? r : n;
    }

    @Override
    public long write(Caller c, IoBuffer src) {
        return -EINVAL;
    }

    @Override
    public int poll() {
        return queue.poll();
    }

    @Override
    public WaitQueue waitQueue() {
        return queue.queue;
    }

    @Override
    public boolean pollable() {
        return true;
    }

    @Override
    protected void onRelease() {
        queue.close();
    }

    @Override
    public void onClose(Caller c) {
        super.onClose(c);
        queue.unregister(c.globalPid());
    }
}
