// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.cgroups;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.sandjar.abi.Nr;
import io.sandjar.host.Sys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LocalCgroupsTest {
    @TempDir
    private Path dir = Path.of("");

    /** Containers as "requests/limits" of cpu and memory: "100m:1/64Mi:64Mi". */
    static Pod pod(String uid, String... resources) {
        PodBuilder b = new PodBuilder()
                .withNewMetadata()
                .withName("p")
                .withNamespace("default")
                .withUid(uid)
                .endMetadata()
                .withNewSpec()
                .endSpec();
        for (int i = 0; i < resources.length; i++) {
            ResourceRequirementsBuilder r = new ResourceRequirementsBuilder();
            String[] names = {"cpu", "memory"};
            String[] parts = resources[i].split("/", -1);
            for (int k = 0; k < parts.length; k++) {
                String[] v = parts[k].split(":", -1);
                if (!v[0].isEmpty()) {
                    r.addToRequests(names[k], new Quantity(v[0]));
                }
                if (v.length > 1 && !v[1].isEmpty()) {
                    r.addToLimits(names[k], new Quantity(v[1]));
                }
            }
            b.editSpec()
                    .addToContainers(new ContainerBuilder()
                            .withName("c" + i)
                            .withResources(r.build())
                            .build())
                    .endSpec();
        }
        return b.build();
    }

    @Test
    void totals() {
        long extra = Totals.OVERHEAD_BYTES;
        assertEquals(new Totals(Totals.Qos.BESTEFFORT, -1, -1, 0), Totals.of(pod("u", "/")));
        assertEquals(
                new Totals(Totals.Qos.GUARANTEED, (96L << 20) + extra, 1500, 1500),
                Totals.of(pod("u", ":1/:64Mi", ":500m/:32Mi")));
        assertEquals(
                new Totals(Totals.Qos.BURSTABLE, (64L << 20) + extra, 1000, 100),
                Totals.of(pod("u", "100m:1/32Mi:64Mi")));
        assertEquals(new Totals(Totals.Qos.BURSTABLE, -1, -1, 350), Totals.of(pod("u", "100m:1/:64Mi", "250m/32Mi")));
        Pod init = new PodBuilder(pod("u", ":1/:64Mi"))
                .editSpec()
                .addToInitContainers(
                        pod("u", ":2/:32Mi").getSpec().getContainers().getFirst())
                .withOverhead(java.util.Map.of("memory", new Quantity("10Mi"), "cpu", new Quantity("50m")))
                .endSpec()
                .build();
        assertEquals(new Totals(Totals.Qos.GUARANTEED, 74L << 20, 2050, 2050), Totals.of(init));
    }

    @Test
    void sharesAndWeights() {
        assertEquals(2, LocalCgroups.shareOf(0));
        assertEquals(1024, LocalCgroups.shareOf(1000));
        assertEquals(39, LocalCgroups.weight(1024));
        assertEquals(10000, LocalCgroups.weight(262_144));
    }

    @Test
    void withoutRights() throws Exception {
        LocalCgroups c = new LocalCgroups(Hierarchies.find(Path.of("/")), dir, -1, false);
        assertEquals(1, c.warnings().size());
        c.setUp(pod("u", ":1/:64Mi"));
        assertNull(c.pathOf(pod("u"), "id"));
        assertNull(c.usage("u"));
        c.remove("u");
        LocalCgroups none = new LocalCgroups(Hierarchies.find(dir), dir, -1, true);
        assertTrue(none.warnings().getFirst().contains("no control groups mounted"));
    }

    /** Version 2 on a tree of files, because a host with its controllers is not at hand. */
    @Test
    void versionTwo() throws Exception {
        Path mount = Files.createDirectories(dir.resolve("sys/fs/cgroup"));
        Files.createDirectories(dir.resolve("proc/thread-self"));
        Files.writeString(
                dir.resolve("proc/thread-self/mountinfo"),
                "30 20 0:1 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup rw,nsdelegate\n");
        List<Path> groups = new ArrayList<>(List.of(mount));
        for (String g : List.of("sandjar", "sandjar/burstable", "sandjar/besteffort", "sandjar/burstable/podu")) {
            groups.add(Files.createDirectories(mount.resolve(g)));
        }
        for (Path g : groups) { // Linux makes these
            Files.writeString(g.resolve("cgroup.controllers"), "cpu memory pids\n");
            for (String f : List.of("memory.max", "cpu.max", "cpu.weight", "pids.max", "cgroup.subtree_control")) {
                Files.writeString(g.resolve(f), "");
            }
        }
        LocalCgroups c = new LocalCgroups(Hierarchies.find(dir), dir.resolve("marks"), 100, true);
        assertEquals(List.of(), c.warnings());
        Pod p = pod("u", "100m:1/32Mi:64Mi");
        c.setUp(p);
        assertEquals("/sandjar/burstable/podu/id", c.pathOf(p, "id"));
        Path g = mount.resolve("sandjar/burstable/podu");
        assertEquals(String.valueOf((64L << 20) + Totals.OVERHEAD_BYTES), Files.readString(g.resolve("memory.max")));
        assertEquals("100000 100000", Files.readString(g.resolve("cpu.max")));
        assertEquals("4", Files.readString(g.resolve("cpu.weight")));
        assertEquals("100", Files.readString(g.resolve("pids.max")));
        assertEquals("1", Files.readString(mount.resolve("sandjar/besteffort/cpu.weight")));
        assertTrue(Files.readString(mount.resolve("sandjar/cgroup.subtree_control"))
                .startsWith("+"));
        Files.writeString(g.resolve("memory.current"), "1000\n");
        Files.writeString(g.resolve("memory.stat"), "anon 5\ninactive_file 300\n");
        Files.writeString(g.resolve("cpu.stat"), "usage_usec 7\nthrottled_usec 2\n");
        Files.writeString(g.resolve("memory.max"), "max\n");
        Files.writeString(g.resolve("memory.events"), "oom 1\noom_kill 3\n");
        GroupUsage u = c.usage("u");
        assertNotNull(u);
        assertEquals(new GroupUsage(u.timeNanos(), 7000, 2000, 1000, 700, -1, -1, 3), u);
    }

    @Test
    void realGroups() throws Exception {
        assumeTrue(Sys.call(Nr.geteuid, 0) == 0, "needs root: control groups");
        Hierarchies h = Hierarchies.find(Path.of("/"));
        assumeTrue(h.with("memory") != null && !h.pureV2(), "made for version 1");
        LocalCgroups c = new LocalCgroups(h, dir, 50, true);
        assumeTrue(c.warnings().isEmpty(), () -> String.join("; ", c.warnings()));
        String uid = "test-" + UUID.randomUUID();
        Pod p = pod(uid, "100m:500m/32Mi:64Mi");
        Process sleeper = null;
        try {
            c.setUp(p);
            c.setUp(p);
            Path group = Path.of("/sys/fs/cgroup/memory/sandjar/burstable/pod" + uid);
            assertEquals(
                    String.valueOf((64L << 20) + Totals.OVERHEAD_BYTES),
                    Files.readString(group.resolve("memory.limit_in_bytes")).trim());
            assertEquals(
                    "50000",
                    Files.readString(Path.of("/sys/fs/cgroup/cpu/sandjar/burstable/pod" + uid, "cpu.cfs_quota_us"))
                            .trim());
            // as a runtime does: a group of the container, with a process in it
            Path container = Files.createDirectory(group.resolve("c1"));
            sleeper = new ProcessBuilder("sleep", "50").start();
            Files.writeString(container.resolve("cgroup.procs"), Long.toString(sleeper.pid()));
            GroupUsage u = c.usage(uid);
            assertNotNull(u);
            assertTrue(u.memoryBytes() >= 0 && u.memoryLimitBytes() == (64L << 20) + Totals.OVERHEAD_BYTES, "" + u);
            assertNotNull(c.usage(uid, "c1"));
            assertNull(c.usage(uid, "other"));
            LocalCgroups next = new LocalCgroups(h, dir, 50, true); // the agent was killed
            next.adopt(Set.of(uid));
            assertTrue(sleeper.isAlive());
            next.adopt(Set.of());
            assertTrue(sleeper.waitFor(5, TimeUnit.SECONDS));
            assertFalse(Files.exists(group));
            assertEquals(0, dir.toFile().list().length);
        } finally {
            if (sleeper != null) {
                sleeper.destroyForcibly();
            }
            c.remove(uid);
        }
    }
}
