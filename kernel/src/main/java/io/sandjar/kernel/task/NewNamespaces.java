// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Cap.*;
import static io.sandjar.abi.Clone.*;
import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.ipc.IpcNamespace;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.FsContext;
import io.sandjar.kernel.vfs.Mount;
import io.sandjar.kernel.vfs.MountNamespace;
import io.sandjar.kernel.vfs.Namespace;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.UserNamespace;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/** What clone(2) and unshare(2) make for CLONE_NEW* flags: nothing of it is anybody's before all is there. */
public final class NewNamespaces {
    /** All flags that ask for a namespace that we have. */
    public static final long FLAGS =
            CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;

    /** As deep as spaces of pids may lie in each other. */
    private static final int MAX_PID_LEVEL = 32;

    public final Creds creds;
    public final Namespaces set;
    private final @Nullable IdentityHashMap<Mount, Mount> mounts;

    private NewNamespaces(Creds creds, Namespaces set, @Nullable IdentityHashMap<Mount, Mount> mounts) {
        this.creds = creds;
        this.set = set;
        this.mounts = mounts;
    }

    /** The error of {@link #make}. */
    public static final class Result {
        public int error;
    }

    /**
     * New namespaces beside those of {@code t} that it keeps.
     *
     * @return null with an error in {@code out}
     */
    public static @Nullable NewNamespaces make(Task t, long flags, Result out) {
        Creds creds = t.creds();
        if ((flags & CLONE_NEWUSER) != 0) {
            out.error = mayMakeUser(t);
            if (out.error != 0) {
                return null;
            }
            UserNamespace u = new UserNamespace(creds);
            if (!enlist(t, u)) {
                out.error = -ENOSPC;
                return null;
            }
            creds = allOver(creds, u);
        }
        if ((flags & FLAGS & ~CLONE_NEWUSER) == 0) {
            return new NewNamespaces(creds, t.namespaces(), null);
        }
        UserNamespace owner = creds.userNs();
        if (!creds.has(owner, CAP_SYS_ADMIN)) {
            out.error = -EPERM;
            return null;
        }
        Namespaces n = t.namespaces();
        if ((flags & CLONE_NEWPID) != 0) {
            PidSpace around = n.pidsOfChildren;
            if (around != t.pids() || around.level() >= MAX_PID_LEVEL) {
                out.error = around != t.pids() ? -EINVAL : -ENOSPC;
                return null;
            }
            n = n.with(new PidSpace(around, owner));
        }
        IdentityHashMap<Mount, Mount> copies = null;
        if ((flags & CLONE_NEWNS) != 0) {
            copies = new IdentityHashMap<>();
            MountNamespace mounts = n.mounts().copy(owner, copies);
            if (mounts == null) {
                out.error = -ENOSPC;
                return null;
            }
            n = n.with(mounts);
        }
        if ((flags & CLONE_NEWUTS) != 0) {
            n = n.with(n.uts.copy(owner));
        }
        if ((flags & CLONE_NEWIPC) != 0) {
            n = n.with(new IpcNamespace(owner, t.kernel()::anyIn));
        }
        if ((flags & CLONE_NEWCGROUP) != 0) {
            n = n.with(new CgroupNamespace(owner, t.group.cgroup.group()));
        }
        if ((flags & CLONE_NEWNET) != 0) {
            n = n.with(new NetStack(n.net, owner));
        }
        if (!enlistNew(t, flags, n)) {
            out.error = -ENOSPC;
            return null;
        }
        return new NewNamespaces(creds, n, copies);
    }

    private static boolean enlistNew(Task t, long flags, Namespaces n) {
        MountNamespace m = n.mounts();
        return ((flags & CLONE_NEWPID) == 0 || enlist(t, n.pidsOfChildren))
                && ((flags & CLONE_NEWNS) == 0 || enlist(t, m))
                && ((flags & CLONE_NEWUTS) == 0 || enlist(t, n.uts))
                && ((flags & CLONE_NEWIPC) == 0 || enlist(t, n.ipc))
                && ((flags & CLONE_NEWCGROUP) == 0 || enlist(t, n.cgroup))
                && ((flags & CLONE_NEWNET) == 0 || enlist(t, n.net));
    }

    private static boolean enlist(Task t, Namespace n) {
        n.setNumber(t.kernel().nextNamespace());
        return t.kernel().namespaceCount.add(n, t.creds());
    }

    private static int mayMakeUser(Task t) {
        Creds c = t.creds();
        UserNamespace around = c.userNs();
        if (around.level() >= UserNamespace.MAX_LEVEL) {
            return -ENOSPC;
        }
        Path root = t.fs().root();
        if (!root.equals(t.mounts().rootPath())) {
            return -EPERM; // a root of its own would not bind it any more
        }
        return around.localUid(c.euid()) == -1 || around.localGid(c.egid()) == -1 ? -EPERM : 0;
    }

    /** Credentials with all capabilities in {@code ns}, as whoever makes or enters it gets them. */
    static Creds allOver(Creds c, UserNamespace ns) {
        return c.withSecurebits(0)
                .withCaps(Creds.ALL_CAPS, Creds.ALL_CAPS, 0)
                .withBounding(Creds.ALL_CAPS)
                .withAmbient(0)
                .withUserNs(ns);
    }

    /** The root and working directory in the copies of the mounts that they are in. */
    public void move(FsContext fs) {
        IdentityHashMap<Mount, Mount> m = mounts;
        if (m != null) {
            fs.setRoot(moved(m, fs.root()));
            fs.setCwd(moved(m, fs.cwd()));
        }
    }

    private static Path moved(IdentityHashMap<Mount, Mount> copies, Path p) {
        Mount c = copies.get(p.mount());
        return c == null ? p : new Path(c, p.dentry());
    }
}
