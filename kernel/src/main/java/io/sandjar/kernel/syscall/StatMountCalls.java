// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Nr;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.FileSystem;
import io.sandjar.kernel.vfs.Mount;
import io.sandjar.kernel.vfs.MountNamespace;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.Stat;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Mounts by their unique numbers: statmount(2), listmount(2). */
public final class StatMountCalls {
    private static final int REQUEST_SIZE = 24;
    private static final int PAGE = 4096;
    private static final long FIRST_ID = 1L << 31;
    private static final long ROOT = -1L;
    private static final int MOST_IDS = 1_000_000;

    private static final long SB_BASIC = 1;
    private static final long MNT_BASIC = 2;
    private static final long PROPAGATE_FROM = 4;
    private static final long MNT_ROOT = 8;
    private static final long MNT_POINT = 0x10;
    private static final long FS_TYPE = 0x20;
    private static final long MNT_NS_ID = 0x40;
    private static final long MNT_OPTS = 0x80;
    private static final long FS_SUBTYPE = 0x100;
    private static final long SB_SOURCE = 0x200;
    private static final long SUPPORTED_MASK = 0x1000;
    private static final long SUPPORTED = SB_BASIC
            | MNT_BASIC
            | PROPAGATE_FROM
            | MNT_ROOT
            | MNT_POINT
            | FS_TYPE
            | MNT_NS_ID
            | MNT_OPTS
            | FS_SUBTYPE
            | SB_SOURCE
            | SUPPORTED_MASK;

    /** struct statmount up to its strings. */
    private static final int FIXED = 512;

    private static final long MS_UNBINDABLE = 1 << 17;
    private static final long MS_PRIVATE = 1 << 18;
    private static final long MS_SLAVE = 1 << 19;
    private static final long MS_SHARED = 1 << 20;

    private StatMountCalls() {}

    /** struct mnt_id_req: id, parameter, namespace. */
    private static int request(Task t, long address, long[] out) {
        byte[] head = new byte[4];
        int r = t.mem().read(address, head);
        if (r != 0) {
            return r;
        }
        int size = Bytes.i32(head, 0);
        if (size > PAGE || size < 0) {
            return -E2BIG;
        }
        if (size < REQUEST_SIZE) {
            return -EINVAL;
        }
        byte[] b = new byte[Math.max(size, REQUEST_SIZE + 8)];
        byte[] given = new byte[size];
        r = t.mem().read(address, given);
        if (r != 0) {
            return r;
        }
        System.arraycopy(given, 0, b, 0, size);
        for (int i = REQUEST_SIZE + 8; i < b.length; i++) {
            if (b[i] != 0) {
                return -E2BIG;
            }
        }
        if (Bytes.i32(b, 4) != 0) {
            return -EINVAL;
        }
        out[0] = Bytes.i64(b, 8);
        out[1] = Bytes.i64(b, 16);
        long ns = Bytes.i64(b, 24);
        return ns != 0 && ns != t.mounts().number() ? -ENOENT : 0;
    }

    @Syscall(
            nr = Nr.statmount,
            support = Support.PARTIAL,
            note = "of the caller's own mount namespace; no option arrays")
    public static long sys_statmount(Task t, long req, long buf, long bufsize, @As(Kind.HEX) int flags) {
        if (flags != 0) {
            return -EINVAL;
        }
        long[] q = new long[2];
        int r = request(t, req, q);
        if (r != 0) {
            return r;
        }
        if (q[0] <= FIRST_ID) {
            return -EINVAL;
        }
        Mount m = t.mounts().byUniqueId(q[0]);
        if (m == null) {
            return -ENOENT;
        }
        String point = MountNamespace.reachable(m.rootPath(), t.fs().root());
        if (point == null && !MountCalls.mayMount(t)) {
            return -EPERM;
        }
        byte[] b = describe(t, m, q[1], point);
        if (bufsize < 0 || (b.length > FIXED && b.length > bufsize)) {
            return -EOVERFLOW;
        }
        return t.mem().write(buf, b, 0, (int) Math.min(b.length, bufsize));
    }

