// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.devpts;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.O;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.ListedDir.Entry;
import io.sandjar.kernel.fs.dev.Devices;
import io.sandjar.kernel.fs.pseudo.PseudoDir;
import io.sandjar.kernel.fs.pseudo.PseudoFs;
import io.sandjar.kernel.fs.pseudo.PseudoInode;
import io.sandjar.kernel.tty.JobControl;
import io.sandjar.kernel.tty.PtyMaster;
import io.sandjar.kernel.tty.Tty;
import io.sandjar.kernel.tty.TtyDescription;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Dentry;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.Mount;
import io.sandjar.kernel.vfs.Path;
import java.util.BitSet;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The terminals of the sandbox by number, mounted at /dev/pts (pts(4)). */
public final class DevPts extends PseudoFs implements PtyMaster.Owner {
    private static final long DEVPTS_MAGIC = 0x1cd1;
    private static final int MOST = 4096;
    private static final int FIRST_SLAVE_INO = 3;
    private static final int TTY_GROUP = 5;

    private final JobControl jobs;
    private final TreeMap<Integer, Slave> slaves = new TreeMap<>();
    private final BitSet used = new BitSet();
    private final Ptmx ptmx = new Ptmx();
    private volatile int gid = TTY_GROUP;
    private volatile int mode = 0620;
    private volatile @Nullable Mount mount;
    private volatile @Nullable Tty console;

    /**
     * @param devices gets the drivers of /dev/ptmx, /dev/tty and /dev/console; null for a further instance, whose masters
     *     are opened by its own ptmx
     */
    public DevPts(JobControl jobs, @Nullable Devices devices) {
        super("devpts", DEVPTS_MAGIC);
        this.jobs = jobs;
        PseudoDir root = new Root();
        root.add("ptmx", ptmx);
        setRoot(root);
        if (devices != null) {
            devices.register(Devices.PTMX, this::openNearest);
            devices.register(Devices.TTY, this::openCurrent);
            devices.register(Devices.CONSOLE, this::openConsole);
        }
    }

    /** Tells where it is mounted, for the names of slaves that are opened without one. */
    public void setMount(Mount m) {
        mount = m;
    }

    /** As {@link #setMount} for the first time only. */
    public void setMountIfNone(Mount m) {
        if (mount == null) {
            mount = m;
        }
    }

    /** A device node for masters: it belongs to the instance that is mounted at {@code pts} beside it. */
    private int openNearest(Caller c, Inode node, Path path, int flags, Ref<FileDescription> out) {
        if (path.mount().fs() instanceof DevPts d) {
            return d.openMaster(c, node, path, flags, out);
        }
        Dentry dir = path.dentry().parent();
        if (dir != null) {
            Dentry pts = dir.cachedChild("pts");
            Path top = pts == null ? null : Mount.top(new Path(path.mount(), pts));
            if (top != null && top.mount().fs() instanceof DevPts d && d != this) {
                return d.openMaster(c, node, path, flags, out);
            }
        }
        return openMaster(c, node, path, flags, out);
    }

    /** What its nodes are made with, as the options of a mount say. */
    public void setModes(int newGid, int slaveMode, int ptmxMode) {
        gid = newGid;
        mode = slaveMode & 0777;
        ptmx.chmod(ptmxMode & 0777);
    }

    @Override
    public String options() {
        return "gid=" + Integer.toUnsignedString(gid) + ",mode=" + Integer.toOctalString(mode) + ",ptmxmode="
                + Integer.toOctalString(ptmx.mode() & 0777);
    }

    @Override
    public boolean cachesNames() {
        return false;
    }

    /** Makes the pair whose master is the user's own terminal; it is /dev/console as well. */
    public Tty newConsole(int uid, int gid) {
        Tty t = newTerminal(uid, gid);
        console = t;
        return t;
    }

    /** Makes a pair whose master is a terminal of the host; {@link #masterClosed} ends it. */
    public Tty newTerminal(int uid, int gid) {
        Slave s = newSlave(true, uid, gid);
        if (s == null) {
            throw new IllegalStateException("no terminal left");
        }
        return s.tty;
    }

