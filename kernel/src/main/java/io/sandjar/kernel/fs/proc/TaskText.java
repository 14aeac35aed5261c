// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import static io.sandjar.kernel.fs.proc.Fields.*;

import io.sandjar.kernel.base.Cpus;
import io.sandjar.kernel.mm.UserMemory;
import io.sandjar.kernel.seccomp.SeccompFilter;
import io.sandjar.kernel.task.PidSpace;
import io.sandjar.kernel.task.ProcView;
import io.sandjar.kernel.task.Stub;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.task.ThreadGroup;
import io.sandjar.kernel.tty.Tty;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.FdTable;
import io.sandjar.kernel.vfs.UserNamespace;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** stat, status, cmdline and the other files about one process (proc(5)). */
final class TaskText {
    private static final int MAX_STRINGS = 1 << 20;
    private static final String[] LIMITS = {
        "Max cpu time", "seconds",
        "Max file size", "bytes",
        "Max data size", "bytes",
        "Max stack size", "bytes",
        "Max core file size", "bytes",
        "Max resident set", "bytes",
        "Max processes", "processes",
        "Max open files", "files",
        "Max locked memory", "bytes",
        "Max address space", "bytes",
        "Max file locks", "locks",
        "Max pending signals", "signals",
        "Max msgqueue size", "bytes",
        "Max nice priority", "",
        "Max realtime priority", "",
        "Max realtime timeout", "us",
    };

    private TaskText() {}

    /** The letter of a state: R, S, D, T, Z. */
    static char state(Caller c, ProcView v, HostProc host) {
        if (v.traceStopped) {
            return 't';
        }
        if (v.state == ThreadGroup.State.STOPPED) {
            return 'T';
        }
        if (!v.alive) {
            return 'Z';
        }
        if (v.parked) {
            return 'S';
        }
        // a thread that waits for an answer of this kernel sleeps for the host
        return c instanceof Task t && v.rootTid == t.rootTid()
                ? 'R'
                : host.state() == 'R' ? 'R' : host.state() == 'D' ? 'D' : 'S';
    }

    static void stat(Caller c, ProcView v, boolean thread, StringBuilder b) {
        HostProc h = HostProc.of(v, thread);
        Tty tty = v.tty;
        b.append(v.tid).append(" (").append(v.comm).append(") ");
        b.append(state(c, v, h)).append(' ');
        b.append(v.ppid)
                .append(' ')
                .append(v.group)
                .append(' ')
                .append(v.session)
                .append(' ');
        b.append(tty == null ? 0 : (int) tty.rdev()).append(' ');
        b.append(tty == null ? -1 : v.seen.fromRoot(tty.foregroundGroup())).append(" 4194304 ");
        b.append(v.alive ? h.field(10) : v.ofItself.minorFaults).append(' ');
        b.append(v.ofChildren.minorFaults).append(' ');
        b.append(v.alive ? h.field(12) : v.ofItself.majorFaults).append(' ');
        b.append(v.ofChildren.majorFaults).append(' ');
        b.append(v.alive ? h.userTicks() : v.ofItself.userNanos / NANOS_PER_TICK)
                .append(' ');
        b.append(v.alive ? h.systemTicks() : v.ofItself.systemNanos / NANOS_PER_TICK)
                .append(' ');
        b.append(v.ofChildren.userNanos / NANOS_PER_TICK).append(' ');
        b.append(v.ofChildren.systemNanos / NANOS_PER_TICK);
        b.append(' ').append(v.alive ? h.field(18) : 20).append(' ').append(h.field(19));
        b.append(' ').append(v.threads).append(" 0 ");
        b.append(v.startNanos / NANOS_PER_TICK).append(' ');
        b.append(h.field(23)).append(' ').append(h.field(24)).append(' ');
        b.append(Long.toUnsignedString(v.softLimits[io.sandjar.abi.Rlimit.RLIMIT_RSS]))
                .append(' ');
        b.append(v.startCode).append(' ').append(v.endCode).append(' ').append(v.startStack);
        b.append(" 0 0 "); // kstkesp kstkeip
        b.append(v.pending & 0x7fffffff)
                .append(' ')
                .append(v.blocked & 0x7fffffff)
                .append(' ');
        b.append(v.ignored & 0x7fffffff).append(' ').append(v.caught & 0x7fffffff);
        b.append(" 0 0 0 ").append(v.exitSignal).append(' ');
        b.append(h.field(39)).append(' ').append(h.field(40)).append(' ').append(v.policy);
        b.append(" 0 0 0 "); // blkio guest cguest
        b.append("0 0 0 "); // start_data end_data start_brk
        b.append(v.argStart).append(' ').append(v.argEnd).append(' ');
        b.append(v.envStart).append(' ').append(v.envEnd).append(' ');
        b.append(v.alive ? 0 : v.exitStatus).append('\n');
    }

    static void statm(ProcView v, StringBuilder b) {
        String text = HostProc.file(v, "statm");
        b.append(text == null ? "0 0 0 0 0 0 0\n" : text);
    }

