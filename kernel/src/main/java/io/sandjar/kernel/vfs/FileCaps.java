// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Cap;
import io.sandjar.kernel.base.Ref;
import org.jspecify.annotations.Nullable;

/**
 * Capabilities of a program (capabilities(7)): what the attribute {@code security.capability} says. Version 3 names the
 * user namespace that it counts in by that one's root; guests see and write version 2 in their own.
 */
public record FileCaps(long permitted, long inheritable, boolean effective) {
    public static final String NAME = "security.capability";

    private static final int REVISION = 0xff000000;
    private static final int V2 = 0x02000000;
    private static final int V3 = 0x03000000;
    private static final int EFFECTIVE = 1;
    private static final int V2_SIZE = 20;
    private static final int V3_SIZE = 24;

    private static boolean is(byte[] b, int revision, int size) {
        return b.length == size && (Bytes.i32(b, 0) & REVISION) == revision;
    }

    /** What is kept when {@code c} sets the attribute of {@code i} to {@code value}: 0 or -errno. */
    public static int toKeep(Creds c, Inode i, byte[] value, Ref<byte[]> out) {
        boolean v2 = is(value, V2, V2_SIZE);
        if (!v2 && !is(value, V3, V3_SIZE)) {
            return -EINVAL;
        }
        if (!c.has(i, Cap.CAP_SETFCAP)) {
            return -EPERM;
        }
        if (v2 && c.has(UserNamespace.FIRST, Cap.CAP_SETFCAP)) {
            out.set(value);
            return 0;
        }
        int root = c.userNs().kernelUid(v2 ? 0 : Bytes.i32(value, V2_SIZE));
        if (root == -1) {
            return -EINVAL;
        }
        out.set(v3(value, root));
        return 0;
    }

    private static byte[] v3(byte[] from, int root) {
        byte[] b = new byte[V3_SIZE];
        System.arraycopy(from, 0, b, 0, V2_SIZE);
        Bytes.put32(b, 0, V3 | Bytes.i32(from, 0) & EFFECTIVE);
        Bytes.put32(b, V2_SIZE, root);
        return b;
    }

    /** What is kept, as somebody in {@code ns} sees it: 0 or -errno. */
    public static int toShow(UserNamespace ns, byte[] kept, Ref<byte[]> out) {
        boolean v3 = is(kept, V3, V3_SIZE);
        if (!v3 && !is(kept, V2, V2_SIZE)) {
            return -EINVAL;
        }
        int root = v3 ? Bytes.i32(kept, V2_SIZE) : 0;
        int here = ns.localUid(root);
        if (here != -1 && here != 0) {
            out.set(v3(kept, here));
            return 0;
        }
        if (!rootOf(ns, root)) {
            return -EOVERFLOW;
        }
        byte[] b = new byte[V2_SIZE];
        System.arraycopy(kept, 0, b, 0, V2_SIZE);
        Bytes.put32(b, 0, V2 | Bytes.i32(kept, 0) & EFFECTIVE);
        out.set(b);
        return 0;
    }

    /** Whether a user is root of {@code ns} or of one around it. */
    private static boolean rootOf(UserNamespace ns, int kernelUid) {
        for (UserNamespace n = ns; n != null; n = n.parent()) {
            if (n.localUid(kernelUid) == 0) {
                return true;
            }
        }
        return false;
    }

    /** The capabilities of a program for somebody in {@code ns}; null for none. */
    public static @Nullable FileCaps of(Caller c, Inode program) {
        Ref<byte[]> v = new Ref<>();
        if (program.getxattr(c, NAME, v) != 0) {
            return null;
        }
        byte[] b = v.get();
        boolean v3 = is(b, V3, V3_SIZE);
        if ((!v3 && !is(b, V2, V2_SIZE)) || !rootOf(c.creds().userNs(), v3 ? Bytes.i32(b, V2_SIZE) : 0)) {
            return null;
        }
        long permitted = (Bytes.i32(b, 4) & 0xffffffffL | (long) Bytes.i32(b, 12) << 32) & Creds.ALL_CAPS;
        long inheritable = (Bytes.i32(b, 8) & 0xffffffffL | (long) Bytes.i32(b, 16) << 32) & Creds.ALL_CAPS;
        return new FileCaps(permitted, inheritable, (Bytes.i32(b, 0) & EFFECTIVE) != 0);
    }
}
