// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.abi.Cap;
import io.sandjar.abi.Nr;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.Acl;
import io.sandjar.kernel.vfs.FileCaps;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.PathWalk;
import io.sandjar.kernel.vfs.Permissions;
import java.util.List;

/** Extended attributes (xattr(7)). */
public final class XattrCalls {
    /** What a name begins with; nothing behind it is no name. */
    private static final List<String> NAMESPACES = List.of("user.", "trusted.", "security.");

    private XattrCalls() {}

    private static int find(Task t, long path, int walk, Ref<Path> out) {
        return PathArg.find(t, AT_FDCWD, path, walk, out);
    }

    @Syscall(nr = Nr.getxattr)
    public static long sys_getxattr(Task t, long path, @As(Kind.STR) long name, long value, long size) {
        Ref<Path> p = new Ref<>();
        int r = find(t, path, 0, p);
        return r != 0 ? r : get(t, p.get(), name, value, size);
    }

    @Syscall(nr = Nr.lgetxattr)
    public static long sys_lgetxattr(Task t, long path, @As(Kind.STR) long name, long value, long size) {
        Ref<Path> p = new Ref<>();
        int r = find(t, path, PathWalk.NOFOLLOW, p);
        return r != 0 ? r : get(t, p.get(), name, value, size);
    }

    @Syscall(nr = Nr.fgetxattr)
    public static long sys_fgetxattr(Task t, int fd, @As(Kind.STR) long name, long value, long size) {
        Ref<Path> p = new Ref<>();
        int r = PathArg.ofFd(t, fd, p);
        return r != 0 ? r : get(t, p.get(), name, value, size);
    }

    @Syscall(nr = Nr.setxattr)
    public static long sys_setxattr(Task t, long path, @As(Kind.STR) long name, long value, long size, int flags) {
        Ref<Path> p = new Ref<>();
        int r = find(t, path, 0, p);
        return r != 0 ? r : set(t, p.get(), name, value, size, flags);
    }

    @Syscall(nr = Nr.lsetxattr)
    public static long sys_lsetxattr(Task t, long path, @As(Kind.STR) long name, long value, long size, int flags) {
        Ref<Path> p = new Ref<>();
        int r = find(t, path, PathWalk.NOFOLLOW, p);
        return r != 0 ? r : set(t, p.get(), name, value, size, flags);
    }

    @Syscall(nr = Nr.fsetxattr)
    public static long sys_fsetxattr(Task t, int fd, @As(Kind.STR) long name, long value, long size, int flags) {
        Ref<Path> p = new Ref<>();
        int r = PathArg.ofFd(t, fd, p);
        return r != 0 ? r : set(t, p.get(), name, value, size, flags);
    }

    @Syscall(nr = Nr.listxattr)
    public static long sys_listxattr(Task t, long path, long list, long size) {
        Ref<Path> p = new Ref<>();
        int r = find(t, path, 0, p);
        return r != 0 ? r : list(t, p.get(), list, size);
    }

    @Syscall(nr = Nr.llistxattr)
    public static long sys_llistxattr(Task t, long path, long list, long size) {
        Ref<Path> p = new Ref<>();
        int r = find(t, path, PathWalk.NOFOLLOW, p);
        return r != 0 ? r : list(t, p.get(), list, size);
    }

    @Syscall(nr = Nr.flistxattr)
    public static long sys_flistxattr(Task t, int fd, long list, long size) {
        Ref<Path> p = new Ref<>();
        int r = PathArg.ofFd(t, fd, p);
        return r != 0 ? r : list(t, p.get(), list, size);
    }

    @Syscall(nr = Nr.removexattr)
    public static long sys_removexattr(Task t, long path, @As(Kind.STR) long name) {
        Ref<Path> p = new Ref<>();
        int r = find(t, path, 0, p);
        return r != 0 ? r : remove(t, p.get(), name);
    }

    @Syscall(nr = Nr.lremovexattr)
    public static long sys_lremovexattr(Task t, long path, @As(Kind.STR) long name) {
        Ref<Path> p = new Ref<>();
        int r = find(t, path, PathWalk.NOFOLLOW, p);
        return r != 0 ? r : remove(t, p.get(), name);
    }

    @Syscall(nr = Nr.fremovexattr)
    public static long sys_fremovexattr(Task t, int fd, @As(Kind.STR) long name) {
        Ref<Path> p = new Ref<>();
        int r = PathArg.ofFd(t, fd, p);
        return r != 0 ? r : remove(t, p.get(), name);
    }

