// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import io.sandjar.shim.proto.v1.BlkioEntry;
import io.sandjar.shim.proto.v1.BlkioStat;
import io.sandjar.shim.proto.v1.CpuStat;
import io.sandjar.shim.proto.v1.CpuUsage;
import io.sandjar.shim.proto.v1.MemoryEntry;
import io.sandjar.shim.proto.v1.MemoryOomControl;
import io.sandjar.shim.proto.v1.MemoryStat;
import io.sandjar.shim.proto.v1.Metrics;
import io.sandjar.shim.proto.v1.PidsStat;
import io.sandjar.shim.proto.v1.Throttle;
import java.nio.file.Path;
import java.util.HashMap;
import org.jspecify.annotations.Nullable;

/** Figures from groups of version 1. Working sets are computed from usage and total_inactive_file, both the guests'. */
final class FiguresV1 {
    private static final long TICK_NANOS = 10_000_000;

    private FiguresV1() {}

    static Metrics of(ControlGroups groups) {
        Path memory = groups.guestMemory();
        HashMap<String, Long> oom = ControlGroups.table(memory, "memory.oom_control");
        Path pids = groups.find("pids");
        return Metrics.newBuilder()
                .setPids(PidsStat.newBuilder()
                        .setCurrent(ControlGroups.number(pids, "pids.current"))
                        .setLimit(limit(ControlGroups.number(pids, "pids.max"))))
                .setCpu(cpu(groups))
                .setMemory(memory(memory))
                .setBlkio(blkio(groups.find("blkio")))
                .setMemoryOomControl(MemoryOomControl.newBuilder()
                        .setOomKillDisable(oom.getOrDefault("oom_kill_disable", 0L))
                        .setUnderOom(oom.getOrDefault("under_oom", 0L))
                        .setOomKill(oom.getOrDefault("oom_kill", 0L)))
                .build();
    }

    /** No limit is 0 for containerd. */
    private static long limit(long value) {
        return value == Long.MAX_VALUE ? 0 : value;
    }

    private static CpuStat cpu(ControlGroups groups) {
        Path acct = groups.find("cpuacct");
        HashMap<String, Long> ticks = ControlGroups.table(acct, "cpuacct.stat");
        HashMap<String, Long> stat = ControlGroups.table(groups.find("cpu"), "cpu.stat");
        CpuUsage.Builder usage = CpuUsage.newBuilder()
                .setTotal(ControlGroups.number(acct, "cpuacct.usage"))
                .setUser(ticks.getOrDefault("user", 0L) * TICK_NANOS)
                .setKernel(ticks.getOrDefault("system", 0L) * TICK_NANOS);
        for (String n : ControlGroups.read(acct, "cpuacct.usage_percpu").strip().split(" ")) {
            if (!n.isEmpty()) {
                usage.addPerCpu(ControlGroups.parse(n));
            }
        }
        return CpuStat.newBuilder()
                .setUsage(usage)
                .setThrottling(Throttle.newBuilder()
                        .setPeriods(stat.getOrDefault("nr_periods", 0L))
                        .setThrottledPeriods(stat.getOrDefault("nr_throttled", 0L))
                        .setThrottledTime(stat.getOrDefault("throttled_time", 0L)))
                .build();
    }

    private static MemoryStat memory(@Nullable Path group) {
        HashMap<String, Long> t = ControlGroups.table(group, "memory.stat");
        MemoryStat.Builder m = MemoryStat.newBuilder();
        m.setCache(n(t, "cache")).setRss(n(t, "rss")).setRssHuge(n(t, "rss_huge"));
        m.setMappedFile(n(t, "mapped_file")).setDirty(n(t, "dirty")).setWriteback(n(t, "writeback"));
        m.setPgPgIn(n(t, "pgpgin")).setPgPgOut(n(t, "pgpgout"));
        m.setPgFault(n(t, "pgfault")).setPgMajFault(n(t, "pgmajfault"));
        m.setInactiveAnon(n(t, "inactive_anon")).setActiveAnon(n(t, "active_anon"));
        m.setInactiveFile(n(t, "inactive_file")).setActiveFile(n(t, "active_file"));
        m.setUnevictable(n(t, "unevictable"));
        m.setHierarchicalMemoryLimit(n(t, "hierarchical_memory_limit"));
        m.setHierarchicalSwapLimit(n(t, "hierarchical_memsw_limit"));
        m.setTotalCache(n(t, "total_cache")).setTotalRss(n(t, "total_rss")).setTotalRssHuge(n(t, "total_rss_huge"));
        m.setTotalMappedFile(n(t, "total_mapped_file")).setTotalDirty(n(t, "total_dirty"));
        m.setTotalWriteback(n(t, "total_writeback"));
        m.setTotalPgPgIn(n(t, "total_pgpgin")).setTotalPgPgOut(n(t, "total_pgpgout"));
        m.setTotalPgFault(n(t, "total_pgfault")).setTotalPgMajFault(n(t, "total_pgmajfault"));
        m.setTotalInactiveAnon(n(t, "total_inactive_anon")).setTotalActiveAnon(n(t, "total_active_anon"));
        m.setTotalInactiveFile(n(t, "total_inactive_file")).setTotalActiveFile(n(t, "total_active_file"));
        m.setTotalUnevictable(n(t, "total_unevictable"));
        m.setUsage(entry(group, "memory")).setSwap(entry(group, "memory.memsw"));
        m.setKernel(entry(group, "memory.kmem")).setKernelTcp(entry(group, "memory.kmem.tcp"));
        return m.build();
    }

    private static long n(HashMap<String, Long> t, String name) {
        return t.getOrDefault(name, 0L);
    }

    private static MemoryEntry entry(@Nullable Path group, String prefix) {
        return MemoryEntry.newBuilder()
                .setLimit(ControlGroups.number(group, prefix + ".limit_in_bytes"))
                .setUsage(ControlGroups.number(group, prefix + ".usage_in_bytes"))
                .setMax(ControlGroups.number(group, prefix + ".max_usage_in_bytes"))
                .setFailcnt(ControlGroups.number(group, prefix + ".failcnt"))
                .build();
    }

    private static BlkioStat blkio(@Nullable Path group) {
        BlkioStat.Builder b = BlkioStat.newBuilder();
        for (String line : lines(group, "io_service_bytes")) {
            BlkioEntry e = entry(line);
            if (e != null) {
                b.addIoServiceBytesRecursive(e);
            }
        }
        for (String line : lines(group, "io_serviced")) {
            BlkioEntry e = entry(line);
            if (e != null) {
                b.addIoServicedRecursive(e);
            }
        }
        return b.build();
    }

    private static String[] lines(@Nullable Path group, String file) {
        String text = ControlGroups.read(group, "blkio.throttle." + file + "_recursive");
        if (text.indexOf(':') < 0) {
            text = ControlGroups.read(group, "blkio.throttle." + file);
        }
        return text.split("\n");
    }

    /** Of "8:0 Read 4096". */
    private static @Nullable BlkioEntry entry(String line) {
        String[] w = line.split(" ");
        int colon = w[0].indexOf(':');
        if (w.length != 3 || colon < 0) {
            return null;
        }
        return BlkioEntry.newBuilder()
                .setOp(w[1])
                .setMajor(ControlGroups.parse(w[0].substring(0, colon)))
                .setMinor(ControlGroups.parse(w[0].substring(colon + 1)))
                .setValue(ControlGroups.parse(w[2]))
                .build();
    }
}