    private static byte[] describe(Task t, Mount m, long mask, @Nullable String point) {
        byte[] fixed = new byte[FIXED];
        StringBuilder strings = new StringBuilder();
        long given = mask & (SB_BASIC | MNT_BASIC | MNT_NS_ID | SUPPORTED_MASK);
        FileSystem.StatFs fs = new FileSystem.StatFs();
        if ((mask & SB_BASIC) != 0) {
            m.fs().statfs(fs);
            Bytes.put32(fixed, 16, Stat.major(m.fs().dev()));
            Bytes.put32(fixed, 20, Stat.minor(m.fs().dev()));
            Bytes.put64(fixed, 24, fs.type);
            Bytes.put32(fixed, 32, m.fs().readOnly() ? 1 : 0);
        }
        if ((mask & MNT_BASIC) != 0) {
            Path at = m.point();
            Mount parent = at == null ? m : at.mount();
            Bytes.put64(fixed, 40, m.uniqueId());
            Bytes.put64(fixed, 48, parent.uniqueId());
            Bytes.put32(fixed, 56, m.id());
            Bytes.put32(fixed, 60, parent.id());
            Bytes.put64(fixed, 64, NewMountCalls.attrsOf(m.flags()));
            Bytes.put64(fixed, 72, propagation(m));
            Bytes.put64(fixed, 80, m.peerGroup());
            Bytes.put64(fixed, 88, m.masterGroup());
        }
        if ((mask & PROPAGATE_FROM) != 0 && m.masterGroup() != 0) {
            given |= PROPAGATE_FROM;
            Bytes.put64(fixed, 96, m.masterGroup());
        }
        if ((mask & MNT_NS_ID) != 0) {
            Bytes.put64(fixed, 112, t.mounts().number());
        }
        if ((mask & FS_TYPE) != 0) {
            given |= add(fixed, 36, strings, m.fs().type(), FS_TYPE);
        }
        if ((mask & MNT_ROOT) != 0) {
            given |= add(fixed, 104, strings, m.root().inside(), MNT_ROOT);
        }
        if ((mask & MNT_POINT) != 0 && point != null) {
            given |= add(fixed, 108, strings, point, MNT_POINT);
        }
        if ((mask & MNT_OPTS) != 0 && !m.fs().options().isEmpty()) {
            given |= add(fixed, 4, strings, m.fs().options(), MNT_OPTS);
        }
        if ((mask & SB_SOURCE) != 0) {
            given |= add(fixed, 124, strings, m.source(), SB_SOURCE);
        }
        if ((mask & SUPPORTED_MASK) != 0) {
            Bytes.put64(fixed, 144, SUPPORTED);
        }
        byte[] text = strings.toString().getBytes(StandardCharsets.ISO_8859_1);
        byte[] all = java.util.Arrays.copyOf(fixed, FIXED + text.length);
        System.arraycopy(text, 0, all, FIXED, text.length);
        Bytes.put32(all, 0, all.length);
        Bytes.put64(all, 8, given);
        return all;
    }

    private static long add(byte[] fixed, int at, StringBuilder strings, String s, long bit) {
        Bytes.put32(fixed, at, strings.length());
        strings.append(s).append('\0');
        return bit;
    }

    private static long propagation(Mount m) {
        long p = m.peerGroup() != 0 ? MS_SHARED : 0;
        p |= m.masterGroup() != 0 ? MS_SLAVE : 0;
        return m.unbindable() ? MS_UNBINDABLE : p == 0 ? MS_PRIVATE : p;
    }

    @Syscall(nr = Nr.listmount, support = Support.PARTIAL, note = "of the caller's own mount namespace")
    public static long sys_listmount(Task t, long req, long ids, long count, @As(Kind.HEX) int flags) {
        if ((flags & ~1) != 0) {
            return -EINVAL;
        }
        if (Long.compareUnsigned(count, MOST_IDS) > 0) {
            return -EOVERFLOW;
        }
        long[] q = new long[2];
        int r = request(t, req, q);
        if (r != 0) {
            return r;
        }
        if (q[0] != ROOT && q[0] <= FIRST_ID) {
            return -EINVAL;
        }
        if (q[1] != 0 && q[1] <= FIRST_ID) {
            return -EINVAL;
        }
        Path top;
        if (q[0] == ROOT) {
            top = t.fs().root();
        } else {
            Mount m = t.mounts().byUniqueId(q[0]);
            if (m == null) {
                return -ENOENT;
            }
            top = m.rootPath();
            if (MountNamespace.reachable(top, t.fs().root()) == null && !MountCalls.mayMount(t)) {
                return -EPERM;
            }
        }
        List<Mount> all = t.mounts().mounts();
        boolean reverse = flags == 1;
        byte[] out = new byte[(int) Math.min(count, all.size()) * 8];
        int n = 0;
        for (int i = 0; i < all.size() && n < count; i++) {
            Mount m = all.get(reverse ? all.size() - 1 - i : i);
            long id = m.uniqueId();
            boolean after = q[1] == 0 || (reverse ? id < q[1] : id > q[1]);
            if (after && id != q[0] && MountNamespace.reachable(m.rootPath(), top) != null) {
                Bytes.put64(out, 8 * n++, id);
            }
        }
        r = t.mem().write(ids, out, 0, 8 * n);
        return r != 0 ? r : n;
    }
}
