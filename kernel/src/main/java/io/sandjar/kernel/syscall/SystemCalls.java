// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Cap;
import io.sandjar.abi.Mm;
import io.sandjar.abi.Nr;
import io.sandjar.abi.Prctl;
import io.sandjar.abi.SysinfoLayout;
import io.sandjar.abi.UtsnameLayout;
import io.sandjar.host.Scratch;
import io.sandjar.host.Sys;
import io.sandjar.kernel.fs.sys.CgroupView;
import io.sandjar.kernel.task.Kernel;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.task.Uts;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The system as a whole: names, memory in sum, random bytes, the log. */
public final class SystemCalls {
    private static final int PER_MASK = 0xff;
    private static final int PER_LINUX32 = 8;

    /** What a program with UNAME26 is told: 60 more than the minor version of 6.x. */
    private static final String RELEASE_26 = "2.6.72-sandjar";

    private static final int HOST_NAME_MAX = 64;
    private static final int RANDOM_CHUNK = 32768;

    private SystemCalls() {}

    @Syscall(nr = Nr.uname)
    public static long sys_uname(Task t, long buf) {
        byte[] b = new byte[UtsnameLayout.SIZEOF];
        Uts names = t.namespaces().uts;
        put(b, UtsnameLayout.sysname, "Linux");
        put(b, UtsnameLayout.nodename, names.hostname);
        put(b, UtsnameLayout.release, (t.settings.personality & Prctl.UNAME26) != 0 ? RELEASE_26 : Kernel.RELEASE);
        put(b, UtsnameLayout.version, Kernel.VERSION);
        put(b, UtsnameLayout.machine, (t.settings.personality & PER_MASK) == PER_LINUX32 ? "i686" : "x86_64");
        put(b, UtsnameLayout.domainname, names.domainname);
        return t.mem().write(buf, b);
    }

    private static void put(byte[] b, int at, String s) {
        byte[] raw = s.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(raw, 0, b, at, Math.min(raw.length, UtsnameLayout.FIELD_SIZEOF - 1));
    }

    @Syscall(nr = Nr.sethostname)
    public static long sys_sethostname(Task t, long name, long len) {
        return setName(t, name, len, false);
    }

    @Syscall(nr = Nr.setdomainname)
    public static long sys_setdomainname(Task t, long name, long len) {
        return setName(t, name, len, true);
    }

    private static long setName(Task t, long name, long len, boolean domain) {
        if (!t.creds().has(t.namespaces().uts.owner(), Cap.CAP_SYS_ADMIN)) {
            return -EPERM;
        }
        if ((int) len < 0 || (int) len > HOST_NAME_MAX) {
            return -EINVAL;
        }
        byte[] b = new byte[(int) len];
        int r = t.mem().read(name, b);
        if (r == 0) {
            String s = new String(b, StandardCharsets.ISO_8859_1);
            if (domain) {
                t.namespaces().uts.domainname = s;
            } else {
                t.namespaces().uts.hostname = s;
            }
        }
        return r;
    }

    @Syscall(nr = Nr.sysinfo)
    public static long sys_sysinfo(Task t, long info) {
        byte[] b = new byte[SysinfoLayout.SIZEOF];
        Scratch s = Scratch.take();
        try {
            long r = Sys.call(Nr.sysinfo, s.address);
            if (r < 0) {
                return r;
            }
            limitMemory(t.container().groups, s.buf);
            s.buf.get(0, b);
        } finally {
            s.give();
        }
        Bytes.put64(b, SysinfoLayout.uptime, t.kernel().bootNanos() / 1_000_000_000L + 1);
        double[] loads = t.kernel().figures().loads();
        for (int i = 0; i < loads.length; i++) {
            Bytes.put64(b, SysinfoLayout.loads + 8 * i, (long) (loads[i] * 65536));
        }
        Bytes.put16(b, SysinfoLayout.procs, Math.min(t.pids().tasks().threads(), 65535));
        return t.mem().write(info, b);
    }

