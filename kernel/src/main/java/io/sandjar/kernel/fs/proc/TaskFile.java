// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.cgroup.Cgroup;
import io.sandjar.kernel.fs.pseudo.TextInode;
import io.sandjar.kernel.task.ProcView;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.Attr;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.FsContext;
import io.sandjar.kernel.vfs.Path;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A text file of /proc/PID. */
final class TaskFile extends TextInode {
    /** The files, in the order of a listing. */
    enum Kind {
        ATTR("attr", 0666),
        AUXV("auxv", 0400),
        CGROUP("cgroup", 0444),
        CLEAR_REFS("clear_refs", 0200),
        CMDLINE("cmdline", 0444),
        COMM("comm", 0644),
        COREDUMP_FILTER("coredump_filter", 0644),
        CPUSET("cpuset", 0444),
        ENVIRON("environ", 0400),
        GID_MAP("gid_map", 0644),
        IO("io", 0400),
        LIMITS("limits", 0444),
        LOGINUID("loginuid", 0644),
        MAPS("maps", 0444),
        MEM("mem", 0600),
        MOUNTINFO("mountinfo", 0444),
        MOUNTS("mounts", 0444),
        MOUNTSTATS("mountstats", 0400),
        OOM_ADJ("oom_adj", 0644),
        OOM_SCORE("oom_score", 0444),
        OOM_SCORE_ADJ("oom_score_adj", 0644),
        PERSONALITY("personality", 0400),
        PROJID_MAP("projid_map", 0644),
        SCHED("sched", 0644),
        SCHEDSTAT("schedstat", 0444),
        SESSIONID("sessionid", 0444),
        SETGROUPS("setgroups", 0644),
        SMAPS("smaps", 0444),
        SMAPS_ROLLUP("smaps_rollup", 0444),
        STACK("stack", 0400),
        STAT("stat", 0444),
        STATM("statm", 0444),
        STATUS("status", 0444),
        SYSCALL("syscall", 0400),
        TIMERSLACK("timerslack_ns", 0666),
        UID_MAP("uid_map", 0644),
        WCHAN("wchan", 0444);

        private final String fileName;
        private final int perm;

        Kind(String fileName, int perm) {
            this.fileName = fileName;
            this.perm = perm;
        }

        int perm() {
            return perm;
        }

        String fileName() {
            return fileName;
        }
    }

    private static final int OOM_MAX = 1000;

    /** The old scale ends at 15, counts in seventeenths and has -17 for "never". */
    private static final int OOM_ADJ_MAX = 15;

    private static final int OOM_UNIT = 17;

    private static final Kind[] KINDS = Kind.values();
    private final TaskDir dir;
    private final Kind kind;

    TaskFile(TaskDir dir, Kind kind) {
        super(dir.proc, TaskDir.inoOf(dir.group, dir.task, 16 + kind.ordinal()), kind.perm);
        this.dir = dir;
        this.kind = kind;
    }

    static Kind[] kinds() {
        return KINDS;
    }

    static @Nullable Kind kind(String name) {
        for (Kind k : KINDS) {
            if (k.fileName.equals(name) && k != Kind.ATTR) {
                return k;
            }
        }
        return null;
    }

    @Override
    public int uid() {
        return dir.uid();
    }

    @Override
    public int gid() {
        return dir.gid();
    }

    @Override
    public int setattr(Caller c, Attr attr) {
        return (attr.valid & (Attr.MODE | Attr.UID | Attr.GID)) != 0 ? -EPERM : 0;
    }

    @Override
    public int open(Caller c, Path path, int flags, Ref<FileDescription> out) {
        ProcView v = dir.view();
        if (v == null) {
            return -ESRCH;
        }
        switch (kind) {
            case AUXV, ENVIRON, IO, MAPS, MEM, PERSONALITY, SMAPS, SMAPS_ROLLUP, STACK, SYSCALL -> {
                if (v.alive && !dir.mayInspect(c)) {
                    return -EACCES;
                }
            }
            default -> {}
        }
        if (kind == Kind.MEM) {
            if (v.mem == null) {
                return -ESRCH;
            }
            out.set(new MemDescription(this, v, path, flags));
            return 0;
        }
        return super.open(c, path, flags, out);
    }

    /** What is / among control groups to who reads. */
    private static Cgroup top(Caller c, ProcView v) {
        return c instanceof Task t ? t.namespaces().cgroup.top(t.container()) : v.cgroup;
    }

