// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import static io.sandjar.kernel.fs.proc.Fields.*;

import io.sandjar.host.HostFiles;
import io.sandjar.kernel.base.Cpus;
import io.sandjar.kernel.fs.sys.CgroupView;
import io.sandjar.kernel.task.Accounting;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.Caller;

/**
 * meminfo, vmstat, zoneinfo and buddyinfo. Memory is the host's, so its figures are; those that it has not for one sandbox
 * are made of the figures of meminfo, so that the files agree with each other.
 */
final class MemoryText {
    private static final int PAGE_KB = 4;

    /** Blocks of free pages have up to 2^10 of them. */
    private static final int ORDERS = 11;

    /** vmstat's names of what meminfo has, in pages. */
    private static final String[] PAGES = {
        "nr_free_pages", "MemFree",
        "nr_inactive_anon", "Inactive(anon)",
        "nr_active_anon", "Active(anon)",
        "nr_inactive_file", "Inactive(file)",
        "nr_active_file", "Active(file)",
        "nr_unevictable", "Unevictable",
        "nr_mlock", "Mlocked",
        "nr_slab_reclaimable", "SReclaimable",
        "nr_slab_unreclaimable", "SUnreclaim",
        "nr_anon_pages", "AnonPages",
        "nr_mapped", "Mapped",
        "nr_file_pages", "Cached",
        "nr_dirty", "Dirty",
        "nr_writeback", "Writeback",
        "nr_shmem", "Shmem",
        "nr_page_table_pages", "PageTables",
    };

    private static final String[] NEVER = {
        "pgpgin",
        "pgpgout",
        "pswpin",
        "pswpout",
        "pgalloc_normal",
        "pgfree",
        "pgscan_kswapd",
        "pgscan_direct",
        "pgsteal_kswapd",
        "pgsteal_direct",
        "allocstall_normal",
        "compact_stall",
        "thp_fault_alloc",
    };

    private MemoryText() {}

    /** The host's memory, because the guest's comes straight from it; the limit of the container's group is its size. */
    static void meminfo(Caller c, StringBuilder b) {
        String host = HostFiles.memory();
        if (host == null) {
            return;
        }
        CgroupView groups = c instanceof Task t ? t.container().groups : CgroupView.NONE;
        long limit = groups.memoryLimit() >> 10;
        long total = kilobytes(host, "MemTotal");
        if (limit <= 0 || limit >= total) {
            b.append(host);
            return;
        }
        for (String line : host.split("\n")) {
            int colon = line.indexOf(':');
            long n = colon < 0 ? -1 : ofGroup(groups, line.substring(0, colon), limit);
            if (n < 0) {
                b.append(line);
            } else {
                b.append(line, 0, colon + 1);
                padLeft(b, n, 23 - colon);
                b.append(" kB");
            }
            b.append('\n');
        }
    }

    /** A field of meminfo as the group has it, in kilobytes; -1 for what is the machine's. */
    private static long ofGroup(CgroupView groups, String field, long limit) {
        return switch (field) {
            case "MemTotal" -> limit;
            case "MemFree" -> Math.max(0, limit - (groups.memoryCharged() >> 10));
            case "MemAvailable" -> Math.max(0, limit - (groups.memoryUsed() >> 10));
            case "Cached" -> groups.memoryStat("file") >> 10;
            case "Active(anon)" -> groups.memoryStat("active_anon") >> 10;
            case "Inactive(anon)" -> groups.memoryStat("inactive_anon") >> 10;
            case "Active(file)" -> groups.memoryStat("active_file") >> 10;
            case "Inactive(file)" -> groups.memoryStat("inactive_file") >> 10;
            case "Active" -> groups.memoryStat("active_anon") + groups.memoryStat("active_file") >> 10;
            case "Inactive" -> groups.memoryStat("inactive_anon") + groups.memoryStat("inactive_file") >> 10;
            case "Unevictable" -> groups.memoryStat("unevictable") >> 10;
            case "AnonPages" -> groups.memoryStat("anon") >> 10;
            case "Mapped" -> groups.memoryStat("file_mapped") >> 10;
            case "Shmem" -> groups.memoryStat("shmem") >> 10;
            case "Buffers", "SwapCached", "Mlocked", "SwapTotal", "SwapFree", "Dirty", "Writeback" -> 0;
            case "KReclaimable", "Slab", "SReclaimable", "SUnreclaim", "KernelStack", "PageTables", "Percpu" -> 0;
            case "AnonHugePages", "ShmemHugePages", "FileHugePages", "Committed_AS" -> 0;
            default -> -1;
        };
    }

