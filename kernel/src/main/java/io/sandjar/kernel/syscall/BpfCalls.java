// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Cap;
import io.sandjar.abi.Nr;
import io.sandjar.kernel.fs.cgroup.Cgroup;
import io.sandjar.kernel.fs.cgroup.CgroupDir;
import io.sandjar.kernel.fs.cgroup.DeviceProgram;
import io.sandjar.kernel.fs.cgroup.DevicePrograms;
import io.sandjar.kernel.fs.cgroup.ProgramFile;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.FileDescription;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * bpf(2) as far as container runtimes need it: programs that say which devices a control group may use. They are the
 * kernel's own to interpret; the host never sees them.
 */
public final class BpfCalls {
    private static final int PROG_LOAD = 5;
    private static final int PROG_ATTACH = 8;
    private static final int PROG_DETACH = 9;
    private static final int PROG_GET_FD_BY_ID = 13;
    private static final int OBJ_GET_INFO_BY_FD = 15;
    private static final int PROG_QUERY = 16;
    private static final int TYPE_CGROUP_SKB = 8;
    private static final int TYPE_CGROUP_DEVICE = 15;
    private static final int ATTACH_DEVICE = 6;
    private static final int ATTR_SIZE = 256;
    private static final AtomicInteger IDS = new AtomicInteger();

    private BpfCalls() {}

    @Syscall(
            nr = Nr.bpf,
            support = Support.PARTIAL,
            note =
                    "programs for the devices of control groups: load, attach, detach, query; EPERM without CAP_BPF or CAP_SYS_ADMIN, else EINVAL")
    public static long sys_bpf(Task t, int cmd, long attr, int size) {
        if (!t.creds().has(Cap.CAP_SYS_ADMIN) && !t.creds().has(Cap.CAP_BPF)) {
            return -EPERM;
        }
        if (size < 0 || size > 4096) {
            return -E2BIG;
        }
        byte[] a = new byte[Math.max(size, ATTR_SIZE)];
        if (t.mem().read(attr, a, 0, size) < 0) {
            return -EFAULT;
        }
        for (int i = ATTR_SIZE; i < size; i++) {
            if (a[i] != 0) {
                return -E2BIG;
            }
        }
        return switch (cmd) {
            case PROG_LOAD -> load(t, a);
            case PROG_ATTACH -> attach(t, a);
            case PROG_DETACH -> detach(t, a);
            case PROG_QUERY -> query(t, a, attr);
            case PROG_GET_FD_BY_ID -> byId(t, Bytes.i32(a, 0));
            case OBJ_GET_INFO_BY_FD -> info(t, a, attr);
            default -> -EINVAL;
        };
    }

    private static long load(Task t, byte[] a) {
        int type = Bytes.i32(a, 0);
        int count = Bytes.i32(a, 4);
        if (type != TYPE_CGROUP_DEVICE && type != TYPE_CGROUP_SKB) {
            return -EINVAL;
        }
        if (count <= 0 || count > DeviceProgram.MOST_INSTRUCTIONS) {
            return -E2BIG;
        }
        byte[] code = new byte[count * 8];
        if (t.mem().read(Bytes.i64(a, 8), code) < 0) {
            return -EFAULT;
        }
        int[] error = new int[1];
        DeviceProgram p = DeviceProgram.load(code, IDS.incrementAndGet(), error);
        return p == null ? error[0] : open(t, p, type == TYPE_CGROUP_DEVICE);
    }

    private static long open(Task t, DeviceProgram p, boolean forDevices) {
        return PipeCalls.install(t, new ProgramFile(t.kernel().anon.newInode(0600, t.creds()), p, forDevices), true);
    }

    private static @Nullable Cgroup group(Task t, int fd) {
        FileDescription d = t.fget(fd);
        return d != null && d.inode() instanceof CgroupDir dir ? dir.group() : null;
    }

    private static @Nullable ProgramFile program(Task t, int fd) {
        return t.fget(fd) instanceof ProgramFile f ? f : null;
    }

    private static long attach(Task t, byte[] a) {
        int flags = Bytes.i32(a, 12);
        if (Bytes.i32(a, 8) != ATTACH_DEVICE) {
            return -EINVAL;
        }
        ProgramFile p = program(t, Bytes.i32(a, 4));
        if (p == null) {
            return t.fget(Bytes.i32(a, 4)) == null ? -EBADF : -EINVAL;
        }
        if (!p.forDevices()) {
            return -EINVAL;
        }
        Cgroup g = group(t, Bytes.i32(a, 0));
        if (g == null) {
            return -EBADF;
        }
        DeviceProgram old = null;
        if ((flags & DevicePrograms.REPLACE) != 0) {
            ProgramFile o = program(t, Bytes.i32(a, 16));
            if (o == null) {
                return -EBADF;
            }
            old = o.program();
        }
        int r = g.devices().attach(p.program(), flags, old);
        if (r == 0) {
            g.useDevices();
        }
        return r;
    }

    private static long detach(Task t, byte[] a) {
        if (Bytes.i32(a, 8) != ATTACH_DEVICE) {
            return -EINVAL;
        }
        Cgroup g = group(t, Bytes.i32(a, 0));
        if (g == null) {
            return -EBADF;
        }
        ProgramFile p = program(t, Bytes.i32(a, 4));
        return g.devices().detach(p == null ? null : p.program());
    }

    private static long query(Task t, byte[] a, long attr) {
        if (Bytes.i32(a, 4) != ATTACH_DEVICE || (Bytes.i32(a, 8) & ~1) != 0) {
            return -EINVAL;
        }
        Cgroup g = group(t, Bytes.i32(a, 0));
        if (g == null) {
            return -EBADF;
        }
        DeviceProgram[] all = g.devices().all();
        int room = Bytes.i32(a, 24);
        long ids = Bytes.i64(a, 16);
        if (t.mem().writeInt(attr + 12, g.devices().flags()) < 0 || t.mem().writeInt(attr + 24, all.length) < 0) {
            return -EFAULT;
        }
        for (int i = 0; ids != 0 && i < all.length && Integer.compareUnsigned(i, room) < 0; i++) {
            if (t.mem().writeInt(ids + 4L * i, all[i].id()) < 0) {
                return -EFAULT;
            }
        }
        return ids != 0 && room != 0 && Integer.compareUnsigned(room, all.length) < 0 ? -ENOSPC : 0;
    }

    private static long byId(Task t, int id) {
        DeviceProgram p = t.container().cgroups.program(id);
        return p == null ? -ENOENT : open(t, p, true);
    }

    /** struct bpf_prog_info: type, id, and nothing of what has no meaning here. */
    private static long info(Task t, byte[] a, long attr) {
        ProgramFile p = program(t, Bytes.i32(a, 0));
        if (p == null) {
            return t.fget(Bytes.i32(a, 0)) == null ? -EBADF : -EINVAL;
        }
        byte[] b = new byte[88];
        Bytes.put32(b, 0, p.forDevices() ? TYPE_CGROUP_DEVICE : TYPE_CGROUP_SKB);
        Bytes.put32(b, 4, p.program().id());
        int n = Bytes.i32(a, 4);
        if (n < 0) {
            return -E2BIG;
        }
        n = Math.min(n, b.length);
        return t.mem().write(Bytes.i64(a, 8), b, 0, n) < 0 || t.mem().writeInt(attr + 4, n) < 0 ? -EFAULT : 0;
    }
}
