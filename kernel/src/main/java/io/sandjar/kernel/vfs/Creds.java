// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

/**
 * Credentials of a task as the guest sees them. Immutable: a change makes a new record.
 * Capability sets are bit masks by CAP_* number (capabilities(7)).
 */
public record Creds(
        int uid,
        int euid,
        int suid,
        int fsuid,
        int gid,
        int egid,
        int sgid,
        int fsgid,
        int[] groups,
        long capPermitted,
        long capEffective,
        long capInheritable,
        long capBounding,
        long capAmbient,
        int securebits,
        UserNamespace userNs) {
    /** All capabilities that Linux 6.x knows (0 to CAP_CHECKPOINT_RESTORE = 40). */
    public static final long ALL_CAPS = (1L << 41) - 1;

    private static final int[] NO_GROUPS = {};

    public static Creds of(int uid, int gid) {
        long caps = uid == 0 ? ALL_CAPS : 0;
        return new Creds(
                uid, uid, uid, uid, gid, gid, gid, gid, NO_GROUPS, caps, caps, 0, ALL_CAPS, 0, 0, UserNamespace.FIRST);
    }

    public Creds withUids(int newUid, int newEuid, int newSuid, int newFsuid) {
        Copy n = new Copy(this);
        n.uid = newUid;
        n.euid = newEuid;
        n.suid = newSuid;
        n.fsuid = newFsuid;
        return n.creds();
    }

    public Creds withGids(int newGid, int newEgid, int newSgid, int newFsgid) {
        Copy n = new Copy(this);
        n.gid = newGid;
        n.egid = newEgid;
        n.sgid = newSgid;
        n.fsgid = newFsgid;
        return n.creds();
    }

    public Creds withGroups(int[] newGroups) {
        Copy n = new Copy(this);
        n.groups = newGroups;
        return n.creds();
    }

    /** Other capability sets; the ambient set loses what is not both permitted and inheritable. */
    public Creds withCaps(long permitted, long effective, long inheritable) {
        Copy n = new Copy(this);
        n.capPermitted = permitted;
        n.capEffective = effective;
        n.capInheritable = inheritable;
        n.capAmbient = capAmbient & permitted & inheritable;
        return n.creds();
    }

    public Creds withAmbient(long ambient) {
        Copy n = new Copy(this);
        n.capAmbient = ambient;
        return n.creds();
    }

    public Creds withBounding(long bounding) {
        Copy n = new Copy(this);
        n.capBounding = bounding;
        return n.creds();
    }

    public Creds withSecurebits(int bits) {
        Copy n = new Copy(this);
        n.securebits = bits;
        return n.creds();
    }

    /** The same ids and capabilities in another user namespace. */
    public Creds withUserNs(UserNamespace ns) {
        Copy n = new Copy(this);
        n.userNs = ns;
        return n.creds();
    }

    /** Whether it has a capability over the whole sandbox: only in the first user namespace. */
    public boolean has(int cap) {
        return (capEffective >>> cap & 1) != 0 && userNs == UserNamespace.FIRST;
    }

    /** Whether it has a capability over what is the user namespace's own. */
    public boolean hasHere(int cap) {
        return (capEffective >>> cap & 1) != 0;
    }

    /**
     * Whether it has a capability over what belongs to the user namespace {@code ns}: by its effective set in this one
     * or one around it, or because its user made the one below its own that {@code ns} is or lies in.
     */
    public boolean has(UserNamespace ns, int cap) {
        UserNamespace n = ns;
        while (true) {
            if (n == userNs) {
                return (capEffective >>> cap & 1) != 0;
            }
            UserNamespace up = n.parent();
            if (up == null || n.level() <= userNs.level()) {
                return false;
            }
            if (up == userNs && n.ownerUid() == euid) {
                return true;
            }
            n = up;
        }
    }

    /** Whether {@code ns} is one that its user made below its own, or lies in such a one. */
    public boolean isOwnerOf(UserNamespace ns) {
        for (UserNamespace n = ns; n != null && n.level() > userNs.level(); n = n.parent()) {
            if (n.parent() == userNs && n.ownerUid() == euid) {
                return true;
            }
        }
        return false;
    }

    /** Whether it has a capability over a file whose owner and group its user namespace knows. */
    public boolean has(Inode i, int cap) {
        return (capEffective >>> cap & 1) != 0
                && (userNs == UserNamespace.FIRST
                        || (userNs.localUid(i.uid()) != -1 && userNs.localGid(i.gid()) != -1));
    }

    /** Whether its effective group or one of the others lies between two numbers. */
    public boolean inGroups(int first, int last) {
        boolean in = egid >= first && egid <= last;
        for (int x : groups) {
            in |= x >= first && x <= last;
        }
        return in;
    }

    public boolean inGroup(int g) {
        if (g == fsgid) {
            return true;
        }
        for (int x : groups) {
            if (x == g) {
                return true;
            }
        }
        return false;
    }

    /** What becomes new credentials: all as in the old ones but what is set. */
    private static final class Copy {
        private int uid;
        private int euid;
        private int suid;
        private int fsuid;
        private int gid;
        private int egid;
        private int sgid;
        private int fsgid;
        private int[] groups;
        private long capPermitted;
        private long capEffective;
        private long capInheritable;
        private long capBounding;
        private long capAmbient;
        private int securebits;
        private UserNamespace userNs;

        Copy(Creds c) {
            uid = c.uid;
            euid = c.euid;
            suid = c.suid;
            fsuid = c.fsuid;
            gid = c.gid;
            egid = c.egid;
            sgid = c.sgid;
            fsgid = c.fsgid;
            groups = c.groups;
            capPermitted = c.capPermitted;
            capEffective = c.capEffective;
            capInheritable = c.capInheritable;
            capBounding = c.capBounding;
            capAmbient = c.capAmbient;
            securebits = c.securebits;
            userNs = c.userNs;
        }

        Creds creds() {
            return new Creds(
                    uid,
                    euid,
                    suid,
                    fsuid,
                    gid,
                    egid,
                    sgid,
                    fsgid,
                    groups,
                    capPermitted,
                    capEffective,
                    capInheritable,
                    capBounding,
                    capAmbient,
                    securebits,
                    userNs);
        }
    }
}
