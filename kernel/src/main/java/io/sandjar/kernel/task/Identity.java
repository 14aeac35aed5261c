// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Cap.*;
import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.vfs.Creds;

/**
 * Changes of user and group ids (credentials(7)) and what they do to capabilities (capabilities(7), "Effect of user ID
 * changes on capabilities"). As in Linux they concern one thread; the C library tells the others by a signal.
 */
public final class Identity {
    /** For an id argument: leave it as it is. */
    public static final int KEEP = -1;

    private static final long FILE_CAPS = 1L << CAP_CHOWN
            | 1L << CAP_DAC_OVERRIDE
            | 1L << CAP_DAC_READ_SEARCH
            | 1L << CAP_FOWNER
            | 1L << CAP_FSETID
            | 1L << CAP_LINUX_IMMUTABLE
            | 1L << CAP_MKNOD
            | 1L << CAP_MAC_OVERRIDE;

    private Identity() {}

    public static int setuid(Task t, int uid) {
        Creds c = t.creds();
        if (uid == -1) {
            return -EINVAL;
        }
        if (c.hasHere(CAP_SETUID)) {
            return uids(t, c, c.withUids(uid, uid, uid, uid));
        }
        if (uid != c.uid() && uid != c.suid()) {
            return -EPERM;
        }
        return uids(t, c, c.withUids(c.uid(), uid, c.suid(), uid));
    }

    public static int setreuid(Task t, int ruid, int euid) {
        Creds c = t.creds();
        boolean may = c.hasHere(CAP_SETUID);
        if ((ruid != KEEP && !may && ruid != c.uid() && ruid != c.euid())
                || (euid != KEEP && !may && euid != c.uid() && euid != c.euid() && euid != c.suid())) {
            return -EPERM;
        }
        int r = ruid == KEEP ? c.uid() : ruid;
        int e = euid == KEEP ? c.euid() : euid;
        int s = ruid != KEEP || (euid != KEEP && euid != c.uid()) ? e : c.suid();
        return uids(t, c, c.withUids(r, e, s, e));
    }

    public static int setresuid(Task t, int ruid, int euid, int suid) {
        Creds c = t.creds();
        if (!c.hasHere(CAP_SETUID)
                && !(oneOf(ruid, c.uid(), c.euid(), c.suid())
                        && oneOf(euid, c.uid(), c.euid(), c.suid())
                        && oneOf(suid, c.uid(), c.euid(), c.suid()))) {
            return -EPERM;
        }
        int e = euid == KEEP ? c.euid() : euid;
        return uids(t, c, c.withUids(ruid == KEEP ? c.uid() : ruid, e, suid == KEEP ? c.suid() : suid, e));
    }

    /** Sets the id that counts for files, if that is allowed. @return the one before, in any case */
    public static int setfsuid(Task t, int uid) {
        Creds c = t.creds();
        if (uid != -1 && (c.hasHere(CAP_SETUID) || oneOf(uid, c.uid(), c.euid(), c.suid()) || uid == c.fsuid())) {
            Creds n = c.withUids(c.uid(), c.euid(), c.suid(), uid);
            if ((c.securebits() & SECBIT_NO_SETUID_FIXUP) == 0) {
                int root = c.userNs().kernelUid(0);
                if (c.fsuid() == root && uid != root) {
                    n = n.withCaps(n.capPermitted(), n.capEffective() & ~FILE_CAPS, n.capInheritable());
                } else if (c.fsuid() != root && uid == root) {
                    long raised = n.capEffective() | FILE_CAPS & n.capPermitted();
                    n = n.withCaps(n.capPermitted(), raised, n.capInheritable());
                }
            }
            commit(t, c, n);
        }
        return c.fsuid();
    }

    public static int setgid(Task t, int gid) {
        Creds c = t.creds();
        if (gid == -1) {
            return -EINVAL;
        }
        if (c.hasHere(CAP_SETGID)) {
            return commit(t, c, c.withGids(gid, gid, gid, gid));
        }
        if (gid != c.gid() && gid != c.sgid()) {
            return -EPERM;
        }
        return commit(t, c, c.withGids(c.gid(), gid, c.sgid(), gid));
    }

