// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.layer;

import io.sandjar.abi.Errno;
import io.sandjar.abi.Nr;
import io.sandjar.abi.O;
import io.sandjar.host.HostFs;
import io.sandjar.host.HostStat;
import io.sandjar.host.Sys;
import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.ImageException.Kind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A directory whose inside is handled by descriptors only. Names in it are resolved by the host with this directory as
 * their root (openat2, RESOLVE_IN_ROOT), so that no link and no race leads out of it. Names are bytes in ISO-8859-1.
 */
public final class Tree implements AutoCloseable {
    /** RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV. */
    private static final long IN_ROOT = 0x10 | 0x2 | 0x1;

    public static final int S_IFMT = 0170000;
    public static final int S_IFDIR = 0040000;
    public static final int S_IFREG = 0100000;
    public static final int S_IFLNK = 0120000;
    public static final int S_IFCHR = 0020000;
    public static final int S_IFBLK = 0060000;
    public static final int S_IFIFO = 0010000;

    private static final int O_PATH = 010000000;

    private final int fd;

    private Tree(int fd) {
        this.fd = fd;
    }

    /** Opens a directory of the store's own. */
    public static Tree open(Path dir) throws ImageException {
        int fd = Sys.openat(Sys.AT_FDCWD, bytes(dir), O.O_RDONLY | O.O_DIRECTORY | O.O_NOFOLLOW, 0);
        check(fd, "open " + dir);
        return new Tree(fd);
    }

    /** A path as the host knows it. */
    public static String bytes(Path path) {
        return new String(path.toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /** Bytes of a name as text for people. */
    public static String shown(String name) {
        String s = new String(name.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        StringBuilder b = new StringBuilder();
        for (int i = 0; i < Math.min(s.length(), 200); i++) {
            char c = s.charAt(i);
            b.append(c < ' ' || c == 0x7f ? '?' : c);
        }
        return s.length() > 200 ? b + "..." : b.toString();
    }

    public int fd() {
        return fd;
    }

    /** A directory inside, links being followed inside; a descriptor (O_PATH) or -errno. */
    public int directory(String path) {
        return resolve(path, O_PATH | O.O_DIRECTORY);
    }

    /** Anything inside; a descriptor or -errno. The last link is followed unless {@code flags} say O_NOFOLLOW. */
    public int resolve(String path, int flags) {
        String p = path.isEmpty() ? "." : path;
        int r = Sys.openat2(fd, p, flags, 0, IN_ROOT);
        for (int i = 0; r == -Errno.EAGAIN && i < 64; i++) { // somebody renames elsewhere on the host
            r = Sys.openat2(fd, p, flags, 0, IN_ROOT);
        }
        return r;
    }

    @Override
    public void close() {
        Sys.close(fd);
    }

    /** Mode of what a name in a directory stands for; -errno. */
    public static int mode(int dir, String name) {
        HostStat stat = new HostStat();
        int r = HostFs.statx(dir, name, stat);
        return r < 0 ? r : stat.mode;
    }

    /** Names in a directory that is open for reading, in the order of the host. */
    public static List<String> names(int dir) throws ImageException {
        List<String> all = new ArrayList<>();
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
        check(n, "read a directory");
        return all;
    }

    /** Removes a name with everything below it; nothing happens when it is not there. Links are not followed. */
    public static void remove(int dir, String name) throws ImageException {
        Removal.remove(dir, name);
    }

    /** Removes a directory of the store's own with everything in it. */
    public static void remove(Path path) throws ImageException {
        Path parent = path.toAbsolutePath().getParent();
        Path last = path.getFileName();
        if (parent == null || last == null) {
            throw new ImageException(Kind.STORE, "remove " + path + ": it is a root", "");
        }
        int dir = Sys.openat(Sys.AT_FDCWD, bytes(parent), O.O_RDONLY | O.O_DIRECTORY, 0);
        if (dir == -Errno.ENOENT) {
            return;
        }
        check(dir, "open " + parent);
        try {
            remove(dir, bytes(last));
        } finally {
            Sys.close(dir);
        }
    }

    /** Flushes the file system that a directory lies on. */
    public void sync() {
        Sys.call(Nr.syncfs, fd);
    }

    /** @throws ImageException for a negative result */
    public static int check(int result, String what) throws ImageException {
        if (result < 0) {
            throw failure(-result, what);
        }
        return result;
    }

    /** What an error number means for the store. */
    public static ImageException failure(int errno, String what) {
        return switch (errno) {
            case Errno.ENOSPC, Errno.EDQUOT ->
                new ImageException(
                        Kind.NO_SPACE,
                        what + ": no space left on the disk",
                        "free some space or remove images (sandjar rmi), then try again; nothing half-made stays");
            case Errno.EMFILE, Errno.ENFILE ->
                new ImageException(Kind.STORE, what + ": too many open files", "raise the limit (ulimit -n)");
            default -> new ImageException(Kind.STORE, what + ": " + text(errno), "");
        };
    }

    private static String text(int errno) {
        return switch (errno) {
            case Errno.EPERM -> "not permitted";
            case Errno.ENOENT -> "not there";
            case Errno.EACCES -> "permission denied";
            case Errno.EEXIST -> "exists";
            case Errno.ENOTDIR -> "not a directory";
            case Errno.ENAMETOOLONG -> "name too long";
            case Errno.EROFS -> "read-only file system";
            case Errno.EIO -> "input/output error";
            case Errno.ELOOP -> "too many links";
            case Errno.EXDEV -> "another file system";
            case Errno.EBUSY -> "busy";
            case Errno.EINVAL -> "invalid";
            default -> "error " + errno;
        };
    }
}
