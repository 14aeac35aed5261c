// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Cap;
import io.sandjar.abi.Nr;
import io.sandjar.kernel.base.Collected;
import io.sandjar.kernel.task.Access;
import io.sandjar.kernel.task.Identity;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.UserNamespace;
import java.util.Arrays;

/** User and group ids, supplementary groups, capability sets. */
public final class CredCalls {
    private static final int NGROUPS_MAX = 65536;

    /** Lists that are no longer count with their thread. */
    private static final int FEW_GROUPS = 32;

    private CredCalls() {}

    @Syscall(nr = Nr.getuid)
    public static long sys_getuid(Task t) {
        Creds c = t.creds();
        return id(c.userNs().shownUid(c.uid()));
    }

    @Syscall(nr = Nr.geteuid)
    public static long sys_geteuid(Task t) {
        Creds c = t.creds();
        return id(c.userNs().shownUid(c.euid()));
    }

    @Syscall(nr = Nr.getgid)
    public static long sys_getgid(Task t) {
        Creds c = t.creds();
        return id(c.userNs().shownGid(c.gid()));
    }

    @Syscall(nr = Nr.getegid)
    public static long sys_getegid(Task t) {
        Creds c = t.creds();
        return id(c.userNs().shownGid(c.egid()));
    }

    /** Whether an argument names a user that the caller's namespace does not have; -1 names none. */
    private static boolean unknownUid(UserNamespace n, int uid) {
        return uid != -1 && n.kernelUid(uid) == -1;
    }

    private static boolean unknownGid(UserNamespace n, int gid) {
        return gid != -1 && n.kernelGid(gid) == -1;
    }

    /** An id as a result: ids are unsigned. */
    private static long id(int id) {
        return id & 0xffffffffL;
    }

    @Syscall(nr = Nr.getresuid)
    public static long sys_getresuid(Task t, long ruid, long euid, long suid) {
        Creds c = t.creds();
        UserNamespace n = c.userNs();
        return write3(t, ruid, n.shownUid(c.uid()), euid, n.shownUid(c.euid()), suid, n.shownUid(c.suid()));
    }

    @Syscall(nr = Nr.getresgid)
    public static long sys_getresgid(Task t, long rgid, long egid, long sgid) {
        Creds c = t.creds();
        UserNamespace n = c.userNs();
        return write3(t, rgid, n.shownGid(c.gid()), egid, n.shownGid(c.egid()), sgid, n.shownGid(c.sgid()));
    }

    private static long write3(Task t, long a, int av, long b, int bv, long c, int cv) {
        int r = t.mem().writeInt(a, av);
        if (r == 0) {
            r = t.mem().writeInt(b, bv);
        }
        return r == 0 ? t.mem().writeInt(c, cv) : r;
    }

    @Syscall(nr = Nr.setuid)
    public static long sys_setuid(Task t, int uid) {
        return Identity.setuid(t, t.creds().userNs().kernelUid(uid));
    }

    @Syscall(nr = Nr.setgid)
    public static long sys_setgid(Task t, int gid) {
        return Identity.setgid(t, t.creds().userNs().kernelGid(gid));
    }

    @Syscall(nr = Nr.setreuid)
    public static long sys_setreuid(Task t, int ruid, int euid) {
        UserNamespace n = t.creds().userNs();
        return unknownUid(n, ruid) || unknownUid(n, euid)
                ? -EINVAL
                : Identity.setreuid(t, n.kernelUid(ruid), n.kernelUid(euid));
    }

    @Syscall(nr = Nr.setregid)
    public static long sys_setregid(Task t, int rgid, int egid) {
        UserNamespace n = t.creds().userNs();
        return unknownGid(n, rgid) || unknownGid(n, egid)
                ? -EINVAL
                : Identity.setregid(t, n.kernelGid(rgid), n.kernelGid(egid));
    }

    @Syscall(nr = Nr.setresuid)
    public static long sys_setresuid(Task t, int ruid, int euid, int suid) {
        UserNamespace n = t.creds().userNs();
        return unknownUid(n, ruid) || unknownUid(n, euid) || unknownUid(n, suid)
                ? -EINVAL
                : Identity.setresuid(t, n.kernelUid(ruid), n.kernelUid(euid), n.kernelUid(suid));
    }

    @Syscall(nr = Nr.setresgid)
    public static long sys_setresgid(Task t, int rgid, int egid, int sgid) {
        UserNamespace n = t.creds().userNs();
        return unknownGid(n, rgid) || unknownGid(n, egid) || unknownGid(n, sgid)
                ? -EINVAL
                : Identity.setresgid(t, n.kernelGid(rgid), n.kernelGid(egid), n.kernelGid(sgid));
    }