    private @Nullable Slave newSlave(boolean isConsole, int uid, int gid) {
        synchronized (slaves) {
            int n = used.nextClearBit(0);
            if (n >= MOST) {
                return null;
            }
            used.set(n);
            Slave s = new Slave(new Tty(jobs, n, isConsole), uid, gid);
            slaves.put(n, s);
            return s;
        }
    }

    private int openMaster(Caller c, Inode node, Path path, int flags, Ref<FileDescription> out) {
        Slave s = newSlave(false, c.creds().fsuid(), gid);
        if (s == null) {
            return -ENOSPC;
        }
        out.set(new PtyMaster(s.tty, node, path, flags & ~O.O_NOCTTY, this));
        return 0;
    }

    private int openCurrent(Caller c, Inode node, Path path, int flags, Ref<FileDescription> out) {
        Tty t = jobs.terminalOf(c);
        return t == null ? -ENXIO : TtyDescription.open(c, t, node, path, flags & ~O.O_NOCTTY, false, out);
    }

    private int openConsole(Caller c, Inode node, Path path, int flags, Ref<FileDescription> out) {
        Tty t = console;
        return t == null ? -EIO : TtyDescription.open(c, t, node, path, flags & ~O.O_NOCTTY, false, out);
    }

    @Override
    public void masterClosed(Tty tty) {
        synchronized (slaves) {
            slaves.remove(tty.index());
            used.clear(tty.index());
        }
    }

    @Override
    public int openSlave(Caller c, Tty tty, int flags, Ref<FileDescription> out) {
        Slave s;
        synchronized (slaves) {
            s = slaves.get(tty.index());
        }
        if (s == null || s.tty != tty) {
            return -EIO;
        }
        Mount m = mount;
        if (m == null) {
            Dentry d = new Dentry(null, "/", root());
            m = new Mount(this, d, "devpts", 0);
        }
        Path path = new Path(m, m.root().child(Integer.toString(tty.index()), s));
        return s.open(c, path, flags, out);
    }

    private final class Root extends PseudoDir {
        Root() {
            super(DevPts.this, 1, 0755);
        }

        @Override
        public int lookup(Caller c, String name, Ref<Inode> out) {
            Slave s;
            synchronized (slaves) {
                s = slaves.get(number(name));
            }
            if (s != null) {
                out.set(s);
                return 0;
            }
            return super.lookup(c, name, out);
        }

        private int number(String name) {
            if (name.isEmpty() || name.length() > 4 || (name.length() > 1 && name.charAt(0) == '0')) {
                return -1;
            }
            int n = 0;
            for (int i = 0; i < name.length(); i++) {
                char ch = name.charAt(i);
                if (ch < '0' || ch > '9') {
                    return -1;
                }
                n = n * 10 + ch - '0';
            }
            return n;
        }

        @Override
        protected void list(Caller c, List<Entry> out) {
            super.list(c, out);
            synchronized (slaves) {
                for (Slave s : slaves.values()) {
                    out.add(new Entry(Integer.toString(s.tty.index()), s.ino(), 2));
                }
            }
        }
    }

    private final class Ptmx extends PseudoInode {
        Ptmx() {
            super(DevPts.this, 2, O.S_IFCHR | 0666);
        }

        @Override
        public long rdev() {
            return Devices.PTMX;
        }

        @Override
        public int open(Caller c, Path path, int flags, Ref<FileDescription> out) {
            return openMaster(c, this, path, flags, out);
        }
    }

    private final class Slave extends PseudoInode {
        final Tty tty;

        Slave(Tty tty, int uid, int gid) {
            super(DevPts.this, FIRST_SLAVE_INO + tty.index(), O.S_IFCHR | mode);
            this.tty = tty;
            own(uid, gid);
        }

        @Override
        public long rdev() {
            return tty.rdev();
        }

        @Override
        public int open(Caller c, Path path, int flags, Ref<FileDescription> out) {
            return TtyDescription.open(c, tty, this, path, flags & ~O.O_NOCTTY, (flags & O.O_NOCTTY) == 0, out);
        }
    }
}
