// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sandjar.kernel.TreeCaller;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.RootBuilder;
import io.sandjar.kernel.fs.memfd.FileStore;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Destinations of mounts in a root that somebody hostile has made. */
class MountPointsTest {
    @TempDir
    java.nio.file.Path dir;

    private java.nio.file.Path rootfs;
    private MountNamespace ns;
    private TreeCaller c;

    @BeforeEach
    void makeRoot() throws IOException {
        rootfs = Files.createDirectory(dir.resolve("rootfs"));
        Files.createDirectory(dir.resolve("outside"));
        Ref<RootBuilder> b = new Ref<>();
        assertEquals(0, RootBuilder.hostDir(new FileStore(), rootfs.toString(), false, b));
        ns = b.get().build();
        c = new TreeCaller(ns);
    }

    private String find(String path, boolean directory) {
        Ref<Path> out = new Ref<>();
        int r = MountPoints.find(c, ns, path, directory, true, out);
        return r != 0 ? "errno " + -r : MountNamespace.text(out.get(), ns.rootPath());
    }

    private void link(String name, String target) throws IOException {
        Files.createSymbolicLink(rootfs.resolve(name), java.nio.file.Path.of(target));
    }

    @Test
    void whatIsMissingIsMade() {
        assertEquals("/a/b/c", find("/a//b/./c/", true));
        assertTrue(Files.isDirectory(rootfs.resolve("a/b/c")));
        assertEquals("/etc/hosts", find("/etc/hosts", false));
        assertTrue(Files.isRegularFile(rootfs.resolve("etc/hosts")));
    }

    @Test
    void linksLeadNowhereElse() throws IOException {
        link("up", "../outside");
        link("far", "../../../../../../tmp");
        link("abs", dir.resolve("outside").toString());
        assertEquals("/outside/x", find("/up/x", true));
        assertEquals("/tmp/x", find("/far/x", true));
        assertEquals(dir.resolve("outside") + "/x", find("/abs/x", true));
        assertEquals("/outside", find("/a/../../../outside", true));
        try (var all = Files.list(dir.resolve("outside"))) {
            assertEquals(0, all.count());
        }
    }

    @Test
    void aLinkToNothingMakesWhatItSays() throws IOException {
        link("resolv", "/run/resolv.conf");
        assertEquals("/run/resolv.conf", find("/resolv", false));
        assertTrue(Files.isRegularFile(rootfs.resolve("run/resolv.conf")));
        assertTrue(Files.isSymbolicLink(rootfs.resolve("resolv")));
    }

    @Test
    void loopsAndFilesInTheWay() throws IOException {
        link("x", "y");
        link("y", "x");
        assertEquals("errno " + ELOOP, find("/x/z", true));
        Files.createFile(rootfs.resolve("plain"));
        assertEquals("errno " + ENOTDIR, find("/plain/z", true));
    }

    @Test
    void looksOnly() {
        assertEquals(-ENOENT, MountPoints.find(c, ns, "/no/such", true, false, new Ref<>()));
        assertEquals(-ENOENT, PathWalk.find(c, AT_FDCWD, "/no", 0, new Ref<>()));
    }
}
