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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A layer's directory while entries are put into it. Each entry is made by its parent's descriptor and one name, anew
 * and exclusively: what had the name before is removed first, so nothing is ever written through a link.
 */
final class LayerDir implements AutoCloseable {
    private static final int MAX_DEPTH = 512;
    private static final int MAX_PATH = 4095;
    private static final int MAX_NAME = 255;

    private final Tree tree;

    /** Directories that no entry described (yet), as paths. */
    private final Set<String> implicit = new HashSet<>();

    private String parentPath = "";
    private int parent = -1;

    LayerDir(Tree tree) {
        this.tree = tree;
    }

    Tree tree() {
        return tree;
    }

    Set<String> implicit() {
        return implicit;
    }

    /**
     * A name of the archive as a path below the root: without ".", "..", empty parts; empty for the root itself.
     *
     * @throws ImageException if it leads out of the root or cannot be a name
     */
    static String clean(String name) throws ImageException {
        if (name.indexOf('\0') >= 0 || name.length() > MAX_PATH) {
            throw malformed("a name that is longer than " + MAX_PATH + " bytes or has a NUL in it", name);
        }
        List<String> parts = new ArrayList<>();
        for (String part : name.split("/", -1)) {
            if (part.equals("..")) {
                if (parts.isEmpty()) {
                    throw malformed("a name that leads out of the image", name);
                }
                parts.removeLast();
            } else if (!part.isEmpty() && !part.equals(".")) {
                if (part.length() > MAX_NAME) {
                    throw malformed("a name with a part longer than " + MAX_NAME + " bytes", name);
                }
                parts.add(part);
            }
        }
        if (parts.size() > MAX_DEPTH) {
            throw malformed("a name more than " + MAX_DEPTH + " directories deep", name);
        }
        return String.join("/", parts);
    }

    static ImageException malformed(String what, String name) {
        return new ImageException(
                Kind.MALFORMED, "a layer has " + what + ": " + Tree.shown(name), "the image is broken or hostile");
    }

    static String parentOf(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? "" : path.substring(0, slash);
    }

