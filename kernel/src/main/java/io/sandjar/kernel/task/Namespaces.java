// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.kernel.ipc.IpcNamespace;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.vfs.MountNamespace;
import org.jspecify.annotations.Nullable;

/**
 * The namespaces of a thread but for its user namespace, which its credentials have, and that of its own pid, which its
 * process has for good. Immutable: a change makes a new object.
 */
public final class Namespaces {
    private final @Nullable MountNamespace mounts;

    /** Host name and domain name. */
    public final Uts uts;

    public final IpcNamespace ipc;
    public final NetStack net;
    public final CgroupNamespace cgroup;

    /** Where the pids of children are. */
    public final PidSpace pidsOfChildren;

    /** @param mounts null for what never looks for a file */
    public Namespaces(
            @Nullable MountNamespace mounts,
            Uts uts,
            IpcNamespace ipc,
            NetStack net,
            CgroupNamespace cgroup,
            PidSpace pidsOfChildren) {
        this.mounts = mounts;
        this.uts = uts;
        this.ipc = ipc;
        this.net = net;
        this.cgroup = cgroup;
        this.pidsOfChildren = pidsOfChildren;
    }

    public MountNamespace mounts() {
        MountNamespace m = mounts;
        if (m == null) {
            throw new IllegalStateException("no root file system yet");
        }
        return m;
    }

    @Nullable
    MountNamespace mountsIfAny() {
        return mounts;
    }

    public Namespaces with(MountNamespace m) {
        return new Namespaces(m, uts, ipc, net, cgroup, pidsOfChildren);
    }

    public Namespaces with(Uts u) {
        return new Namespaces(mounts, u, ipc, net, cgroup, pidsOfChildren);
    }

    public Namespaces with(IpcNamespace i) {
        return new Namespaces(mounts, uts, i, net, cgroup, pidsOfChildren);
    }

    public Namespaces with(NetStack n) {
        return new Namespaces(mounts, uts, ipc, n, cgroup, pidsOfChildren);
    }

    public Namespaces with(CgroupNamespace c) {
        return new Namespaces(mounts, uts, ipc, net, c, pidsOfChildren);
    }

    public Namespaces with(PidSpace p) {
        return new Namespaces(mounts, uts, ipc, net, cgroup, p);
    }
}
