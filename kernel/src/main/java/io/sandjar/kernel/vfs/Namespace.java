// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import io.sandjar.abi.Clone;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A part of the system that processes see in one of several copies (namespaces(7)). All of it is this kernel's. */
public abstract class Namespace {
    /** What there are copies of. The order is that of a listing of /proc/PID/ns. */
    public enum Kind {
        CGROUP("cgroup", Clone.CLONE_NEWCGROUP, 4026531835L),
        IPC("ipc", Clone.CLONE_NEWIPC, 4026531839L),
        MNT("mnt", Clone.CLONE_NEWNS, 4026531841L),
        NET("net", Clone.CLONE_NEWNET, 4026531840L),
        PID("pid", Clone.CLONE_NEWPID, 4026531836L),
        USER("user", Clone.CLONE_NEWUSER, 4026531837L),
        UTS("uts", Clone.CLONE_NEWUTS, 4026531838L);

        /** As in /proc/PID/ns. */
        public final String text;

        /** CLONE_NEW* bit. */
        public final long flag;

        /** Inode number of the first one. */
        public final long first;

        Kind(String text, long flag, long first) {
            this.text = text;
            this.flag = flag;
            this.first = first;
        }
    }

    private final Kind kind;
    private final @Nullable UserNamespace owner;
    private final AtomicInteger holds = new AtomicInteger();
    private volatile long number;

    /** @param owner null only for the first user namespace, which belongs to itself */
    protected Namespace(Kind kind, @Nullable UserNamespace owner) {
        this.kind = kind;
        this.owner = owner;
        this.number = kind.first;
    }

    public final Kind kind() {
        return kind;
    }

    /** The user namespace in which capabilities count for it. */
    public final UserNamespace owner() {
        UserNamespace o = owner;
        return o == null ? (UserNamespace) this : o;
    }

    /** Inode number. */
    public final long number() {
        return number;
    }

    /** Tells it from all others of its kernel; before anybody sees it. */
    public final void setNumber(long n) {
        number = n;
    }

    /** {@code n} more holders that are no processes: open files and mounts of it. */
    public final void hold(int n) {
        if (holds.addAndGet(n) == 0) {
            released();
        }
    }

    /** Whether somebody who is no process keeps it. */
    public boolean kept() {
        return holds.get() > 0;
    }

    /** The last holder that is no process went. */
    protected void released() {}

    /**
     * A question of ioctl_nsfs(2) that only some kinds can answer; arguments and result are the call's.
     *
     * @return -EINVAL for one that is for another kind
     */
    public long question(Caller c, int cmd, long arg) {
        return -io.sandjar.abi.Errno.EINVAL;
    }

    /** The namespace around it, for kinds that lie in each other; null for the first. */
    public @Nullable Namespace parent() {
        return null;
    }
}