    private static CgroupView groups(Caller c) {
        return c instanceof Task t ? t.container().groups : CgroupView.NONE;
    }

    private static long pages(String meminfo, String name) {
        return Math.max(0, kilobytes(meminfo, name)) / PAGE_KB;
    }

    private static String meminfo(Caller c) {
        StringBuilder b = new StringBuilder(1600);
        meminfo(c, b);
        return b.toString();
    }

    /** @param used of all processes */
    static void vmstat(Caller c, Accounting used, StringBuilder b) {
        String info = meminfo(c);
        for (int i = 0; i < PAGES.length; i += 2) {
            b.append(PAGES[i]).append(' ').append(pages(info, PAGES[i + 1])).append('\n');
        }
        b.append("nr_kernel_stack ")
                .append(Math.max(0, kilobytes(info, "KernelStack")))
                .append('\n');
        b.append("pgfault ").append(used.minorFaults + used.majorFaults);
        b.append("\npgmajfault ").append(used.majorFaults);
        b.append("\noom_kill ").append(groups(c).oomKills()).append('\n');
        for (String name : NEVER) {
            b.append(name).append(" 0\n");
        }
    }

    /** One zone with all memory. The marks are as far below each other as Linux sets them without vm.min_free_kbytes. */
    static void zoneinfo(Caller c, StringBuilder b) {
        String info = meminfo(c);
        long present = pages(info, "MemTotal");
        // 4 * sqrt(kilobytes), in pages
        long min = (long) Math.sqrt(present * PAGE_KB * 16.0) / PAGE_KB;
        b.append("Node 0, zone   Normal\n  per-node stats\n");
        for (int i = 2; i < PAGES.length; i += 2) {
            line(b, PAGES[i], pages(info, PAGES[i + 1]));
        }
        b.append("  pages free     ").append(pages(info, "MemFree"));
        b.append("\n        boost    0\n        min      ").append(min);
        b.append("\n        low      ").append(min + min / 4);
        b.append("\n        high     ").append(min + min / 2);
        for (String name : new String[] {"spanned ", "present ", "managed "}) {
            b.append("\n        ").append(name).append(' ').append(present);
        }
        b.append("\n        cma      0\n        protection: (0, 0, 0, 0, 0)\n");
        line(b, "nr_free_pages", pages(info, "MemFree"));
        line(b, "nr_zone_inactive_anon", pages(info, "Inactive(anon)"));
        line(b, "nr_zone_active_anon", pages(info, "Active(anon)"));
        line(b, "nr_zone_inactive_file", pages(info, "Inactive(file)"));
        line(b, "nr_zone_active_file", pages(info, "Active(file)"));
        b.append("  pagesets\n");
        for (int i = 0; i < Cpus.count(); i++) {
            b.append("    cpu: ").append(i);
            b.append("\n              count:    0\n              high:     0\n              batch:    1\n");
            b.append("  vm stats threshold: 0\n");
        }
        b.append("  node_unreclaimable:  0\n  start_pfn:           0\n");
    }

    private static void line(StringBuilder b, String name, long value) {
        b.append("      ");
        padRight(b, name, 12);
        b.append(' ').append(value).append('\n');
    }

    /** Free memory lies in as large blocks as there are: what the host's fragmentation is, no guest can tell. */
    static void buddyinfo(Caller c, StringBuilder b) {
        long free = pages(meminfo(c), "MemFree");
        b.append("Node 0, zone   Normal ");
        for (int order = 0; order < ORDERS; order++) {
            padLeft(b, order == ORDERS - 1 ? free >> order : free >> order & 1, 6);
            b.append(' ');
        }
        b.append('\n');
    }
}
