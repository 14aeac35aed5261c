// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.pseudo;

import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.base.LockLevel;
import io.sandjar.kernel.base.OrderedLock;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.DirSink;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.IoBuffer;
import io.sandjar.kernel.vfs.Path;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** An open {@link PseudoDir}: lists a snapshot that is taken when the listing starts, so that it is consistent. */
final class DirDescription extends FileDescription {
    private final PseudoDir dir;
    private final OrderedLock lock = new OrderedLock(LockLevel.FILE);
    private @Nullable ArrayList<PseudoDir.Entry> entries;
    private int pos;

    DirDescription(PseudoDir dir, Path path, int flags) {
        super(path, flags);
        this.dir = dir;
    }

    @Override
    public Inode inode() {
        return dir;
    }

    @Override
    public long read(Caller c, IoBuffer dst) {
        return -EISDIR;
    }

    @Override
    public long getdents(Caller c, DirSink sink) {
        lock.lock();
        try {
            ArrayList<PseudoDir.Entry> now = entries;
            if (now == null || pos == 0) {
                now = dir.snapshot(c);
                entries = now;
            }
            while (pos < now.size()) {
                PseudoDir.Entry e = now.get(pos);
                if (!sink.add(e.name(), e.ino(), pos + 1, e.type())) {
                    break;
                }
                pos++;
            }
            return pos;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long lseek(Caller c, long off, int whence) {
        lock.lock();
        try {
            long to = whence == 0 ? off : whence == 1 ? pos + off : -1;
            if (to < 0 || to > Integer.MAX_VALUE) {
                return -EINVAL;
            }
            pos = (int) to;
            return to;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long fsync(Caller c, boolean dataOnly) {
        return 0;
    }
}
