// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.ListedDir.Entry;
import io.sandjar.kernel.fs.pseudo.PseudoDir;
import io.sandjar.kernel.fs.pseudo.PseudoFs;
import io.sandjar.kernel.fs.pseudo.PseudoInode;
import io.sandjar.kernel.fs.pseudo.PseudoLink;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.task.Kernel;
import io.sandjar.kernel.task.PidSpace;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.task.ThreadGroup;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Inode;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;

/** The guest's /proc (proc(5)): everything from this kernel's state, but for figures of CPU and memory. */
public final class ProcFs extends PseudoFs {
    private static final long PROC_MAGIC = 0x9fa0;
    private static final String[] EMPTY_FILES = {
        "iomem", "ioports", "misc", "modules",
    };

    /** Where ps(1) and others find the names of terminals. */
    private static final String TTY_DRIVERS = """
            /dev/tty             /dev/tty        5       0 system:/dev/tty
            /dev/console         /dev/console    5       1 system:console
            /dev/ptmx            /dev/ptmx       5       2 system
            pty_slave            /dev/pts      136 0-1048575 pty:slave
            pty_master           /dev/ptm      128 0-1048575 pty:master
            """;

    private static final String[] IPC_FILES = {"msg", "sem", "shm"};

    private final Kernel kernel;
    private final PidSpace pids;
    private final MapsText maps;
    private final Map<NetStack, WeakReference<PseudoDir>> netDirs = Collections.synchronizedMap(new WeakHashMap<>());
    private final HashMap<String, String> sysctls = new HashMap<>();

    /** @param pids whose processes it shows */
    public ProcFs(PidSpace pids) {
        super("proc", PROC_MAGIC);
        this.kernel = pids.kernel();
        this.pids = pids;
        this.maps = new MapsText(kernel.mappedNames);
        PseudoDir root = new Root();
        setRoot(root);
        root.add("self", new Self(false));
        root.add("thread-self", new Self(true));
        root.add("mounts", new PseudoLink(this, "self/mounts"));
        root.add("net", new PseudoLink(this, "self/net"));
        for (RootFile.Kind k : RootFile.Kind.values()) {
            root.add(k.fileName(), new RootFile(this, k));
        }
        for (String name : EMPTY_FILES) {
            root.add(name, new ConstantFile(this, ""));
        }
        root.add("kmsg", new KernelLog(this));
        root.dir("bus").dir("pci");
        root.dir("driver");
        root.dir("fs");
        root.dir("irq");
        PseudoDir ipc = root.dir("sysvipc");
        for (String name : IPC_FILES) {
            ipc.add(name, new SysvIpcFile(this, name));
        }
        root.dir("tty").add("driver", new PseudoDir(this, newIno(), 0500));
        root.dir("tty").add("drivers", new ConstantFile(this, TTY_DRIVERS));
        root.dir("tty").add("ldiscs", new ConstantFile(this, "n_tty       0\n"));
        root.add("sys", Sysctl.tree(this));
    }

    Kernel kernel() {
        return kernel;
    }

    PidSpace pids() {
        return pids;
    }

    /** Sets a value of /proc/sys for this container, before anybody looks. The name has dots or slashes. */
    public void setSysctl(String name, String value) {
        synchronized (sysctls) {
            sysctls.put(name.indexOf('/') >= 0 ? name : name.replace('.', '/'), value);
        }
    }

    /** Takes over what another one was told: before it is mounted. */
    public void inherit(ProcFs other) {
        synchronized (sysctls) {
            sysctls.putAll(other.sysctls());
        }
    }

    /** What {@link #setSysctl} was told. */
    HashMap<String, String> sysctls() {
        synchronized (sysctls) {
            return new HashMap<>(sysctls);
        }
    }

    MapsText maps() {
        return maps;
    }

    PseudoDir netDir(NetStack net) {
        WeakReference<PseudoDir> ref = netDirs.get(net);
        PseudoDir d = ref == null ? null : ref.get();
        if (d == null) {
            d = NetDir.make(this, net);
            netDirs.put(net, new WeakReference<>(d)); // it refers to the network
        }
        return d;
    }

    @Override
    public boolean cachesNames() {
        return false;
    }

    /** A name that is not there cannot even be looked up on Linux, whatever for. */
    @Override
    protected int createError() {
        return -ENOENT;
    }

    @Override
    public boolean mayHaveNames() {
        return false;
    }

