// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.sandjar.kernel.TreeCaller;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.RootBuilder;
import io.sandjar.kernel.fs.memfd.FileStore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Walks along paths: links, mounts, roots, RESOLVE_* and permissions. */
class PathWalkTest {
    private final RootBuilder tree = RootBuilder.empty(new FileStore());
    private final MountNamespace ns = tree.build();
    private final TreeCaller c = new TreeCaller(ns);
    private final Ref<Path> found = new Ref<>();

    @BeforeEach
    void makeTree() {
        for (String d : new String[] {"/a", "/a/b", "/a/b/c", "/m", "/jail", "/jail/in"}) {
            assertEquals(0, FileOps.mkdir(c, AT_FDCWD, d, 0755));
        }
        assertEquals(0, tree.tmpfs("/m", Long.MAX_VALUE, 0755, 0));
        assertEquals(0, FileOps.mkdir(c, AT_FDCWD, "/m/x", 0755));
        assertEquals(0, FileOps.mknod(c, AT_FDCWD, "/a/file", S_IFREG | 0644, 0, null));
        link("/a/b", "/toB");
        link("b/../b", "/a/rel");
        link("loop", "/loop");
        link("file", "/a/toFile");
        link("nowhere", "/a/dangling");
        link("/m/x", "/a/toMount");
    }

    private void link(String target, String at) {
        assertEquals(0, FileOps.symlink(c, target, AT_FDCWD, at));
    }

    private String walk(String path) {
        return walk(path, 0, 0);
    }

    private String walk(String path, int flags, long resolve) {
        int r = new PathWalk(c).resolve(resolve).walk(AT_FDCWD, path, flags, found);
        return r != 0 ? io.sandjar.abi.Errno.name(-r) : MountNamespace.text(found.get(), c.fs().root());
    }

    private void cwd(String path) {
        assertEquals(0, PathWalk.find(c, AT_FDCWD, path, 0, found));
        c.fs().setCwd(found.get());
    }

    @Test
    void dotsAndSlashes() {
        assertEquals("/a/b", walk("//a//./b/"));
        assertEquals("/", walk("/.."));
        assertEquals("/", walk("/a/../../.."));
        assertEquals("/a/file", walk("/a/b/../file"));
        assertEquals("ENOTDIR", walk("/a/file/"));
        assertEquals("ENOTDIR", walk("/a/file/.."));
        assertEquals("ENOENT", walk(""));
        assertEquals("ENOENT", walk("/a/none/.."));
        assertEquals("ENAMETOOLONG", walk("/" + "n".repeat(256)));
        assertEquals("ENOENT", walk("/" + "n".repeat(255)));
        assertEquals("ENAMETOOLONG", walk("/a".repeat(2048)));
    }

    @Test
    void links() {
        assertEquals("/a/b/c", walk("/toB/c"));
        assertEquals("/a/b/c", walk("/a/rel/c"));
        assertEquals("ELOOP", walk("/loop"));
        assertEquals("/loop", walk("/loop", PathWalk.NOFOLLOW, 0));
        assertEquals("ELOOP", walk("/loop/", PathWalk.NOFOLLOW, 0));
        assertEquals("/a/b", walk("/toB/", PathWalk.NOFOLLOW, 0));
        assertEquals("ENOTDIR", walk("/a/toFile/"));
        assertEquals("ENOENT", walk("/a/dangling"));
        String at = "";
        for (int i = 0; i < 41; i++) {
            link(i == 0 ? "/a" : "/l" + (i - 1), "/l" + i);
            at = "/l" + i;
        }
        assertEquals("ELOOP", walk(at));
        assertEquals("/a", walk("/l39"));
    }

    @Test
    void mounts() {
        assertEquals("/m/x", walk("/a/toMount"));
        assertEquals("/", walk("/m/.."));
        assertEquals("/m", walk("/m/x/.."));
        cwd("/m/x");
        assertEquals("/a", walk("../../a"));
        assertEquals("EXDEV", walk("../..", 0, RESOLVE_NO_XDEV));
        assertEquals("EXDEV", walk("/a/toMount", 0, RESOLVE_NO_XDEV));
        assertEquals(-EBUSY, FileOps.rmdir(c, AT_FDCWD, "/m"));
        assertEquals(-EXDEV, FileOps.rename(c, AT_FDCWD, "/a/file", AT_FDCWD, "/m/file", 0));
    }

    @Test
    void resolveFlags() {
        cwd("/a");
        assertEquals("/a/b/c", walk("b/c", 0, RESOLVE_BENEATH));
        assertEquals("EXDEV", walk("..", 0, RESOLVE_BENEATH));
        assertEquals("/a/b", walk("b/../b", 0, RESOLVE_BENEATH));
        assertEquals("EXDEV", walk("/a", 0, RESOLVE_BENEATH));
        assertEquals("EXDEV", walk("toMount", 0, RESOLVE_BENEATH));
        assertEquals("ELOOP", walk("rel", 0, RESOLVE_NO_SYMLINKS));
        assertEquals("/a/b", walk("/../../b", 0, RESOLVE_IN_ROOT));
        assertEquals("ENOENT", walk("toMount", 0, RESOLVE_IN_ROOT));
    }

    @Test
    void rootsBound() {
        assertEquals(0, PathWalk.find(c, AT_FDCWD, "/jail", 0, found));
        c.fs().setRoot(found.get());
        assertEquals("/in", walk("/in/../../../in"));
        assertEquals("(unreachable)/a", walk("a")); // the working directory is still outside
        link("/in", "/abs");
        assertEquals("/in", walk("/abs"));
    }

    @Test
    void searchPermission() {
        assertEquals(0, PathWalk.find(c, AT_FDCWD, "/a/b", 0, found));
        assertEquals(0, AttrOps.chmod(c, found.get(), 0700));
        c.creds = Creds.of(1000, 1000);
        assertEquals("/a/b", walk("/a/b"));
        assertEquals("EACCES", walk("/a/b/c"));
        assertEquals("EACCES", walk("/a/b/none"));
        assertEquals(-EACCES, FileOps.mkdir(c, AT_FDCWD, "/a/new", 0755));
        assertEquals(-EEXIST, FileOps.mkdir(c, AT_FDCWD, "/a/b", 0755));
    }

    @Test
    void movedDirectoriesKeepTheirDentry() {
        assertEquals(0, PathWalk.find(c, AT_FDCWD, "/a/b/c", 0, found));
        Dentry d = found.get().dentry();
        assertEquals(0, FileOps.rename(c, AT_FDCWD, "/a/b", AT_FDCWD, "/b2", 0));
        assertEquals("/b2/c", MountNamespace.text(found.get(), c.fs().root()));
        assertEquals("/b2/c", walk("/b2/c"));
        assertSame(d, found.get().dentry());
        assertEquals(-EINVAL, FileOps.rename(c, AT_FDCWD, "/b2", AT_FDCWD, "/b2/c/d", 0));
        assertEquals(0, FileOps.rename(c, AT_FDCWD, "/a", AT_FDCWD, "/b2", RENAME_EXCHANGE));
        assertEquals("/a/c", walk("/a/c"));
        assertSame(d, found.get().dentry());
        assertEquals(0, FileOps.rmdir(c, AT_FDCWD, "/a/c"));
        assertEquals(
                "/a/c (deleted)", MountNamespace.procText(new Path(found.get().mount(), d), c.fs().root()));
    }
}
