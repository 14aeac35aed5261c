// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.cgroups;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sandjar.host.Sys;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Groups of the host that the test runs on, where it has cgroup v1 and the rights to make some. */
class RealHostTest {
    private Cgroups groups = Cgroups.load("");
    private Process sleeper;

    @BeforeEach
    void groups() throws Exception {
        Hierarchies h = Hierarchies.find("");
        Assumptions.assumeTrue(h.with("memory") != null && h.with("pids") != null && !h.pureV2());
        Assumptions.assumeTrue(Files.isWritable(Path.of("/sys/fs/cgroup/pids")));
        String id = "sandjar-test-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
        groups = Cgroups.plan(h, "/" + id + "/inner", id, false, false, true);
        groups.create();
        sleeper = new ProcessBuilder("sleep", "100").start();
    }

    @AfterEach
    void gone() {
        if (sleeper != null) {
            sleeper.destroyForcibly();
        }
        assertTrue(groups.remove());
        for (Cgroups.Group g : groups.groups()) {
            assertFalse(Files.exists(Path.of(g.path())));
            io.sandjar.runsc.cgroups.Files.rmdir(Directories.parent(g.path()));
        }
    }

    private String read(String controller, String file) throws Exception {
        return Files.readString(Path.of(Cgroups.guests(groups.find(controller)), file))
                .strip();
    }

    @Test
    void limitsAreReadBack() throws Exception {
        Limits l = new Limits();
        l.memoryLimit = 64L << 20;
        l.memoryReservation = 32L << 20;
        l.cpuShares = 512L;
        l.cpuQuota = 50_000L;
        l.cpuPeriod = 100_000L;
        l.pids = 7L;
        l.cpus = "0";
        l.devices.add(new Limits.DeviceRule(false, "a", null, null, "rwm"));
        l.devices.add(new Limits.DeviceRule(true, "c", 1L, 3L, "rw"));
        groups.apply(l);
        assertEquals("67108864", read("memory", "memory.limit_in_bytes"));
        assertEquals("33554432", read("memory", "memory.soft_limit_in_bytes"));
        assertEquals(
                Long.toString((64L << 20) + Cgroups.BACKSTOP),
                Files.readString(Path.of(groups.find("memory").path(), "memory.limit_in_bytes"))
                        .strip());
        assertEquals("512", read("cpu", "cpu.shares"));
        assertEquals("50000", read("cpu", "cpu.cfs_quota_us"));
        assertEquals("7", read("pids", "pids.max"));
        assertEquals("0", read("cpuset", "cpuset.cpus"));
        assertEquals("c 1:3 rw", read("devices", "devices.list"));
        Limits more = new Limits();
        more.cpuQuota = 400_000L;
        more.cpuPeriod = 1_000_000L;
        more.memoryLimit = 128L << 20;
        more.memorySwap = -1L;
        more.pids = -1L;
        groups.apply(more);
        assertEquals("134217728", read("memory", "memory.limit_in_bytes"));
        assertEquals("400000", read("cpu", "cpu.cfs_quota_us"));
        assertEquals("max", read("pids", "pids.max"));
    }

    @Test
    void processesAndWhatIsLeftOfThem() throws Exception {
        int pid = (int) sleeper.pid();
        groups.move(pid, Cgroups.Role.KERNEL);
        assertEquals("", read("pids", "cgroup.procs"));
        assertEquals("", read("memory", "cgroup.procs"));
        assertEquals(
                Integer.toString(pid),
                Files.readString(Path.of(groups.find("memory").path(), "cgroup.procs"))
                        .strip());
        groups.move(pid, Cgroups.Role.LAUNCHER);
        assertEquals(Integer.toString(pid), read("pids", "cgroup.procs"));
        assertTrue(Figures.event(groups, "", "x").contains("\"pids\":{\"current\":1"));
        String freezer = groups.freezerFile();
        assertEquals(0, io.sandjar.runsc.cgroups.Files.write(freezer, Cgroups.frozenText(freezer, true)));
        // gone() removes groups with a frozen process in them
    }

    @Test
    void aSecondContainerDoesNotGetThem() throws Exception {
        groups.move((int) sleeper.pid(), Cgroups.Role.GUEST);
        String path = groups.find("pids").path().substring("/sys/fs/cgroup/pids".length());
        Cgroups other = Cgroups.plan(Hierarchies.find(""), path, "x", false, false, true);
        assertThrows(CgroupError.class, other::create);
        assertTrue(sleeper.isAlive());
        assertEquals("", other.save());
    }

    @Test
    void descriptorsForGuests() throws Exception {
        int n = 0;
        for (Cgroups.Join j : groups.joinFds()) {
            byte[] pid = Long.toString(sleeper.pid()).getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
            assertEquals(pid.length, Sys.write(j.fd(), pid, 0, pid.length, -1), j.controller());
            Sys.close(j.fd());
            n++;
        }
        assertTrue(n > 5);
        assertEquals(Long.toString(sleeper.pid()), read("freezer", "cgroup.procs"));
    }

    @Test
    void wrongValuesNameTheirPlace() {
        Limits l = new Limits();
        l.cpus = "500";
        CgroupError e = assertThrows(CgroupError.class, () -> groups.apply(l));
        assertTrue(e.text().startsWith("linux.resources.cpu.cpus: cannot write \"500\""), e.text());
        Limits shares = new Limits();
        shares.cpuShares = 1L;
        assertThrows(CgroupError.class, () -> groups.apply(shares));
    }
}
