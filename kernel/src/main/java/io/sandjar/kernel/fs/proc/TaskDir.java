// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.ListedDir.Entry;
import io.sandjar.kernel.fs.pseudo.PseudoDir;
import io.sandjar.kernel.task.Access;
import io.sandjar.kernel.task.ProcView;
import io.sandjar.kernel.task.ProcessInode;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.task.ThreadGroup;
import io.sandjar.kernel.vfs.Attr;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.Permissions;
import io.sandjar.kernel.vfs.Stat;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** /proc/PID, or /proc/PID/task/TID where {@code task} is set. */
final class TaskDir extends PseudoDir implements ProcessInode {
    private static final String[] DIRS = {"fd", "fdinfo", "ns", "net", "attr"};
    private static final String[] PROCESS_DIRS = {"task", "map_files"};
    private static final String[] NONE = {};
    private static final String[] LINKS = {"cwd", "exe", "root"};
    private static final String[] NAMESPACES = {"cgroup", "ipc", "mnt", "net", "pid", "pid_for_children", "user", "uts"
    };

    /** Set in the numbers of /proc/TID and its files, so that they are not those of /proc/TID/task/TID. */
    private static final long BY_TID = 1L << 58;

    final ProcFs proc;
    final ThreadGroup group;
    final @Nullable Task task;
    private final boolean inTask;

    private TaskDir(ProcFs proc, ThreadGroup group, @Nullable Task task, boolean inTask) {
        super(proc, inoOf(group, task, 0) | (task == null || inTask ? 0 : BY_TID), 0555);
        this.proc = proc;
        this.group = group;
        this.task = task;
        this.inTask = inTask;
    }

    /** /proc/PID; by the number of a thread that is no leader it shows that one. */
    static TaskDir ofProcess(ProcFs proc, ThreadGroup group, @Nullable Task thread) {
        return new TaskDir(proc, group, thread, false);
    }

    /** /proc/PID/task/TID. */
    static TaskDir ofThread(ProcFs proc, ThreadGroup group, Task thread) {
        return new TaskDir(proc, group, thread, true);
    }

    /** A number that no other file of /proc has, even when the pid is used again. */
    static long inoOf(ThreadGroup g, @Nullable Task t, int file) {
        long id = t == null ? g.pid() : 0x8000L + t.rootTid();
        return 1L << 62 | (g.startNanos() >>> 16 & 0x3ffffffL) << 32 | id << 16 | file;
    }

    /** The number of a file in it, as {@link #inoOf} makes them. */
    long ino(int file) {
        return inoOf(group, task, file) | (task == null || inTask ? 0 : BY_TID);
    }

    /** What it shows now; null when the process is gone. */
    @Nullable
    ProcView view() {
        Task t = task;
        return t == null
                ? ProcView.ofProcess(proc.kernel(), proc.pids(), group)
                : ProcView.ofThread(proc.kernel(), proc.pids(), t, !inTask);
    }

    /** Whether the caller may see what only the process itself and its debugger should. */
    boolean mayInspect(Caller c) {
        if (!(c instanceof Task me) || me.group() == group) {
            return true;
        }
        Task other = task;
        if (other == null) {
            proc.kernel().taskLock().lock();
            try {
                Task[] all = group.tasks();
                other = all.length == 0 ? null : all[0];
            } finally {
                proc.kernel().taskLock().unlock();
            }
        }
        return other != null && Access.mayInspect(me, other);
    }

    @Override
    public @Nullable ThreadGroup process() {
        return inTask ? null : group;
    }

    /** Whether it belongs to a thread rather than to a process. */
    boolean thread() {
        return inTask;
    }

    private Creds owner() {
        ProcView v = view();
        return v == null || v.creds == null ? Creds.of(0, 0) : v.creds;
    }

    @Override
    public int uid() {
        return owner().euid();
    }

    @Override
    public int gid() {
        return owner().egid();
    }

    @Override
    public int stat(Stat out) {
        int r = super.stat(out);
        long started = proc.kernel().startSec() + group.startNanos() / Fields.NANOS_PER_SECOND;
        out.atimeSec = started;
        out.mtimeSec = started;
        out.ctimeSec = started;
        return r;
    }

    @Override
    public int setattr(Caller c, Attr attr) {
        return -EPERM;
    }

    @Override
    public int open(Caller c, Path path, int flags, Ref<FileDescription> out) {
        return proc.mayEnter(c, this) ? super.open(c, path, flags, out) : -EPERM;
    }

