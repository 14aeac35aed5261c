// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import static io.sandjar.abi.O.AT_FDCWD;

import io.sandjar.kernel.TreeCaller;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.RootBuilder;
import io.sandjar.kernel.fs.memfd.FileStore;
import java.nio.charset.StandardCharsets;

/**
 * Bytes as a sequence of operations on names: one byte says which, then two paths up to a zero byte each. Afterwards whatever
 * can be found is found again by the name that the tree gives it.
 */
public final class PathFuzz {
    private PathFuzz() {}

    private static int at;

    private static String path(byte[] data) {
        at = Math.min(at, data.length);
        int from = at;
        while (at < data.length && data[at] != 0) {
            at++;
        }
        String s = new String(data, from, at - from, StandardCharsets.ISO_8859_1);
        at++;
        return s;
    }

    public static void fuzzerTestOneInput(byte[] data) {
        MountNamespace ns = RootBuilder.empty(new FileStore()).build();
        TreeCaller c = new TreeCaller(ns);
        Ref<Path> found = new Ref<>();
        at = 0;
        for (int steps = 0; at < data.length && steps < 200; steps++) {
            int what = data[at++] & 15;
            String a = path(data);
            String b = path(data);
            int r = switch (what) {
                case 0, 1 -> FileOps.mkdir(c, AT_FDCWD, a, 0777);
                case 2 -> FileOps.mknod(c, AT_FDCWD, a, 0100644, 0, null);
                case 3, 4 -> FileOps.symlink(c, b, AT_FDCWD, a);
                case 5 -> FileOps.unlink(c, AT_FDCWD, a);
                case 6 -> FileOps.rmdir(c, AT_FDCWD, a);
                case 7, 8 -> FileOps.rename(c, AT_FDCWD, a, AT_FDCWD, b, 0);
                case 9 -> FileOps.rename(c, AT_FDCWD, a, AT_FDCWD, b, 2);
                case 10 -> {
                    int w = PathWalk.find(c, AT_FDCWD, a, 0, found);
                    yield w != 0 ? w : FileOps.link(c, found.get(), AT_FDCWD, b);
                }
                case 11 -> {
                    int w = PathWalk.find(c, AT_FDCWD, a, PathWalk.DIRECTORY, found);
                    if (w == 0) {
                        c.fs().setCwd(found.get());
                    }
                    yield w;
                }
                default -> found(c, a, what, found);
            };
            if (r > 0 || r < -4095) {
                throw new AssertionError(what + ": result " + r);
            }
        }
    }

    private static int found(TreeCaller c, String path, int flags, Ref<Path> found) {
        int r = new PathWalk(c).walk(AT_FDCWD, path, flags & 3, found);
        if (r == 0 && !found.get().dentry().gone()) {
            Path first = found.get();
            String name = MountNamespace.text(first, c.fs().root());
            if (name.length() < 4096) {
                r = new PathWalk(c).walk(AT_FDCWD, name, PathWalk.NOFOLLOW, found);
                if (r != 0 || found.get().inode() != first.inode()) { // names of plain files are made anew by each walk
                    throw new AssertionError(path + " is " + name + ", and that is not found again: " + r);
                }
            }
        }
        return r;
    }
}
