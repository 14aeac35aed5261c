// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Mm.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Cap;
import io.sandjar.abi.Nr;
import io.sandjar.abi.ShmidDsLayout;
import io.sandjar.host.Sys;
import io.sandjar.kernel.base.HostFds;
import io.sandjar.kernel.ipc.IpcTable;
import io.sandjar.kernel.ipc.SharedSegment;
import io.sandjar.kernel.task.SharedMaps;
import io.sandjar.kernel.task.Task;
import org.jspecify.annotations.Nullable;

/** System V shared memory. */
public final class ShmCalls {
    /** All segments together, /proc/sys/kernel/shmall in bytes. */
    private static final long MAX_TOTAL = 1L << 33;

    private ShmCalls() {}

    private static IpcTable<SharedSegment> table(Task t) {
        return t.namespaces().ipc.systemV.memory;
    }

    @Syscall(nr = Nr.shmget, support = Support.PARTIAL, note = "no huge pages")
    public static long sys_shmget(Task t, int key, long size, @As(Kind.OCTAL) int shmflg) {
        if (size < 0) {
            return -EINVAL;
        }
        if ((shmflg & SHM_HUGETLB) != 0) { // there are no huge pages to take
            return shmflg >>> SHM_HUGE_SHIFT != 0 ? -EINVAL : t.creds().has(Cap.CAP_IPC_LOCK) ? -ENOMEM : -EPERM;
        }
        boolean[] bad = new boolean[1];
        int id = table(t).get(t.creds(), key, shmflg, k -> {
            bad[0] = size == 0;
            return bad[0] ? null : make(t, k, size, shmflg);
        });
        if (bad[0]) {
            return -EINVAL;
        }
        SharedSegment s = id < 0 ? null : table(t).find(id);
        return s != null && size > s.size() ? -EINVAL : id;
    }

    private static @Nullable SharedSegment make(Task t, int key, long size, int flags) {
        long total = 0;
        for (SharedSegment s : table(t).all()) {
            total += pageUp(s.size());
        }
        if (size > MAX_TOTAL || total + size > MAX_TOTAL) {
            return null;
        }
        if (!HostFds.hasLastingRoom()) {
            return null;
        }
        int fd = Sys.memfd("SYSV", MFD_CLOEXEC);
        if (fd < 0) {
            return null;
        }
        if (Sys.call(Nr.ftruncate, fd, pageUp(size), 0) < 0) {
            Sys.close(fd);
            return null;
        }
        return new SharedSegment(table(t), key, t.creds(), flags, size, fd, t.globalPid());
    }

    @Syscall(nr = Nr.shmat)
    public static long sys_shmat(Task t, int shmid, long shmaddr, @As(Kind.HEX) int shmflg) {
        boolean readOnly = (shmflg & SHM_RDONLY) != 0;
        long addr = shmaddr;
        if ((addr & PAGE_SIZE - 1) != 0) {
            if ((shmflg & SHM_RND) == 0) {
                return -EINVAL;
            }
            addr = pageDown(addr);
        }
        SharedSegment s = table(t).find(shmid);
        if (s == null || addr == 0 && (shmflg & SHM_REMAP) != 0) {
            return -EINVAL;
        }
        if (!s.may(t.creds(), (readOnly ? 4 : 6) | ((shmflg & SHM_EXEC) != 0 ? 1 : 0))) {
            return -EACCES;
        }
        if (addr < 0) {
            return -EINVAL;
        }
        int prot = PROT_READ | (readOnly ? 0 : PROT_WRITE) | ((shmflg & SHM_EXEC) != 0 ? PROT_EXEC : 0);
        return SharedMaps.attach(t, s, addr, prot, (shmflg & SHM_REMAP) != 0);
    }

    @Syscall(nr = Nr.shmdt)
    public static long sys_shmdt(Task t, long shmaddr) {
        return SharedMaps.detach(t, shmaddr);
    }

    @Syscall(nr = Nr.shmctl)
    public static long sys_shmctl(Task t, int shmid, int cmd, long buf) {
        if (cmd == IPC_INFO || cmd == SHM_INFO) {
            return info(t, cmd, buf);
        }
        boolean byIndex = cmd == SHM_STAT || cmd == SHM_STAT_ANY;
        SharedSegment s = byIndex ? table(t).at(shmid) : table(t).find(shmid);
        if (s == null) {
            return -EINVAL;
        }
        switch (cmd) {
            case IPC_STAT, SHM_STAT, SHM_STAT_ANY -> {
                if (cmd != SHM_STAT_ANY && !s.may(t.creds(), 4)) {
                    return -EACCES;
                }
                byte[] b = s.stat(t.creds().userNs());
                MsgCalls.localise(t, b, ShmidDsLayout.shm_cpid);
                MsgCalls.localise(t, b, ShmidDsLayout.shm_lpid);
                int r = t.mem().write(buf, b);
                return r < 0 || !byIndex ? r : s.id();
            }
            case IPC_RMID, IPC_SET, SHM_LOCK, SHM_UNLOCK -> {
                if (!s.mayChange(t.creds())) {
                    return -EPERM;
                }
                if (cmd == IPC_RMID) {
                    table(t).remove(s);
                } else if (cmd == IPC_SET) {
                    byte[] b = new byte[ShmidDsLayout.SIZEOF];
                    int r = t.mem().read(buf, b);
                    if (r < 0) {
                        return r;
                    }
                    r = s.setPerm(b, t.creds().userNs());
                    if (r < 0) {
                        return r;
                    }
                }
                return 0;
            }
            default -> {
                return -EINVAL;
            }
        }
    }

    private static long info(Task t, int cmd, long buf) {
        byte[] b = new byte[cmd == IPC_INFO ? 72 : 48];
        if (cmd == IPC_INFO) {
            Bytes.put64(b, 0, MAX_TOTAL);
            Bytes.put64(b, 8, 1);
            Bytes.put64(b, 16, IpcTable.MAX);
            Bytes.put64(b, 24, IpcTable.MAX);
            Bytes.put64(b, 32, MAX_TOTAL / PAGE_SIZE);
        } else {
            long pages = 0;
            for (SharedSegment s : table(t).all()) {
                pages += pageUp(s.size()) / PAGE_SIZE;
            }
            Bytes.put32(b, 0, table(t).used());
            Bytes.put64(b, 8, pages);
            Bytes.put64(b, 16, pages);
        }
        int r = t.mem().write(buf, b);
        return r < 0 ? r : table(t).highest();
    }
}
