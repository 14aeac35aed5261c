// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.hostdir;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.abi.Cap;
import io.sandjar.abi.Nr;
import io.sandjar.host.HostFs;
import io.sandjar.host.Sys;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.vfs.Acl;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileCaps;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.UserNamespace;
import java.nio.charset.StandardCharsets;

/**
 * Extended attributes of an open file of the host. Guests see those that belong to users, access control lists, whose users and groups
 * they see as in their own namespace, and nothing of the host's.
 */
final class HostXattr {
    private HostXattr() {}

    /** A program's capabilities count as they do on the host. */
    static boolean shown(String attr) {
        return attr.startsWith("user.") || Acl.isName(attr) || attr.equals(FileCaps.NAME);
    }

    /** What reading an attribute gives that is not shown. */
    static int hidden(String attr) {
        return attr.startsWith("system.") ? -EOPNOTSUPP : -ENODATA;
    }

    static int get(Caller c, int fd, String attr, Ref<byte[]> out) {
        int r = read(Nr.fgetxattr, fd, attr, out);
        UserNamespace ns = c.creds().userNs();
        if (r == 0 && Acl.isName(attr) && ns != UserNamespace.FIRST) {
            Ref<Acl> list = new Ref<>();
            r = Acl.parse(out.get(), UserNamespace.FIRST, list);
            if (r == 0) {
                out.set(list.get().text(ns));
            }
        }
        return r;
    }

    static int list(int fd, Ref<byte[]> out) {
        Ref<byte[]> all = new Ref<>();
        int r = read(Nr.flistxattr, fd, "", all);
        if (r != 0) {
            return r;
        }
        StringBuilder b = new StringBuilder();
        String names = new String(all.get(), StandardCharsets.ISO_8859_1);
        for (int at = 0; at < names.length(); ) {
            int end = names.indexOf('\0', at);
            if (shown(names.substring(at, end))) {
                b.append(names, at, end + 1);
            }
            at = end + 1;
        }
        out.set(b.toString().getBytes(StandardCharsets.ISO_8859_1));
        return 0;
    }

    static int set(Caller c, Inode i, int fd, String attr, byte[] value, int flags) {
        return Acl.isName(attr)
                ? setAcl(c, i, fd, attr, value)
                : privileged(attr, HostFs.fsetxattr(fd, attr, value, flags));
    }

    /** Capabilities are the guest's to set, but not always the kernel's on the host: then it is as where there are none. */
    private static int privileged(String attr, int r) {
        return r == -EPERM && attr.equals(FileCaps.NAME) ? -EOPNOTSUPP : r;
    }

    private static int setAcl(Caller c, Inode i, int fd, String attr, byte[] value) {
        Ref<Acl> list = new Ref<>();
        int r = Acl.parse(value, c.creds().userNs(), list);
        if (r != 0) {
            return r;
        }
        Acl now = list.orNull();
        if (now == null) {
            return remove(fd, attr);
        }
        r = HostFs.fsetxattr(fd, attr, now.text(UserNamespace.FIRST), 0);
        if (r == 0 && attr.equals(Acl.ACCESS)) {
            dropSetGid(c, i, fd, now.mode());
        }
        return r;
    }

    /** As after chmod(2) by somebody who is not in the file's group; the host lets its kernel process keep the bit. */
    private static void dropSetGid(Caller c, Inode i, int fd, int permissions) {
        int mode = i.mode();
        if ((mode & S_ISGID) != 0 && !c.creds().inGroup(i.gid()) && !c.creds().has(i, Cap.CAP_FSETID)) {
            Sys.call(Nr.fchmod, fd, mode & 07000 & ~S_ISGID | permissions, 0);
        }
    }

    static int remove(int fd, String attr) {
        return privileged(attr, (int) Sys.callWithPath(Nr.fremovexattr, 1, attr, fd, 0, 0, 0, 0));
    }

    private static int read(int nr, int fd, String attr, Ref<byte[]> out) {
        int[] err = new int[1];
        byte[] v = HostFs.xattr(nr, fd, attr, err);
        if (v == null) {
            return err[0];
        }
        out.set(v);
        return 0;
    }
}
