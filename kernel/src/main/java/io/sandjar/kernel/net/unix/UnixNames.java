// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.unix;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Net;
import io.sandjar.abi.SockaddrUnLayout;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Inode;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;

/**
 * Names of unix sockets (unix(7)): abstract ones in a table here, the others in the file system. The table is guarded
 * by the lock of the network.
 */
public final class UnixNames {
    private static final int PATH_AT = SockaddrUnLayout.sun_path;

    private final HashMap<String, UnixSocket> names = new HashMap<>();
    private int nextAuto = 1;

    /** An address without a name, as getsockname gives for an unbound socket. */
    static byte[] unnamed() {
        return new byte[] {Net.AF_UNIX, 0};
    }

    /** Checks the form of an address that is to be bound or connected to. */
    static int check(byte[] addr, int len) {
        if (len <= PATH_AT || len > SockaddrUnLayout.SIZEOF || Bytes.u16(addr, 0) != Net.AF_UNIX) {
            return -EINVAL;
        }
        return 0;
    }

    static boolean isAbstract(byte[] addr) {
        return addr.length > PATH_AT && addr[PATH_AT] == 0;
    }

    private static String key(byte[] addr, int len) {
        return new String(addr, PATH_AT, len - PATH_AT, StandardCharsets.ISO_8859_1);
    }

    /** The path of an address: up to a NUL. */
    private static String path(byte[] addr, int len) {
        int end = PATH_AT;
        while (end < len && addr[end] != 0) {
            end++;
        }
        return new String(addr, PATH_AT, end - PATH_AT, StandardCharsets.ISO_8859_1);
    }

    /** Binds; gives the address as it is to be told from now on. */
    int bind(Caller c, UnixSocket s, byte[] addr, int len, Ref<byte[]> bound) {
        if (len == PATH_AT && Bytes.u16(addr, 0) == Net.AF_UNIX) {
            return bindAuto(s, bound);
        }
        int r = check(addr, len);
        if (r < 0) {
            return r;
        }
        if (addr[PATH_AT] != 0) {
            return bindPath(c, s, path(addr, len), bound);
        }
        s.net().lock().lock();
        try {
            if (names.putIfAbsent(key(addr, len), s) != null) {
                return -EADDRINUSE;
            }
        } finally {
            s.net().lock().unlock();
        }
        bound.set(java.util.Arrays.copyOf(addr, len));
        return 0;
    }

    private int bindAuto(UnixSocket s, Ref<byte[]> bound) {
        s.net().lock().lock();
        try {
            for (int i = 0; i < 0x100000; i++) {
                int n = nextAuto++ & 0xfffff;
                byte[] a = new byte[PATH_AT + 6];
                a[0] = Net.AF_UNIX;
                for (int d = 0; d < 5; d++) {
                    a[PATH_AT + 5 - d] = (byte) Character.forDigit(n >> d * 4 & 15, 16);
                }
                if (names.putIfAbsent(key(a, a.length), s) == null) {
                    bound.set(a);
                    return 0;
                }
            }
            return -ENOSPC;
        } finally {
            s.net().lock().unlock();
        }
    }

    private static int bindPath(Caller c, UnixSocket s, String path, Ref<byte[]> bound) {
        Ref<Inode> made = new Ref<>();
        int r = UnixPaths.make(c, path, s.permissions(), made);
        if (r < 0) {
            return r == -EEXIST ? -EADDRINUSE : r;
        }
        Inode i = made.get();
        i.binding = s;
        s.boundInode = i;
        byte[] p = path.getBytes(StandardCharsets.ISO_8859_1);
        byte[] a = new byte[PATH_AT + p.length + 1];
        a[0] = Net.AF_UNIX;
        System.arraycopy(p, 0, a, PATH_AT, p.length);
        bound.set(a);
        return 0;
    }

    /** A descriptor (O_PATH) of the host's socket behind an address, the caller's to close; -errno when there is none. */
    static int nameHost(Caller c, byte[] addr, int len) {
        int r = check(addr, len);
        if (r < 0 || addr[PATH_AT] == 0) {
            return -ECONNREFUSED;
        }
        Ref<Inode> inode = new Ref<>();
        r = UnixPaths.find(c, path(addr, len), inode);
        return r < 0 || inode.get().binding instanceof UnixSocket
                ? -ECONNREFUSED
                : inode.get().nameHostSocket();
    }

    /** The socket behind an address. */
    int find(Caller c, UnixSocket from, byte[] addr, int len, Ref<UnixSocket> out) {
        int r = check(addr, len);
        if (r < 0) {
            return r;
        }
        UnixSocket s;
        if (addr[PATH_AT] == 0) {
            from.net().lock().lock();
            try {
                s = names.get(key(addr, len));
            } finally {
                from.net().lock().unlock();
            }
        } else {
            Ref<Inode> inode = new Ref<>();
            r = UnixPaths.find(c, path(addr, len), inode);
            if (r < 0) {
                return r;
            }
            s = inode.get().binding instanceof UnixSocket u ? u : null;
        }
        if (s == null) {
            return -ECONNREFUSED;
        }
        if (s.type() != from.type()) {
            return -EPROTOTYPE;
        }
        out.set(s);
        return 0;
    }

    /** A bound socket was closed. A name in the file system stays, with nobody behind it. */
    void forget(UnixSocket s, byte[] name) {
        Inode i = s.boundInode;
        if (i != null) {
            if (i.binding == s) {
                i.binding = null;
            }
        } else if (isAbstract(name)) {
            names.remove(key(name, name.length), s);
        }
    }
}
