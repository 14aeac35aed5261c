// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Cap;
import io.sandjar.abi.NsIoctl;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.Namespace;
import io.sandjar.kernel.vfs.UserNamespace;
import java.util.ArrayList;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The process ids of one container, or of several that share them; or a PID namespace inside (pid_namespaces(7)). Those of
 * containers lie side by side: the processes of one do not exist for another. Namespaces of guests lie in them: the kernel
 * knows a process by its id in the outermost one, its <i>root id</i>, and each namespace has numbers for those of its
 * processes. So all tables, groups, sessions and owners are kept in root ids, and calls translate on their way in and out.
 */
public final class PidSpace extends Namespace {
    /** Bits of a process id; what lies above them in a {@linkplain #global global id} is the space's number. */
    private static final int ID_BITS = 15;

    private static final int MAX_SPACES = 1 << 15;

    private static final int NUMBERS_PER_PAGE = 256;

    private static final Pid[] NONE = {};

    private final Kernel kernel;
    private final int slot;
    private final int level;
    private final PidSpace root;
    private final @Nullable PidSpace parent;
    private final TaskTable tasks;

    /** Of the outermost: by root id, the numbers in spaces that lie in it. Written under the task lock. */
    private volatile @Nullable Pid[] nested = NONE;

    /**
     * Of one that lies in another: root ids by number, perhaps of what is gone, in pages that come with their first number:
     * guests may choose numbers far apart. Guarded by the task lock.
     */
    private final int[] @Nullable [] roots = new int[TaskTable.PID_MAX / NUMBERS_PER_PAGE][];

    private int last;

    private volatile @Nullable ThreadGroup init;

    /** Told when the leader of a session with a terminal has ended; set by the terminal code. */
    public volatile Kernel.@Nullable SessionListener sessionListener;

    /** Told when init was stopped from outside (the user's ^Z). */
    public volatile @Nullable Runnable stopListener;

    /** Nothing is left of it but its init. */
    volatile boolean swept;

    /** Its init has ended: nothing new begins here. Guarded by the task lock. */
    boolean ending;

    PidSpace(Kernel kernel, int number) {
        super(Kind.PID, UserNamespace.FIRST);
        this.kernel = kernel;
        this.slot = number;
        this.level = 0;
        this.root = this;
        this.parent = null;
        this.tasks = new TaskTable();
    }

    /** One that lies in {@code parent}. */
    PidSpace(PidSpace parent, UserNamespace owner) {
        super(Kind.PID, owner);
        this.kernel = parent.kernel;
        this.slot = parent.slot;
        this.level = parent.level + 1;
        this.root = parent.root;
        this.parent = parent;
        this.tasks = parent.tasks;
    }

    /** What threads and processes are called here and in the caller's space. */
    @Override
    public long question(Caller c, int cmd, long arg) {
        if (!(c instanceof Task t) || cmd == NsIoctl.NS_GET_MNTNS_ID || cmd == NsIoctl.NS_MNT_GET_INFO) {
            return -EINVAL;
        }
        boolean here = cmd == NsIoctl.NS_GET_PID_IN_PIDNS || cmd == NsIoctl.NS_GET_TGID_IN_PIDNS;
        boolean process = cmd == NsIoctl.NS_GET_TGID_FROM_PIDNS || cmd == NsIoctl.NS_GET_TGID_IN_PIDNS;
        PidSpace from = here ? t.pids() : this;
        PidSpace to = here ? this : t.pids();
        kernel.taskLock().lock();
        try {
            Task of = from.task((int) arg);
            ThreadGroup g = of == null ? from.group((int) arg) : of.group;
            int root = g == null ? 0 : process || of == null ? g.pid() : of.rootTid();
            int id = root == 0 || from.root != to.root ? 0 : to.fromRoot(root);
            return id == 0 ? -ESRCH : id;
        } finally {
            kernel.taskLock().unlock();
        }
    }

    /** What a process is called in the spaces from the second outermost to its own. */
    private record Pid(PidSpace space, int[] numbers) {
        int in(PidSpace s) {
            PidSpace own = space;
            while (own.level > s.level && own.parent != null) {
                own = own.parent;
            }
            return own == s ? numbers[s.level - 1] : 0;
        }
    }

    /** How many lie around it. */
    public int level() {
        return level;
    }

    /** The outermost around it. */
    public PidSpace root() {
        return root;
    }

    @Override
    public @Nullable PidSpace parent() {
        return parent;
    }

    /** Whether {@code other} is this one or lies in it. */
    public boolean contains(PidSpace other) {
        PidSpace s = other;
        while (s.level > level && s.parent != null) {
            s = s.parent;
        }
        return s == this;
    }

    /** What {@link #takeId} asks for when anything is right. */
    static final int[] ANY = {};

    /**
     * Takes a root id, with numbers in this space and those between. With the task lock.
     *
     * @param wanted the numbers that it is to have, of the innermost space first; of fewer spaces than there are, or none
     * @return 0 when there is none; EINVAL, EPERM or EEXIST, negative, for a number that it cannot have
     */
    int takeId(int[] wanted, Creds creds) {
        int bad = refuses(wanted, creds);
        if (bad < 0) {
            return bad;
        }
        int id = wanted.length > level ? wanted[level] : tasks.takeId();
        if (id == 0) {
            return 0;
        }
        if (level == 0) {
            if (id < nested.length) {
                nested[id] = null;
            }
            return id;
        }
        int[] numbers = new int[level];
        for (PidSpace s = this; s != null && s.level > 0; s = s.parent) {
            int depth = level - s.level;
            int n = depth < wanted.length ? s.takeNumber(wanted[depth], id) : s.takeNumber(id);
            if (n == 0) {
                return 0;
            }
            numbers[s.level - 1] = n;
        }
        root.know(id, new Pid(this, numbers));
        return id;
    }

