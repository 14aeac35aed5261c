// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.vfs.Attr;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Dentry;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.KernelIo;
import io.sandjar.kernel.vfs.Mount;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.Stat;
import java.util.ArrayList;

/** Copies a directory with what is below it into an empty one: the tmpcopyup option of containers' tmpfs mounts. */
public final class TreeCopy {
    private static final int DEEPEST = 200;

    private final Caller c;
    private final byte[] buf = new byte[65536];

    public TreeCopy(Caller c) {
        this.c = c;
    }

    /** 0 or the first error. What is mounted below {@code from} is not copied. */
    public int copy(Path from, Inode to) {
        return directory(from.mount(), from.dentry(), to, 0);
    }

    private int directory(Mount m, Dentry from, Inode to, int depth) {
        if (depth > DEEPEST) {
            return -ELOOP;
        }
        ArrayList<String> names = new ArrayList<>();
        int r = from.inode().list(c, (name, ino, next, type) -> {
            names.add(name);
            return true;
        });
        for (int i = 0; i < names.size() && r == 0; i++) {
            Ref<Inode> child = new Ref<>();
            r = from.inode().lookup(c, names.get(i), child);
            if (r == 0) {
                r = entry(m, new Dentry(from, names.get(i), child.get()), to, depth);
            } else if (r == -ENOENT) {
                r = 0; // gone meanwhile
            }
        }
        return r == 0 ? attributes(from.inode(), to) : r;
    }

    private int entry(Mount m, Dentry from, Inode dir, int depth) {
        Inode i = from.inode();
        String name = from.name();
        Ref<Inode> made = new Ref<>();
        int type = i.mode() & S_IFMT;
        switch (type) {
            case S_IFDIR -> {
                int r = dir.mkdir(c, name, i.mode() & 07777, made);
                return r != 0 ? r : directory(m, from, made.get(), depth + 1);
            }
            case S_IFLNK -> {
                Ref<String> text = new Ref<>();
                int r = i.readlink(c, text);
                return r != 0 ? r : dir.symlink(c, name, text.get());
            }
            default -> {
                int r = dir.mknod(c, name, i.mode(), i.rdev(), made);
                if (r == 0 && type == S_IFREG) {
                    r = contents(new Path(m, from), new Path(m, new Dentry(null, name, made.get())));
                }
                return r != 0 ? r : attributes(i, made.get());
            }
        }
    }

    private int contents(Path from, Path to) {
        Ref<FileDescription> in = new Ref<>();
        int r = from.inode().open(c, from, O_RDONLY, in);
        if (r != 0) {
            return r;
        }
        Ref<FileDescription> out = new Ref<>();
        r = to.inode().open(c, to, O_WRONLY, out);
        if (r == 0) {
            r = contents(in.get(), out.get());
            out.get().release();
        }
        in.get().release();
        return r;
    }

    private int contents(FileDescription in, FileDescription out) {
        while (true) {
            long n = in.read(c, new KernelIo(buf, 0, buf.length));
            if (n <= 0) {
                return (int) n;
            }
            for (int at = 0; at < n; ) {
                long w = out.write(c, new KernelIo(buf, at, (int) n - at));
                if (w <= 0) {
                    return w == 0 ? -EIO : (int) w;
                }
                at += (int) w;
            }
        }
    }

    private int attributes(Inode from, Inode to) {
        Stat s = new Stat();
        int r = from.stat(s);
        if (r != 0) {
            return r;
        }
        Attr a = new Attr();
        a.valid = Attr.UID | Attr.GID | Attr.MODE | Attr.ATIME | Attr.MTIME;
        a.uid = s.uid;
        a.gid = s.gid;
        a.mode = s.mode & 07777;
        a.atimeSec = s.atimeSec;
        a.atimeNsec = s.atimeNsec;
        a.mtimeSec = s.mtimeSec;
        a.mtimeNsec = s.mtimeNsec;
        return to.setattr(c, a);
    }
}
