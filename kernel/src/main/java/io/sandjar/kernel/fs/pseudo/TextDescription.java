// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.pseudo;

import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.base.HeapRoom;
import io.sandjar.kernel.base.LockLevel;
import io.sandjar.kernel.base.OrderedLock;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.IoBuffer;
import io.sandjar.kernel.vfs.Path;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** An open {@link TextInode}. */
public class TextDescription extends FileDescription {
    private static final int LONGEST_WRITE = 65536;

    private final TextInode file;
    private final OrderedLock lock = new OrderedLock(LockLevel.FILE);
    private byte @Nullable [] text;
    private long pos;

    protected TextDescription(TextInode file, Path path, int flags) {
        super(path, flags);
        this.file = file;
    }

    @Override
    public Inode inode() {
        return file;
    }

    @Override
    public long read(Caller c, IoBuffer dst) {
        lock.lock();
        try {
            long n = readAt(c, dst, pos);
            if (n > 0) {
                pos += n;
            }
            return n;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long pread(Caller c, IoBuffer dst, long off) {
        lock.lock();
        try {
            return readAt(c, dst, off);
        } finally {
            lock.unlock();
        }
    }

    /** Keeps what is read piece by piece, if the kernel has memory for it. */
    private boolean keep(byte[] now) {
        byte[] old = text;
        if (!HeapRoom.OBJECTS.take(now.length)) {
            return false;
        }
        HeapRoom.OBJECTS.give(old == null ? 0 : old.length);
        text = now;
        return true;
    }

    @Override
    protected void onRelease() {
        byte[] old = text;
        HeapRoom.OBJECTS.give(old == null ? 0 : old.length);
        text = null;
    }

    /** The text is about to be made. */
    protected void readAnew() {}

    private long readAt(Caller c, IoBuffer dst, long off) {
        byte[] now = text;
        if (now == null || off == 0) {
            readAnew();
            StringBuilder b = new StringBuilder(256);
            int r = file.text(c, b);
            if (r < 0) {
                return r;
            }
            now = b.toString().getBytes(StandardCharsets.ISO_8859_1);
            if (!keep(now)) {
                return -ENOMEM;
            }
        }
        if (off >= now.length) {
            return 0;
        }
        int n = (int) Math.min(dst.remaining(), now.length - off);
        int r = dst.put(now, (int) off, n);
        return r < 0 ? r : n;
    }

    @Override
    public long write(Caller c, IoBuffer src) {
        byte[] data = new byte[(int) Math.min(src.remaining(), LONGEST_WRITE)];
        int r = src.get(data, 0, data.length);
        return r < 0 ? r : file.store(c, new String(data, StandardCharsets.ISO_8859_1));
    }

    @Override
    public long pwrite(Caller c, IoBuffer src, long off) {
        return write(c, src);
    }

    @Override
    public long lseek(Caller c, long off, int whence) {
        lock.lock();
        try {
            long to = whence == 0 ? off : whence == 1 ? pos + off : -1;
            if (to < 0) {
                return -EINVAL;
            }
            pos = to;
            return to;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long fsync(Caller c, boolean dataOnly) {
        return -EINVAL;
    }

    /** The length means nothing: Linux accepts any. PAM does it before it writes the login's user. */
    @Override
    public long ftruncate(Caller c, long size) {
        return 0;
    }
}
