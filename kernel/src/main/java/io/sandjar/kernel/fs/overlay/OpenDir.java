// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.overlay;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

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

/**
 * An open directory. The list is taken when reading begins and again after a rewind, so positions stay good however
 * names come and go; names that went since are passed over.
 */
final class OpenDir extends FileDescription {
    /** One name of the list. */
    record Entry(String name, long ino, int type) {}

    private final OrderedLock lock = new OrderedLock(LockLevel.FILE);
    private final DirNode node;
    private @Nullable ArrayList<Entry> list;
    private long pos;

    OpenDir(Path path, DirNode node, int flags) {
        super(path, flags);
        this.node = node;
    }

    @Override
    public Inode inode() {
        return node;
    }

    @Override
    public long read(Caller c, IoBuffer dst) {
        return -EISDIR;
    }

    @Override
    public long pread(Caller c, IoBuffer dst, long off) {
        return -EISDIR;
    }

    @Override
    public long getdents(Caller c, DirSink sink) {
        if (node.dead()) {
            return -ENOENT;
        }
        ArrayList<Entry> l = list;
        if (l == null || pos == 0) { // outside the lock, which comes after those of directories
            l = new ArrayList<>();
            int r = node.snapshot(c, l);
            if (r != 0) {
                return r;
            }
        }
        lock.lock();
        try {
            list = l;
            while (pos < l.size() + 2) {
                boolean room;
                if (pos == 0) {
                    room = sink.add(".", node.ino(), 1, 4);
                } else if (pos == 1) {
                    DirNode up = node.up();
                    room = sink.add("..", up == null ? node.ino() : up.ino(), 2, 4);
                } else {
                    Entry e = l.get((int) pos - 2);
                    room = !node.has(e.name) || sink.add(e.name, e.ino, pos + 1, e.type);
                }
                if (!room) {
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
            long to = whence == SEEK_CUR ? pos + off : off;
            if (whence > SEEK_CUR || to < 0) {
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
        return 0;
    }
}
