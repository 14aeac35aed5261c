// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Cap;
import io.sandjar.abi.Mm;
import io.sandjar.abi.Nr;
import io.sandjar.abi.Rlimit;
import io.sandjar.kernel.task.Access;
import io.sandjar.kernel.task.MappedRange;
import io.sandjar.kernel.task.Stub;
import io.sandjar.kernel.task.Task;

/** Locking and placing of pages. Nothing is locked on the host: its memory belongs to all sandboxes. */
public final class PageCalls {
    private static final int MPOL_DEFAULT = 0;
    private static final int MPOL_MAX = 6;
    private static final int MPOL_MODE_FLAGS = 0xe000;
    private static final int MPOL_F_MEMS_ALLOWED = 4;

    private static final int MPOL_MF_MOVE = 2;
    private static final int MPOL_MF_MOVE_ALL = 4;

    private PageCalls() {}

    /** What the filter does not let through: the usual advice never comes here. */
    @Syscall(
            nr = Nr.madvise,
            support = Support.PARTIAL,
            note = "advice about the process's own pages; no merging of pages, no holes in files")
    public static long sys_madvise(Task t, long addr, long len, @As(Kind.DEC) int advice) {
        return switch (advice) {
            case Mm.MADV_DONTNEED_LOCKED -> Task.CONTINUE; // registers only, and its own pages
            case Mm.MADV_REMOVE -> -EOPNOTSUPP;
            case Mm.MADV_HWPOISON -> -EPERM;
            default -> -EINVAL;
        };
    }

    @Syscall(
            nr = Nr.mlock,
            support = Support.PARTIAL,
            note = "counted, and limited by RLIMIT_MEMLOCK; the host's memory is not locked, and smaps do not tell")
    public static long sys_mlock(Task t, long addr, long len) {
        long from = addr & -Mm.PAGE_SIZE;
        long size = Mm.pageUp(len + (addr & Mm.PAGE_SIZE - 1));
        long most = lockable(t);
        if (most <= 0 || most != Long.MAX_VALUE && Long.compareUnsigned(size, most) > 0) {
            return most < 0 ? -EPERM : -ENOMEM;
        }
        int r = range(t, addr, size);
        return r == 0 && size != 0 ? t.lockedPages().lock(t, from, from + size, most) : r;
    }

    /** Bytes that the caller may have locked: Long.MAX_VALUE for any number, -1 when it may not ask. */
    private static long lockable(Task t) {
        long limit = t.creds().has(Cap.CAP_IPC_LOCK) ? Long.MAX_VALUE : t.rlimit(Rlimit.RLIMIT_MEMLOCK);
        return limit < 0 || limit == Long.MAX_VALUE ? Long.MAX_VALUE : limit == 0 ? -1 : limit & -Mm.PAGE_SIZE;
    }

    /** What is wrong with the pages of a call that locks: 0, -EINVAL for the end of all addresses, -ENOMEM for holes. */
    private static int range(Task t, long addr, long size) {
        long from = addr & -Mm.PAGE_SIZE;
        long to = from + size;
        if (Long.compareUnsigned(to, from) < 0) {
            return -EINVAL;
        }
        return size == 0 || MappedRange.whole(t, from, to) ? 0 : -ENOMEM;
    }

    @Syscall(nr = Nr.mlock2, support = Support.PARTIAL, note = "as mlock")
    public static long sys_mlock2(Task t, long addr, long len, int flags) {
        return (flags & ~Mm.MLOCK_ONFAULT) != 0 ? -EINVAL : sys_mlock(t, addr, len);
    }

    @Syscall(nr = Nr.munlock)
    public static long sys_munlock(Task t, long addr, long len) {
        long from = addr & -Mm.PAGE_SIZE;
        long size = Mm.pageUp(len + (addr & Mm.PAGE_SIZE - 1));
        int r = range(t, addr, size);
        return r == 0 ? t.lockedPages().unlock(t, from, from + size) : r;
    }

    @Syscall(
            nr = Nr.mlockall,
            support = Support.PARTIAL,
            note = "as mlock; what is mapped later counts only if all is locked")
    public static long sys_mlockall(Task t, int flags) {
        if (flags == 0 || (flags & ~7) != 0 || flags == Mm.MCL_ONFAULT) {
            return -EINVAL;
        }
        long most = lockable(t);
        return most < 0 ? -EPERM : t.lockedPages().lockAll(t, flags, most);
    }

    @Syscall(nr = Nr.munlockall)
    public static long sys_munlockall(Task t) {
        t.lockedPages().unlockAll();
        return 0;
    }

    @Syscall(nr = Nr.get_mempolicy, support = Support.PARTIAL, note = "one node")
    public static long sys_get_mempolicy(Task t, long mode, long nodemask, long maxnode, long addr, long flags) {
        boolean strange = (flags & ~7) != 0 || nodemask != 0 && maxnode < 1;
        if (strange || (flags & MPOL_F_MEMS_ALLOWED) != 0 && flags != MPOL_F_MEMS_ALLOWED || flags == 0 && addr != 0) {
            return -EINVAL;
        }
        int r = mode == 0 ? 0 : t.mem().writeInt(mode, MPOL_DEFAULT);
        if (r < 0 || nodemask == 0) {
            return r;
        }
        byte[] b = new byte[(int) ((Math.min(maxnode, 4096) + 63) / 64 * 8)];
        b[0] = (byte) ((flags & MPOL_F_MEMS_ALLOWED) != 0 ? 1 : 0);
        return t.mem().write(nodemask, b);
    }

