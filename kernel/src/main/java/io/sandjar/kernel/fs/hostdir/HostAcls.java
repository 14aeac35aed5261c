// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.hostdir;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Nr;
import io.sandjar.host.HostFs;
import io.sandjar.host.HostStat;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.vfs.Acl;
import io.sandjar.kernel.vfs.UserNamespace;
import org.jspecify.annotations.Nullable;

/**
 * The access control lists of a file of the host, as they were at one time of change: who asks with an older one asks the host again.
 *
 * @param access null where the mode says all
 * @param initial what new files of a directory get; null for none
 * @param known whether the host has such lists at all
 */
record HostAcls(@Nullable Acl access, @Nullable Acl initial, boolean known, long ctimeSec, int ctimeNsec) {
    boolean isOf(HostStat s) {
        return ctimeSec == s.ctimeSec && ctimeNsec == s.ctimeNsec;
    }

    /** Those of a file that has none. */
    static HostAcls none(HostStat s) {
        return new HostAcls(null, null, true, s.ctimeSec, s.ctimeNsec);
    }

    /** Those of a file that cannot be asked now, for lack of descriptors perhaps: its mode may be the mask of a list. */
    static HostAcls unknown(HostStat s) {
        return new HostAcls(Acl.OWNER_ONLY, null, true, s.ctimeSec, s.ctimeNsec);
    }

    /** Those of an open file. */
    static HostAcls read(int fd, HostStat s, boolean dir) {
        int[] error = new int[1];
        Acl access = read(fd, Acl.ACCESS, error);
        boolean known = error[0] != -EOPNOTSUPP;
        Acl initial = dir && known ? read(fd, Acl.DEFAULT, error) : null;
        return new HostAcls(access, initial, known, s.ctimeSec, s.ctimeNsec);
    }

    private static @Nullable Acl read(int fd, String attr, int[] error) {
        byte[] v = HostFs.xattr(Nr.fgetxattr, fd, attr, error);
        if (v == null) {
            return null;
        }
        Ref<Acl> list = new Ref<>();
        return Acl.parse(v, UserNamespace.FIRST, list) == 0
                ? list.orNull()
                : Acl.OWNER_ONLY; // users that do not exist here
    }
}