    /** As in /proc/meminfo: the machine is as large as the container's limit. */
    private static void limitMemory(CgroupView groups, ByteBuffer b) {
        long unit = Math.max(1, b.getInt(SysinfoLayout.mem_unit));
        long limit = groups.memoryLimit();
        if (limit > 0 && limit < b.getLong(SysinfoLayout.totalram) * unit) {
            b.putLong(SysinfoLayout.totalram, limit / unit);
            b.putLong(SysinfoLayout.freeram, Math.max(0, limit - groups.memoryCharged()) / unit);
            b.putLong(SysinfoLayout.sharedram, groups.memoryStat("shmem") / unit);
            b.putLong(SysinfoLayout.bufferram, 0);
            b.putLong(SysinfoLayout.totalswap, 0);
            b.putLong(SysinfoLayout.freeswap, 0);
        }
    }

    @Syscall(nr = Nr.getrandom)
    public static long sys_getrandom(Task t, long buf, long count, int flags) {
        if ((flags & ~7) != 0 || (flags & 6) == 6) {
            return -EINVAL;
        }
        long want = count < 0 ? Io.MAX_RW_COUNT : Math.min(count, Io.MAX_RW_COUNT);
        byte[] b = new byte[(int) Math.min(want, RANDOM_CHUNK)];
        long done = 0;
        while (done < want) {
            int n = (int) Math.min(b.length, want - done);
            random(b, n);
            if (t.mem().write(buf + done, b, 0, n) < 0) {
                return done > 0 ? done : -EFAULT;
            }
            done += n;
            if (done >= 256 && t.signalPending()) {
                break;
            }
        }
        return done;
    }

    private static void random(byte[] b, int n) {
        Scratch s = Scratch.take();
        try {
            int at = 0;
            while (at < n) {
                long r = Sys.call(Nr.getrandom, s.address, n - at, 0);
                if (r > 0) {
                    s.buf.get(0, b, at, (int) r);
                    at += (int) r;
                }
            }
        } finally {
            s.give();
        }
    }

    @Syscall(nr = Nr.getcpu)
    public static long sys_getcpu(Task t, long cpu, long node, long unused) {
        int r = cpu == 0 ? 0 : t.mem().writeInt(cpu, 0);
        return r < 0 || node == 0 ? r : t.mem().writeInt(node, 0);
    }

    @Syscall(nr = Nr.syslog, support = Support.PARTIAL, note = "the log is empty")
    public static long sys_syslog(Task t, int type, long buf, int len) {
        if (type < 0 || type > 10) {
            return -EINVAL;
        }
        if (type != 3
                && type != 10
                && !t.creds().has(Cap.CAP_SYSLOG)
                && !t.creds().has(Cap.CAP_SYS_ADMIN)) {
            return -EPERM;
        }
        return switch (type) {
            case 2, 3, 4 -> buf == 0 || len < 0 ? -EINVAL : 0;
            case 8 -> len < 1 || len > 8 ? -EINVAL : 0;
            case 10 -> 65536;
            default -> 0;
        };
    }

    @Syscall(
            nr = Nr.personality,
            support = Support.PARTIAL,
            note =
                    "remembered; of effect are PER_LINUX32 and UNAME26 in uname, and ADDR_NO_RANDOMIZE for the program itself")
    public static long sys_personality(Task t, long persona) {
        int old = t.settings.personality;
        if ((int) persona != -1) {
            t.settings.personality = (int) persona;
        }
        return old;
    }

    @Syscall(nr = Nr.membarrier, support = Support.PARTIAL, note = "the private commands, which the host carries out")
    public static long sys_membarrier(Task t, int cmd, int flags, int cpu_id) {
        if (flags != 0) {
            return -EINVAL;
        }
        return cmd == Mm.MEMBARRIER_CMD_QUERY
                ? Mm.MEMBARRIER_CMD_PRIVATE_EXPEDITED
                        | Mm.MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED
                        | Mm.MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE
                        | Mm.MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE
                : -EINVAL;
    }
}
