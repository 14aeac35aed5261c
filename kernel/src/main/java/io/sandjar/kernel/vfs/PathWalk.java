// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.kernel.base.Ref;
import org.jspecify.annotations.Nullable;

/**
 * One walk along a path, component by component (path_resolution(7)). The kernel follows every link itself, so a host
 * path never decides where a guest ends up. An object serves one call.
 */
public final class PathWalk {
    /** Start at the root whatever the path says: for callers without descriptors. */
    public static final int AT_ROOT = -101;

    // ---- flags of a walk ----

    /** A link as last component is the result, not what it points to. */
    public static final int NOFOLLOW = 1;

    /** An empty path means the start itself (AT_EMPTY_PATH). */
    public static final int EMPTY = 2;

    /** The result must be a directory. */
    public static final int DIRECTORY = 4;

    /** What the last component of {@link #walkParent} is. */
    public enum Last {
        NAME,
        DOT,
        DOTDOT,
        /** The path was all slashes. */
        ROOT
    }

    private final Caller c;
    private final Ref<Inode> found = new Ref<>();
    private Creds creds;
    private Path root;
    private long resolve;
    private Path start;
    private Path at;
    private String path = "";
    private int pos;
    private int links;
    private boolean trailing;
    private String last = "";
    private Last lastKind = Last.ROOT;
    private @Nullable Path jumped;

    public PathWalk(Caller c) {
        this(c, c.fs().root());
    }

    /** A walk under another root. */
    public PathWalk(Caller c, Path root) {
        this.c = c;
        this.creds = c.creds();
        this.root = root;
        this.start = root;
        this.at = root;
    }

    /** RESOLVE_* of openat2(2). */
    public PathWalk resolve(long bits) {
        resolve = bits;
        return this;
    }

    /** Walks with other credentials than the caller's (access(2)). */
    public PathWalk as(Creds other) {
        creds = other;
        return this;
    }

    /** One walk in one line: the path of {@code path} seen from {@code dirfd}. 0 or -errno. */
    public static int find(Caller c, int dirfd, String path, int flags, Ref<Path> out) {
        return new PathWalk(c).walk(dirfd, path, flags, out);
    }

    /** Walks to the end. 0 or -errno. */
    public int walk(int dirfd, String p, int flags, Ref<Path> out) {
        int r = begin(dirfd, p, (flags & EMPTY) != 0);
        if (r == 0) {
            r = run(false, (flags & NOFOLLOW) == 0);
        }
        if (r == 0 && (flags & DIRECTORY) != 0 && !at.inode().isDir()) {
            r = -ENOTDIR;
        }
        if (r == 0) {
            out.set(at);
        }
        return r;
    }

    /** Walks to the directory of the last component: see {@link #parent}, {@link #last}, {@link #lastKind}. */
    public int walkParent(int dirfd, String p) {
        int r = begin(dirfd, p, false);
        return r != 0 ? r : run(true, false);
    }

    /** The directory that {@link #walkParent} came to. */
    public Path parent() {
        return at;
    }

    public String last() {
        return last;
    }

    public Last lastKind() {
        return lastKind;
    }

    /** Whether slashes followed the last component. */
    public boolean trailingSlash() {
        return trailing;
    }

    /**
     * Looks up {@link #last} in {@link #parent}, across a mount on it. 0 or -errno (-ENOENT where a new name may be
     * made).
     */
    public int lookupLast(Ref<Path> out) {
        return switch (lastKind) {
            case NAME -> step(at, last, out);
            case DOTDOT -> {
                Path here = at;
                int r = up();
                out.set(at);
                at = here;
                yield r;
            }
            case DOT, ROOT -> {
                out.set(at);
                yield 0;
            }
        };
    }

    /**
     * Goes on from the link {@code link}, found by {@link #lookupLast}, to the parent of what it points to.
     *
     * @return 0 with a new parent and last; 1 when the link jumped straight to {@link #jumpedTo}; -errno
     */
    public int followLast(Path link) {
        String rest = trailing ? "/" : "";
        pos = 0;
        path = rest;
        int r = follow(link.inode(), rest);
        if (r == 1) {
            jumped = at;
            return 1;
        }
        return r != 0 ? r : run(true, false);
    }

    public @Nullable Path jumpedTo() {
        return jumped;
    }

