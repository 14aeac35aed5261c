// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.hostdir;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Nr;
import io.sandjar.host.HostFs;
import io.sandjar.host.Sys;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.vfs.FileCaps;
import java.nio.charset.StandardCharsets;

/** Extended attributes of an open file of the host. Guests see those that belong to users, and nothing of the host's. */
final class HostXattr {
    private HostXattr() {}

    static boolean shown(String attr) {
        return attr.startsWith("user.");
    }

    /** A program's capabilities count as they do on the host; they can be looked at, and set in memory only. */
    static boolean readable(String attr) {
        return shown(attr) || attr.equals(FileCaps.NAME);
    }

    /** What reading an attribute gives that is not shown. */
    static int hidden(String attr) {
        return attr.startsWith("system.") ? -EOPNOTSUPP : -ENODATA;
    }

    static int get(int fd, String attr, Ref<byte[]> out) {
        return read(Nr.fgetxattr, fd, attr, out);
    }

    static int list(int fd, Ref<byte[]> out) {
        Ref<byte[]> all = new Ref<>();
        int r = read(Nr.flistxattr, fd, "", all);
        if (r != 0) {
            return r;
        }
        StringBuilder b = new StringBuilder();
        String names = new String(all.get(), StandardCharsets.ISO_8859_1);
        for (int at = 0; at < names.length(); ) {
            int end = names.indexOf('\0', at);
            if (readable(names.substring(at, end))) {
                b.append(names, at, end + 1);
            }
            at = end + 1;
        }
        out.set(b.toString().getBytes(StandardCharsets.ISO_8859_1));
        return 0;
    }

    static int remove(int fd, String attr) {
        return (int) Sys.callWithPath(Nr.fremovexattr, 1, attr, fd, 0, 0, 0, 0);
    }

    private static int read(int nr, int fd, String attr, Ref<byte[]> out) {
        int[] err = new int[1];
        byte[] v = HostFs.xattr(nr, fd, attr, err);
        if (v == null) {
            return err[0];
        }
        out.set(v);
        return 0;
    }
}