    @Override
    public int lookup(Caller c, String name, Ref<Inode> out) {
        ProcView v = view();
        if (v == null) {
            return -ENOENT;
        }
        if (!proc.mayEnter(c, this)) {
            return -EPERM;
        }
        Inode i = find(v, name);
        if (i == null) {
            return -ENOENT;
        }
        out.set(i);
        return 0;
    }

    private @Nullable Inode find(ProcView v, String name) {
        switch (name) {
            case "cwd", "exe", "root":
                return new TaskLink(this, name);
            case "fd":
                return new FdDir(this, false);
            case "fdinfo":
                return new FdDir(this, true);
            case "task":
                return inTask ? null : new ThreadsDir(this);
            case "map_files":
                return inTask ? null : new MapFilesDir(this);
            case "ns":
                return new NsDir(this);
            case "net":
                return proc.netDir(v.ns.net);
            case "attr":
                return new AttrDir(this);
            default:
                TaskFile.Kind k = TaskFile.kind(name, inTask);
                return switch (k) {
                    case null -> null;
                    case UID_MAP, GID_MAP, PROJID_MAP, SETGROUPS -> new IdMapFile(this, k);
                    default -> new TaskFile(this, k);
                };
        }
    }

    @Override
    protected void list(Caller c, List<Entry> out) {
        for (String d : DIRS) {
            out.add(new Entry(d, ino(d.hashCode() & 0xffff), 4));
        }
        for (String d : inTask ? NONE : PROCESS_DIRS) {
            out.add(new Entry(d, ino(d.hashCode() & 0xffff), 4));
        }
        for (String l : LINKS) {
            out.add(new Entry(l, ino(l.hashCode() & 0xffff), 10));
        }
        for (TaskFile.Kind k : TaskFile.kinds()) {
            if (!k.in(inTask)) {
                continue;
            }
            out.add(new Entry(k.fileName(), ino(16 + k.ordinal()), 8));
        }
    }

    @Override
    protected int nlink() {
        return 9;
    }

    /** Nobody changes it. */
    @Override
    public int refusal(Creds c, int mask) {
        return (mask & Permissions.MAY_WRITE) != 0 ? -EPERM : -EACCES;
    }

    /** /proc/PID/task. */
    private static final class ThreadsDir extends PseudoDir {
        private final TaskDir of;

        ThreadsDir(TaskDir of) {
            super(of.proc, inoOf(of.group, null, 1), 0555);
            this.of = of;
        }

        private Task[] tasks() {
            of.proc.kernel().taskLock().lock();
            try {
                return of.group.tasks();
            } finally {
                of.proc.kernel().taskLock().unlock();
            }
        }

        @Override
        public int lookup(Caller c, String name, Ref<Inode> out) {
            int tid = ProcFs.number(name);
            for (Task t : tasks()) {
                if (of.proc.pids().fromRoot(t.rootTid()) == tid) {
                    out.set(ofThread(of.proc, of.group, t));
                    return 0;
                }
            }
            return -ENOENT;
        }

        @Override
        protected void list(Caller c, List<Entry> out) {
            for (Task t : tasks()) {
                out.add(new Entry(Integer.toString(of.proc.pids().fromRoot(t.rootTid())), inoOf(of.group, t, 0), 4));
            }
        }

        @Override
        protected int nlink() {
            return 2 + tasks().length;
        }
    }

    /** /proc/PID/ns: the namespaces. */
    private static final class NsDir extends PseudoDir {
        private final TaskDir of;

        NsDir(TaskDir of) {
            super(of.proc, of.ino(2), 0511);
            this.of = of;
        }

        @Override
        public int lookup(Caller c, String name, Ref<Inode> out) {
            for (int i = 0; i < NAMESPACES.length; i++) {
                if (NAMESPACES[i].equals(name)) {
                    out.set(new NsLink(of, name, i));
                    return 0;
                }
            }
            return -ENOENT;
        }

        @Override
        protected void list(Caller c, List<Entry> out) {
            for (int i = 0; i < NAMESPACES.length; i++) {
                out.add(new Entry(NAMESPACES[i], of.ino(200 + i), 10));
            }
        }
    }

    /** Open processes of the kernel, as views. */
    static ArrayList<ProcView> all(ProcFs proc) {
        ArrayList<ThreadGroup> groups;
        proc.kernel().taskLock().lock();
        try {
            groups = proc.pids().processes();
        } finally {
            proc.kernel().taskLock().unlock();
        }
        ArrayList<ProcView> out = new ArrayList<>(groups.size());
        for (ThreadGroup g : groups) {
            ProcView v = ProcView.ofProcess(proc.kernel(), proc.pids(), g);
            if (v != null) {
                out.add(v);
            }
        }
        return out;
    }
}
