// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import static io.sandjar.kernel.fs.proc.Fields.*;

import io.sandjar.host.HostFiles;
import io.sandjar.kernel.fs.pseudo.TextInode;
import io.sandjar.kernel.fs.sys.CgroupView;
import io.sandjar.kernel.task.Kernel;
import io.sandjar.kernel.task.ProcView;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.task.ThreadGroup;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileLocks;
import io.sandjar.kernel.vfs.FileSystem;
import io.sandjar.kernel.vfs.FileSystemTypes;
import io.sandjar.kernel.vfs.Mount;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** A text file of /proc itself. */
final class RootFile extends TextInode {
    /** Which. */
    enum Kind {
        BUDDYINFO,
        CGROUPS,
        CMDLINE,
        CONSOLES,
        CPUINFO,
        CRYPTO,
        DEVICES,
        DISKSTATS,
        FILESYSTEMS,
        INTERRUPTS,
        LOADAVG,
        LOCKS,
        MEMINFO,
        PARTITIONS,
        SLABINFO(0400),
        SOFTIRQS,
        STAT,
        SWAPS,
        UPTIME,
        VERSION,
        VMSTAT;

        private final int perm;

        Kind() {
            this(0444);
        }

        Kind(int perm) {
            this.perm = perm;
        }

        String fileName() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    private static final String DEVICES = """
            Character devices:
              1 mem
              5 /dev/tty
              5 /dev/console
              5 /dev/ptmx
            136 pts

            Block devices:
            """;

    /** The kernel's own memory is the host's: no cache is shown. */
    private static final String SLABINFO = "slabinfo - version: 2.1\n"
            + "# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables <limit>"
            + " <batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>\n";

    private static final String[] CONTROLLERS = {"cpuset", "cpu", "cpuacct", "blkio", "memory", "pids"};

    private final ProcFs proc;
    private final Kernel kernel;
    private final Kind kind;

    RootFile(ProcFs proc, Kind kind) {
        super(proc, proc.newIno(), kind.perm);
        this.proc = proc;
        this.kernel = proc.kernel();
        this.kind = kind;
    }

    /** Of the file systems that the reader has mounted. */
    private static void locks(Caller c, StringBuilder b) {
        if (c instanceof Task t) {
            int n = 0;
            java.util.HashSet<FileSystem> seen = new java.util.HashSet<>();
            for (Mount m : t.mounts().mounts()) {
                if (seen.add(m.fs())) {
                    n = FileLocks.describe(m.fs(), c, n, b);
                }
            }
        }
    }

