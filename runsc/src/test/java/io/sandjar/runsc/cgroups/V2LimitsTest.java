// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.cgroups;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Limits of cgroup v2 on a tree of files. */
class V2LimitsTest {
    private static final String GROUP = "/sys/fs/cgroup/docker/c1";

    @TempDir
    Path dir;

    private FakeHost host;
    private Cgroups groups;
    private final Limits limits = new Limits();

    @BeforeEach
    void group() {
        host = FakeHost.v2(dir, "/docker/c1");
        Hierarchies h = Hierarchies.find(dir.toString());
        assertEquals("v2", h.layout());
        groups = Cgroups.plan(h, "/docker/c1", "c1", false, false, true);
        groups.create();
    }

    private String after(String file) {
        groups.apply(limits);
        return host.get(GROUP + "/" + file);
    }

    @Test
    void groupsBelow() {
        assertTrue(host.has(GROUP + "/guest") && host.has(GROUP + "/kernel"));
        assertEquals("unified " + dir + GROUP + "\n", groups.save());
        assertEquals(
                "+cpuset +cpu +io +memory +hugetlb +pids +rdma", host.get("/sys/fs/cgroup/cgroup.subtree_control"));
    }

    @Test
    void processesGoToTheirGroups() {
        host.put(GROUP + "/guest/cgroup.procs", "").put(GROUP + "/kernel/cgroup.procs", "");
        groups.move(12, Cgroups.Role.KERNEL);
        groups.move(13, Cgroups.Role.GUEST);
        assertEquals("13", host.get(GROUP + "/guest/cgroup.procs"));
        assertEquals("12", host.get(GROUP + "/kernel/cgroup.procs"));
        groups.move(11, Cgroups.Role.LAUNCHER);
        assertEquals("11", host.get(GROUP + "/guest/cgroup.procs"));
    }

    @Test
    void sharesBecomeWeights() {
        assertEquals(1, V2.weight(2));
        assertEquals(100, V2.weight(1024));
        assertEquals(10_000, V2.weight(262_144));
        limits.cpuShares = 1024L;
        assertEquals("100", after("cpu.weight"));
    }

    @Test
    void bandwidth() {
        limits.cpuQuota = 50_000L;
        assertEquals("50000 100000", after("cpu.max"));
        limits.cpuQuota = null;
        limits.cpuPeriod = 20_000L;
        assertEquals("50000 20000", after("cpu.max"));
        limits.cpuQuota = -1L;
        limits.cpuPeriod = null;
        assertEquals("max 20000", after("cpu.max"));
    }

    @Test
    void memoryAndSwap() {
        limits.memoryLimit = 64L << 20;
        limits.memorySwap = 96L << 20;
        limits.memoryReservation = 32L << 20;
        assertEquals("67108864", after("guest/memory.max"));
        assertEquals("33554432", host.get(GROUP + "/guest/memory.swap.max"));
        assertEquals("33554432", host.get(GROUP + "/guest/memory.low"));
        assertEquals(Long.toString((64L << 20) + Cgroups.BACKSTOP), host.get(GROUP + "/memory.max"));
        assertEquals("33554432", host.get(GROUP + "/memory.swap.max"));
        limits.memoryLimit = -1L;
        limits.memorySwap = null;
        assertEquals("max", after("guest/memory.max"));
        assertEquals("max", host.get(GROUP + "/memory.max"));
        assertEquals("max", host.get(GROUP + "/guest/memory.swap.max"));
    }

    @Test
    void swapNeedsALimit() {
        limits.memorySwap = 1L << 20;
        assertThrows(CgroupError.class, () -> groups.apply(limits));
        limits.memoryLimit = 2L << 20;
        assertThrows(CgroupError.class, () -> groups.apply(limits));
    }

