// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Cap;
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
        ARCH_STATUS("arch_status", 0444),
        AUTOGROUP("autogroup", 0644, Of.PROCESS),
        AUXV("auxv", 0400),
        CGROUP("cgroup", 0444),
        CHILDREN("children", 0444, Of.THREAD),
        CLEAR_REFS("clear_refs", 0200),
        CMDLINE("cmdline", 0444),
        COMM("comm", 0644),
        COREDUMP_FILTER("coredump_filter", 0644, Of.PROCESS),
        CPUSET("cpuset", 0444),
        ENVIRON("environ", 0400),
        GID_MAP("gid_map", 0644),
        IO("io", 0400),
        KSM_MERGING_PAGES("ksm_merging_pages", 0400),
        KSM_STAT("ksm_stat", 0400),
        LIMITS("limits", 0444),
        LOGINUID("loginuid", 0644),
        MAPS("maps", 0444),
        MEM("mem", 0600),
        MOUNTINFO("mountinfo", 0444),
        MOUNTS("mounts", 0444),
        MOUNTSTATS("mountstats", 0400, Of.PROCESS),
        NUMA_MAPS("numa_maps", 0444),
        OOM_ADJ("oom_adj", 0644),
        OOM_SCORE("oom_score", 0444),
        OOM_SCORE_ADJ("oom_score_adj", 0644),
        PAGEMAP("pagemap", 0400),
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
        TIMERS("timers", 0444, Of.PROCESS),
        TIMERSLACK("timerslack_ns", 0666, Of.PROCESS),
        UID_MAP("uid_map", 0644),
        WCHAN("wchan", 0444);

        private final String fileName;
        private final int perm;
        private final Of of;

        Kind(String fileName, int perm) {
            this(fileName, perm, Of.BOTH);
        }

        Kind(String fileName, int perm, Of of) {
            this.fileName = fileName;
            this.perm = perm;
            this.of = of;
        }

        int perm() {
            return perm;
        }

        /** Whether it lies in the directory of a thread, or else of a process. */
        boolean in(boolean thread) {
            return of == Of.BOTH || thread == (of == Of.THREAD);
        }

        String fileName() {
            return fileName;
        }

        /** Whether it tells only those who may inspect the process: it is asked at each opening and each reading. */
        boolean guarded() {
            return switch (this) {
                case AUXV,
                        ENVIRON,
                        IO,
                        MAPS,
                        MEM,
                        NUMA_MAPS,
                        PAGEMAP,
                        PERSONALITY,
                        SMAPS,
                        SMAPS_ROLLUP,
                        STACK,
                        SYSCALL -> true;
                default -> false;
            };
        }
    }

    /** Whose directories a file lies in. */
    private enum Of {
        BOTH,
        PROCESS,
        THREAD
    }

    /** Pages that the host has merged are not told; no guest asks for it. */
    private static final String KSM_STAT = """
            ksm_rmap_items 0
            ksm_zero_pages 0
            ksm_merging_pages 0
            ksm_process_profit 0
            ksm_merge_any: no
            ksm_mergeable: no
            """;

    private static final Kind[] KINDS = Kind.values();
    private final TaskDir dir;
    private final Kind kind;

    TaskFile(TaskDir dir, Kind kind) {
        super(dir.proc, dir.ino(16 + kind.ordinal()), kind.perm);
        this.dir = dir;
        this.kind = kind;
    }

    static Kind[] kinds() {
        return KINDS;
    }

    static @Nullable Kind kind(String name, boolean thread) {
        for (Kind k : KINDS) {
            if (k.fileName.equals(name) && k.in(thread)) {
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
        if (kind.guarded() && v.alive && !dir.mayInspect(c)) {
            return -EACCES;
        }
        if (kind == Kind.MEM || kind == Kind.PAGEMAP) {
            if (v.mem == null) {
                return -ESRCH;
            }
            out.set(
                    kind == Kind.MEM
                            ? new MemDescription(this, v, path, flags)
                            : new PagemapDescription(this, v, path, flags));
            return 0;
        }
        return super.open(c, path, flags, out);
    }

    /** What is / among control groups to who reads. */
    private static Cgroup top(Caller c, ProcView v) {
        return c instanceof Task t ? t.namespaces().cgroup.top(t.container()) : v.cgroup;
    }

    /** What a reader gets who could open the file, while the process was another program, and may no longer. */
    private int readRefusal(Caller c) {
        return switch (kind) {
            case IO -> -EACCES;
            case PERSONALITY, SYSCALL -> -EPERM;
            case STACK -> c.creds().has(Cap.CAP_SYS_ADMIN) ? -EPERM : -EACCES;
            default -> 0; // the memory that it had then is gone
        };
    }

    @Override
    protected int text(Caller c, StringBuilder b) {
        ProcView v = dir.view();
        if (v == null) {
            return -ESRCH;
        }
        if (kind.guarded() && v.alive && !dir.mayInspect(c)) {
            return readRefusal(c);
        }
        switch (kind) {
            case ARCH_STATUS -> b.append("AVX512_elapsed_ms:\t-1\n");
            case AUTOGROUP ->
                b.append("/autogroup-")
                        .append(v.session)
                        .append(" nice ")
                        .append(dir.group.session().autogroupNice)
                        .append('\n');
            case AUXV -> b.append(new String(v.auxv, StandardCharsets.ISO_8859_1));
            case CGROUP -> b.append("0::").append(v.cgroup.pathFrom(top(c, v))).append('\n');
            case CHILDREN -> TaskText.children(dir, v, b);
            case CMDLINE -> TaskText.cmdline(v, b);
            case COMM -> b.append(v.comm).append('\n');
            case COREDUMP_FILTER -> {
                Fields.hex(b, v.coredumpFilter & 0xffffffffL, 8);
                b.append('\n');
            }
            case CPUSET -> b.append("/\n");
            case ENVIRON -> TaskText.environ(v, b);
            case IO -> b.append(v.io);
            case KSM_MERGING_PAGES -> b.append("0\n");
            case KSM_STAT -> b.append(KSM_STAT);
            case LIMITS -> TaskText.limits(v, b);
            case LOGINUID -> b.append(dir.group.loginUid & 0xffffffffL);
            case SESSIONID -> b.append(dir.group.loginSession & 0xffffffffL);
            case MAPS -> dir.proc.maps().write(v, "maps", b);
            case SMAPS -> dir.proc.maps().write(v, "smaps", b);
            case SMAPS_ROLLUP -> {
                String host = HostProc.file(v, "smaps_rollup");
                b.append(host == null ? "" : host);
            }
            case MOUNTINFO, MOUNTS, MOUNTSTATS -> mounts(c, v, b);
            case NUMA_MAPS -> dir.proc.maps().numa(v, b);
            case OOM_ADJ -> b.append(TaskSettings.oldOomScore(v.oomScoreAdj)).append('\n');
            case OOM_SCORE -> b.append(Math.max(0, 666 + v.oomScoreAdj * 2 / 3)).append('\n');
            case OOM_SCORE_ADJ -> b.append(v.oomScoreAdj).append('\n');
            case PERSONALITY -> {
                String hex = Integer.toHexString(v.personality);
                b.append("00000000", hex.length(), 8).append(hex).append('\n');
            }
            case SCHED -> TaskText.sched(v, b);
            case SCHEDSTAT -> {
                String host = HostProc.file(v, dir.thread() ? "task/" + v.hostTid + "/schedstat" : "schedstat");
                b.append(host == null ? "0 0 0\n" : host);
            }
            case STAT -> TaskText.stat(c, v, dir.thread(), b);
            case STATM -> TaskText.statm(v, b);
            case STATUS -> TaskText.status(c, v, dir.thread(), b);
            case STACK -> {
                // the kernel's stack is Java's, of which nothing is told
                return c.creds().has(Cap.CAP_SYS_ADMIN) ? 0 : -EACCES;
            }
            case SYSCALL -> TaskText.syscall(v, b);
            case TIMERS -> dir.group.describeTimers(v.seen, b);
            case TIMERSLACK -> {
                return TaskSettings.slack(c, v, b);
            }
            case WCHAN -> b.append('0');
            case CLEAR_REFS, GID_MAP, MEM, PAGEMAP, PROJID_MAP, SETGROUPS, UID_MAP -> {
                return -EINVAL;
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
        int r = TaskSettings.set(dir, kind, v, c, data);
        return r < 0 ? r : data.length();
    }
}