    public static int setregid(Task t, int rgid, int egid) {
        Creds c = t.creds();
        boolean may = c.hasHere(CAP_SETGID);
        if ((rgid != KEEP && !may && rgid != c.gid() && rgid != c.egid())
                || (egid != KEEP && !may && egid != c.gid() && egid != c.egid() && egid != c.sgid())) {
            return -EPERM;
        }
        int r = rgid == KEEP ? c.gid() : rgid;
        int e = egid == KEEP ? c.egid() : egid;
        int s = rgid != KEEP || (egid != KEEP && egid != c.gid()) ? e : c.sgid();
        return commit(t, c, c.withGids(r, e, s, e));
    }

    public static int setresgid(Task t, int rgid, int egid, int sgid) {
        Creds c = t.creds();
        if (!c.hasHere(CAP_SETGID)
                && !(oneOf(rgid, c.gid(), c.egid(), c.sgid())
                        && oneOf(egid, c.gid(), c.egid(), c.sgid())
                        && oneOf(sgid, c.gid(), c.egid(), c.sgid()))) {
            return -EPERM;
        }
        int e = egid == KEEP ? c.egid() : egid;
        return commit(t, c, c.withGids(rgid == KEEP ? c.gid() : rgid, e, sgid == KEEP ? c.sgid() : sgid, e));
    }

    /** Sets the id that counts for files, if that is allowed. @return the one before, in any case */
    public static int setfsgid(Task t, int gid) {
        Creds c = t.creds();
        if (gid != -1 && (c.hasHere(CAP_SETGID) || oneOf(gid, c.gid(), c.egid(), c.sgid()) || gid == c.fsgid())) {
            commit(t, c, c.withGids(c.gid(), c.egid(), c.sgid(), gid));
        }
        return c.fsgid();
    }

    /** capset(2). */
    public static int setCaps(Task t, long permitted, long effective, long inheritable) {
        Creds c = t.creds();
        long p = permitted & ALL;
        long e = effective & ALL;
        long i = inheritable & ALL;
        if ((!c.hasHere(CAP_SETPCAP) && (i & ~(c.capInheritable() | c.capPermitted())) != 0)
                || (i & ~(c.capInheritable() | c.capBounding())) != 0
                || (p & ~c.capPermitted()) != 0
                || (e & ~p) != 0) {
            return -EPERM;
        }
        return commit(t, c, c.withCaps(p, e, i));
    }

    private static boolean oneOf(int id, int real, int effective, int saved) {
        return id == KEEP || id == real || id == effective || id == saved;
    }

    private static int uids(Task t, Creds old, Creds ids) {
        return commit(t, old, fixUp(old, ids));
    }

    /** What leaving and becoming user 0 does to the capabilities. */
    static Creds fixUp(Creds old, Creds ids) {
        if ((old.securebits() & SECBIT_NO_SETUID_FIXUP) != 0) {
            return ids;
        }
        Creds c = ids;
        int root = old.userNs().kernelUid(0); // -1, which nobody is, while it has none
        boolean wasRoot = old.uid() == root || old.euid() == root || old.suid() == root;
        boolean isRoot = c.uid() == root || c.euid() == root || c.suid() == root;
        if (wasRoot && !isRoot) {
            if ((old.securebits() & SECBIT_KEEP_CAPS) == 0) {
                c = c.withCaps(0, 0, c.capInheritable());
            }
            c = c.withAmbient(0);
        }
        if (old.euid() == root && c.euid() != root) {
            c = c.withCaps(c.capPermitted(), 0, c.capInheritable());
        } else if (old.euid() != root && c.euid() == root) {
            c = c.withCaps(c.capPermitted(), c.capPermitted(), c.capInheritable());
        }
        return c;
    }

    private static int commit(Task t, Creds old, Creds now) {
        if (old.euid() != now.euid()
                || old.egid() != now.egid()
                || old.fsuid() != now.fsuid()
                || old.fsgid() != now.fsgid()) {
            t.group.dumpable = 0;
            t.settings.parentDeathSignal = 0;
        }
        t.setCreds(now);
        if (t.rootTid() == t.group.pid()) {
            t.group.uid = now.uid();
        }
        return 0;
    }
}