    /** A decimal name, or -1. */
    static int number(String name) {
        int n = 0;
        int len = name.length();
        if (len == 0 || len > 9 || (len > 1 && name.charAt(0) == '0')) {
            return -1;
        }
        for (int i = 0; i < len; i++) {
            char c = name.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            n = n * 10 + c - '0';
        }
        return n;
    }

    // ---- what an instance shows (proc(5)) ----

    /** Who may look at processes of others. */
    public enum Hide {
        NOTHING(""),
        CONTENTS("noaccess"),
        EXISTENCE("invisible"),
        UNTRACEABLE("ptraceable");

        private final String text;

        Hide(String text) {
            this.text = text;
        }
    }

    private volatile Hide hide = Hide.NOTHING;
    private volatile int seesAll;
    private volatile boolean processesOnly;

    /** Before it is mounted: {@code gid} names the group that sees all processes whatever is hidden. */
    public void restrict(Hide what, int gid, boolean onlyProcesses) {
        hide = what;
        seesAll = gid;
        processesOnly = onlyProcesses;
    }

    @Override
    public String options() {
        StringBuilder b = new StringBuilder();
        if (seesAll != 0) {
            b.append(",gid=").append(Integer.toUnsignedString(seesAll));
        }
        if (hide != Hide.NOTHING) {
            b.append(",hidepid=").append(hide.text);
        }
        if (processesOnly) {
            b.append(",subset=pid");
        }
        return b.isEmpty() ? "" : b.substring(1);
    }

    /** Whether the caller may see of a process what is hidden from {@code from} on. */
    private boolean sees(Caller c, TaskDir d, Hide from) {
        Hide h = hide;
        if (h.compareTo(from) < 0) {
            return true;
        }
        return (h != Hide.UNTRACEABLE && c.creds().inGroup(seesAll)) || d.mayInspect(c);
    }

    /** Whether the caller may look into the directory of a process. */
    boolean mayEnter(Caller c, TaskDir d) {
        return hide == Hide.NOTHING || sees(c, d, Hide.CONTENTS);
    }

    private final class Root extends PseudoDir {
        Root() {
            super(ProcFs.this, 1, 0555);
        }

        @Override
        public int lookup(Caller c, String name, Ref<Inode> out) {
            int id = number(name);
            if (id < 0) {
                boolean there = !processesOnly || name.equals("self") || name.equals("thread-self");
                return there ? super.lookup(c, name, out) : -ENOENT;
            }
            ThreadGroup g;
            Task t = null;
            kernel.taskLock().lock();
            try {
                g = pids.group(id);
                if (g == null) { // a thread can be looked up here, though it is not listed
                    t = pids.task(id);
                    g = t == null ? null : t.group();
                }
            } finally {
                kernel.taskLock().unlock();
            }
            if (g == null) {
                return -ENOENT;
            }
            TaskDir d = TaskDir.ofProcess(ProcFs.this, g, t);
            if (hide != Hide.NOTHING && !sees(c, d, Hide.EXISTENCE)) {
                return -ENOENT;
            }
            out.set(d);
            return 0;
        }

        @Override
        protected void list(Caller c, List<Entry> out) {
            super.list(c, out);
            if (processesOnly) {
                out.removeIf(e -> !e.name().equals("self") && !e.name().equals("thread-self"));
            }
            ArrayList<ThreadGroup> all;
            kernel.taskLock().lock();
            try {
                all = pids.processes();
            } finally {
                kernel.taskLock().unlock();
            }
            for (ThreadGroup g : all) {
                if (hide != Hide.NOTHING && !sees(c, TaskDir.ofProcess(ProcFs.this, g, null), Hide.EXISTENCE)) {
                    continue;
                }
                out.add(new Entry(Integer.toString(pids.fromRoot(g.pid())), TaskDir.inoOf(g, null, 0), 4));
            }
        }
    }

    /** /proc/self and thread-self. */
    private final class Self extends PseudoInode {
        private final boolean thread;

        Self(boolean thread) {
            super(ProcFs.this, newIno(), 0120777);
            this.thread = thread;
        }

        @Override
        public int readlink(Caller c, Ref<String> out) {
            int pid = c.pid();
            int tid = c.tid();
            if (c instanceof Task t) {
                boolean here = t.pids().root() == pids.root();
                pid = here ? pids.fromRoot(t.group().pid()) : 0;
                tid = here ? pids.fromRoot(t.rootTid()) : 0;
            }
            if (pid == 0) {
                return -ENOENT;
            }
            out.set(thread ? pid + "/task/" + tid : Integer.toString(pid));
            return 0;
        }
    }
}
