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
        int securebits) {
    /** All capabilities that Linux 6.x knows (0 to CAP_CHECKPOINT_RESTORE = 40). */
    public static final long ALL_CAPS = (1L << 41) - 1;

    private static final int[] NO_GROUPS = {};

    public static Creds of(int uid, int gid) {
        long caps = uid == 0 ? ALL_CAPS : 0;
        return new Creds(uid, uid, uid, uid, gid, gid, gid, gid, NO_GROUPS, caps, caps, 0, ALL_CAPS, 0, 0);
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
                securebits);
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
                securebits);
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
                securebits);
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
                securebits);
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
                securebits);
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
                securebits);
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
                bits);
    }

    public boolean has(int cap) {
        return (capEffective >>> cap & 1) != 0;
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
