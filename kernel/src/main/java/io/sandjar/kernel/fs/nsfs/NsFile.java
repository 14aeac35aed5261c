// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.nsfs;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.NsIoctl.*;

import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.Namespace;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.UserNamespace;
import org.jspecify.annotations.Nullable;

/** An open namespace: for setns(2) and the questions of ioctl_ns(2). */
public final class NsFile extends FileDescription {
    private final NsFs home;
    private final Namespace namespace;
    private final Path place;

    NsFile(NsFs home, Namespace ns, Path path, int flags) {
        super(path, flags);
        this.home = home;
        this.namespace = ns;
        this.place = path;
        hold(1);
    }

    private void hold(int more) {
        namespace.hold(more);
    }

    @Override
    protected void onRelease() {
        hold(-1);
    }

    public Namespace namespace() {
        return namespace;
    }

    @Override
    public Inode inode() {
        return place.dentry().inode();
    }

    @Override
    public String describe() {
        return NsFs.text(namespace);
    }

    @Override
    public long ioctl(Caller c, int cmd, long arg) {
        return switch (cmd) {
            case NS_GET_USERNS -> open(c, owner());
            case NS_GET_PARENT ->
                switch (namespace.kind()) {
                    case USER -> open(c, owner());
                    case PID -> openParentSpace(c);
                    default -> -EINVAL;
                };
            case NS_GET_NSTYPE -> namespace.kind().flag;
            case NS_GET_OWNER_UID ->
                namespace instanceof UserNamespace u
                        ? c.mem().writeInt(arg, c.creds().userNs().shownUid(u.ownerUid()))
                        : -EINVAL;
            case NS_GET_MNTNS_ID,
                    NS_MNT_GET_INFO,
                    NS_GET_PID_FROM_PIDNS,
                    NS_GET_TGID_FROM_PIDNS,
                    NS_GET_PID_IN_PIDNS,
                    NS_GET_TGID_IN_PIDNS -> namespace.question(c, cmd, arg);
            default -> -ENOTTY;
        };
    }

    /** The user namespace around a user namespace, else the one that it belongs to. */
    private @Nullable UserNamespace owner() {
        return namespace instanceof UserNamespace u ? u.parent() : namespace.owner();
    }

    private long open(Caller c, @Nullable UserNamespace ns) {
        return ns == null || !c.creds().userNs().contains(ns) ? -EPERM : install(c, ns);
    }

    private long openParentSpace(Caller c) {
        Namespace p = namespace.parent();
        for (Namespace s = p; s != null; s = s.parent()) {
            if (s == c.pidNamespace()) {
                return p == null ? -EPERM : install(c, p);
            }
        }
        return -EPERM;
    }

    private long install(Caller c, Namespace ns) {
        return home.open(c, ns);
    }
}
