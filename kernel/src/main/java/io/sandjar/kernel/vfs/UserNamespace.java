// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import org.jspecify.annotations.Nullable;

/**
 * Ids and capabilities that mean something to a part of the processes only (user_namespaces(7)). The kernel keeps all
 * ids as they are in the first namespace; each other one has maps, by which its processes name and are told them.
 */
public final class UserNamespace extends Namespace {
    /** The namespace of whoever is in no other: all ids are themselves. */
    public static final UserNamespace FIRST = new UserNamespace();

    /** What an id looks like that a namespace has no number for. */
    public static final int OVERFLOW_ID = 65534;

    /** As deep as they may lie in each other: Linux's test lets one more in. */
    public static final int MAX_LEVEL = 33;

    private final @Nullable UserNamespace parent;
    private final int level;
    private final int ownerUid;
    private final int ownerGid;
    private final boolean parentCouldSetFcap;
    private volatile @Nullable IdMap uids;
    private volatile @Nullable IdMap gids;
    private volatile @Nullable IdMap projects;
    private volatile boolean setgroupsDenied;

    private UserNamespace() {
        super(Kind.USER, null);
        parent = null;
        level = 0;
        ownerUid = 0;
        ownerGid = 0;
        parentCouldSetFcap = true;
        uids = IdMap.ALL;
        gids = IdMap.ALL;
        projects = IdMap.ALL;
    }

    /** One below that of {@code maker}, whose effective ids own it. It has no maps yet. */
    public UserNamespace(Creds maker) {
        super(Kind.USER, maker.userNs());
        parent = maker.userNs();
        level = parent.level + 1;
        ownerUid = maker.euid();
        ownerGid = maker.egid();
        parentCouldSetFcap = (maker.capEffective() >>> io.sandjar.abi.Cap.CAP_SETFCAP & 1) != 0;
        setgroupsDenied = parent.setgroupsDenied;
    }

    @Override
    public @Nullable UserNamespace parent() {
        return parent;
    }

    public int level() {
        return level;
    }

    /** Who made it, as an id of the first namespace. */
    public int ownerUid() {
        return ownerUid;
    }

    public int ownerGid() {
        return ownerGid;
    }

    /** Whether its maker had CAP_SETFCAP, without which it may not map its parent's root. */
    public boolean parentCouldSetFcap() {
        return parentCouldSetFcap;
    }

    /** Whether {@code other} is this one or lies in it. */
    public boolean contains(UserNamespace other) {
        UserNamespace n = other;
        while (n != null && n.level > level) {
            n = n.parent;
        }
        return n == this;
    }

    public @Nullable IdMap uids() {
        return uids;
    }

    public @Nullable IdMap gids() {
        return gids;
    }

    public @Nullable IdMap projects() {
        return projects;
    }

    /** Sets a map for good. @return false when there is one */
    public synchronized boolean setUids(IdMap m) {
        if (uids != null) {
            return false;
        }
        uids = m;
        return true;
    }

    /** As {@link #setUids}. */
    public synchronized boolean setGids(IdMap m) {
        if (gids != null) {
            return false;
        }
        gids = m;
        return true;
    }

    /** As {@link #setUids}. */
    public synchronized boolean setProjects(IdMap m) {
        if (projects != null) {
            return false;
        }
        projects = m;
        return true;
    }

    /** Whether setgroups(2) is out of the question, whatever the capabilities. */
    public boolean setgroupsDenied() {
        return setgroupsDenied;
    }

    /** /proc/PID/setgroups: there is no way back from "deny", and none to it once groups are mapped. */
    public synchronized boolean allowSetgroups(boolean allow) {
        if (allow) {
            return !setgroupsDenied;
        }
        if (gids != null) {
            return false;
        }
        setgroupsDenied = true;
        return true;
    }

    /** Whether its processes may call setgroups(2) at all. */
    public boolean maySetgroups() {
        return gids != null && !setgroupsDenied;
    }

    /** The kernel's number of the user that is called {@code id} here; -1 for none. */
    public int kernelUid(int id) {
        return this == FIRST ? id : kernel(uids, id);
    }

    /** The kernel's number of the group that is called {@code id} here; -1 for none. */
    public int kernelGid(int id) {
        return this == FIRST ? id : kernel(gids, id);
    }

    private static int kernel(@Nullable IdMap m, int id) {
        return m == null || id == -1 ? -1 : m.toKernel(id);
    }

    /** What a user is called here; -1 for one that it does not have. */
    public int localUid(int kernelUid) {
        return this == FIRST ? kernelUid : local(uids, kernelUid);
    }

    /** What a group is called here; -1 for one that it does not have. */
    public int localGid(int kernelGid) {
        return this == FIRST ? kernelGid : local(gids, kernelGid);
    }

    private static int local(@Nullable IdMap m, int id) {
        return m == null || id == -1 ? -1 : m.fromKernel(id);
    }

    /** What a user is shown as here. */
    public int shownUid(int kernelUid) {
        if (this == FIRST) {
            return kernelUid;
        }
        int id = local(uids, kernelUid);
        return id == -1 ? OVERFLOW_ID : id;
    }

    /** What a group is shown as here. */
    public int shownGid(int kernelGid) {
        if (this == FIRST) {
            return kernelGid;
        }
        int id = local(gids, kernelGid);
        return id == -1 ? OVERFLOW_ID : id;
    }
}