    static String lastOf(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** The directory that an entry lies in, made if need be; the descriptor stays this object's. */
    int parent(String path) throws ImageException {
        String p = parentOf(path);
        if (parent >= 0 && p.equals(parentPath)) {
            return parent;
        }
        int fd = tree.directory(p);
        if (fd == -Errno.ENOENT) {
            makeParents(p);
            fd = tree.directory(p);
        }
        if (fd == -Errno.ENOTDIR || fd == -Errno.ELOOP || fd == -Errno.ENOENT) {
            throw malformed("an entry below something that is no directory", path);
        }
        Tree.check(fd, "unpack " + Tree.shown(path));
        forget();
        parent = fd;
        parentPath = p;
        return fd;
    }

    private void makeParents(String path) throws ImageException {
        int slash = -1;
        do {
            slash = path.indexOf('/', slash + 1);
            String sub = slash < 0 ? path : path.substring(0, slash);
            int above = tree.directory(parentOf(sub));
            if (above < 0) {
                return; // the caller finds out
            }
            int r = HostFs.nameCall(Nr.mkdirat, above, lastOf(sub), 0755, 0, 0);
            Sys.close(above);
            if (r == 0) {
                implicit.add(sub);
            } else if (r != -Errno.EEXIST) {
                Tree.check(r, "unpack " + Tree.shown(path));
            }
        } while (slash >= 0);
    }

    private void forget() {
        if (parent >= 0) {
            Sys.close(parent);
            parent = -1;
        }
    }

    /** Removes what has this name in the directory. */
    void clear(int dir, String name) throws ImageException {
        int r = HostFs.nameCall(Nr.unlinkat, dir, name, 0, 0, 0);
        if (r == 0 || r == -Errno.ENOENT) {
            return;
        }
        Tree.remove(dir, name);
    }

    /**
     * Makes a directory, or takes the one that is there.
     *
     * @return whether a whiteout of this layer stood here: the directory hides what lower layers have
     */
    boolean directory(String path) throws ImageException {
        int dir = parent(path);
        String name = lastOf(path);
        int r = HostFs.nameCall(Nr.mkdirat, dir, name, 0700, 0, 0);
        boolean whiteout = false;
        if (r == -Errno.EEXIST) {
            int mode = Tree.mode(dir, name);
            if ((mode & Tree.S_IFMT) == Tree.S_IFDIR) {
                implicit.remove(path);
                return false;
            }
            whiteout = isWhiteout(dir, name, mode);
            clear(dir, name);
            r = HostFs.nameCall(Nr.mkdirat, dir, name, 0700, 0, 0);
        }
        Tree.check(r, "unpack " + Tree.shown(path));
        implicit.remove(path);
        return whiteout;
    }

    static boolean isWhiteout(int dir, String name, int mode) {
        if ((mode & Tree.S_IFMT) != Tree.S_IFCHR) {
            return false;
        }
        HostStat s = new HostStat();
        return HostFs.statx(dir, name, s) == 0 && s.rdevMajor == 0 && s.rdevMinor == 0;
    }

    /** Makes an empty file and opens it for writing. */
    int file(String path) throws ImageException {
        int dir = parent(path);
        String name = lastOf(path);
        int flags = O.O_WRONLY | O.O_CREAT | O.O_EXCL | O.O_NOFOLLOW;
        int fd = Sys.openat(dir, name, flags, 0600);
        if (fd == -Errno.EEXIST) {
            clear(dir, name);
            fd = Sys.openat(dir, name, flags, 0600);
        }
        return Tree.check(fd, "unpack " + Tree.shown(path));
    }

    void symlink(String path, String target) throws ImageException {
        if (target.isEmpty() || target.indexOf('\0') >= 0 || target.length() > MAX_PATH) {
            throw malformed("a symbolic link that leads to nothing that can be", path);
        }
        int dir = parent(path);
        String name = lastOf(path);
        int r = HostFs.symlink(target, dir, name);
        if (r == -Errno.EEXIST) {
            clear(dir, name);
            r = HostFs.symlink(target, dir, name);
        }
        Tree.check(r, "unpack " + Tree.shown(path));
    }

    void hardLink(String path, String target) throws ImageException {
        String to = clean(target);
        int from = tree.directory(parentOf(to));
        if (from < 0) {
            throw malformed("a hard link to something that is not in it", path + " -> " + target);
        }
        try {
            int mode = Tree.mode(from, lastOf(to));
            if (to.isEmpty() || mode < 0 || (mode & Tree.S_IFMT) == Tree.S_IFDIR) {
                throw malformed("a hard link to something that is not in it", path + " -> " + target);
            }
            int dir = parent(path);
            String name = lastOf(path);
            int r = HostFs.twoNames(Nr.linkat, from, lastOf(to), dir, name, 0);
            if (r == -Errno.EEXIST && !same(from, lastOf(to), dir, name)) {
                clear(dir, name);
                r = HostFs.twoNames(Nr.linkat, from, lastOf(to), dir, name, 0);
                if (r == -Errno.ENOENT) {
                    throw malformed("a hard link to something below itself", path + " -> " + target);
                }
            }
            if (r != -Errno.EEXIST) {
                Tree.check(r, "unpack " + Tree.shown(path));
            }
        } finally {
            Sys.close(from);
        }
    }

    private static boolean same(int dirA, String a, int dirB, String b) {
        HostStat x = new HostStat();
        HostStat y = new HostStat();
        return HostFs.statx(dirA, a, x) == 0 && HostFs.statx(dirB, b, y) == 0 && x.ino == y.ino;
    }

    /** A FIFO (mode with S_IFIFO). */
    void node(String path, int mode) throws ImageException {
        Tree.check(tryNode(path, mode), "unpack " + Tree.shown(path));
    }

    /** The same, or a whiteout (S_IFCHR); -errno. */
    int tryNode(String path, int mode) throws ImageException {
        int dir = parent(path);
        String name = lastOf(path);
        int r = HostFs.nameCall(Nr.mknodat, dir, name, mode, 0, 0);
        if (r == -Errno.EEXIST) {
            clear(dir, name);
            r = HostFs.nameCall(Nr.mknodat, dir, name, mode, 0, 0);
        }
        return r;
    }

    /** Opens a directory of the layer itself, no link being followed at its end, for its attributes; -errno. */
    int openDirectory(String path) {
        return tree.resolve(path, O.O_RDONLY | O.O_DIRECTORY | (path.isEmpty() ? 0 : O.O_NOFOLLOW));
    }

    @Override
    public void close() {
        forget();
    }
}