    static void status(Caller c, ProcView v, boolean thread, StringBuilder b) {
        HostProc h = HostProc.of(v, thread);
        Creds cr = v.creds == null ? Creds.of(0, 0) : v.creds;
        char state = state(c, v, h);
        b.append("Name:\t").append(v.comm).append('\n');
        if (v.fs != null) {
            b.append("Umask:\t");
            String octal = Integer.toOctalString(v.fs.umask());
            b.append("0000", 0, 4 - octal.length()).append(octal).append('\n');
        }
        b.append("State:\t").append(state).append(" (");
        b.append(
                switch (state) {
                    case 'R' -> "running";
                    case 'D' -> "disk sleep";
                    case 'T' -> "stopped";
                    case 't' -> "tracing stop";
                    case 'Z' -> "zombie";
                    default -> "sleeping";
                });
        b.append(")\nTgid:\t").append(v.pid).append("\nNgid:\t0\nPid:\t").append(v.tid);
        b.append("\nPPid:\t")
                .append(v.ppid)
                .append("\nTracerPid:\t")
                .append(v.tracerPid)
                .append("\nUid:\t");
        UserNamespace n = c.creds().userNs();
        ids(b, n.shownUid(cr.uid()), n.shownUid(cr.euid()), n.shownUid(cr.suid()), n.shownUid(cr.fsuid()));
        b.append("Gid:\t");
        ids(b, n.shownGid(cr.gid()), n.shownGid(cr.egid()), n.shownGid(cr.sgid()), n.shownGid(cr.fsgid()));
        FdTable fds = v.fds;
        b.append("FDSize:\t").append(fds == null ? 0 : fdSize(fds)).append("\nGroups:\t");
        for (int g : cr.groups()) {
            b.append(n.shownGid(g) & 0xffffffffL).append(' ');
        }
        numbers(v, "\nNStgid:", v.rootPid, b);
        numbers(v, "\nNSpid:", v.rootTid, b);
        numbers(v, "\nNSpgid:", v.rootGroup, b);
        numbers(v, "\nNSsid:", v.rootSession, b);
        b.append("\nKthread:\t0\n");
        String host = HostProc.file(v, "status");
        memory(host, v.lockedBytes(), b);
        b.append("Threads:\t")
                .append(v.threads)
                .append("\nSigQ:\t")
                .append(v.queuedSignals)
                .append('/');
        b.append(Long.toUnsignedString(v.softLimits[io.sandjar.abi.Rlimit.RLIMIT_SIGPENDING]));
        mask(b, "\nSigPnd:\t", v.pending);
        mask(b, "\nShdPnd:\t", v.sharedPending);
        mask(b, "\nSigBlk:\t", v.blocked);
        mask(b, "\nSigIgn:\t", v.ignored);
        mask(b, "\nSigCgt:\t", v.caught);
        mask(b, "\nCapInh:\t", cr.capInheritable());
        mask(b, "\nCapPrm:\t", cr.capPermitted());
        mask(b, "\nCapEff:\t", cr.capEffective());
        mask(b, "\nCapBnd:\t", cr.capBounding());
        mask(b, "\nCapAmb:\t", cr.capAmbient());
        b.append("\nNoNewPrivs:\t").append(v.noNewPrivs ? 1 : 0);
        SeccompFilter f = v.seccomp;
        b.append("\nSeccomp:\t").append(f == null ? 0 : f.mode());
        b.append("\nSeccomp_filters:\t").append(f == null || f.isStrict() ? 0 : f.count());
        b.append("\nSpeculation_Store_Bypass:\tvulnerable\n");
        int cpus = Cpus.count();
        b.append("Cpus_allowed:\t").append(Long.toHexString(cpus >= 64 ? -1 : (1L << cpus) - 1));
        b.append("\nCpus_allowed_list:\t").append(CpuList.text(cpus));
        b.append("\nMems_allowed:\t1\nMems_allowed_list:\t0\n");
        b.append("voluntary_ctxt_switches:\t").append(number(host, "voluntary_ctxt_switches"));
        b.append("\nnonvoluntary_ctxt_switches:\t").append(number(host, "nonvoluntary_ctxt_switches"));
        b.append('\n');
    }

    /** What a process or group is called in each space of pids, from the reader's to the process's own. */
    private static void numbers(ProcView v, String head, int rootId, StringBuilder b) {
        b.append(head);
        PidSpace[] inner = new PidSpace[v.pids.level() - v.seen.level() + 1];
        PidSpace s = v.pids;
        for (int i = inner.length - 1; i >= 0 && s != null; i--) {
            inner[i] = s;
            s = s.parent();
        }
        for (PidSpace p : inner) {
            b.append('\t').append(p.fromRoot(rootId));
        }
    }

    private static long number(@Nullable String host, String name) {
        return host == null ? 0 : Math.max(0, kilobytes(host, name));
    }

