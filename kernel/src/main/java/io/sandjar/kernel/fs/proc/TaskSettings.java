// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Cap;
import io.sandjar.kernel.task.ProcView;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.Caller;
import org.jspecify.annotations.Nullable;

/** What may be written to the files of /proc/PID (proc(5)). */
final class TaskSettings {
    private static final int OOM_MAX = 1000;

    /** The old scale ends at 15, counts in seventeenths and has -17 for "never". */
    private static final int OOM_ADJ_MAX = 15;

    private static final int OOM_UNIT = 17;

    private static final int NICE_MIN = -20;
    private static final int NICE_MAX = 19;

    /** clear_refs knows 1 to 5: all pages, anonymous ones, those of files, soft-dirty bits, the peak of memory. */
    private static final int CLEAR_REFS_LAST = 5;

    private TaskSettings() {}

    /** Takes what was written; 0 or -errno. */
    static int set(TaskDir dir, TaskFile.Kind kind, ProcView v, Caller c, String data) {
        return switch (kind) {
            case AUTOGROUP -> autogroup(dir, c, Fields.number(data));
            case CLEAR_REFS -> {
                // which pages were used is the host's to know, and to forget: nothing is cleared
                int n = Fields.number(data);
                yield n < 1 || n > CLEAR_REFS_LAST ? -EINVAL : 0;
            }
            case COMM -> comm(dir, c, data);
            case COREDUMP_FILTER -> {
                long n = Fields.unsigned(data);
                if (n >= 0) {
                    dir.group.coredumpFilter = (int) n & 0x1ff;
                }
                yield n < 0 ? -EINVAL : 0;
            }
            case LOGINUID -> login(dir, c, data);
            case OOM_SCORE_ADJ, OOM_ADJ -> oomScore(dir, c, Fields.number(data), kind == TaskFile.Kind.OOM_ADJ);
            case SCHED -> 0; // asks for the counters to start again: they are the host's
            case TIMERSLACK -> setSlack(c, v, Fields.decimal(data));
            default -> -EINVAL;
        };
    }

    private static int autogroup(TaskDir dir, Caller c, int nice) {
        if (nice < NICE_MIN || nice > NICE_MAX) {
            return -EINVAL;
        }
        if (nice < 0 && !c.creds().has(Cap.CAP_SYS_NICE)) {
            return -EPERM;
        }
        dir.group.session().autogroupNice = nice;
        return 0;
    }

    private static int comm(TaskDir dir, Caller c, String data) {
        Task t = dir.task != null ? dir.task : leader(dir);
        if (t == null || !(c instanceof Task me) || me.group() != dir.group) {
            return -EINVAL;
        }
        int end = data.indexOf('\n');
        ProcView.rename(t, end < 0 ? data : data.substring(0, end));
        return 0;
    }

    private static @Nullable Task leader(TaskDir dir) {
        dir.proc.kernel().taskLock().lock();
        try {
            return dir.group.pids().tasks().task(dir.group.pid());
        } finally {
            dir.proc.kernel().taskLock().unlock();
        }
    }

    /** Who is not known yet may become anybody; later it takes a capability (pam_loginuid(8)). */
    private static int login(TaskDir dir, Caller c, String data) {
        long uid = Fields.decimal(data);
        if (!(c instanceof Task me) || me.group() != dir.group) {
            return -EPERM;
        }
        if (uid < 0 || uid > 0xffffffffL) {
            return -EINVAL;
        }
        if (dir.group.loginUid != -1 && !c.creds().has(Cap.CAP_AUDIT_CONTROL)) {
            return -EPERM;
        }
        dir.group.loginUid = (int) uid;
        dir.group.loginSession = (int) uid == -1 ? -1 : dir.group.pid();
        return 0;
    }

    /** What oom_adj shows for a value of oom_score_adj. */
    static int oldOomScore(int adj) {
        return adj == OOM_MAX ? OOM_ADJ_MAX : adj * OOM_UNIT / OOM_MAX;
    }

    private static int oomScore(TaskDir dir, Caller c, int n, boolean old) {
        int max = old ? OOM_ADJ_MAX : OOM_MAX;
        if (n < (old ? -OOM_UNIT : -OOM_MAX) || n > max) {
            return -EINVAL;
        }
        int adj = !old ? n : n == max ? OOM_MAX : n * OOM_MAX / OOM_UNIT;
        if (adj < dir.group.oomScoreAdj && !c.creds().has(Cap.CAP_SYS_RESOURCE)) {
            return -EACCES;
        }
        dir.group.setOomScoreAdj(adj);
        return 0;
    }

    private static boolean maySeeSlack(Caller c, ProcView v) {
        return (c instanceof Task me && me.rootTid() == v.rootTid) || c.creds().has(Cap.CAP_SYS_NICE);
    }

    /** Text of timerslack_ns; 0 or -errno. */
    static int slack(Caller c, ProcView v, StringBuilder b) {
        Task t = v.task;
        if (t == null) {
            return -ESRCH;
        }
        if (!maySeeSlack(c, v)) {
            return -EPERM;
        }
        b.append(t.settings.timerSlackNanos).append('\n');
        return 0;
    }

    /** It reaches the thread where the host lets this kernel set it (CAP_SYS_NICE). */
    private static int setSlack(Caller c, ProcView v, long nanos) {
        Task t = v.task;
        if (nanos < 0) {
            return -EINVAL;
        }
        if (t == null) {
            return -ESRCH;
        }
        if (!maySeeSlack(c, v)) {
            return -EPERM;
        }
        t.settings.timerSlackNanos = nanos == 0 ? t.settings.usualSlackNanos : nanos;
        HostProc.write(v, v.hostTid + "/timerslack_ns", Long.toString(nanos));
        return 0;
    }
}
