// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.sandjar.host.Sys;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupViewTest {
    private static final int O_PATH_DIRECTORY = 010200000;

    @TempDir
    Path dir;

    private CgroupView view(String... controllers) {
        int[] fds = new int[controllers.length];
        for (int i = 0; i < fds.length; i++) {
            fds[i] = Sys.openat(Sys.AT_FDCWD, dir.toString(), O_PATH_DIRECTORY, 0);
        }
        return new CgroupView(controllers, fds);
    }

    private void put(String file, String text) throws Exception {
        Files.writeString(dir.resolve(file), text);
    }

    @Test
    void unifiedFilesAreTheHosts() throws Exception {
        put("memory.max", "67108864\n");
        put("memory.current", "10000000\n");
        put("memory.stat", "anon 5\ninactive_file 4000000\n");
        CgroupView v = view("unified");
        assertEquals("67108864\n", v.file("memory.max"));
        assertEquals(67108864, v.memoryLimit());
        assertEquals(6000000, v.memoryUsed());
        assertNull(v.file("cpu.max"));
        put("memory.max", "max\n");
        assertEquals(-1, v.memoryLimit());
    }

    @Test
    void versionOneInWordsOfVersionTwo() throws Exception {
        put("memory.limit_in_bytes", "67108864\n");
        put("memory.usage_in_bytes", "10000000\n");
        put("memory.memsw.limit_in_bytes", "134217728\n");
        put("memory.stat", "cache 1\nhierarchical_memory_limit 33554432\ntotal_rss 7\ntotal_inactive_file 9\n");
        put("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n");
        put("memory.failcnt", "12\n");
        put("cpu.cfs_quota_us", "50000\n");
        put("cpu.cfs_period_us", "100000\n");
        put("cpu.shares", "1024\n");
        put("cpu.stat", "nr_periods 4\nnr_throttled 2\nthrottled_time 9000\n");
        put("cpuacct.usage", "5000000\n");
        put("cpuacct.stat", "user 3\nsystem 1\n");
        put("pids.max", "10\n");
        CgroupView v = view("memory", "cpu", "cpuacct", "pids");
        assertEquals("67108864\n", v.file("memory.max"));
        assertEquals("67108864\n", v.file("memory.swap.max"));
        assertEquals(33554432, v.memoryLimit());
        assertEquals("low 0\nhigh 0\nmax 12\noom 3\noom_kill 3\noom_group_kill 0\n", v.file("memory.events"));
        assertEquals(7, CgroupView.field(v.file("memory.stat"), "anon"));
        assertEquals(9, CgroupView.field(v.file("memory.stat"), "inactive_file"));
        assertEquals("50000 100000\n", v.file("cpu.max"));
        assertEquals("100\n", v.file("cpu.weight"));
        assertEquals(
                "usage_usec 5000\nuser_usec 30000\nsystem_usec 10000\nnr_periods 4\nnr_throttled 2\nthrottled_usec 9\n",
                v.file("cpu.stat"));
        assertEquals("10\n", v.file("pids.max"));
        put("cpu.cfs_quota_us", "-1\n");
        put("memory.limit_in_bytes", "9223372036854771712\n");
        assertEquals("max 100000\n", v.file("cpu.max"));
        assertEquals("max\n", v.file("memory.max"));
    }

    @Test
    void nothingThere() {
        assertNull(CgroupView.NONE.file("memory.max"));
        assertEquals(-1, CgroupView.NONE.memoryLimit());
        assertEquals(0, CgroupView.NONE.memoryUsed());
    }
}
