// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.cgroups;

import io.sandjar.abi.Nr;
import io.sandjar.host.HostFs;
import io.sandjar.host.Sys;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Files and directories of cgroups by path. Results are 0 or -errno. */
final class Files {
    static final int EPERM = 1;
    static final int ENOENT = 2;
    static final int ESRCH = 3;
    static final int EACCES = 13;
    static final int EBUSY = 16;
    static final int EEXIST = 17;
    static final int ENODEV = 19;
    static final int EINVAL = 22;
    static final int EROFS = 30;
    static final int EOPNOTSUPP = 95;

    private static final int O_WRONLY = 1;
    private static final int O_DIRECTORY = 0200000;
    private static final int O_TRUNC = 01000;
    private static final int AT_REMOVEDIR = 0x200;

    private Files() {}

    static @Nullable String read(String path) {
        return Sys.readText(path);
    }

    /** The first line, without its end; null when it cannot be read. */
    static @Nullable String line(String path) {
        String s = Sys.readText(path);
        if (s == null) {
            return null;
        }
        int end = s.indexOf('\n');
        return end < 0 ? s : s.substring(0, end);
    }

    /** One write(2), as these files want it. */
    static int write(String path, String text) {
        int fd = Sys.openat(Sys.AT_FDCWD, path, O_WRONLY | O_TRUNC, 0);
        if (fd < 0) {
            return fd;
        }
        byte[] b = text.getBytes(StandardCharsets.ISO_8859_1);
        long n = Sys.write(fd, b, 0, b.length, -1);
        Sys.close(fd);
        return n < 0 ? (int) n : 0;
    }

    static int openForWriting(String path) {
        return Sys.openat(Sys.AT_FDCWD, path, O_WRONLY, 0);
    }

    /** A descriptor or -errno. */
    static int openForReading(String path) {
        return Sys.openat(Sys.AT_FDCWD, path, 0, 0);
    }

    /** Closes a descriptor, if it is one. */
    static void close(int fd) {
        if (fd >= 0) {
            Sys.close(fd);
        }
    }

    static boolean exists(String path) {
        return Sys.callWithPath(Nr.faccessat, 1, path, Sys.AT_FDCWD, 0, 0, 0, 0) == 0;
    }

    static boolean writable(String path) {
        return Sys.callWithPath(Nr.faccessat, 1, path, Sys.AT_FDCWD, 2, 0, 0, 0) == 0;
    }

    static int mkdir(String path) {
        return (int) Sys.callWithPath(Nr.mkdirat, 1, path, Sys.AT_FDCWD, 0755, 0, 0, 0);
    }

    static int rmdir(String path) {
        return (int) Sys.callWithPath(Nr.unlinkat, 1, path, Sys.AT_FDCWD, AT_REMOVEDIR, 0, 0, 0);
    }

    /** Names of the directories in a directory. */
    static List<String> directories(String path) {
        ArrayList<String> out = new ArrayList<>();
        int fd = Sys.openat(Sys.AT_FDCWD, path, O_DIRECTORY, 0);
        if (fd < 0) {
            return out;
        }
        byte[] buf = new byte[16384];
        for (int n = HostFs.getdents(fd, buf); n > 0; n = HostFs.getdents(fd, buf)) {
            int at = 0;
            while (at < n) {
                int length = (buf[at + 16] & 0xff) | (buf[at + 17] & 0xff) << 8;
                int end = at + 19;
                while (buf[end] != 0) {
                    end++;
                }
                String name = new String(buf, at + 19, end - at - 19, StandardCharsets.ISO_8859_1);
                if (buf[at + 18] == 4 && !name.equals(".") && !name.equals("..")) {
                    out.add(name);
                }
                at += length;
            }
        }
        Sys.close(fd);
        return out;
    }
}
