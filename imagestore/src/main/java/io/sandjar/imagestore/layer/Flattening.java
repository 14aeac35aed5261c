// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.layer;

import io.sandjar.abi.Errno;
import io.sandjar.abi.Nr;
import io.sandjar.abi.O;
import io.sandjar.host.HostFs;
import io.sandjar.host.HostStat;
import io.sandjar.host.Sys;
import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.ImageException.Kind;
import java.util.Set;

/**
 * Layers put together into one directory, as overlayfs would show them, where the host does not let us mount. Files are
 * hard links to the layers' (or copies, for somebody who writes to them); directories are new.
 */
public final class Flattening {
    private static final int MAX_DEPTH = 800;
    private static final int DIR = O.O_RDONLY | O.O_DIRECTORY | O.O_NOFOLLOW;
    private static final int FICLONE = 0x40049409;

    private final boolean copies;
    private final boolean root;
    private Set<String> implicit = Set.of();

    /**
     * @param copies whether the result is written to
     * @param root whether owners can be set
     */
    public Flattening(boolean copies, boolean root) {
        this.copies = copies;
        this.root = root;
    }

    /** Lays another layer above what is there. */
    public void add(Tree layer, Set<String> implicitDirectories, Tree target) throws ImageException {
        implicit = implicitDirectories;
        merge(layer.fd(), target.fd(), "", 0);
        attributes(layer.fd(), target.fd());
    }

    private void merge(int from, int to, String path, int depth) throws ImageException {
        if (depth > MAX_DEPTH) {
            throw LayerDir.malformed("a tree deeper than " + MAX_DEPTH + " directories", path);
        }
        for (String name : Tree.names(from)) {
            HostStat s = new HostStat();
            Tree.check(HostFs.statx(from, name, s), "read a layer: " + Tree.shown(name));
            int type = s.mode & Tree.S_IFMT;
            if (type == Tree.S_IFCHR) { // a whiteout: other devices are in no layer
                Tree.remove(to, name);
            } else if (type == Tree.S_IFDIR) {
                directory(from, to, name, path.isEmpty() ? name : path + "/" + name, depth);
            } else {
                leaf(from, to, name, s);
            }
        }
    }

    private void directory(int from, int to, String name, String path, int depth) throws ImageException {
        int source = Tree.check(Sys.openat(from, name, DIR, 0), "read a layer: " + Tree.shown(path));
        int target = -1;
        try {
            boolean there = (Tree.mode(to, name) & Tree.S_IFMT) == Tree.S_IFDIR && Tree.mode(to, name) > 0;
            if (!there || opaque(source)) {
                Tree.remove(to, name);
                Tree.check(HostFs.nameCall(Nr.mkdirat, to, name, 0700, 0, 0), "make " + Tree.shown(path));
                there = false;
            }
            target = Tree.check(Sys.openat(to, name, DIR, 0), "make " + Tree.shown(path));
            merge(source, target, path, depth + 1);
            if (!there || !implicit.contains(path)) {
                attributes(source, target);
            }
        } finally {
            Sys.close(source);
            if (target >= 0) {
                Sys.close(target);
            }
        }
    }

    private static boolean opaque(int dir) {
        int[] error = new int[1];
        return HostFs.xattr(Nr.fgetxattr, dir, LayerUnpacker.OPAQUE_ROOT, error) != null
                || HostFs.xattr(Nr.fgetxattr, dir, LayerUnpacker.OPAQUE_USER, error) != null;
    }

    private void leaf(int from, int to, String name, HostStat s) throws ImageException {
        boolean regular = (s.mode & Tree.S_IFMT) == Tree.S_IFREG;
        boolean link = (s.mode & Tree.S_IFMT) == Tree.S_IFLNK;
        int r = copies && regular ? -Errno.EMLINK : HostFs.twoNames(Nr.linkat, from, name, to, name, 0);
        if (r == -Errno.EEXIST || r == -Errno.EMLINK) {
            Tree.remove(to, name);
            r = r == -Errno.EMLINK ? r : HostFs.twoNames(Nr.linkat, from, name, to, name, 0);
        }
        if (r == -Errno.EMLINK || r == -Errno.EXDEV || r == -Errno.EPERM) {
            if (regular) {
                copy(from, to, name, s);
                return;
            }
            if (link) {
                String text = Sys.readlinkat(from, name);
                r = HostFs.symlink(text == null ? "?" : text, to, name);
            }
        }
        Tree.check(r, "make " + Tree.shown(name));
    }

    private void copy(int from, int to, String name, HostStat s) throws ImageException {
        int in = Tree.check(Sys.openat(from, name, O.O_RDONLY | O.O_NOFOLLOW, 0), "read " + Tree.shown(name));
        int out = -1;
        try {
            int flags = O.O_WRONLY | O.O_CREAT | O.O_EXCL | O.O_NOFOLLOW;
            out = Tree.check(Sys.openat(to, name, flags, 0600), "make " + Tree.shown(name));
            if (Sys.call(Nr.ioctl, out, FICLONE, in) != 0) {
                for (long at = 0; at < s.size; ) {
                    long n = HostFs.copy(in, at, out, at, s.size - at);
                    if (n == 0) {
                        throw new ImageException(Kind.STORE, "copy " + Tree.shown(name) + ": it became shorter", "");
                    }
                    Tree.check((int) Math.max(n, Integer.MIN_VALUE), "copy " + Tree.shown(name));
                    at += n;
                }
            }
            if (root) {
                Sys.call(Nr.fchown, out, s.uid, s.gid);
            }
            owner(in, out);
            Sys.call(Nr.fchmod, out, s.mode & 07777, 0);
            HostFs.utimens(out, s.mtimeSec, s.mtimeNsec, s.mtimeSec, s.mtimeNsec);
        } finally {
            Sys.close(in);
            if (out >= 0) {
                Sys.close(out);
            }
        }
    }

    private void attributes(int from, int to) throws ImageException {
        HostStat s = new HostStat();
        Tree.check(HostFs.statx(from, "", s), "read a layer");
        owner(from, to);
        set(s, to, root);
    }

    /** The owner that is meant, where it is kept as an attribute. */
    private void owner(int from, int to) {
        byte[] v = root ? null : HostFs.xattr(Nr.fgetxattr, from, LayerUnpacker.OWNER, new int[1]);
        if (v != null) {
            HostFs.fsetxattr(to, LayerUnpacker.OWNER, v, 0);
        }
    }

    /** Owner, mode and time of an open directory. */
    static void set(HostStat s, int to, boolean root) {
        if (root) {
            Sys.call(Nr.fchown, to, s.uid, s.gid);
        }
        Sys.call(Nr.fchmod, to, s.mode & 07777, 0);
        HostFs.utimens(to, s.mtimeSec, s.mtimeNsec, s.mtimeSec, s.mtimeNsec);
    }

    /** Gives directories that no entry of a layer described what the topmost layer below says of them. */
    public static void inherit(Tree layer, Iterable<String> paths, Iterable<Tree> below, boolean root) {
        for (String path : paths) {
            for (Tree t : below) {
                HostStat s = new HostStat();
                int fd = t.resolve(path, DIR);
                boolean there = fd >= 0 && HostFs.statx(fd, "", s) == 0;
                int to = there ? layer.resolve(path, DIR) : -1;
                if (to >= 0) {
                    new Flattening(false, root).owner(fd, to);
                    set(s, to, root);
                    Sys.close(to);
                }
                if (fd >= 0) {
                    Sys.close(fd);
                }
                if (to >= 0) {
                    break;
                }
            }
        }
    }
}