    /** Why numbers cannot be had (clone3's set_tid): 0 or -errno. */
    private int refuses(int[] wanted, Creds creds) {
        if (wanted.length > level + 1) {
            return -EINVAL;
        }
        PidSpace s = this;
        for (int n : wanted) {
            if (n < 1 || n >= TaskTable.PID_MAX || (n != 1 && s.init == null)) {
                return -EINVAL;
            }
            if (!creds.has(s.owner(), Cap.CAP_SYS_ADMIN) && !creds.has(s.owner(), Cap.CAP_CHECKPOINT_RESTORE)) {
                return -EPERM;
            }
            if (tasks.uses(s.toRoot(n))) {
                return -EEXIST;
            }
            s = s.parent == null ? s : s.parent;
        }
        return 0;
    }

    private void know(int id, Pid p) {
        if (id >= nested.length) {
            nested = Arrays.copyOf(nested, Math.max(id + 1, nested.length * 2));
        }
        nested[id] = p;
    }

    private int takeNumber(int id) {
        if (init == null) {
            last = 0; // the first is its init, be it for the second time that one is tried
        }
        for (int i = 0; i < TaskTable.PID_MAX; i++) {
            last = last + 1 >= TaskTable.PID_MAX ? 2 : last + 1;
            int r = toRoot(last);
            if (r == 0 || !tasks.uses(r)) {
                return takeNumber(last, id);
            }
        }
        return 0;
    }

    /** Calls the process with a root id {@code number} here. */
    private int takeNumber(int number, int id) {
        int[] page = roots[number / NUMBERS_PER_PAGE];
        if (page == null) {
            page = new int[NUMBERS_PER_PAGE];
            roots[number / NUMBERS_PER_PAGE] = page;
        }
        page[number % NUMBERS_PER_PAGE] = id;
        return number;
    }

    /** The root id of what is called {@code id} here; 0 for nothing. */
    public int toRoot(int id) {
        if (level == 0) {
            return id;
        }
        int[] page = id <= 0 || id >= TaskTable.PID_MAX ? null : roots[id / NUMBERS_PER_PAGE];
        int r = page == null ? 0 : page[id % NUMBERS_PER_PAGE];
        return r != 0 && fromRoot(r) == id ? r : 0;
    }

    /** What a process is called here; 0 for one that this space does not have. */
    public int fromRoot(int rootId) {
        if (level == 0) {
            return rootId;
        }
        @Nullable Pid[] known = root.nested;
        Pid p = rootId > 0 && rootId < known.length ? known[rootId] : null;
        return p == null ? 0 : p.in(this);
    }

    /** The process that is called {@code pid} here, zombies included, or null. With the task lock. */
    public @Nullable ThreadGroup group(int pid) {
        return tasks.group(toRoot(pid));
    }

    /** The thread that is called {@code tid} here, or null. With the task lock. */
    public @Nullable Task task(int tid) {
        return tasks.task(toRoot(tid));
    }

    /** The process group that is called {@code id} here, or null. With the task lock. */
    public @Nullable ProcessGroup processGroup(int id) {
        return tasks.processGroup(toRoot(id));
    }

    /** Whether a process, thread, group or session is called {@code id} here. */
    public boolean knows(int id) {
        kernel.taskLock().lock();
        try {
            return tasks.uses(toRoot(id));
        } finally {
            kernel.taskLock().unlock();
        }
    }

    /** All processes that it has, zombies included. With the task lock. */
    public ArrayList<ThreadGroup> processes() {
        ArrayList<ThreadGroup> all = tasks.allGroups();
        if (level > 0) {
            for (int i = all.size() - 1; i >= 0; i--) {
                if (fromRoot(all.get(i).pid()) == 0) {
                    all.remove(i);
                }
            }
        }
        return all;
    }

    /** The number for a new space among {@code used}, or -1. */
    static int freeNumber(Iterable<PidSpace> used) {
        for (int n = 0; n < MAX_SPACES; n++) {
            boolean taken = false;
            for (PidSpace p : used) {
                taken |= p.slot == n;
            }
            if (!taken) {
                return n;
            }
        }
        return -1;
    }

    public Kernel kernel() {
        return kernel;
    }

    /** Tells it from the other spaces of its kernel. */
    public int slot() {
        return slot;
    }

    /** Processes, threads, groups and sessions by root id. Guarded by the task lock. */
    public TaskTable tasks() {
        return tasks;
    }

    /** The process with pid 1; null before there is one. */
    public @Nullable ThreadGroup init() {
        return init;
    }

    /** A process that never was. With the task lock. */
    void forget(ThreadGroup g) {
        if (init == g) {
            init = null;
        }
    }

    void setInit(ThreadGroup g) {
        init = g;
    }

    /**
     * An id that means the same process in every container of the kernel: for what containers share, such as sockets
     * and semaphores. In the first space it is the id itself; 0 for what cannot be an id.
     */
    public int global(int id) {
        boolean possible = id > 0 && id < 1 << ID_BITS; // else it would pass for one of another space
        int r = possible ? toRoot(id) : 0;
        return r > 0 ? slot << ID_BITS | r : 0;
    }

    /** What a {@linkplain #global global id} is here: 0 for a process of another space. */
    public int local(int global) {
        return numberOf(global) == slot ? fromRoot(global & (1 << ID_BITS) - 1) : 0;
    }

    static int numberOf(int global) {
        return global >>> ID_BITS;
    }

    void sessionEnded(Session s) {
        Kernel.SessionListener l = sessionListener;
        if (l != null) {
            l.ended(s);
        }
    }

    void initStopped() {
        Runnable r = stopListener;
        if (r != null) {
            kernel.background(r);
        }
    }
}
