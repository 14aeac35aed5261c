// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.create;

import io.sandjar.abi.Errno;
import io.sandjar.abi.Nr;
import io.sandjar.abi.O;
import io.sandjar.host.HostFs;
import io.sandjar.host.HostTrees;
import io.sandjar.host.Sys;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;

/** The directory of a container's writable layer on the host ({@code --overlay2 root:self}, {@code root:dir=DIR}). */
final class UpperDir {
    private static final int MAX_DEPTH = 2048;

    private UpperDir() {}

    static String path(String parent, String id) {
        return (parent.equals("/") ? "" : parent) + "/.sandjar-upper-" + id;
    }

    /** Makes it and opens it as a tree: a descriptor or -errno. */
    static int make(String path) {
        int r = HostFs.nameCall(Nr.mkdirat, Sys.AT_FDCWD, path, 0700, 0, 0);
        if (r < 0) {
            return r;
        }
        int fd = HostTrees.open(Sys.AT_FDCWD, path, false);
        if (fd >= 0) {
            HostTrees.attributes(fd, HostTrees.NOSUID | HostTrees.NODEV, 0, true);
            return fd;
        }
        return HostTrees.plain(Sys.AT_FDCWD, path);
    }

    /** Removes it with everything in it. Links are not followed. */
    static void remove(String path) {
        if (!path.substring(path.lastIndexOf('/') + 1).startsWith(".sandjar-upper-")) {
            return;
        }
        int fd = Sys.openat(Sys.AT_FDCWD, path, O.O_DIRECTORY | O.O_NOFOLLOW, 0);
        if (fd >= 0) {
            empty(fd, 0);
            Sys.close(fd);
            HostFs.nameCall(Nr.unlinkat, Sys.AT_FDCWD, path, O.AT_REMOVEDIR, 0, 0);
        }
    }

    private static void empty(int dir, int depth) {
        for (String name : names(dir)) {
            int r = HostFs.nameCall(Nr.unlinkat, dir, name, 0, 0, 0);
            if (r != -Errno.EISDIR || depth == MAX_DEPTH) {
                continue;
            }
            int fd = Sys.openat(dir, name, O.O_DIRECTORY | O.O_NOFOLLOW, 0);
            if (fd >= 0) {
                empty(fd, depth + 1);
                Sys.close(fd);
            }
            HostFs.nameCall(Nr.unlinkat, dir, name, O.AT_REMOVEDIR, 0, 0);
        }
    }

    private static ArrayList<String> names(int dir) {
        ArrayList<String> all = new ArrayList<>();
        byte[] buf = new byte[32768];
        int n;
        while ((n = HostFs.getdents(dir, buf)) > 0) {
            int at = 0;
            while (at < n) {
                int length = (buf[at + 16] & 0xff) | (buf[at + 17] & 0xff) << 8;
                int end = at + 19;
                while (buf[end] != 0) {
                    end++;
                }
                String name = new String(buf, at + 19, end - at - 19, StandardCharsets.ISO_8859_1);
                if (!name.equals(".") && !name.equals("..")) {
                    all.add(name);
                }
                at += length;
            }
        }
        return all;
    }
}
