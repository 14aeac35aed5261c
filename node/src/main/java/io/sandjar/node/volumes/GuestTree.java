// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.volumes;

import io.sandjar.abi.Errno;
import io.sandjar.abi.Nr;
import io.sandjar.host.HostFs;
import io.sandjar.host.HostStat;
import io.sandjar.host.Mounts;
import io.sandjar.host.Sys;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Directory trees that a guest has filled. Everything goes by descriptor and one name at a time: no link is ever followed
 * and no mount crossed, so whatever the guest has made there, nothing outside is touched.
 */
final class GuestTree {
    private static final int O_DIRECTORY = 0200000;
    private static final int O_NOFOLLOW = 0400000;
    private static final int O_PATH = 010000000;
    private static final int O_NONBLOCK = 04000;
    private static final int AT_REMOVEDIR = 0x200;
    private static final int ENOENT = 2;
    private static final int EACCES = 13;
    private static final int S_IFMT = 0170000;
    private static final int S_IFDIR = 0040000;

    /** RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV. */
    private static final long STRICT = 0x8 | 0x4 | 0x2 | 0x1;

    /** How many directories are open at the same time: deeper ones are brought up first. */
    private static final int DELETE_DEPTH = 64;

    /** How deep a tree is measured. */
    static final int MEASURE_DEPTH = 1000;

    private GuestTree() {}

    /** Entries of a directory, as bytes in ISO-8859-1. */
    private static List<String> names(int dir) throws IOException {
        List<String> out = new ArrayList<>();
        byte[] buf = new byte[32768];
        while (true) {
            int n = HostFs.getdents(dir, buf);
            if (n < 0) {
                throw new IOException("cannot read a directory: " + Errno.name(-n));
            }
            if (n == 0) {
                return out;
            }
            ByteBuffer b = ByteBuffer.wrap(buf, 0, n).order(ByteOrder.LITTLE_ENDIAN);
            for (int at = 0; at < n; at += b.getShort(at + 16) & 0xffff) {
                int end = at + 19;
                while (buf[end] != 0) {
                    end++;
                }
                String name = new String(buf, at + 19, end - at - 19, StandardCharsets.ISO_8859_1);
                if (!name.equals(".") && !name.equals("..")) {
                    out.add(name);
                }
            }
        }
    }

    private static int openDir(int dir, String name) {
        int flags = O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK;
        int fd = Sys.openat2(dir, name, flags, 0, STRICT);
        if (fd == -EACCES) { // a directory without permissions, and we are not root
            int place = Sys.openat2(dir, name, flags | O_PATH, 0, STRICT);
            if (place >= 0) {
                Sys.callWithPath(Nr.chmod, 0, "/proc/self/fd/" + place, 0700, 0, 0, 0, 0);
                Sys.close(place);
                fd = Sys.openat2(dir, name, flags, 0, STRICT);
            }
        }
        return fd;
    }