    @Test
    void usageIsCheckedWhenAsked() {
        limits.memoryLimit = 4_000_000L;
        limits.checkBeforeUpdate = true;
        CgroupError e = assertThrows(CgroupError.class, () -> groups.apply(limits));
        assertTrue(e.text().contains("linux.resources.memory.limit"), e.text());
        limits.checkBeforeUpdate = false;
        assertEquals("4000000", after("guest/memory.max"));
    }

    @Test
    void theRest() {
        limits.pids = 10L;
        limits.cpus = "0-1";
        limits.mems = "0";
        limits.blkioWeight = 500;
        limits.readBps.add(new Limits.DeviceRate(8, 0, 1048576));
        limits.hugePages.add(new Limits.HugePages("2MB", 4194304));
        limits.rdma.add(new Limits.Rdma("mlx5_1", 3L, null));
        limits.unified.add(new Limits.Setting("memory.high", "1000000"));
        limits.devices.add(new Limits.DeviceRule(false, "a", null, null, "rwm"));
        assertEquals("10", after("guest/pids.max"));
        assertEquals("0-1", host.get(GROUP + "/cpuset.cpus"));
        assertEquals(Long.toString(V2.ioWeight(500)), host.get(GROUP + "/io.weight"));
        assertEquals("8:0 rbps=1048576", host.get(GROUP + "/io.max"));
        assertEquals("4194304", host.get(GROUP + "/hugetlb.2MB.max"));
        assertEquals("mlx5_1 hca_handle=3", host.get(GROUP + "/rdma.max"));
        assertEquals("1000000", host.get(GROUP + "/guest/memory.high"));
        assertTrue(groups.notes().toString().contains("devices"));
        limits.pids = -1L;
        assertEquals("max", after("guest/pids.max"));
    }

    @Test
    void aMissingControllerMattersOnlyToALimit() {
        host.put(GROUP + "/cgroup.controllers", "cpu memory\n");
        limits.cpuShares = 100L;
        groups.apply(limits);
        limits.pids = 10L;
        CgroupError e = assertThrows(CgroupError.class, () -> groups.apply(limits));
        assertTrue(e.text().startsWith("linux.resources.pids.limit: "), e.text());
    }

    @Test
    void settingsAreNamesOfFiles() {
        limits.unified.add(new Limits.Setting("../cgroup.procs", "1"));
        assertThrows(CgroupError.class, () -> groups.apply(limits));
    }

    @Test
    void figures() {
        host.put(
                GROUP + "/cpu.stat",
                "usage_usec 1000\nuser_usec 600\nsystem_usec 400\nnr_periods 5\nnr_throttled 2\nthrottled_usec 7\n");
        host.put(GROUP + "/guest/memory.stat", "anon 1\nfile 4096\n");
        host.put(GROUP + "/guest/memory.events", "low 0\nhigh 0\nmax 3\noom 1\noom_kill 1\n");
        host.put(GROUP + "/guest/pids.current", "4\n");
        host.put(GROUP + "/io.stat", "8:0 rbytes=10 wbytes=20 rios=1 wios=2 dbytes=0 dios=0\n");
        String s = Figures.event(groups, dir.toString(), "c1");
        assertTrue(
                s.startsWith(
                        "{\"type\":\"stats\",\"id\":\"c1\",\"data\":{\"cpu\":{\"usage\":{\"total\":1000000,\"kernel\":400000,\"user\":600000}"),
                s);
        assertTrue(s.contains("\"throttling\":{\"periods\":5,\"throttledPeriods\":2,\"throttledTime\":7000}"), s);
        assertTrue(s.contains("\"usage\":{\"limit\":18446744073709551615,\"usage\":5000000,\"failcnt\":3}"), s);
        assertTrue(s.contains("\"raw\":{\"anon\":1,\"file\":4096}"), s);
        assertTrue(s.contains("{\"major\":8,\"op\":\"Write\",\"value\":20}"), s);
        assertTrue(s.contains("\"pids\":{\"current\":4}"), s);
        assertEquals(1, Figures.oomKills(groups));
        assertFalse(s.contains(",,") || s.contains("{,") || s.contains("[,"), s);
    }
}
