// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import io.sandjar.shim.proto.v2.CpuStat;
import io.sandjar.shim.proto.v2.IoEntry;
import io.sandjar.shim.proto.v2.IoStat;
import io.sandjar.shim.proto.v2.MemoryEvents;
import io.sandjar.shim.proto.v2.MemoryStat;
import io.sandjar.shim.proto.v2.Metrics;
import io.sandjar.shim.proto.v2.PidsStat;
import java.nio.file.Path;
import java.util.HashMap;
import org.jspecify.annotations.Nullable;

/** Figures from the group of version 2. Working sets are computed from usage and inactive_file, both the guests'. */
final class FiguresV2 {
    private FiguresV2() {}

    static Metrics of(ControlGroups groups) {
        Path all = groups.find("unified");
        Path guests = groups.guestMemory();
        HashMap<String, Long> cpu = ControlGroups.table(all, "cpu.stat");
        HashMap<String, Long> events = ControlGroups.table(guests, "memory.events");
        long pids = ControlGroups.number(guests, "pids.max");
        return Metrics.newBuilder()
                .setPids(PidsStat.newBuilder()
                        .setCurrent(ControlGroups.number(guests, "pids.current"))
                        .setLimit(pids == Long.MAX_VALUE ? 0 : pids))
                .setCpu(CpuStat.newBuilder()
                        .setUsageUsec(n(cpu, "usage_usec"))
                        .setUserUsec(n(cpu, "user_usec"))
                        .setSystemUsec(n(cpu, "system_usec"))
                        .setNrPeriods(n(cpu, "nr_periods"))
                        .setNrThrottled(n(cpu, "nr_throttled"))
                        .setThrottledUsec(n(cpu, "throttled_usec")))
                .setMemory(memory(guests))
                .setIo(io(all))
                .setMemoryEvents(MemoryEvents.newBuilder()
                        .setLow(n(events, "low"))
                        .setHigh(n(events, "high"))
                        .setMax(n(events, "max"))
                        .setOom(n(events, "oom"))
                        .setOomKill(n(events, "oom_kill")))
                .build();
    }

    private static long n(HashMap<String, Long> t, String name) {
        return t.getOrDefault(name, 0L);
    }

    /** No limit is the largest number for containerd. */
    private static long limit(@Nullable Path group, String file) {
        long n = ControlGroups.number(group, file);
        return n == Long.MAX_VALUE ? -1 : n;
    }

    private static MemoryStat memory(@Nullable Path group) {
        HashMap<String, Long> t = ControlGroups.table(group, "memory.stat");
        MemoryStat.Builder m = MemoryStat.newBuilder();
        m.setAnon(n(t, "anon")).setFile(n(t, "file")).setKernelStack(n(t, "kernel_stack"));
        m.setSlab(n(t, "slab")).setSock(n(t, "sock")).setShmem(n(t, "shmem"));
        m.setFileMapped(n(t, "file_mapped")).setFileDirty(n(t, "file_dirty"));
        m.setFileWriteback(n(t, "file_writeback")).setAnonThp(n(t, "anon_thp"));
        m.setInactiveAnon(n(t, "inactive_anon")).setActiveAnon(n(t, "active_anon"));
        m.setInactiveFile(n(t, "inactive_file")).setActiveFile(n(t, "active_file"));
        m.setUnevictable(n(t, "unevictable")).setSlabReclaimable(n(t, "slab_reclaimable"));
        m.setSlabUnreclaimable(n(t, "slab_unreclaimable"));
        m.setPgfault(n(t, "pgfault")).setPgmajfault(n(t, "pgmajfault"));
        m.setUsage(ControlGroups.number(group, "memory.current")).setUsageLimit(limit(group, "memory.max"));
        m.setSwapUsage(ControlGroups.number(group, "memory.swap.current"));
        m.setSwapLimit(limit(group, "memory.swap.max"));
        m.setMaxUsage(ControlGroups.number(group, "memory.peak"));
        m.setSwapMaxUsage(ControlGroups.number(group, "memory.swap.peak"));
        return m.build();
    }

    /** Of lines "8:0 rbytes=1 wbytes=2 ...". */
    private static IoStat io(@Nullable Path group) {
        IoStat.Builder all = IoStat.newBuilder();
        for (String line : ControlGroups.read(group, "io.stat").split("\n")) {
            String[] words = line.split(" ");
            int colon = words[0].indexOf(':');
            if (colon < 0) {
                continue;
            }
            IoEntry.Builder e = IoEntry.newBuilder()
                    .setMajor(ControlGroups.parse(words[0].substring(0, colon)))
                    .setMinor(ControlGroups.parse(words[0].substring(colon + 1)));
            for (String w : words) {
                int equals = w.indexOf('=');
                long value = equals < 0 ? 0 : ControlGroups.parse(w.substring(equals + 1));
                switch (equals < 0 ? "" : w.substring(0, equals)) {
                    case "rbytes" -> e.setRbytes(value);
                    case "wbytes" -> e.setWbytes(value);
                    case "rios" -> e.setRios(value);
                    case "wios" -> e.setWios(value);
                    default -> {}
                }
            }
            all.addUsage(e);
        }
        return all.build();
    }
}