    @Override
    protected int text(Caller c, StringBuilder b) {
        switch (kind) {
            case LOCKS -> locks(c, b);
            case BUDDYINFO, CONSOLES, CRYPTO, DISKSTATS -> {}
            case CGROUPS -> cgroups(b);
            case CMDLINE -> b.append("BOOT_IMAGE=/sandjar quiet\n");
            // what the processor is, the guest can ask it itself
            case CPUINFO -> host(b, HostFiles.processors());
            case DEVICES -> b.append(DEVICES);
            case FILESYSTEMS -> {
                for (int i = 0; i < FileSystemTypes.count(); i++) {
                    b.append("nodev\t").append(FileSystemTypes.name(i)).append('\n');
                }
            }
            case INTERRUPTS, SOFTIRQS -> cpuColumns(b);
            case LOADAVG -> loadavg(c, b);
            case MEMINFO -> meminfo(c, b);
            case PARTITIONS -> b.append("major minor  #blocks  name\n\n");
            case SLABINFO -> b.append(SLABINFO);
            case STAT -> stat(c, b);
            case SWAPS -> b.append("Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
            case UPTIME -> uptime(b);
            case VERSION ->
                b.append("Linux version ")
                        .append(Kernel.RELEASE)
                        .append(" (sandjar) (java 25) ")
                        .append(Kernel.VERSION)
                        .append('\n');
            case VMSTAT -> vmstat(b);
        }
        return 0;
    }

    private static void host(StringBuilder b, @Nullable String s) {
        b.append(s == null ? "" : s);
    }

    private static int cpus() {
        return Runtime.getRuntime().availableProcessors();
    }

    /** All in the unified hierarchy, whose number is 0: older language runtimes look here which version it is. */
    private static void cgroups(StringBuilder b) {
        b.append("#subsys_name\thierarchy\tnum_cgroups\tenabled\n");
        for (String name : CONTROLLERS) {
            b.append(name).append("\t0\t1\t1\n");
        }
    }

    private static void cpuColumns(StringBuilder b) {
        b.append("           ");
        for (int i = 0; i < cpus(); i++) {
            b.append("CPU").append(i).append("       ");
        }
        b.append('\n');
    }

    private void loadavg(Caller c, StringBuilder b) {
        int running = 0;
        int threads = 0;
        int last = 1;
        for (ProcView v : TaskDir.all(proc)) {
            threads += v.threads;
            if (v.alive && !v.parked && v.state == ThreadGroup.State.RUNNING) {
                running++;
            }
            last = Math.max(last, v.pid);
        }
        b.append("0.00 0.00 0.00 ").append(Math.max(running, 1)).append('/').append(threads);
        b.append(' ').append(last).append('\n');
    }

    /** The host's memory, because the guest's comes straight from it; the limit of the container's group is its size. */
    private static void meminfo(Caller c, StringBuilder b) {
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

    private void stat(Caller c, StringBuilder b) {
        ArrayList<ProcView> all = TaskDir.all(proc);
        long[] used = TaskText.totals(all);
        int n = cpus();
        long uptimeTicks = kernel.bootNanos() / NANOS_PER_TICK;
        long idle = Math.max(0, uptimeTicks * n - used[0] - used[1]);
        cpuLine(b, "cpu ", used[0], used[1], idle);
        for (int i = 0; i < n; i++) {
            cpuLine(b, "cpu" + i, used[0] / n, used[1] / n, idle / n);
        }
        int running = 0;
        int forks = 0;
        for (ProcView v : all) {
            running += v.alive && !v.parked ? 1 : 0;
            forks = Math.max(forks, v.pid);
        }
        b.append("intr 0\nctxt ").append(switches(all)).append("\nbtime ").append(proc.bornSec());
        b.append("\nprocesses ").append(forks).append("\nprocs_running ").append(Math.max(running, 1));
        b.append("\nprocs_blocked 0\nsoftirq 0 0 0 0 0 0 0 0 0 0 0\n");
    }

    /** Changes of threads that the host has counted for the live processes; never less than told before. */
    private long switches(ArrayList<ProcView> all) {
        long sum = 0;
        for (ProcView v : all) {
            String host = HostProc.file(v, "status");
            if (host != null) {
                sum += Math.max(0, kilobytes(host, "voluntary_ctxt_switches"));
                sum += Math.max(0, kilobytes(host, "nonvoluntary_ctxt_switches"));
            }
        }
        return proc.atLeastAsBefore(sum);
    }

    private static void cpuLine(StringBuilder b, String name, long user, long system, long idle) {
        b.append(name)
                .append(' ')
                .append(user)
                .append(" 0 ")
                .append(system)
                .append(' ')
                .append(idle);
        b.append(" 0 0 0 0 0 0\n");
    }

    private void uptime(StringBuilder b) {
        long[] used = TaskText.totals(TaskDir.all(proc));
        long up = kernel.bootNanos();
        seconds(b, up);
        b.append(' ');
        seconds(b, Math.max(0, up * cpus() - (used[0] + used[1]) * NANOS_PER_TICK));
        b.append('\n');
    }

    private static void vmstat(StringBuilder b) {
        String host = HostFiles.memory(); // figures of memory are the host's
        long free = host == null ? 0 : kilobytes(host, "MemFree") / 4;
        b.append("nr_free_pages ").append(free).append('\n');
        for (String name : new String[] {
            "nr_inactive_anon",
            "nr_active_anon",
            "nr_inactive_file",
            "nr_active_file",
            "nr_dirty",
            "nr_writeback",
            "pgpgin",
            "pgpgout",
            "pswpin",
            "pswpout",
            "pgfault",
            "pgmajfault",
            "oom_kill",
        }) {
            b.append(name).append(" 0\n");
        }
    }
}
