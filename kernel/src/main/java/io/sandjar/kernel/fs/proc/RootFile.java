// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import io.sandjar.host.HostFiles;
import io.sandjar.kernel.fs.pseudo.TextInode;
import io.sandjar.kernel.task.Kernel;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileLocks;
import io.sandjar.kernel.vfs.FileSystem;
import io.sandjar.kernel.vfs.FileSystemTypes;
import io.sandjar.kernel.vfs.Mount;
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
        EXECDOMAINS,
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
        VMSTAT,
        ZONEINFO;

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
            case BUDDYINFO -> MemoryText.buddyinfo(c, b);
            case CONSOLES, CRYPTO, DISKSTATS -> {}
            case EXECDOMAINS -> b.append("0-0\tLinux           \t[kernel]\n");
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
            case INTERRUPTS -> StatText.interrupts(kernel, b);
            case LOADAVG -> StatText.loadavg(proc, b);
            case MEMINFO -> MemoryText.meminfo(c, b);
            case PARTITIONS -> b.append("major minor  #blocks  name\n\n");
            case SLABINFO -> b.append(SLABINFO);
            case SOFTIRQS -> StatText.softirqs(kernel, b);
            case STAT -> StatText.stat(proc, b);
            case SWAPS -> b.append("Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
            case UPTIME -> StatText.uptime(kernel, b);
            case VERSION ->
                b.append("Linux version ")
                        .append(Kernel.RELEASE)
                        .append(" (sandjar) (java 25) ")
                        .append(Kernel.VERSION)
                        .append('\n');
            case VMSTAT -> MemoryText.vmstat(c, kernel.figures().used(), b);
            case ZONEINFO -> MemoryText.zoneinfo(c, b);
        }
        return 0;
    }

    private static void host(StringBuilder b, @Nullable String s) {
        b.append(s == null ? "" : s);
    }

    /** All in the unified hierarchy, whose number is 0: older language runtimes look here which version it is. */
    private static void cgroups(StringBuilder b) {
        b.append("#subsys_name\thierarchy\tnum_cgroups\tenabled\n");
        for (String name : CONTROLLERS) {
            b.append(name).append("\t0\t1\t1\n");
        }
    }
}
