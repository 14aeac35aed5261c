// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Mm;
import io.sandjar.abi.Nr;
import io.sandjar.kernel.ipc.SharedSegment;

/** shmat(2) and shmdt(2): the stub makes the mapping, because the address is the host's to choose. */
public final class SharedMaps {
    private SharedMaps() {}

    /**
     * Queues the mapping of a segment.
     *
     * @param addr page-aligned address, 0 for any
     * @param replace whether something may be there already
     */
    public static long attach(Task t, SharedSegment s, long addr, int prot, boolean replace) {
        long size = Mm.pageUp(s.size());
        if (addr < 0 || addr + size > Stub.USER_END) {
            return -EINVAL;
        }
        if (!s.attach(t.globalPid())) {
            return -EIDRM;
        }
        int fd = t.kernel.listener().addFd(t.notifId, s.hostFd(), -1);
        if (fd < 0) {
            s.detach(t.globalPid());
            return -ENOMEM;
        }
        int fixed = addr == 0 ? 0 : replace ? Mm.MAP_FIXED : Mm.MAP_FIXED_NOREPLACE;
        t.trap.ops.call(Stub.OPF_RING, Nr.mmap, addr, size, prot, Mm.MAP_SHARED | fixed, fd, 0);
        t.trap.continuation = (task, failed, result) -> {
            long value = result == -EEXIST ? -EINVAL : result;
            if (value < 0 && value > -4096) {
                s.detach(task.globalPid());
            } else {
                task.group.attachments.add(value, s, task.globalPid());
            }
            task.trap.ops.call(Stub.OPF_IGNORE, Nr.close, fd, 0, 0, 0, 0, 0).result(value);
        };
        return 0;
    }

    /** Queues the end of a mapping. */
    public static long detach(Task t, long addr) {
        SharedSegment s = t.group.attachments.remove(addr);
        if (s == null) {
            return -EINVAL;
        }
        t.trap.ops.call(Stub.OPF_RAX, Nr.munmap, addr, Mm.pageUp(s.size()), 0, 0, 0, 0);
        s.detach(t.globalPid());
        return 0;
    }
}