    // ---- what they have in common ----

    private static int name(Task t, long address, Ref<String> out) {
        int n = t.mem().readString(address, XATTR_NAME_MAX, out);
        if (n <= 0) {
            return n == 0 || n == -ENAMETOOLONG ? -ERANGE : n;
        }
        int dot = out.get().indexOf('.');
        if (dot < 0) {
            return -EOPNOTSUPP;
        }
        return dot == n - 1 && NAMESPACES.contains(out.get()) ? -EINVAL : 0;
    }

    /** Only files and directories have user attributes, by the permission of their contents. */
    private static int allowed(Task t, Path p, String name, boolean write) {
        Inode i = p.inode();
        if (write && p.mount().readOnly()) {
            return -EROFS;
        }
        if (write && name.startsWith("security.")) {
            if (name.equals(FileCaps.NAME)) {
                return t.creds().has(i, Cap.CAP_SETFCAP) ? 0 : -EPERM;
            }
            return t.creds().has(Cap.CAP_SYS_ADMIN) ? 0 : -EPERM;
        }
        if (write && Acl.isName(name)) {
            return i.isSymlink() ? -EOPNOTSUPP : Permissions.owner(t.creds(), i) ? 0 : -EPERM;
        }
        if (!name.startsWith("user.")) {
            return 0;
        }
        if (!i.isRegular() && !i.isDir()) {
            return write ? -EPERM : -ENODATA;
        }
        if (write && i.isDir() && (i.mode() & S_ISVTX) != 0 && !Permissions.owner(t.creds(), i)) {
            return -EPERM; // a directory for all, as /tmp, is not for all to mark
        }
        return Permissions.may(t.creds(), i, write ? Permissions.MAY_WRITE : Permissions.MAY_READ);
    }

    static long get(Task t, Path p, long nameAt, long value, long size) {
        Ref<String> n = new Ref<>();
        int r = name(t, nameAt, n);
        if (r == 0) {
            r = allowed(t, p, n.get(), false);
        }
        Ref<byte[]> v = new Ref<>();
        if (r == 0) {
            r = p.inode().getxattr(t, n.get(), v);
        }
        if (r == 0 && n.get().equals(FileCaps.NAME)) {
            r = FileCaps.toShow(t.creds().userNs(), v.get(), v);
        }
        return r != 0 ? r : out(t, v.get(), value, size);
    }

    private static long out(Task t, byte[] v, long address, long size) {
        if (size == 0) {
            return v.length;
        }
        if (Long.compareUnsigned(size, v.length) < 0) {
            return -ERANGE;
        }
        int r = t.mem().write(address, v);
        return r != 0 ? r : v.length;
    }

    static long set(Task t, Path p, long nameAt, long value, long size, int flags) {
        if ((flags & ~(XATTR_CREATE | XATTR_REPLACE)) != 0) {
            return -EINVAL;
        }
        Ref<String> n = new Ref<>();
        int r = name(t, nameAt, n);
        if (r != 0) {
            return r;
        }
        if (Long.compareUnsigned(size, XATTR_SIZE_MAX) > 0) {
            return -E2BIG;
        }
        byte[] v = new byte[(int) size];
        r = t.mem().read(value, v);
        if (r == 0) {
            r = allowed(t, p, n.get(), true);
        }
        if (r == 0 && v.length > 0 && n.get().equals(FileCaps.NAME)) {
            Ref<byte[]> kept = new Ref<>();
            r = FileCaps.toKeep(t.creds(), p.inode(), v, kept);
            v = r == 0 ? kept.get() : v;
        }
        return r != 0 ? r : p.inode().setxattr(t, n.get(), v, flags);
    }

    static long list(Task t, Path p, long address, long size) {
        Ref<byte[]> v = new Ref<>();
        int r = p.inode().listxattr(t, v);
        if (r != 0) {
            return r == -EOPNOTSUPP ? 0 : r;
        }
        return out(t, v.get(), address, size);
    }

    static long remove(Task t, Path p, long nameAt) {
        Ref<String> n = new Ref<>();
        int r = name(t, nameAt, n);
        if (r == 0) {
            r = allowed(t, p, n.get(), true);
        }
        return r != 0 ? r : p.inode().removexattr(t, n.get());
    }
}