    private static int fdSize(FdTable fds) {
        int n = 64;
        int last = 0;
        for (int fd = fds.next(0); fd >= 0; fd = fds.next(fd + 1)) {
            last = fd;
        }
        while (n <= last) {
            n *= 2;
        }
        return n;
    }

    /** @param locked bytes that the program has locked: the host knows of none */
    private static void memory(@Nullable String host, long locked, StringBuilder b) {
        if (host == null) {
            return;
        }
        int from = host.indexOf("VmPeak:");
        int to = host.indexOf("Threads:");
        if (from < 0 || to < from) {
            return;
        }
        int skip = host.indexOf("CoreDumping:", from);
        int at = b.length();
        b.append(host, from, skip > 0 && skip < to ? skip : to);
        int zero = b.indexOf("       0 kB\n", b.indexOf("VmLck:", at));
        if (locked != 0 && zero >= 0) {
            String n = Long.toString(locked >> 10);
            int digits = Math.min(n.length(), 8);
            b.replace(zero + 8 - digits, zero + 8, n);
        }
        b.append("CoreDumping:\t0\nTHP_enabled:\t1\nuntag_mask:\t0xffffffffffffffff\n");
    }

    private static void ids(StringBuilder b, int x, int y, int z, int w) {
        b.append(x & 0xffffffffL).append('\t').append(y & 0xffffffffL).append('\t');
        b.append(z & 0xffffffffL).append('\t').append(w & 0xffffffffL).append('\n');
    }

    private static void mask(StringBuilder b, String name, long bits) {
        b.append(name);
        hex(b, bits, 16);
    }

    /** The arguments as they lie in the guest's memory; a program may have written its title over them. */
    static void cmdline(ProcView v, StringBuilder b) {
        strings(v, v.argStart, v.argEnd, b);
        int n = b.length();
        if (n > 0 && b.charAt(n - 1) != 0 && v.envEnd > v.envStart) {
            strings(v, v.envStart, v.envEnd, b);
            int end = b.indexOf("\0");
            b.setLength(end < 0 ? b.length() : end);
        }
    }

    /** The processes that it made and that have not ended, if it is the first thread: which of them made one is not kept. */
    static void children(TaskDir dir, ProcView v, StringBuilder b) {
        if (v.rootTid != v.rootPid) {
            return;
        }
        dir.proc.kernel().taskLock().lock();
        try {
            for (ThreadGroup g : dir.group.children()) {
                int pid = v.seen.fromRoot(g.pid());
                if (pid != 0) {
                    b.append(pid).append(' ');
                }
            }
        } finally {
            dir.proc.kernel().taskLock().unlock();
        }
    }

    /** The host's scheduling figures behind the guest's own names and numbers. */
    static void sched(ProcView v, StringBuilder b) {
        b.append(v.comm)
                .append(" (")
                .append(v.tid)
                .append(", #threads: ")
                .append(v.threads)
                .append(")\n");
        String host = HostProc.file(v, "task/" + v.hostTid + "/sched");
        int line = host == null ? -1 : host.indexOf('\n');
        if (host != null && line >= 0) {
            b.append(host, line + 1, host.length());
        }
    }

    /** The call that a thread waits in. Where it stands in the stub, it is no call of the guest's. */
    static void syscall(ProcView v, StringBuilder b) {
        String host = HostProc.file(v, "task/" + v.hostTid + "/syscall");
        int space = host == null ? -1 : host.lastIndexOf(" 0x");
        if (host != null && space > 0) {
            long pc = Long.parseUnsignedLong(host.strip().substring(space + 3), 16);
            if (pc < Stub.SLOTS_BASE || pc >= MapsText.HIDDEN_END) {
                b.append(host);
                return;
            }
        }
        b.append("running\n");
    }

    static void environ(ProcView v, StringBuilder b) {
        strings(v, v.envStart, v.envEnd, b);
    }

    private static void strings(ProcView v, long from, long to, StringBuilder b) {
        UserMemory mem = v.mem;
        if (mem == null || to <= from || v.state == ThreadGroup.State.ZOMBIE) {
            return;
        }
        byte[] data = new byte[(int) Math.min(to - from, MAX_STRINGS)];
        int n = mem.readSome(from, data, 0, data.length);
        if (n > 0) {
            b.append(new String(data, 0, n, StandardCharsets.ISO_8859_1));
        }
    }

    static void limits(ProcView v, StringBuilder b) {
        b.append("Limit                     Soft Limit           Hard Limit           Units     \n");
        for (int i = 0; i * 2 < LIMITS.length; i++) {
            padRight(b, LIMITS[i * 2], 26);
            padRight(b, limit(v.softLimits[i]), 21);
            padRight(b, limit(v.hardLimits[i]), 21);
            padRight(b, LIMITS[i * 2 + 1], 10);
            b.append('\n');
        }
    }

    private static String limit(long n) {
        return n == -1 ? "unlimited" : Long.toUnsignedString(n);
    }
}
