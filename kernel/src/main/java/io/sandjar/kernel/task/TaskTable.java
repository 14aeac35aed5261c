// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.kernel.base.HeapRoom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import org.jspecify.annotations.Nullable;

/** The guest's process and thread ids, process groups and sessions. Guarded by the task lock. */
public final class TaskTable {
    /** As /proc/sys/kernel/pid_max. */
    public static final int PID_MAX = 32768;

    private static final int THREAD_BYTES = 1200;
    private static final int PROCESS_BYTES = 2500;

    private Task[] tasks = new Task[256];
    private ThreadGroup[] groups = new ThreadGroup[256];
    private final HashMap<Integer, ProcessGroup> processGroups = new HashMap<>();
    private final HashMap<Integer, Session> sessions = new HashMap<>();
    private int last;
    private long taken;
    private int threads;

    /** Takes a free id, or 0 when there is none. */
    int takeId() {
        for (int i = 0; i < PID_MAX; i++) {
            last = last + 1 >= PID_MAX ? 2 : last + 1;
            if (!uses(last)) {
                taken++;
                return last;
            }
        }
        return 0;
    }

    /** The id that was given last. */
    public int last() {
        return last;
    }

    /** How many were given: processes and threads that have been made. */
    long taken() {
        return taken;
    }

    /** Whether something has this id. */
    boolean uses(int id) {
        return task(id) != null || group(id) != null || processGroups.containsKey(id) || sessions.containsKey(id);
    }

    /** Begins with the first id again, if none is in use. */
    void restart() {
        if (threads == 0 && processGroups.isEmpty()) {
            last = 0;
        }
    }

    public @Nullable Task task(int tid) {
        return tid > 0 && tid < tasks.length ? tasks[tid] : null;
    }

    public @Nullable ThreadGroup group(int pid) {
        return pid > 0 && pid < groups.length ? groups[pid] : null;
    }

    void put(Task t) {
        int tid = t.rootTid();
        if (tid >= tasks.length) {
            tasks = Arrays.copyOf(tasks, Math.max(tid + 1, tasks.length * 2));
        }
        if (tasks[tid] == null) {
            HeapRoom.OBJECTS.count(THREAD_BYTES);
            threads++;
        }
        tasks[tid] = t;
    }

    void remove(Task t) {
        if (task(t.rootTid()) == t) {
            tasks[t.rootTid()] = null;
            HeapRoom.OBJECTS.give(THREAD_BYTES);
            threads--;
        }
    }

    void put(ThreadGroup g) {
        int pid = g.pid();
        if (pid >= groups.length) {
            groups = Arrays.copyOf(groups, Math.max(pid + 1, groups.length * 2));
        }
        if (groups[pid] == null) {
            HeapRoom.OBJECTS.count(PROCESS_BYTES);
        }
        groups[pid] = g;
    }

    void remove(ThreadGroup g) {
        if (group(g.pid()) == g) {
            groups[g.pid()] = null;
            HeapRoom.OBJECTS.give(PROCESS_BYTES);
        }
    }

    /** Whether the kernel has memory for one more process. */
    static boolean hasRoom() {
        return HeapRoom.OBJECTS.has(THREAD_BYTES + PROCESS_BYTES);
    }

    /** Number of live threads. */
    public int threads() {
        return threads;
    }

    /** Whether a user has {@code limit} threads or more. */
    boolean threadsOf(int uid, long limit) {
        long found = 0;
        for (Task t : tasks) {
            if (t != null && t.creds().uid() == uid) {
                found++;
            }
        }
        return found >= limit;
    }

    /** All processes, zombies included, by ascending pid. */
    public ArrayList<ThreadGroup> allGroups() {
        ArrayList<ThreadGroup> all = new ArrayList<>();
        for (ThreadGroup g : groups) {
            if (g != null) {
                all.add(g);
            }
        }
        return all;
    }

    public @Nullable ProcessGroup processGroup(int id) {
        return processGroups.get(id);
    }

    public @Nullable Session session(int id) {
        return sessions.get(id);
    }

    ProcessGroup makeProcessGroup(int id, Session s) {
        ProcessGroup p = new ProcessGroup(id, s);
        processGroups.put(id, p);
        sessions.put(s.id(), s);
        return p;
    }

    /** Moves a process to a process group. */
    void join(ThreadGroup g, ProcessGroup to) {
        leave(g);
        g.processGroup = to;
        to.members.add(g);
    }

    void leave(ThreadGroup g) {
        ProcessGroup from = g.processGroup;
        if (from.members.remove(g) && from.members.isEmpty()) {
            processGroups.remove(from.id());
            boolean used = false;
            for (ProcessGroup p : processGroups.values()) {
                used |= p.session() == from.session();
            }
            if (!used) {
                sessions.remove(from.session().id());
            }
        }
    }

    /** A session and all its processes have no terminal any more. */
    void takeTerminal(Session s) {
        s.terminal = null;
        for (ThreadGroup g : groups) {
            if (g != null && g.session() == s) {
                g.terminal = null;
            }
        }
    }

    /** Whether no member has a parent in another group of the same session (job control). */
    boolean orphaned(ProcessGroup p, @Nullable ThreadGroup except) {
        for (ThreadGroup g : p.members) {
            ThreadGroup parent = g.parent;
            if (g == except || g.state == ThreadGroup.State.ZOMBIE || parent == null) {
                continue;
            }
            if (parent.processGroup != p && parent.session() == p.session()) {
                return false;
            }
        }
        return true;
    }
}
