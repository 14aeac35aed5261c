// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Cap;
import io.sandjar.abi.Nr;
import io.sandjar.kernel.task.Access;
import io.sandjar.kernel.task.Identity;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.Creds;
import java.util.Arrays;

/** User and group ids, supplementary groups, capability sets. */
public final class CredCalls {
    private static final int NGROUPS_MAX = 65536;

    private CredCalls() {}

    @Syscall(nr = Nr.getuid)
    public static long sys_getuid(Task t) {
        return id(t.creds().uid());
    }

    @Syscall(nr = Nr.geteuid)
    public static long sys_geteuid(Task t) {
        return id(t.creds().euid());
    }

    @Syscall(nr = Nr.getgid)
    public static long sys_getgid(Task t) {
        return id(t.creds().gid());
    }

    @Syscall(nr = Nr.getegid)
    public static long sys_getegid(Task t) {
        return id(t.creds().egid());
    }

    /** An id as a result: ids are unsigned. */
    private static long id(int id) {
        return id & 0xffffffffL;
    }

    @Syscall(nr = Nr.getresuid)
    public static long sys_getresuid(Task t, long ruid, long euid, long suid) {
        Creds c = t.creds();
        return write3(t, ruid, c.uid(), euid, c.euid(), suid, c.suid());
    }

    @Syscall(nr = Nr.getresgid)
    public static long sys_getresgid(Task t, long rgid, long egid, long sgid) {
        Creds c = t.creds();
        return write3(t, rgid, c.gid(), egid, c.egid(), sgid, c.sgid());
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
        return Identity.setuid(t, uid);
    }

    @Syscall(nr = Nr.setgid)
    public static long sys_setgid(Task t, int gid) {
        return Identity.setgid(t, gid);
    }

    @Syscall(nr = Nr.setreuid)
    public static long sys_setreuid(Task t, int ruid, int euid) {
        return Identity.setreuid(t, ruid, euid);
    }

    @Syscall(nr = Nr.setregid)
    public static long sys_setregid(Task t, int rgid, int egid) {
        return Identity.setregid(t, rgid, egid);
    }

    @Syscall(nr = Nr.setresuid)
    public static long sys_setresuid(Task t, int ruid, int euid, int suid) {
        return Identity.setresuid(t, ruid, euid, suid);
    }

    @Syscall(nr = Nr.setresgid)
    public static long sys_setresgid(Task t, int rgid, int egid, int sgid) {
        return Identity.setresgid(t, rgid, egid, sgid);
    }

    @Syscall(nr = Nr.setfsuid)
    public static long sys_setfsuid(Task t, int uid) {
        return id(Identity.setfsuid(t, uid));
    }

    @Syscall(nr = Nr.setfsgid)
    public static long sys_setfsgid(Task t, int gid) {
        return id(Identity.setfsgid(t, gid));
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
            Bytes.put32(raw, i * 4, groups[i]);
        }
        int r = t.mem().write(list, raw);
        return r < 0 ? r : groups.length;
    }

    @Syscall(nr = Nr.setgroups)
    public static long sys_setgroups(Task t, int size, @As(Kind.HEX) long list) {
        Creds c = t.creds();
        if (!c.has(Cap.CAP_SETGID)) {
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
            groups[i] = Bytes.i32(raw, i * 4) ^ Integer.MIN_VALUE;
        }
        Arrays.sort(groups); // as unsigned numbers, which is how Linux gives them back
        for (int i = 0; i < size; i++) {
            groups[i] ^= Integer.MIN_VALUE;
            if (groups[i] == -1) {
                return -EINVAL;
            }
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
