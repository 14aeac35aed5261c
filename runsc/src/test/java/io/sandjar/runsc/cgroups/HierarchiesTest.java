// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.cgroups;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HierarchiesTest {
    @TempDir
    Path dir;

    private Cgroups plan(String cgroupsPath) {
        return Cgroups.plan(Hierarchies.find(dir.toString()), cgroupsPath, "c1", false, false, true);
    }

    @Test
    void hybridLayout() {
        FakeHost.hybrid(dir);
        Hierarchies h = Hierarchies.find(dir.toString());
        assertEquals("hybrid", h.layout());
        String sys = dir + "/sys/fs/cgroup/";
        assertEquals(
                "cpu " + sys + "cpu,cpuacct/g\ncpuacct " + sys + "cpu,cpuacct/g\ncpuset " + sys + "cpuset/g\nmemory "
                        + sys + "memory/g\npids " + sys + "pids/g\nname=systemd " + sys + "systemd/g\n",
                plan("/g").save());
    }

    @Test
    void relativePathsAreBelowTheOwnGroup() {
        FakeHost.hybrid(dir);
        String text = plan("g").save();
        assertTrue(text.contains("/sys/fs/cgroup/cpu,cpuacct/mine/g\n"), text);
        assertTrue(text.contains("/sys/fs/cgroup/memory/inner/g\n"), text);
        assertTrue(text.contains("/sys/fs/cgroup/pids/g\n"), text);
    }

    @Test
    void cpusetIsInherited() {
        FakeHost h = FakeHost.hybrid(dir);
        h.put("/sys/fs/cgroup/cpuset/cpuset.cpus", "0-1\n").put("/sys/fs/cgroup/cpuset/cpuset.mems", "0\n");
        for (String group : new String[] {"/p", "/p/g"}) {
            h.put("/sys/fs/cgroup/cpuset" + group + "/cpuset.cpus", "\n");
            h.put("/sys/fs/cgroup/cpuset" + group + "/cpuset.mems", "");
        }
        plan("/p/g").create();
        assertEquals("0-1", h.get("/sys/fs/cgroup/cpuset/p/g/cpuset.cpus"));
        assertEquals("0", h.get("/sys/fs/cgroup/cpuset/p/g/cpuset.mems"));
    }

    @Test
    void aControllerOfTheUnifiedHierarchyWhenALimitNeedsIt() {
        FakeHost h = FakeHost.hybrid(dir);
        Cgroups c = plan("/g");
        c.create();
        assertFalse(h.has("/sys/fs/cgroup/unified/g"));
        h.put("/sys/fs/cgroup/unified/g/hugetlb.2MB.max", "max\n");
        h.put("/sys/fs/cgroup/unified/g/cgroup.controllers", "hugetlb\n");
        Limits l = new Limits();
        l.hugePages.add(new Limits.HugePages("2MB", 2097152));
        c.apply(l);
        assertEquals("2097152", h.get("/sys/fs/cgroup/unified/g/hugetlb.2MB.max"));
        assertTrue(c.save().contains("unified "));
    }

    @Test
    void groupsInUseAreLeftAlone() {
        FakeHost h = FakeHost.hybrid(dir);
        h.put("/sys/fs/cgroup/pids/g/cgroup.procs", "");
        h.put("/sys/fs/cgroup/systemd/g/cgroup.procs", "77777777\n");
        assertThrows(CgroupError.class, () -> plan("/g").create());
        assertTrue(h.has("/sys/fs/cgroup/systemd/g/cgroup.procs"));
    }

    @Test
    void aUserWithoutRights() throws Exception {
        FakeHost.hybrid(dir);
        Assumptions.assumeFalse("root".equals(System.getProperty("user.name")));
        for (String c : new String[] {"cpu,cpuacct", "cpuset", "memory", "pids", "systemd"}) {
            Files.setPosixFilePermissions(
                    dir.resolve("sys/fs/cgroup/" + c), PosixFilePermissions.fromString("r-xr-xr-x"));
        }
        Cgroups c = plan("/g");
        c.create();
        c.apply(new Limits());
        assertEquals("", c.save());
        Limits l = new Limits();
        l.pids = 5L;
        CgroupError e = assertThrows(CgroupError.class, () -> c.apply(l));
        assertTrue(e.text().contains("may not use"), e.text());
    }

    @Test
    void noCgroupsAtAll() {
        new FakeHost(dir).put("/proc/self/mountinfo", "").put("/proc/self/cgroup", "");
        Cgroups c = plan("/g");
        c.create();
        c.apply(new Limits());
        Limits l = new Limits();
        l.memoryLimit = 1L << 20;
        CgroupError e = assertThrows(CgroupError.class, () -> c.apply(l));
        assertTrue(e.text().contains("does not have"), e.text());
        assertTrue(c.remove());
    }

    @Test
    void savedAndLoaded() {
        FakeHost.hybrid(dir);
        String text = plan("/g").save();
        assertEquals(text, Cgroups.load(text).save());
    }
}
