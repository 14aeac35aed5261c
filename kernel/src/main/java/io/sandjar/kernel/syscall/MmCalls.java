// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Mm;
import io.sandjar.abi.Nr;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.MountNamespace;

/** mmap(2) of files; everything else about memory is the host's. */
final class MmCalls {
    private MmCalls() {}

    /**
     * Puts the file's host descriptor at the guest's number into the guest's process and lets the host make the
     * mapping. All arguments are registers, so the host does what was checked here.
     */
    @Syscall(nr = Nr.mmap)
    static long sys_mmap(
            Task t, long addr, long len, @As(Kind.PROT) int prot, @As(Kind.MAP_FLAGS) int flags, int fd, long offset) {
        if (len == 0 || (offset & 4095) != 0) {
            return -EINVAL;
        }
        if ((flags & Mm.MAP_ANONYMOUS) != 0) {
            // Not let through by the filter: a descriptor, at which the host does not look; locked memory, within the
            // host's own limit; flags that mean nothing.
            return (flags & Mm.MAP_HUGETLB) != 0 ? -ENOMEM : Task.CONTINUE;
        }
        FileDescription d = Io.open(t, fd);
        if (d == null) {
            return -EBADF;
        }
        long pages = len + 4095 & -4096L;
        if (len < 0 || pages <= 0 || pages > Mm.USER_END) {
            return -ENOMEM;
        }
        if (Long.compareUnsigned(offset + pages, offset) < 0 || offset < 0) {
            return -EOVERFLOW;
        }
        int type = flags & 15;
        if (type != Mm.MAP_PRIVATE && type != Mm.MAP_SHARED && type != Mm.MAP_SHARED_VALIDATE) {
            return -EINVAL;
        }
        if ((flags & (Mm.MAP_HUGETLB | Mm.MAP_SYNC)) != 0) {
            return -EOPNOTSUPP;
        }
        if (!d.readable() || (type != Mm.MAP_PRIVATE && (prot & Mm.PROT_WRITE) != 0 && !d.writable())) {
            return -EACCES;
        }
        if ((prot & Mm.PROT_EXEC) != 0 && d.path() != null && (d.path().mount().flags() & 8) != 0) {
            return -EPERM;
        }
        int hostFd = d.mapFd(t, prot, flags);
        if (hostFd < 0) {
            return hostFd;
        }
        int r = t.kernel().listener().addFd(t.notifId, hostFd, fd);
        if (r < 0) {
            return r == -EBADF || r == -EMFILE ? -ENOMEM : r;
        }
        if (offset == 0 && d.path() != null) {
            t.kernel()
                    .mappedNames
                    .note(hostFd, MountNamespace.procText(d.path(), t.mounts().rootPath()));
        }
        t.fds().setMapped(fd);
        return Task.CONTINUE;
    }

    @Syscall(nr = Nr.msync)
    static long sys_msync(Task t, long addr, long len, int flags) {
        int known = Mm.MS_ASYNC | Mm.MS_SYNC | Mm.MS_INVALIDATE;
        if ((flags & ~known) != 0 || (addr & 4095) != 0 || (flags & Mm.MS_ASYNC) != 0 && (flags & Mm.MS_SYNC) != 0) {
            return -EINVAL;
        }
        return Task.CONTINUE; // addresses only
    }
}