    @Syscall(nr = Nr.setfsuid)
    public static long sys_setfsuid(Task t, int uid) {
        UserNamespace n = t.creds().userNs();
        return id(n.shownUid(Identity.setfsuid(t, n.kernelUid(uid))));
    }

    @Syscall(nr = Nr.setfsgid)
    public static long sys_setfsgid(Task t, int gid) {
        UserNamespace n = t.creds().userNs();
        return id(n.shownGid(Identity.setfsgid(t, n.kernelGid(gid))));
    }

    @Syscall(nr = Nr.getgroups)
    public static long sys_getgroups(Task t, int size, @As(Kind.HEX) long list) {
        int[] groups = t.creds().groups();
        if (size < 0) {
            return -EINVAL;
        }
        if (size == 0) {
            return groups.length;
        }
        if (size < groups.length) {
            return -EINVAL;
        }
        byte[] raw = new byte[groups.length * 4];
        for (int i = 0; i < groups.length; i++) {
            Bytes.put32(raw, i * 4, t.creds().userNs().shownGid(groups[i]));
        }
        int r = t.mem().write(list, raw);
        return r < 0 ? r : groups.length;
    }

    @Syscall(nr = Nr.setgroups)
    public static long sys_setgroups(Task t, int size, @As(Kind.HEX) long list) {
        Creds c = t.creds();
        if (!c.hasHere(Cap.CAP_SETGID) || !c.userNs().maySetgroups()) {
            return -EPERM;
        }
        if (size < 0 || size > NGROUPS_MAX) {
            return -EINVAL;
        }
        byte[] raw = new byte[size * 4];
        int r = t.mem().read(list, raw);
        if (r < 0) {
            return r;
        }
        int[] groups = new int[size];
        for (int i = 0; i < size; i++) {
            groups[i] = c.userNs().kernelGid(Bytes.i32(raw, i * 4)) ^ Integer.MIN_VALUE;
        }
        Arrays.sort(groups); // as unsigned numbers, which is how Linux gives them back
        for (int i = 0; i < size; i++) {
            groups[i] ^= Integer.MIN_VALUE;
            if (groups[i] == -1) {
                return -EINVAL;
            }
        }
        if (size > FEW_GROUPS && !Collected.count(groups, size * 4L)) {
            return -ENOMEM;
        }
        t.setCreds(c.withGroups(groups));
        return 0;
    }

    @Syscall(nr = Nr.capget)
    public static long sys_capget(Task t, long header, long data) {
        byte[] h = new byte[8];
        int words = words(t, header, h);
        if (words < 0) {
            return words == -EINVAL && data == 0 ? 0 : words;
        }
        int pid = Bytes.i32(h, 4);
        if (pid < 0) {
            return -EINVAL;
        }
        Task of = Access.thread(t, pid);
        if (of == null) {
            return -ESRCH;
        }
        Creds c = of.creds();
        byte[] raw = new byte[12 * words];
        for (int i = 0; i < words; i++) {
            Bytes.put32(raw, i * 12, (int) (c.capEffective() >>> 32 * i));
            Bytes.put32(raw, i * 12 + 4, (int) (c.capPermitted() >>> 32 * i));
            Bytes.put32(raw, i * 12 + 8, (int) (c.capInheritable() >>> 32 * i));
        }
        return data == 0 ? 0 : t.mem().write(data, raw);
    }

    @Syscall(nr = Nr.capset)
    public static long sys_capset(Task t, long header, long data) {
        byte[] h = new byte[8];
        int words = words(t, header, h);
        if (words < 0) {
            return words;
        }
        int pid = Bytes.i32(h, 4);
        if (pid != 0 && pid != t.tid()) {
            return -EPERM;
        }
        byte[] raw = new byte[24];
        int r = t.mem().read(data, raw, 0, 12 * words);
        if (r < 0) {
            return r;
        }
        return Identity.setCaps(t, word(raw, 4), word(raw, 0), word(raw, 8));
    }

    private static long word(byte[] raw, int at) {
        return Bytes.u32(raw, at) | Bytes.u32(raw, at + 12) << 32;
    }

    /** Reads the header: 32-bit words to a set, -EFAULT, or -EINVAL after the guest was told our version. */
    private static int words(Task t, long header, byte[] out) {
        int r = t.mem().read(header, out);
        if (r < 0) {
            return r;
        }
        int version = Bytes.i32(out, 0);
        if (version == Cap.LINUX_CAPABILITY_VERSION_1) {
            return 1;
        }
        if (version == Cap.LINUX_CAPABILITY_VERSION_2 || version == Cap.LINUX_CAPABILITY_VERSION_3) {
            return 2;
        }
        r = t.mem().writeInt(header, Cap.LINUX_CAPABILITY_VERSION_3);
        return r < 0 ? r : -EINVAL;
    }
}
