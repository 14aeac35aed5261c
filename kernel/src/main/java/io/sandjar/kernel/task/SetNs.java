// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Cap.*;
import static io.sandjar.abi.Clone.*;
import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.ipc.IpcNamespace;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.MountNamespace;
import io.sandjar.kernel.vfs.Namespace;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.UserNamespace;
import org.jspecify.annotations.Nullable;

/** Entering other namespaces (setns(2)): all that were asked for or none. */
public final class SetNs {
    private final Task t;
    private Creds creds;
    private Namespaces set;
    private @Nullable MountNamespace mounts;

    private SetNs(Task t) {
        this.t = t;
        this.creds = t.creds();
        this.set = t.namespaces();
    }

    /** Enters one namespace. */
    public static int enter(Task t, Namespace ns) {
        SetNs s = new SetNs(t);
        int r = s.check(ns);
        return r == 0 ? s.commit() : r;
    }

    /** Enters those of another process that {@code flags} name. */
    public static int enter(Task t, Task of, long flags) {
        SetNs s = new SetNs(t);
        Namespaces its = of.namespaces();
        Creds itsCreds = of.creds();
        int r = (flags & CLONE_NEWUSER) != 0 ? s.check(itsCreds.userNs()) : 0;
        r = r == 0 && (flags & CLONE_NEWNS) != 0 ? s.check(its.mounts()) : r;
        r = r == 0 && (flags & CLONE_NEWUTS) != 0 ? s.check(its.uts) : r;
        r = r == 0 && (flags & CLONE_NEWIPC) != 0 ? s.check(its.ipc) : r;
        r = r == 0 && (flags & CLONE_NEWPID) != 0 ? s.check(of.pids()) : r;
        r = r == 0 && (flags & CLONE_NEWCGROUP) != 0 ? s.check(its.cgroup) : r;
        r = r == 0 && (flags & CLONE_NEWNET) != 0 ? s.check(its.net) : r;
        return r == 0 ? s.commit() : r;
    }

    private int check(Namespace ns) {
        if (ns instanceof UserNamespace u) {
            return checkUser(u);
        }
        if (!t.creds().has(ns.owner(), CAP_SYS_ADMIN) && !creds.has(ns.owner(), CAP_SYS_ADMIN)) {
            return -EPERM;
        }
        if (!creds.has(creds.userNs(), CAP_SYS_ADMIN)) {
            return -EPERM;
        }
        switch (ns) {
            case MountNamespace m -> {
                if (!creds.has(creds.userNs(), CAP_SYS_CHROOT)) {
                    return -EPERM;
                }
                if (t.fs().shared()) {
                    return -EINVAL;
                }
                mounts = m;
                set = set.with(m);
            }
            case PidSpace p -> {
                if (!t.pids().contains(p)) {
                    return -EINVAL;
                }
                set = set.with(p);
            }
            case Uts u -> set = set.with(u);
            case IpcNamespace i -> set = set.with(i);
            case CgroupNamespace c -> set = set.with(c);
            case NetStack n -> set = set.with(n);
            default -> {
                return -EINVAL;
            }
        }
        return 0;
    }

    private int checkUser(UserNamespace u) {
        if (u == creds.userNs() || !t.alone() || t.fs().shared()) {
            return -EINVAL;
        }
        if (!creds.has(u, CAP_SYS_ADMIN)) {
            return -EPERM;
        }
        creds = NewNamespaces.allOver(creds, u);
        return 0;
    }

    private int commit() {
        MountNamespace m = mounts;
        if (m != null) {
            Path root = m.rootPath();
            t.fs().setRoot(root);
            t.fs().setCwd(root);
        }
        t.setNamespaces(set);
        if (creds != t.creds()) {
            if (!t.creds().isOwnerOf(creds.userNs())) {
                t.group.dumpable = 0; // what it has with it is not for those in there
                t.settings.parentDeathSignal = 0;
            }
            t.setCreds(creds);
        }
        return 0;
    }
}
