// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.sys;

import org.jspecify.annotations.Nullable;

/** Files of cgroup v2 made of those of v1: language runtimes then need to know one kind only. */
final class V1Texts {
    /** From here on a limit of v1 is none: it is rounded down to pages. */
    static final long UNLIMITED = 0x7fff_ffff_ffff_0000L;

    private static final long TICK_MICROS = 10_000;

    /** Names of memory.stat: v2's, v1's. */
    private static final String[] STAT = {
        "anon", "total_rss",
        "file", "total_cache",
        "kernel", "",
        "shmem", "total_shmem",
        "file_mapped", "total_mapped_file",
        "file_dirty", "total_dirty",
        "file_writeback", "total_writeback",
        "swapcached", "",
        "anon_thp", "total_rss_huge",
        "inactive_anon", "total_inactive_anon",
        "active_anon", "total_active_anon",
        "inactive_file", "total_inactive_file",
        "active_file", "total_active_file",
        "unevictable", "total_unevictable",
        "slab", "",
        "pgfault", "total_pgfault",
        "pgmajfault", "total_pgmajfault",
    };

    private V1Texts() {}

    static @Nullable String file(CgroupView v, String name) {
        return switch (name) {
            case "memory.max" -> limit(v.read("memory", "memory.limit_in_bytes"));
            case "memory.current" -> v.read("memory", "memory.usage_in_bytes");
            case "memory.peak" -> v.read("memory", "memory.max_usage_in_bytes");
            case "memory.swap.max" -> swapLimit(v);
            case "memory.swap.current" -> swapUsed(v);
            case "memory.stat" -> memoryStat(v.read("memory", "memory.stat"));
            case "memory.events" -> memoryEvents(v);
            case "cpu.max" -> cpuMax(v);
            case "cpu.weight" -> cpuWeight(v.read("cpu", "cpu.shares"));
            case "cpu.stat" -> cpuStat(v);
            case "cpuset.cpus" -> v.read("cpuset", "cpuset.cpus");
            case "cpuset.mems" -> v.read("cpuset", "cpuset.mems");
            case "cpuset.cpus.effective" -> v.read("cpuset", "cpuset.effective_cpus");
            case "cpuset.mems.effective" -> v.read("cpuset", "cpuset.effective_mems");
            case "pids.max", "pids.current", "pids.peak" -> v.read("pids", name);
            default -> null;
        };
    }

    private static @Nullable String limit(@Nullable String text) {
        long n = CgroupView.number(text);
        return text == null ? null : n < 0 || n >= UNLIMITED ? "max\n" : n + "\n";
    }

    /** v1 limits memory and swap together. */
    private static @Nullable String swapLimit(CgroupView v) {
        long both = CgroupView.number(v.read("memory", "memory.memsw.limit_in_bytes"));
        long memory = CgroupView.number(v.read("memory", "memory.limit_in_bytes"));
        if (both < 0 || memory < 0) {
            return null;
        }
        return both >= UNLIMITED ? "max\n" : Math.max(0, both - memory) + "\n";
    }

    private static @Nullable String swapUsed(CgroupView v) {
        long both = CgroupView.number(v.read("memory", "memory.memsw.usage_in_bytes"));
        long memory = CgroupView.number(v.read("memory", "memory.usage_in_bytes"));
        return both < 0 || memory < 0 ? null : Math.max(0, both - memory) + "\n";
    }

    private static @Nullable String memoryStat(@Nullable String text) {
        if (text == null) {
            return null;
        }
        StringBuilder b = new StringBuilder();
        for (int i = 0; i < STAT.length; i += 2) {
            b.append(STAT[i])
                    .append(' ')
                    .append(Math.max(0, CgroupView.field(text, STAT[i + 1])))
                    .append('\n');
        }
        return b.toString();
    }

    private static @Nullable String memoryEvents(CgroupView v) {
        String control = v.read("memory", "memory.oom_control");
        if (control == null) {
            return null;
        }
        long kills = Math.max(0, CgroupView.field(control, "oom_kill"));
        long failures = Math.max(0, CgroupView.number(v.read("memory", "memory.failcnt")));
        return "low 0\nhigh 0\nmax " + failures + "\noom " + kills + "\noom_kill " + kills + "\noom_group_kill 0\n";
    }

    private static @Nullable String cpuMax(CgroupView v) {
        String quota = v.read("cpu", "cpu.cfs_quota_us");
        long period = CgroupView.number(v.read("cpu", "cpu.cfs_period_us"));
        if (quota == null || period <= 0) {
            return null;
        }
        long n = CgroupView.number(quota); // -1 is none
        return (n < 0 ? "max" : Long.toString(n)) + " " + period + "\n";
    }

    /** The curve that the runtime uses for cgroup v2 (shares 1024 are a weight of 100). */
    private static @Nullable String cpuWeight(@Nullable String text) {
        long shares = CgroupView.number(text);
        if (shares < 0) {
            return null;
        }
        double x = Math.log(Math.max(2, shares)) / Math.log(2);
        long weight = (long) Math.ceil(Math.pow(10, (x * x + 125 * x) / 612.0 - 7.0 / 34.0) - 1e-9);
        return Math.max(1, Math.min(10_000, weight)) + "\n";
    }

    private static @Nullable String cpuStat(CgroupView v) {
        String acct = v.read("cpuacct", "cpuacct.stat");
        String stat = v.read("cpu", "cpu.stat");
        long nanos = CgroupView.number(v.read("cpuacct", "cpuacct.usage"));
        if (acct == null && stat == null) {
            return null;
        }
        StringBuilder b = new StringBuilder("usage_usec ").append(Math.max(0, nanos) / 1000);
        b.append("\nuser_usec ").append(Math.max(0, CgroupView.field(acct, "user")) * TICK_MICROS);
        b.append("\nsystem_usec ").append(Math.max(0, CgroupView.field(acct, "system")) * TICK_MICROS);
        b.append("\nnr_periods ").append(Math.max(0, CgroupView.field(stat, "nr_periods")));
        b.append("\nnr_throttled ").append(Math.max(0, CgroupView.field(stat, "nr_throttled")));
        b.append("\nthrottled_usec ").append(Math.max(0, CgroupView.field(stat, "throttled_time")) / 1000);
        return b.append('\n').toString();
    }
}
