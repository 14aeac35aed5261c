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
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Parts of volumes for single containers. Guests write in volumes while we look for a part, so a path means nothing: the
 * part is opened beneath the volume by openat2 (a link may be followed as long as it stays inside) and from then on it is
 * the open descriptor that counts. Root binds it to a place of its own in the pod's directory. Others cannot mount, and their
 * runtime opens a path again; so they get parts only of volumes that no guest writes to in that moment.
 */
final class SubPaths {
    private static final int ENOENT = 2;
    private static final int EEXIST = 17;
    private static final int EXDEV = 18;
    private static final int ELOOP = 40;
    private static final int S_IFMT = 0170000;
    private static final int S_IFDIR = 0040000;

    private final boolean mounts;

    /** @param mounts whether this process may mount */
    SubPaths(boolean mounts) {
        this.mounts = mounts;
    }

    /** Whether it is a subPath at all: relative and without "..". */
    static boolean safe(String path) {
        if (path.startsWith("/")) {
            return false;
        }
        for (String part : path.split("/", -1)) {
            if (part.equals("..")) {
                return false;
            }
        }
        return true;
    }

    /**
     * Finds or makes a part of a volume.
     *
     * @param place where root binds it: a directory per container, an entry per mount
     * @return what the runtime shall mount
     */
    synchronized Path open(Path volume, String subPath, Path place, long group) throws IOException {
        int base = Mounts.openPath(Sys.AT_FDCWD, GuestTree.bytes(volume), false, 0);
        check(base, volume.toString());
        try {
            int fd = walk(base, subPath, group);
            try {
                if (mounts) {
                    bind(fd, place);
                    return place;
                }
                String real = Sys.readlinkat(Sys.AT_FDCWD, "/proc/self/fd/" + fd);
                if (real == null || !real.startsWith("/")) {
                    throw new IOException("subPath \"" + subPath + "\" has no path");
                }
                return Path.of(new String(real.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
            } finally {
                Sys.close(fd);
            }
        } finally {
            Sys.close(base);
        }
    }

    private static void check(int r, String what) throws IOException {
        if (r == -EXDEV || r == -ELOOP) {
            throw new IOException(what + " leads out of the volume");
        }
        if (r < 0) {
            throw new IOException(what + ": " + Errno.name(-r));
        }
    }

    private static int walk(int base, String subPath, long group) throws IOException {
        String path = GuestTree.bytes(Path.of(subPath).normalize());
        int fd = Mounts.openPath(base, path.isEmpty() ? "." : path, false, Mounts.BENEATH);
        if (fd != -ENOENT) {
            check(fd, "subPath \"" + subPath + "\"");
            return fd;
        }
        // what is missing is made, one directory after the other, each below the descriptor of the one before
        int at = Mounts.openPath(base, ".", true, Mounts.BENEATH);
        check(at, "the volume");
        HostStat volume = new HostStat(); // what is made is as open as the volume, as kubelet does it
        check(HostFs.statx(at, "", volume), "the volume");
        StringBuilder done = new StringBuilder();
        for (String part : path.split("/", -1)) {
            done.append(done.isEmpty() ? "" : "/").append(part);
            int made = HostFs.nameCall(Nr.mkdirat, at, part, 0750, 0, 0);
            // from the base, because a link on the way may lead to any place inside
            int next = made == 0
                    ? Mounts.openPath(at, part, true, Mounts.BENEATH | Mounts.NO_LINKS)
                    : Mounts.openPath(base, done.toString(), true, Mounts.BENEATH);
            Sys.close(at);
            check(made == -EEXIST ? 0 : made, "subPath \"" + subPath + "\"");
            check(next, "subPath \"" + subPath + "\"");
            if (made == 0) {
                if (group >= 0) {
                    Mounts.chown(next, "", -1, (int) group);
                }
                Sys.callWithPath(Nr.chmod, 0, "/proc/self/fd/" + next, volume.mode & 07777, 0, 0, 0, 0);
            }
            at = next;
        }
        return at;
    }

    private static void bind(int fd, Path place) throws IOException {
        HostStat stat = new HostStat();
        check(HostFs.statx(fd, "", stat), "the subPath");
        Files.createDirectories(place.getParent());
        GuestTree.unmountBelow(place); // of the container's last run
        GuestTree.delete(place);
        try {
            if ((stat.mode & S_IFMT) == S_IFDIR) {
                Files.createDirectory(place);
            } else {
                Files.createFile(place);
            }
        } catch (FileAlreadyExistsException e) {
            throw new IOException(place + " is in the way", e);
        }
        int target = Mounts.openPath(Sys.AT_FDCWD, GuestTree.bytes(place), false, 0);
        check(target, place.toString());
        try {
            check(Mounts.bind(fd, target, true), "cannot bind " + place);
        } finally {
            Sys.close(target);
        }
    }

    /** Lets go what a container had. */
    synchronized void release(Path containerPlace) throws IOException {
        if (mounts && Files.exists(containerPlace)) {
            GuestTree.unmountBelow(containerPlace);
            GuestTree.delete(containerPlace);
        }
    }
}
