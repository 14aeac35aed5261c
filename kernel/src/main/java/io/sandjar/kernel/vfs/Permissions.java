// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import static io.sandjar.abi.Cap.*;
import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

/** Who may do what to a file: mode bits, capabilities and the sticky rule (path_resolution(7), capabilities(7)). */
public final class Permissions {
    public static final int MAY_EXEC = 1;
    public static final int MAY_WRITE = 2;
    public static final int MAY_READ = 4;

    private Permissions() {}

    /** 0 or -EACCES. {@code mask} is made of MAY_* bits, which are those of access(2). */
    public static int may(Creds c, Inode i, int mask) {
        int mode = i.mode();
        int bits = mode;
        Acl acl;
        if (c.fsuid() == i.uid()) {
            bits = mode >> 6;
        } else if ((mode & S_IRWXG) != 0 && (acl = i.acl()) != null) {
            return acl.allows(c, i.gid(), mask) || override(c, i, mode, mask) ? 0 : -EACCES;
        } else if ((mode >> 3 & 7) != (mode & 7) && c.inGroup(i.gid())) {
            bits = mode >> 3;
        }
        if ((mask & ~bits & 7) == 0) {
            return 0;
        }
        return override(c, i, mode, mask) ? 0 : i.refusal(c, mask);
    }

    /** What opening with these flags needs. */
    public static int toOpen(int flags) {
        int want = (flags & O_ACCMODE) != O_WRONLY ? MAY_READ : 0;
        return writable(flags) || (flags & O_TRUNC) != 0 ? want | MAY_WRITE : want;
    }

    private static boolean override(Creds c, Inode i, int mode, int mask) {
        boolean dir = (mode & S_IFMT) == S_IFDIR;
        if ((dir || (mask & MAY_EXEC) == 0 || (mode & 0111) != 0) && c.has(i, CAP_DAC_OVERRIDE)) {
            return true;
        }
        boolean harmless = dir ? (mask & MAY_WRITE) == 0 : mask == MAY_READ;
        return harmless && c.has(i, CAP_DAC_READ_SEARCH);
    }

    public static boolean owner(Creds c, Inode i) {
        return c.fsuid() == i.uid() || c.has(i, CAP_FOWNER);
    }

    /** What is taken from the mode of a new file of {@code dir}. */
    static int umask(Caller c, Inode dir) {
        return dir.defaultAcl() == null ? c.umask() : 0;
    }

    /** Whether {@code dir} may get a new name. */
    public static int mayCreate(Creds c, Path dir) {
        int r = may(c, dir.inode(), MAY_WRITE | MAY_EXEC);
        return r == 0 || dir.inode().fs.mayHaveNames() ? r : -ENOENT;
    }

    /** Whether the name of {@code victim} may be taken out of {@code dir}. */
    public static int mayDelete(Creds c, Inode dir, Inode victim) {
        int r = may(c, dir, MAY_WRITE | MAY_EXEC);
        if (r != 0) {
            return r;
        }
        if ((dir.mode() & S_ISVTX) != 0
                && c.fsuid() != victim.uid()
                && c.fsuid() != dir.uid()
                && !c.has(victim, CAP_FOWNER)) {
            return -EPERM;
        }
        return 0;
    }

    /** The credentials that access(2) checks with: real ids, and the capabilities that belong to them. */
    public static Creds real(Creds c) {
        long caps = c.uid() == c.userNs().kernelUid(0) ? c.capPermitted() : 0;
        if (c.fsuid() == c.uid() && c.fsgid() == c.gid() && caps == c.capEffective()) {
            return c;
        }
        return new Creds(
                c.uid(),
                c.euid(),
                c.suid(),
                c.uid(),
                c.gid(),
                c.egid(),
                c.sgid(),
                c.gid(),
                c.groups(),
                c.capPermitted(),
                caps,
                c.capInheritable(),
                c.capBounding(),
                c.capAmbient(),
                c.securebits(),
                c.userNs());
    }

    /** The mode that is left after a write or a change of owner by somebody without CAP_FSETID. */
    public static int withoutSetId(int mode) {
        int m = mode & ~S_ISUID;
        return (m & S_IXGRP) != 0 ? m & ~S_ISGID : m;
    }
}
