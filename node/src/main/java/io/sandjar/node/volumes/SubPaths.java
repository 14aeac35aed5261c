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
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Parts of volumes for single containers. Guests write in volumes while we look for a part, so a path means nothing: the
 * part is opened beneath the volume by openat2 (a link may be followed as long as it stays inside) and from then on it is
 * the open descriptor that counts. Root binds it to a place of its own in the pod's directory; for others the runtime gets
 * the descriptor itself, by the name that /proc has for it.
 */
final class SubPaths {
    private static final int ENOENT = 2;
    private static final int EEXIST = 17;
    private static final int EXDEV = 18;
    private static final int ELOOP = 40;
    private static final int S_IFMT = 0170000;
    private static final int S_IFDIR = 0040000;

    private final boolean mounts;
    private final Map<Path, List<Integer>> pinned = new HashMap<>();

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
            boolean keep = false;
            try {
                if (mounts) {
                    bind(fd, place);
                    return place;
                }
                keep = true;
                pinned.computeIfAbsent(place.getParent(), p -> new ArrayList<>())
                        .add(fd);
                return Path.of("/proc/" + Sys.pid() + "/fd/" + fd);
            } finally {
                if (!keep) {
                    Sys.close(fd);
                }
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
                Sys.callWithPath(Nr.chmod, 0, "/proc/self/fd/" + next, group >= 0 ? 02775 : 0755, 0, 0, 0, 0);
                if (group >= 0) {
                    Mounts.chown(next, "", -1, (int) group);
                }
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
        List<Integer> fds = pinned.remove(containerPlace);
        if (fds != null) {
            fds.forEach(Sys::close);
        }
        if (mounts && Files.exists(containerPlace)) {
            GuestTree.unmountBelow(containerPlace);
            GuestTree.delete(containerPlace);
        }
    }

    /** Lets go what all containers below a directory had. */
    synchronized void releaseBelow(Path dir) {
        pinned.entrySet().removeIf(e -> {
            boolean ours = e.getKey().startsWith(dir);
            if (ours) {
                e.getValue().forEach(Sys::close);
            }
            return ours;
        });
    }
}
