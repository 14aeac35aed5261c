// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.volumes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.sandjar.host.Mounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a guest can do in its own volumes, and what must not come of it. */
@Timeout(60)
class HostileVolumesTest {
    @SuppressWarnings("NullAway.Init")
    private Fixture f;

    private Path outside = Path.of("");

    @BeforeEach
    void make() throws Exception {
        f = new Fixture();
        outside = Files.createDirectory(f.root.resolve("outside"));
        Files.writeString(outside.resolve("precious"), "host");
    }

    @AfterEach
    void clean() throws Exception {
        f.clean();
    }

    private static Pod sub(String subPath) {
        return new PodBuilder(Fixture.pod(LocalVolumesTest.emptyDir("e")))
                .editSpec()
                .editFirstContainer()
                .editFirstVolumeMount()
                .withSubPath(subPath)
                .endVolumeMount()
                .endContainer()
                .endSpec()
                .build();
    }

    private static Container container(Pod p) {
        return p.getSpec().getContainers().getFirst();
    }

    private LocalVolumes volumes(boolean mounts) {
        assumeTrue(!mounts || Fixture.isRoot(), "needs root: mounts");
        return mounts ? f.volumes() : f.withoutMounts();
    }

    private Path shown(LocalVolumes v, Pod p) throws Exception {
        return Path.of(
                v.mount(p).forContainer(container(p), Map.of()).getFirst().source());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void linksThatLeadOutAreRefused(boolean mounts) throws Exception {
        LocalVolumes v = volumes(mounts);
        v.mount(sub("x"));
        Path e = f.volume("e");
        Files.createSymbolicLink(e.resolve("abs"), outside);
        Files.createSymbolicLink(e.resolve("rel"), Path.of("../../../../outside"));
        Files.createDirectory(e.resolve("dir"));
        Files.createSymbolicLink(e.resolve("dir/up"), Path.of("../.."));
        Files.createSymbolicLink(e.resolve("proc"), Path.of("/proc/self/root"));
        Files.createDirectory(e.resolve("real"));
        Files.createSymbolicLink(e.resolve("inside"), Path.of("real"));
        for (String s :
                new String[] {"abs", "rel", "dir/up", "dir/up/x", "abs/precious", "abs/new", "rel/new", "proc/tmp"}) {
            VolumeException x = assertThrows(VolumeException.class, () -> shown(v, sub(s)), s);
            assertTrue(String.valueOf(x.getMessage()).contains("leads out of the volume"), x.getMessage());
        }
        for (String s : new String[] {"../x", "a/../../x", "/etc", ".."}) {
            assertThrows(VolumeException.class, () -> shown(v, sub(s)), s);
        }
        assertFalse(Files.exists(outside.resolve("new")));
        Path inside = shown(v, sub("inside"));
        Files.writeString(e.resolve("real/f"), "1");
        assertEquals("1", Files.readString(inside.resolve("f")), "a link that stays inside is followed");
        v.unmount("uid-1");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void subPathsAreMadeAndShown(boolean mounts) throws Exception {
        LocalVolumes v = volumes(mounts);
        Path at = shown(v, sub("a/b/c"));
        Files.writeString(at.resolve("f"), "1");
        assertEquals("1", Files.readString(f.volume("e").resolve("a/b/c/f")));
        assertEquals(0777, (Integer) Files.getAttribute(at, "unix:mode") & 07777, "as open as the volume");
        Path file = shown(v, sub("a/b/c/f"));
        assertEquals("1", Files.readString(file));
        // the container starts again, and the guest has put a link in the place of the directory meanwhile
        v.mount(sub("a")).release("c");
        Files.move(f.volume("e").resolve("a"), f.volume("e").resolve("gone"));
        Files.createSymbolicLink(f.volume("e").resolve("a"), outside);
        assertThrows(VolumeException.class, () -> shown(v, sub("a/b/c/f")));
        v.unmount("uid-1");
        assertEquals("host", Files.readString(outside.resolve("precious")));
        assertFalse(Files.exists(f.volume("e")));
    }

    /** Without mounts a path is opened twice, so nobody may write in between. */
    @Test
    void sharedVolumesHaveNoPartsForOrdinaryUsers() throws Exception {
        LocalVolumes v = f.withoutMounts();
        Pod p = new PodBuilder(sub("x"))
                .editSpec()
                .addToContainers(new ContainerBuilder(container(Fixture.pod(LocalVolumesTest.emptyDir("e"))))
                        .withName("writer")
                        .build())
                .endSpec()
                .build();
        VolumeException x = assertThrows(VolumeException.class, () -> shown(v, p));
        assertTrue(String.valueOf(x.getMessage()).contains("run the agent as root"), x.getMessage());
    }

    /** A guest swaps a directory and a link as fast as it can while we open below it. */
    @Test
    void racesLeadNowhere() throws Exception {
        LocalVolumes v = volumes(Fixture.isRoot());
        v.mount(sub("x"));
        Path e = f.volume("e");
        Path swap = e.resolve("swap");
        Files.createSymbolicLink(swap, outside);
        boolean[] stop = {false};
        Thread guest = Thread.ofPlatform().daemon().start(() -> {
            try {
                Path dir = Files.createDirectories(e.resolve("dir/precious.d"));
                Path one = e.resolve("one");
                while (!stop[0]) {
                    Files.deleteIfExists(one);
                    Files.createSymbolicLink(one, outside);
                    Files.move(one, swap, StandardCopyOption.ATOMIC_MOVE);
                    Files.createSymbolicLink(one, Path.of("dir"));
                    Files.move(one, swap, StandardCopyOption.ATOMIC_MOVE);
                }
                Files.exists(dir);
            } catch (IOException x) {
                throw new IllegalStateException(x);
            }
        });
        int good = 0;
        for (int i = 0; i < 400; i++) {
            try {
                Path at = shown(v, sub("swap/made" + i % 7));
                assertFalse(Files.exists(at.resolve("precious")));
                good++;
            } catch (VolumeException x) {
                assertTrue(String.valueOf(x.getMessage()).contains("subPath"), x.getMessage());
            }
        }
        stop[0] = true;
        guest.join(5000);
        try (var all = Files.list(outside)) {
            assertEquals(1, all.count(), "nothing was made outside");
        }
        assertTrue(good > 0, "the other half worked");
    }

    @Test
    void removalFollowsNothing() throws Exception {
        LocalVolumes v = f.volumes();
        v.mount(Fixture.pod(LocalVolumesTest.emptyDir("e")));
        Path e = f.volume("e");
        Files.createSymbolicLink(e.resolve("link"), outside);
        Files.createSymbolicLink(e.resolve("file"), outside.resolve("precious"));
        Files.createDirectories(e.resolve("d/e/f"));
        Files.writeString(e.resolve("d/e/f/x"), "1");
        v.unmount("uid-1");
        assertEquals("host", Files.readString(outside.resolve("precious")));
        assertFalse(Files.exists(e, LinkOption.NOFOLLOW_LINKS));
    }

    /** A mount that could not be taken away must not be emptied. */
    @Test
    void removalStopsAtMounts() throws Exception {
        assumeTrue(Fixture.isRoot(), "needs root: mounts");
        Path dir = Files.createDirectories(f.root.resolve("t/mnt"));
        assertEquals(0, Mounts.mount(outside.toString(), dir.toString(), "", Mounts.MS_BIND, ""));
        assertThrows(IOException.class, () -> GuestTree.delete(f.root.resolve("t")));
        assertEquals("host", Files.readString(outside.resolve("precious")));
    }

    @Test
    void treesOfAnyDepthAreRemoved() throws Exception {
        LocalVolumes v = f.volumes();
        v.mount(Fixture.pod(LocalVolumesTest.emptyDir("e")));
        Path e = f.volume("e");
        // 3000 levels: from the bottom up, because no path is that long
        Path chain = Files.createDirectory(e.resolve("n0"));
        Files.writeString(chain.resolve("bottom"), "x");
        for (int i = 1; i < 3000; i++) {
            Path up = Files.createDirectory(e.resolve("n" + i));
            Files.move(e.resolve("n" + (i - 1)), up.resolve("d"));
        }
        assertEquals(Long.MAX_VALUE, GuestTree.usage(e));
        v.unmount("uid-1");
        assertFalse(Files.exists(e));
        try (var all = Files.list(f.root.resolve("pods/uid-1"))) {
            assertEquals(0, all.count());
        }
    }

    @Test
    void usageCountsOnce() throws Exception {
        Path t = Files.createDirectory(f.root.resolve("t"));
        Files.write(t.resolve("big"), new byte[1 << 20]);
        long one = GuestTree.usage(t);
        assertTrue(one >= 1 << 20, "" + one);
        Files.createLink(t.resolve("same"), t.resolve("big"));
        Files.createSymbolicLink(t.resolve("out"), outside);
        assertEquals(one, GuestTree.usage(t));
    }
}
