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
        return new Creds(
                newUid,
                newEuid,
                newSuid,
                newFsuid,
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

    public Creds withGids(int newGid, int newEgid, int newSgid, int newFsgid) {
        return new Creds(
                uid,
                euid,
                suid,
                fsuid,
                newGid,
                newEgid,
                newSgid,
                newFsgid,
                groups,
                capPermitted,
                capEffective,
                capInheritable,
                capBounding,
                capAmbient,
                securebits,
                userNs);
    }

    public Creds withGroups(int[] newGroups) {
        return new Creds(
                uid,
                euid,
                suid,
                fsuid,
                gid,
                egid,
                sgid,
                fsgid,
                newGroups,
                capPermitted,
                capEffective,
                capInheritable,
                capBounding,
                capAmbient,
                securebits,
                userNs);
    }

    /** Other capability sets; the ambient set loses what is not both permitted and inheritable. */
    public Creds withCaps(long permitted, long effective, long inheritable) {
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
                permitted,
                effective,
                inheritable,
                capBounding,
                capAmbient & permitted & inheritable,
                securebits,
                userNs);
    }

    public Creds withAmbient(long ambient) {
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
                ambient,
                securebits,
                userNs);
    }

    public Creds withBounding(long bounding) {
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
                bounding,
                capAmbient,
                securebits,
                userNs);
    }

    public Creds withSecurebits(int bits) {
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
                bits,
                userNs);
    }

    /** The same ids and capabilities in another user namespace. */
    public Creds withUserNs(UserNamespace ns) {
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
                ns);
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
}
