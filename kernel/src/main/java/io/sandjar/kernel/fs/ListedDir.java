// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.kernel.base.LockLevel;
import io.sandjar.kernel.base.OrderedLock;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.DirSink;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.IoBuffer;
import io.sandjar.kernel.vfs.Path;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/**
 * An open directory. The list is taken when reading begins and again after a rewind, so positions stay good however
 * names come and go; names that went since are passed over.
 */
public abstract class ListedDir extends FileDescription {
    /** One name of the list; {@code type} is DT_*. */
    public record Entry(String name, long ino, int type) {}

    private static final int DT_DIR = 4;

    private final OrderedLock lock = new OrderedLock(LockLevel.FILE);
    private @Nullable ArrayList<Entry> list;
    private long pos;

    protected ListedDir(Path path, int flags) {
        super(path, flags);
    }

    /** Adds all entries but `.` and `..`: 0 or -errno. */
    protected abstract int list(Caller c, ArrayList<Entry> out);

    /** The number of `..`. */
    protected long upIno() {
        return inode().ino();
    }

    /** Whether a name listed before is still there. */
    protected boolean has(String name) {
        return true;
    }

    /** Whether the directory was removed. */
    protected boolean dead() {
        return false;
    }

    @Override
    public final long read(Caller c, IoBuffer dst) {
        return -EISDIR;
    }

    @Override
    public final long pread(Caller c, IoBuffer dst, long off) {
        return -EISDIR;
    }

    @Override
    public final long getdents(Caller c, DirSink sink) {
        if (dead()) {
            return -ENOENT;
        }
        lock.lock();
        try {
            ArrayList<Entry> l = list;
            if (l == null || pos == 0) {
                l = new ArrayList<>();
                int r = list(c, l);
                if (r != 0) {
                    return r;
                }
                list = l;
            }
            while (pos < l.size() + 2) {
                boolean room;
                if (pos == 0) {
                    room = sink.add(".", inode().ino(), 1, DT_DIR);
                } else if (pos == 1) {
                    room = sink.add("..", upIno(), 2, DT_DIR);
                } else {
                    Entry e = l.get((int) pos - 2);
                    room = !has(e.name) || sink.add(e.name, e.ino, pos + 1, e.type);
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
    public final long lseek(Caller c, long off, int whence) {
        lock.lock();
        try {
            long to = whence == SEEK_CUR ? pos + off : off;
            if (whence > SEEK_CUR || whence < 0 || to < 0) {
                return -EINVAL;
            }
            pos = to;
            return to;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public final long fsync(Caller c, boolean dataOnly) {
        return 0;
    }
}