    private int begin(int dirfd, String p, boolean emptyAllowed) {
        path = p;
        pos = 0;
        links = 0;
        if (p.length() >= PATH_MAX) {
            return -ENAMETOOLONG;
        }
        if (p.isEmpty() && !emptyAllowed) {
            return -ENOENT;
        }
        boolean absolute = dirfd == AT_ROOT || (!p.isEmpty() && p.charAt(0) == '/');
        if (absolute && (resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT)) == 0) {
            at = root;
        } else if (dirfd == AT_FDCWD) {
            at = c.fs().cwd();
        } else if (dirfd == AT_ROOT) {
            at = root;
        } else {
            FileDescription d = c.fget(dirfd);
            if (d == null) {
                return -EBADF;
            }
            Path dp = d.path();
            if (dp == null) {
                if (!p.isEmpty()) {
                    return -ENOTDIR;
                }
                dp = Anonymous.path(d);
            } else if (!p.isEmpty() && !dp.inode().isDir()) {
                return -ENOTDIR;
            }
            at = dp;
        }
        start = at;
        if ((resolve & RESOLVE_IN_ROOT) != 0) {
            root = at;
        } else if (absolute && (resolve & RESOLVE_BENEATH) != 0) {
            return -EXDEV;
        }
        return 0;
    }

    /** The loop over components. With {@code toParent} it stops before the last one. */
    private int run(boolean toParent, boolean followEnd) {
        trailing = false;
        lastKind = Last.ROOT;
        last = "/";
        Ref<Path> next = new Ref<>();
        while (true) {
            pos = skipSlashes(path, pos);
            int n = path.length();
            if (pos == n) {
                return 0;
            }
            int end = path.indexOf('/', pos);
            if (end < 0) {
                end = n;
            }
            int rest = skipSlashes(path, end);
            boolean isLast = rest == n;
            int r = enter(at.inode());
            if (r != 0) {
                return r;
            }
            int len = end - pos;
            boolean dot = path.charAt(pos) == '.' && (len == 1 || (len == 2 && path.charAt(pos + 1) == '.'));
            if (toParent && isLast) {
                trailing = rest > end;
                lastKind = !dot ? Last.NAME : len == 1 ? Last.DOT : Last.DOTDOT;
                last = path.substring(pos, end);
                return len > NAME_MAX ? -ENAMETOOLONG : 0;
            }
            if (dot) {
                r = len == 2 ? up() : 0;
                if (r != 0) {
                    return r;
                }
                pos = rest;
                continue;
            }
            if (len > NAME_MAX) {
                return -ENAMETOOLONG;
            }
            r = step(at, path.substring(pos, end), next);
            if (r != 0) {
                return r;
            }
            Path p = next.get();
            pos = rest;
            if (p.inode().isSymlink() && (!isLast || rest > end || followEnd)) {
                r = follow(p.inode(), path.substring(end));
                if (r < 0) {
                    return r;
                }
                continue;
            }
            if (isLast && rest > end && !p.inode().isDir()) {
                return -ENOTDIR;
            }
            at = p;
        }
    }

    private static int skipSlashes(String s, int from) {
        int i = from;
        while (i < s.length() && s.charAt(i) == '/') {
            i++;
        }
        return i;
    }

    private int enter(Inode dir) {
        return dir.isDir() ? Permissions.may(creds, dir, Permissions.MAY_EXEC) : -ENOTDIR;
    }

    /** One name below a directory, and into what is mounted there. */
    private int step(Path dir, String name, Ref<Path> out) {
        Dentry d = dir.dentry();
        Dentry child = d.cachedChild(name);
        if (child != null && !d.inode().fs.cachesNames() && !covered(dir, child)) {
            child = null;
        }
        while (child == null) {
            int seen = d.generation();
            int r = d.inode().lookup(c, name, found);
            if (r != 0) {
                return r;
            }
            child = d.childIf(seen, name, found.get());
        }
        Path p = new Path(dir.mount(), child);
        if (child.mountCount.get() > 0) {
            p = Mount.top(p);
            if (p.mount() != dir.mount() && (resolve & RESOLVE_NO_XDEV) != 0) {
                return -EXDEV;
            }
        }
        out.set(p);
        return 0;
    }

    /** Whether something is mounted there: what lies below need not be asked for. */
    private static boolean covered(Path dir, Dentry child) {
        return child.mountCount.get() > 0
                && Mount.top(new Path(dir.mount(), child)).mount() != dir.mount();
    }

    /** `..` */
    private int up() {
        Path p = at;
        while (true) {
            if (same(p, root)) {
                return 0;
            }
            if ((resolve & RESOLVE_BENEATH) != 0 && same(p, start)) {
                return -EXDEV;
            }
            if (p.dentry() != p.mount().root()) {
                break;
            }
            Path point = p.mount().point();
            if (point == null) {
                return 0;
            }
            if ((resolve & RESOLVE_NO_XDEV) != 0) {
                return -EXDEV;
            }
            p = point;
        }
        Dentry parent = p.dentry().parent();
        if (parent == null) {
            return 0;
        }
        p = new Path(p.mount(), parent);
        at = Mount.top(p);
        return 0;
    }

    private static boolean same(Path a, Path b) {
        return a.dentry() == b.dentry() && a.mount() == b.mount();
    }

    /** Takes a link: 0 with its text put before {@code rest}, 1 when it jumped, -errno. */
    private int follow(Inode link, String rest) {
        if (++links > SYMLINK_MAX_FOLLOWED
                || (resolve & RESOLVE_NO_SYMLINKS) != 0
                || (at.mount().flags() & Mount.NOSYMFOLLOW) != 0) {
            return -ELOOP;
        }
        Ref<Path> there = new Ref<>();
        int r = link.jump(c, there);
        if (r < 0) {
            return r;
        }
        if (r == 0) {
            if ((resolve & RESOLVE_NO_MAGICLINKS) != 0) {
                return -ELOOP;
            }
            if ((resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT)) != 0) {
                return -EXDEV;
            }
            Path p = there.get();
            if ((resolve & RESOLVE_NO_XDEV) != 0 && p.mount() != at.mount()) {
                return -EXDEV;
            }
            at = p;
            path = rest;
            pos = 0;
            if (!rest.isEmpty() && !p.inode().isDir()) {
                return -ENOTDIR;
            }
            return 1;
        }
        Ref<String> text = new Ref<>();
        r = link.readlink(c, text);
        if (r != 0) {
            return r;
        }
        String target = text.get();
        if (target.isEmpty()) {
            return -ENOENT;
        }
        if (target.charAt(0) == '/') {
            if ((resolve & RESOLVE_BENEATH) != 0) {
                return -EXDEV;
            }
            if ((resolve & RESOLVE_NO_XDEV) != 0 && root.mount() != at.mount()) {
                return -EXDEV;
            }
            at = root;
        }
        path = rest.isEmpty() ? target : target + rest;
        pos = 0;
        return 0;
    }
}
