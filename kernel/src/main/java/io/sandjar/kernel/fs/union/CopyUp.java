// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.union;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.kernel.base.OrderedLock;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.vfs.Attr;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.KernelCaller;
import io.sandjar.kernel.vfs.KernelIo;
import io.sandjar.kernel.vfs.Stat;
import io.sandjar.kernel.vfs.UserNamespace;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The copy of a lower file in the upper layer: made in the work directory without any lock, and then moved to its name.
 * If somebody was faster it is thrown away.
 */
final class CopyUp {
    private static final int CHUNK = 1 << 16;

    private final UnionFs union;
    private final KernelCaller kernel;

    CopyUp(UnionFs union) {
        this.union = union;
        this.kernel = union.kernel;
    }

    /** Copies {@code node}, of a file the first {@code keep} bytes, and the directories above it. 0 or -errno. */
    int copy(Caller c, UnionNode node, long keep) {
        if (union.readOnly()) {
            return -EROFS;
        }
        ArrayDeque<UnionNode> todo = new ArrayDeque<>();
        for (UnionNode n = node; n != null && n.upper() == null; n = n.parent()) {
            todo.push(n);
        }
        for (UnionNode n : todo) {
            int r = one(c, n, keep);
            if (r != 0) {
                return r;
            }
        }
        return 0;
    }

    private int one(Caller c, UnionNode node, long keep) {
        Inode from = node.real();
        Stat s = new Stat();
        int r = from.stat(s);
        if (r != 0) {
            return r;
        }
        UserNamespace ns = union.mounter.userNs();
        if (ns.localUid(s.uid) == -1 || ns.localGid(s.gid) == -1) {
            return -EOVERFLOW; // whoever mounted it could not make such a file
        }
        Inode work = union.work();
        String temp = union.temporary();
        Ref<Inode> made = new Ref<>();
        r = make(from, s, work, temp, made);
        if (r == 0) {
            r = fill(c, from, made.get(), s, keep);
        }
        if (r == 0) {
            r = move(node, made.get(), work, temp);
        }
        if (r != 0 || node.upper() != made.orNull()) {
            remove(work, temp, s.mode);
        }
        return r;
    }

    private int make(Inode from, Stat s, Inode work, String temp, Ref<Inode> made) {
        switch (s.mode & S_IFMT) {
            case S_IFDIR -> {
                return work.mkdir(kernel, temp, 0700, made);
            }
            case S_IFLNK -> {
                Ref<String> text = new Ref<>();
                int r = from.readlink(kernel, text);
                if (r == 0) {
                    r = work.symlink(kernel, temp, text.get());
                }
                return r != 0 ? r : work.lookup(kernel, temp, made);
            }
            default -> {
                return work.mknod(kernel, temp, s.mode & S_IFMT | 0600, s.rdev, made);
            }
        }
    }

    private void remove(Inode work, String temp, int mode) {
        if ((mode & S_IFMT) == S_IFDIR) {
            work.rmdir(kernel, temp);
        } else {
            work.unlink(kernel, temp);
        }
    }

    private int fill(Caller c, Inode from, Inode to, Stat s, long keep) {
        int r = 0;
        if ((s.mode & S_IFMT) == S_IFREG && s.size > 0 && keep > 0) {
            r = contents(c, from, to, Math.min(s.size, keep));
        }
        if (r == 0 && (s.mode & S_IFMT) != S_IFLNK) {
            r = attributes(from, to);
        }
        if (r != 0) {
            return r;
        }
        Attr a = new Attr();
        a.valid = Attr.UID | Attr.GID | Attr.ATIME | Attr.MTIME;
        if ((s.mode & S_IFMT) != S_IFLNK) {
            a.valid |= Attr.MODE;
        }
        a.mode = s.mode & 07777;
        a.uid = s.uid;
        a.gid = s.gid;
        a.atimeSec = s.atimeSec;
        a.atimeNsec = s.atimeNsec;
        a.mtimeSec = s.mtimeSec;
        a.mtimeNsec = s.mtimeNsec;
        return to.setattr(kernel, a);
    }