    /** A Java path as the bytes Linux knows it by. */
    static String bytes(Path p) {
        return new String(p.toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /** Removes a file or a tree. What is gone already is no error; a mount in it is, and stays. */
    static void delete(Path path) throws IOException {
        String parent = bytes(path.toAbsolutePath().resolveSibling("."));
        String name = bytes(path.getFileName());
        int dir = Sys.openat(Sys.AT_FDCWD, parent, O_DIRECTORY, 0);
        if (dir == -ENOENT) {
            return;
        }
        check(dir, parent);
        try {
            Deque<String> todo = new ArrayDeque<>();
            todo.add(name);
            int[] deep = {0};
            while (!todo.isEmpty()) {
                delete(dir, todo.peek(), dir, name, deep, todo, 0);
                todo.remove();
            }
        } finally {
            Sys.close(dir);
        }
    }

    private static void check(int r, String what) throws IOException {
        if (r < 0) {
            throw new IOException(what + ": " + Errno.name(-r));
        }
    }

    private static void delete(int dir, String name, int top, String topName, int[] deep, Deque<String> todo, int depth)
            throws IOException {
        int r = HostFs.nameCall(Nr.unlinkat, dir, name, 0, 0, 0);
        if (r == 0 || r == -ENOENT) {
            return;
        }
        int fd = openDir(dir, name);
        if (fd == -ENOENT) {
            return;
        }
        check(fd, "cannot remove " + name);
        try {
            for (String n : names(fd)) {
                if (depth < DELETE_DEPTH) {
                    delete(fd, n, top, topName, deep, todo, depth + 1);
                } else if (HostFs.nameCall(Nr.unlinkat, fd, n, 0, 0, 0) != 0) {
                    // too deep: it becomes a tree of its own beside the first one
                    String up = topName + ".deep" + deep[0]++;
                    check(HostFs.twoNames(Nr.renameat2, fd, n, top, up, 0), "cannot move " + n);
                    todo.add(up);
                }
            }
        } finally {
            Sys.close(fd);
        }
        r = HostFs.nameCall(Nr.unlinkat, dir, name, AT_REMOVEDIR, 0, 0);
        if (r != 0 && r != -ENOENT) {
            check(r, "cannot remove the directory " + name);
        }
    }

    /**
     * Bytes on the disk; a file with several names counts once. Long.MAX_VALUE for a tree that is nested too deeply to be
     * measured, so that depth is no way around a limit.
     */
    static long usage(Path path) {
        int root = Sys.openat(Sys.AT_FDCWD, bytes(path), O_DIRECTORY | O_NOFOLLOW, 0);
        if (root < 0) {
            return 0;
        }
        Set<Long> seen = new HashSet<>();
        Deque<Level> stack = new ArrayDeque<>();
        HostStat stat = new HostStat();
        long total = 0;
        stack.push(new Level(root));
        try {
            while (!stack.isEmpty()) {
                Level level = stack.peek();
                if (level.next == level.names.size()) {
                    Sys.close(stack.pop().fd);
                    continue;
                }
                String name = level.names.get(level.next++);
                if (HostFs.statx(level.fd, name, stat) != 0) {
                    continue;
                }
                boolean directory = (stat.mode & S_IFMT) == S_IFDIR;
                if (directory || stat.nlink < 2 || seen.add(stat.ino)) {
                    total += stat.blocks * 512;
                }
                if (directory) {
                    if (stack.size() >= MEASURE_DEPTH) {
                        return Long.MAX_VALUE;
                    }
                    int fd = Sys.openat2(level.fd, name, O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK, 0, STRICT);
                    if (fd >= 0) {
                        stack.push(new Level(fd));
                    }
                }
            }
            return total;
        } finally {
            stack.forEach(l -> Sys.close(l.fd));
        }
    }

    private static final class Level {
        final int fd;
        final List<String> names;
        int next;

        Level(int fd) {
            this.fd = fd;
            List<String> n;
            try {
                n = names(fd);
            } catch (IOException e) {
                n = List.of();
            }
            names = n;
        }
    }

    /** All mounts below a directory, the deepest first. */
    static List<String> mountsBelow(Path dir) throws IOException {
        String table = Sys.readText("/proc/thread-self/mountinfo");
        if (table == null) {
            throw new IOException("cannot read /proc/thread-self/mountinfo");
        }
        String prefix = bytes(dir.toAbsolutePath().normalize());
        List<String> out = new ArrayList<>();
        for (String line : table.split("\n", -1)) {
            String[] w = line.split(" ", 6);
            if (w.length == 6) {
                String at = unescape(w[4]);
                if (at.equals(prefix) || at.startsWith(prefix + "/")) {
                    out.add(at);
                }
            }
        }
        return out.reversed();
    }

    private static String unescape(String s) {
        StringBuilder b = new StringBuilder();
        for (int i = 0; i < s.length(); i++) {
            if (s.charAt(i) == '\\' && i + 3 < s.length()) {
                b.append((char) Integer.parseInt(s.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                b.append(s.charAt(i));
            }
        }
        return b.toString();
    }

    /** Unmounts everything below a directory, and mounts at the directory itself. */
    static void unmountBelow(Path dir) throws IOException {
        for (int attempt = 0; attempt < 64; attempt++) { // several may lie at one place
            List<String> mounts = mountsBelow(dir);
            if (mounts.isEmpty()) {
                return;
            }
            for (String m : mounts) {
                int r = Mounts.unmount(m, Mounts.NOFOLLOW);
                if (r < 0) {
                    r = Mounts.unmount(m, Mounts.NOFOLLOW | Mounts.DETACH);
                }
                if (r < 0) {
                    throw new IOException("cannot unmount " + m + ": " + Errno.name(-r));
                }
            }
        }
        throw new IOException("there are still mounts below " + dir);
    }
}