    @Syscall(nr = Nr.set_mempolicy, support = Support.PARTIAL, note = "checked and forgotten: there is one node")
    public static long sys_set_mempolicy(Task t, int mode, long nodemask, long maxnode) {
        return checkPolicy(t, mode, nodemask, maxnode);
    }

    @Syscall(nr = Nr.mbind, support = Support.PARTIAL, note = "checked and forgotten: there is one node")
    public static long sys_mbind(Task t, long addr, long len, int mode, long nodemask, long maxnode, int flags) {
        return (addr & Mm.PAGE_SIZE - 1) != 0 || (flags & ~7) != 0 ? -EINVAL : checkPolicy(t, mode, nodemask, maxnode);
    }

    private static long checkPolicy(Task t, int mode, long nodemask, long maxnode) {
        int plain = mode & ~MPOL_MODE_FLAGS;
        if (plain < 0 || plain > MPOL_MAX) {
            return -EINVAL;
        }
        if (nodemask == 0 || maxnode < 2) {
            return plain == MPOL_DEFAULT || plain == 1 || plain == 4 ? 0 : -EINVAL;
        }
        long[] nodes = new long[1];
        int r = t.mem().readLong(nodemask, nodes);
        return r < 0 ? r : (nodes[0] & ~1L) != 0 ? -EINVAL : 0;
    }

    @Syscall(nr = Nr.migrate_pages, support = Support.PARTIAL, note = "there is one node")
    public static long sys_migrate_pages(Task t, int pid, long maxnode, long old_nodes, long new_nodes) {
        return SchedCalls.find(t, pid) == null ? -ESRCH : 0;
    }

    @Syscall(
            nr = Nr.move_pages,
            support = Support.PARTIAL,
            note = "there is one node, where every page of the caller's processes is")
    public static long sys_move_pages(
            Task t, int pid, long nr_pages, long pages, long nodes, long status, @As(Kind.HEX) int flags) {
        if ((flags & ~(MPOL_MF_MOVE | MPOL_MF_MOVE_ALL)) != 0) {
            return -EINVAL;
        }
        if ((flags & MPOL_MF_MOVE_ALL) != 0 && !t.creds().has(Cap.CAP_SYS_NICE)) {
            return -EPERM;
        }
        Task other = SchedCalls.find(t, pid);
        if (other == null) {
            return -ESRCH;
        }
        if (other != t && !Access.mayInspect(t, other)) {
            return -EPERM;
        }
        byte[] probe = new byte[1];
        long[] page = new long[1];
        int[] node = new int[1];
        for (long i = 0; i < nr_pages; i++) {
            int r = t.mem().readLong(pages + i * Long.BYTES, page);
            if (r == 0 && nodes != 0) {
                r = t.mem().readInt(nodes + i * Integer.BYTES, node);
                r = r == 0 && node[0] != 0 ? -ENODEV : r;
            }
            if (r == 0) {
                r = t.mem().writeInt(status + i * Integer.BYTES, other.mem().read(page[0], probe));
            }
            if (r != 0 || t.signalPending() && i < nr_pages - 1 && (i & 1023) == 1023) {
                return r != 0 ? r : -ERESTARTSYS;
            }
        }
        return 0;
    }

    @Syscall(
            nr = Nr.set_mempolicy_home_node,
            support = Support.PARTIAL,
            note = "checked and forgotten: there is one node")
    public static long sys_set_mempolicy_home_node(Task t, long start, long len, long home_node, long flags) {
        if ((start & Mm.PAGE_SIZE - 1) != 0 || flags != 0 || home_node != 0) {
            return -EINVAL;
        }
        long end = start + Mm.pageUp(len);
        return Long.compareUnsigned(end, start) < 0 ? -EINVAL : 0;
    }

    @Syscall(nr = Nr.pkey_alloc, support = Support.REFUSED, note = "ENOSPC: as on a processor without protection keys")
    public static long sys_pkey_alloc(Task t, long flags, long init_val) {
        return flags != 0 || (init_val & ~3) != 0 ? -EINVAL : -ENOSPC;
    }

    @Syscall(nr = Nr.pkey_free, support = Support.REFUSED, note = "EINVAL: no key was ever given out")
    public static long sys_pkey_free(Task t, int pkey) {
        return -EINVAL;
    }

    @Syscall(
            nr = Nr.pkey_mprotect,
            support = Support.PARTIAL,
            note = "with key -1, which is mprotect, by the host; EINVAL for others, as without protection keys")
    public static long sys_pkey_mprotect(Task t, long addr, long len, @As(Kind.PROT) long prot, int pkey) {
        return pkey == -1 ? Task.CONTINUE : -EINVAL;
    }

    /** Addresses only, and the process's own; what the stub lives in stays as it is, because fork replaces it. */
    @Syscall(nr = Nr.mseal, note = "by the host, where it has the call (Linux 6.10)")
    public static long sys_mseal(Task t, long addr, long len, long flags) {
        long end = addr + len;
        boolean stub = Long.compareUnsigned(addr, Stub.END) < 0 && Long.compareUnsigned(end, Stub.USER_END) > 0;
        return !stub ? Task.CONTINUE : flags != 0 || (addr & Mm.PAGE_SIZE - 1) != 0 ? -EINVAL : -ENOMEM;
    }
}