    @Override
    protected int text(Caller c, StringBuilder b) {
        ProcView v = dir.view();
        if (v == null) {
            return -ESRCH;
        }
        switch (kind) {
            case AUXV -> b.append(new String(v.auxv, StandardCharsets.ISO_8859_1));
            case CGROUP -> b.append("0::").append(v.cgroup.pathFrom(top(c, v))).append('\n');
            case CMDLINE -> TaskText.cmdline(v, b);
            case COMM -> b.append(v.comm).append('\n');
            case COREDUMP_FILTER -> {
                Fields.hex(b, v.coredumpFilter & 0xffffffffL, 8);
                b.append('\n');
            }
            case CPUSET -> b.append("/\n");
            case ENVIRON -> TaskText.environ(v, b);
            case IO -> b.append(v.io);
            case LIMITS -> TaskText.limits(v, b);
            case LOGINUID, SESSIONID -> b.append("4294967295");
            case MAPS -> dir.proc.maps().write(v, "maps", b);
            case SMAPS -> dir.proc.maps().write(v, "smaps", b);
            case SMAPS_ROLLUP -> {
                String host = HostProc.file(v, "smaps_rollup");
                b.append(host == null ? "" : host);
            }
            case MOUNTINFO, MOUNTS, MOUNTSTATS -> mounts(c, v, b);
            case OOM_ADJ ->
                b.append(v.oomScoreAdj == OOM_MAX ? OOM_ADJ_MAX : v.oomScoreAdj * OOM_UNIT / OOM_MAX)
                        .append('\n');
            case OOM_SCORE -> b.append(Math.max(0, 666 + v.oomScoreAdj * 2 / 3)).append('\n');
            case OOM_SCORE_ADJ -> b.append(v.oomScoreAdj).append('\n');
            case PERSONALITY -> {
                String hex = Integer.toHexString(v.personality);
                b.append("00000000", hex.length(), 8).append(hex).append('\n');
            }
            case SCHED ->
                b.append(v.comm)
                        .append(" (")
                        .append(v.tid)
                        .append(", #threads: ")
                        .append(v.threads)
                        .append(")\n");
            case SCHEDSTAT -> {
                String host = HostProc.file(v, dir.thread() ? "task/" + v.hostTid + "/schedstat" : "schedstat");
                b.append(host == null ? "0 0 0\n" : host);
            }
            case STAT -> TaskText.stat(c, v, dir.thread(), b);
            case STATM -> TaskText.statm(v, b);
            case STATUS -> TaskText.status(c, v, dir.thread(), b);
            case SYSCALL -> b.append("running\n");
            case TIMERSLACK -> b.append("50000\n");
            case WCHAN -> b.append('0');
            case ATTR, CLEAR_REFS, GID_MAP, MEM, PROJID_MAP, SETGROUPS, STACK, UID_MAP -> {
                return kind == Kind.STACK ? 0 : -EINVAL;
            }
        }
        return 0;
    }

    private void mounts(Caller c, ProcView v, StringBuilder b) {
        FsContext fs = v.fs;
        if (fs == null) {
            return;
        }
        switch (kind) {
            case MOUNTINFO -> MountText.mountinfo(v.ns.mounts(), fs.root(), b);
            case MOUNTS -> MountText.mounts(v.ns.mounts(), fs.root(), b);
            default -> MountText.mountstats(v.ns.mounts(), fs.root(), b);
        }
    }

    @Override
    protected int store(Caller c, String data) {
        ProcView v = dir.view();
        if (v == null) {
            return -ESRCH;
        }
        switch (kind) {
            case COMM -> {
                Task t = dir.task != null ? dir.task : leader();
                if (t == null || ((Task) c).group() != dir.group) {
                    return -EINVAL;
                }
                int end = data.indexOf('\n');
                ProcView.rename(t, end < 0 ? data : data.substring(0, end));
            }
            case OOM_SCORE_ADJ, OOM_ADJ -> {
                boolean old = kind == Kind.OOM_ADJ;
                int n = Fields.number(data);
                int max = old ? OOM_ADJ_MAX : OOM_MAX;
                if (n < (old ? -OOM_UNIT : -OOM_MAX) || n > max) {
                    return -EINVAL;
                }
                n = !old ? n : n == max ? OOM_MAX : n * OOM_MAX / OOM_UNIT;
                if (n < dir.group.oomScoreAdj && !c.creds().has(io.sandjar.abi.Cap.CAP_SYS_RESOURCE)) {
                    return -EACCES;
                }
                dir.group.setOomScoreAdj(n);
            }
            case COREDUMP_FILTER -> {
                long n = Fields.unsigned(data);
                if (n < 0) {
                    return -EINVAL;
                }
                dir.group.coredumpFilter = (int) n & 0x1ff;
            }
            case CLEAR_REFS, LOGINUID, TIMERSLACK -> {
                // accepted, of no effect
            }
            default -> {
                return -EINVAL;
            }
        }
        return data.length();
    }

    private @Nullable Task leader() {
        dir.proc.kernel().taskLock().lock();
        try {
            return dir.group.pids().tasks().task(dir.group.pid());
        } finally {
            dir.proc.kernel().taskLock().unlock();
        }
    }
}
