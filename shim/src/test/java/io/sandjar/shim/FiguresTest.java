// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import io.sandjar.shim.proto.v1.Metrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Figures and kills from trees of files as a host's control groups have them. */
class FiguresTest {
    @TempDir
    Path root;

    private void file(String name, String text) throws IOException {
        Path p = root.resolve(name);
        Files.createDirectories(p.getParent());
        Files.writeString(p, text);
    }

    private ControlGroups groups(String... controllers) throws IOException {
        StringBuilder b = new StringBuilder();
        for (String c : controllers) {
            b.append(c).append(' ').append(root.resolve(c)).append('\n');
        }
        file("c1/cgroups", b.toString());
        return new ControlGroups(root.resolve("c1"));
    }

    @Test
    void versionOne() throws Exception {
        file("memory/memory.usage_in_bytes", "999999\n");
        file("memory/guest/memory.usage_in_bytes", "500000\n");
        file("memory/guest/memory.limit_in_bytes", "9223372036854771712\n");
        file("memory/guest/memory.stat", "cache 10\nrss 20\ninactive_file 3\ntotal_inactive_file 100000\n");
        file("cpuacct/cpuacct.usage", "123456789\n");
        file("cpuacct/cpuacct.usage_percpu", "100 200 \n");
        file("cpuacct/cpuacct.stat", "user 5\nsystem 7\n");
        file("pids/pids.current", "4\n");
        file("pids/pids.max", "max\n");
        file("blkio/blkio.throttle.io_service_bytes", "8:0 Read 4096\n8:0 Write 0\nTotal 4096\n");
        Any any = Figures.of(groups("memory", "cpuacct", "pids", "blkio"));
        assertEquals("io.containerd.cgroups.v1.Metrics", any.getTypeUrl());
        Metrics m = Metrics.parseFrom(any.getValue());
        assertEquals(500000, m.getMemory().getUsage().getUsage());
        assertEquals(100000, m.getMemory().getTotalInactiveFile());
        assertEquals(9223372036854771712L, m.getMemory().getUsage().getLimit());
        assertEquals(123456789, m.getCpu().getUsage().getTotal());
        assertEquals(50_000_000, m.getCpu().getUsage().getUser());
        assertEquals(2, m.getCpu().getUsage().getPerCpuCount());
        assertEquals(4, m.getPids().getCurrent());
        assertEquals(0, m.getPids().getLimit());
        assertEquals(2, m.getBlkio().getIoServiceBytesRecursiveCount());
        assertEquals(4096, m.getBlkio().getIoServiceBytesRecursive(0).getValue());
    }

    @Test
    void versionTwo() throws Exception {
        file("unified/cpu.stat", "usage_usec 11\nuser_usec 5\nsystem_usec 6\n");
        file("unified/guest/memory.current", "500000\n");
        file("unified/guest/memory.max", "max\n");
        file("unified/guest/memory.stat", "anon 1\nfile 2\ninactive_file 100000\npgfault 8\n");
        file("unified/guest/memory.events", "oom 1\noom_kill 2\n");
        file("unified/guest/pids.current", "4\n");
        file("unified/io.stat", "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0\n");
        Any any = Figures.of(groups("unified"));
        assertEquals("io.containerd.cgroups.v2.Metrics", any.getTypeUrl());
        var m = io.sandjar.shim.proto.v2.Metrics.parseFrom(any.getValue());
        assertEquals(11, m.getCpu().getUsageUsec());
        assertEquals(500000, m.getMemory().getUsage());
        assertEquals(100000, m.getMemory().getInactiveFile());
        assertEquals(-1, m.getMemory().getUsageLimit());
        assertEquals(2, m.getMemoryEvents().getOomKill());
        assertEquals(4, m.getPids().getCurrent());
        assertEquals(2, m.getIo().getUsage(0).getWbytes());
    }

    @Test
    void hybrid() throws Exception {
        assertFalse(groups("memory", "cpuacct", "unified").unified());
        assertTrue(groups("unified").unified());
    }

    @Test
    void kills() throws Exception {
        file("memory/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 0\n");
        file("memory/guest/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 0\n");
        groups("memory");
        MemoryWatch w = new MemoryWatch(root.resolve("c1"));
        assertFalse(w.grown());
        file("memory/guest/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n");
        assertTrue(w.grown());
        assertFalse(w.grown());
        file("memory/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n");
        assertTrue(w.grown());
        assertEquals(2, w.told());
    }
}