    /** All attributes but those of overlays; what the upper layer cannot keep is left out. */
    private int attributes(Inode from, Inode to) {
        Ref<byte[]> names = new Ref<>();
        if (from.listxattr(kernel, names) != 0) {
            return 0;
        }
        String all = new String(names.get(), StandardCharsets.ISO_8859_1);
        for (int at = 0; at < all.length(); ) {
            int end = all.indexOf('\0', at);
            String name = all.substring(at, end);
            at = end + 1;
            Ref<byte[]> v = new Ref<>();
            if (union.above(name) == null || from.getxattr(kernel, name, v) != 0) {
                continue;
            }
            int r = to.setxattr(kernel, name, v.get(), 0);
            if (r != 0 && r != -EOPNOTSUPP && r != -EPERM) {
                return r;
            }
        }
        return 0;
    }

    private int contents(Caller c, Inode from, Inode to, long n) {
        Ref<FileDescription> in = new Ref<>();
        int r = UnionNode.openReal(c, from, O_RDONLY, in);
        if (r != 0) {
            return r;
        }
        Ref<FileDescription> out = new Ref<>();
        r = UnionNode.openReal(kernel, to, O_WRONLY, out);
        if (r == 0) {
            r = contents(in.get(), out.get(), n);
            out.get().release();
        }
        in.get().release();
        return r;
    }

    /** Copies what is there and leaves holes where there are holes. */
    private int contents(FileDescription in, FileDescription out, long n) {
        byte[] buf = new byte[(int) Math.min(CHUNK, n)];
        for (long at = 0; at < n; ) {
            long data = in.lseek(kernel, at, SEEK_DATA);
            if (data == -ENXIO) {
                break;
            }
            at = Math.max(at, data);
            long hole = data < 0 ? n : Math.min(n, in.lseek(kernel, at, SEEK_HOLE));
            while (at < hole) {
                long k = in.pread(kernel, new KernelIo(buf, 0, (int) Math.min(buf.length, hole - at)), at);
                if (k < 0) {
                    return (int) k;
                }
                if (k == 0) {
                    return 0; // shorter by now
                }
                int r = write(out, buf, (int) k, at);
                if (r != 0) {
                    return r;
                }
                at += k;
            }
        }
        return (int) out.ftruncate(kernel, n);
    }

    private int write(FileDescription out, byte[] buf, int n, long at) {
        for (int done = 0; done < n; ) {
            long w = out.pwrite(kernel, new KernelIo(buf, done, n - done), at + done);
            if (w <= 0) {
                return w == 0 ? -EIO : (int) w;
            }
            done += (int) w;
        }
        return 0;
    }

    /** Gives the copy the name of its node; of a node that has none any more it stays without. */
    private int move(UnionNode node, Inode made, Inode work, String temp) {
        UnionDir dir = node.parent();
        OrderedLock renames = union.renameLock();
        renames.lock();
        try {
            if (node.upper() != null) {
                return 0;
            }
            if (node.isRemoved() || dir == null) {
                made.pin();
                node.setUpper(made);
                remove(work, temp, made.mode());
                made.unpin();
                return 0;
            }
            return dir.takeCopy(node, made, work, temp);
        } finally {
            renames.unlock();
        }
    }

    /** The times of a directory, to be put back after a copy was moved into it. */
    static @Nullable Attr times(Inode dir) {
        Stat s = new Stat();
        if (dir.stat(s) != 0) {
            return null;
        }
        Attr a = new Attr();
        a.valid = Attr.ATIME | Attr.MTIME;
        a.atimeSec = s.atimeSec;
        a.atimeNsec = s.atimeNsec;
        a.mtimeSec = s.mtimeSec;
        a.mtimeNsec = s.mtimeNsec;
        return a;
    }
}
