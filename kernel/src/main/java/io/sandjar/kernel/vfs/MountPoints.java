// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.kernel.base.Ref;

/**
 * Finds the places that a container's mounts go to, and makes those that are missing. The tree may have been made by
 * somebody hostile: links are followed within it, to a target that is missing as well, and magic links never.
 */
public final class MountPoints {
    private static final int MAX_LINKS = 40;

    private final Caller c;
    private final Path root;

    /** Without links and dots; empty for the root. */
    private String done = "";

    private Path here;
    private String rest = "";

    private MountPoints(Caller c, MountNamespace ns) {
        this.c = c;
        this.root = ns.rootPath();
        this.here = root;
    }

    /**
     * Finds {@code path}.
     *
     * @param directory what to make where it is missing: a directory or an empty file, with the directories above it
     * @param make false to leave the tree as it is
     * @return 0 or -errno (-ELOOP for a magic link or too many links)
     */
    public static int find(Caller c, MountNamespace ns, String path, boolean directory, boolean make, Ref<Path> out) {
        MountPoints p = new MountPoints(c, ns);
        p.rest = path;
        int r = p.run(directory, make);
        if (r == 0) {
            out.set(p.here);
        }
        return r;
    }

    private int run(boolean directory, boolean make) {
        int links = 0;
        Ref<Path> found = new Ref<>();
        while (true) {
            int from = slashes(0);
            if (from == rest.length()) {
                return 0;
            }
            int end = rest.indexOf('/', from);
            String name = rest.substring(from, end < 0 ? rest.length() : end);
            rest = end < 0 ? "" : rest.substring(end);
            boolean last = slashes(0) == rest.length();
            if (name.equals(".")) {
                continue;
            }
            if (name.equals("..")) {
                int r = up();
                if (r != 0) {
                    return r;
                }
                continue;
            }
            String next = done + "/" + name;
            int r = walk(next, found);
            if (r == -ENOENT && make) {
                r = create(here.inode(), name, directory || !last);
                if (r == 0) {
                    r = walk(next, found);
                }
            }
            if (r != 0) {
                return r;
            }
            Inode i = found.get().inode();
            if (i.isSymlink()) {
                r = ++links > MAX_LINKS ? -ELOOP : follow(i);
                if (r != 0) {
                    return r;
                }
                continue;
            }
            if (!last && !i.isDir()) {
                return -ENOTDIR;
            }
            done = next;
            here = found.get();
        }
    }

    private int slashes(int from) {
        int i = from;
        while (i < rest.length() && rest.charAt(i) == '/') {
            i++;
        }
        return i;
    }

    private int walk(String path, Ref<Path> out) {
        return new PathWalk(c, root).walk(PathWalk.AT_ROOT, path, PathWalk.NOFOLLOW, out);
    }

    private int up() {
        done = done.isEmpty() ? "" : done.substring(0, done.lastIndexOf('/'));
        Ref<Path> parent = new Ref<>();
        int r = done.isEmpty() ? 0 : walk(done, parent);
        here = done.isEmpty() ? root : r == 0 ? parent.get() : here;
        return r;
    }

    private int follow(Inode link) {
        if (link.jump(c, new Ref<>()) != 1) {
            return -ELOOP;
        }
        Ref<String> text = new Ref<>();
        int r = link.readlink(c, text);
        if (r != 0) {
            return r;
        }
        if (text.get().isEmpty() || text.get().length() + rest.length() >= PATH_MAX) {
            return text.get().isEmpty() ? -ENOENT : -ENAMETOOLONG;
        }
        rest = text.get() + rest;
        if (rest.charAt(0) == '/') {
            done = "";
            here = root;
        }
        return 0;
    }

    private int create(Inode dir, String name, boolean directory) {
        Ref<Inode> made = new Ref<>();
        return directory ? dir.mkdir(c, name, 0755, made) : dir.mknod(c, name, S_IFREG | 0755, 0, made);
    }
}
