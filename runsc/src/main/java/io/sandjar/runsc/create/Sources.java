// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.create;

import io.sandjar.abi.Errno;
import io.sandjar.abi.O;
import io.sandjar.host.HostFs;
import io.sandjar.host.HostStat;
import io.sandjar.host.HostTrees;
import io.sandjar.host.Sys;
import io.sandjar.oci.Mount;
import io.sandjar.oci.Spec;
import io.sandjar.runsc.EngineLog;
import io.sandjar.runsc.ErrnoText;
import io.sandjar.runsc.Failure;
import io.sandjar.runsc.cgroups.Cgroups;
import java.util.List;

/**
 * The files and directories of the host that a container's spec names, opened: directories as clones of their mounts
 * that lead nowhere else, regular files for reading and, unless the mount is read-only, writing, everything else (sockets,
 * FIFOs, devices) without access to its content.
 */
final class Sources {
    private final Spec spec;
    private final String bundle;
    private final Gifts gifts;
    private final EngineLog log;
    private final boolean[] single;
    private boolean plain;
    private int root = -1;

    Sources(Spec spec, String bundle, Gifts gifts, EngineLog log) {
        this.spec = spec;
        this.bundle = bundle;
        this.gifts = gifts;
        this.log = log;
        this.single = new boolean[spec.mounts().size()];
    }

    /** A path of the spec as the host has it. */
    String absolute(String path) {
        return path.startsWith("/") ? path : bundle + "/" + path;
    }

    String rootfs() {
        return absolute(spec.root().path());
    }

    /** Says early that the root is missing. */
    void checkRoot() {
        int fd = Sys.openat(Sys.AT_FDCWD, rootfs(), O.O_PATH | O.O_DIRECTORY, 0);
        if (fd < 0) {
            throw rootRefused(fd);
        }
        Sys.close(fd);
    }

    private Failure rootRefused(int error) {
        return new Failure(1, "root.path: " + rootfs() + ": " + ErrnoText.of(error), "");
    }

    /** The root, still to be written to; see {@link #sealRoot}. */
    void root() {
        int fd = tree(rootfs(), MountFlags.of("rbind", List.of()));
        if (fd < 0) {
            throw rootRefused(fd);
        }
        root = fd;
        gifts.add("root", fd);
    }

    /**
     * Makes a root read-only to which nothing is to be written, for Linux to keep it so. Mount points that are missing are
     * made before.
     *
     * @param elsewhere writes of the guest go elsewhere, missing mount points too
     */
    void sealRoot(boolean elsewhere) {
        if (plain || (!spec.root().readonly() && !elsewhere)) {
            return;
        }
        if (!elsewhere) {
            MountPoints points = new MountPoints(root);
            points.make("/dev", true); // the sandbox has one in any case
            for (int i = 0; i < spec.mounts().size(); i++) {
                points.make(spec.mounts().get(i).destination(), !single[i]);
            }
        }
        int r = HostTrees.attributes(root, HostTrees.RDONLY, 0, true);
        if (r < 0) {
            throw rootRefused(r);
        }
    }

    /** All bind mounts. */
    void mounts() {
        for (int i = 0; i < spec.mounts().size(); i++) {
            Mount m = spec.mounts().get(i);
            MountFlags f = MountFlags.of(m.type(), m.options());
            if (f.bind && m.source().isEmpty()) {
                throw new Failure(1, "mounts[" + i + "].source: must be given for a bind mount", "");
            }
            if (f.bind && f.shared) {
                throw new Failure(
                        1,
                        "mounts[" + i + "]: " + m.destination()
                                + ": mount propagation to the host (rshared, in Kubernetes Bidirectional) is not possible:"
                                + " what is mounted in a sandbox stays in it",
                        "leave mountPropagation out, or run this container with another runtime");
            }
            if (f.bind) {
                bind(i, absolute(m.source()), f);
            }
        }
    }

    private void bind(int i, String source, MountFlags f) {
        int probe = Sys.openat(Sys.AT_FDCWD, source, O.O_PATH, 0);
        if (probe < 0) {
            throw refused(i, source, probe);
        }
        HostStat st = new HostStat();
        int r = HostFs.statx(probe, "", st);
        int kind = st.mode & O.S_IFMT;
        single[i] = kind != O.S_IFDIR;
        if (r < 0) {
            Sys.close(probe);
            throw refused(i, source, r);
        }
        if (kind == O.S_IFDIR) {
            Sys.close(probe);
            int fd = tree(source, f);
            if (fd < 0) {
                throw refused(i, source, fd);
            }
            gifts.add("mount:" + i, fd);
        } else if (kind == O.S_IFREG) {
            int fd = file(probe, f.readOnly());
            Sys.close(probe);
            if (fd < 0) {
                throw refused(i, source, fd);
            }
            gifts.add("file:" + i, fd);
        } else {
            gifts.add("special:" + i, probe);
        }
    }

    private static Failure refused(int i, String source, int error) {
        return new Failure(1, "mounts[" + i + "].source: " + source + ": " + ErrnoText.of(error), "");
    }

    /** A regular file, for writing too where that is possible. */
    private static int file(int probe, boolean readOnly) {
        int fd = readOnly ? -Errno.EROFS : open(probe, O.O_RDWR);
        boolean refused = fd == -Errno.EROFS || fd == -Errno.EACCES || fd == -Errno.ETXTBSY || fd == -Errno.EPERM;
        return refused ? sealed(probe) : fd;
    }

    /** A file for reading, by a read-only mount of its own: its holder cannot open it again for writing. */
    private static int sealed(int probe) {
        int mount = HostTrees.open(probe, "", false);
        if (mount == -Errno.EINVAL) {
            mount = HostTrees.open(probe, "", true);
        }
        if (mount < 0) {
            return open(probe, O.O_RDONLY); // mounts cannot be cloned here
        }
        int r = HostTrees.attributes(mount, HostTrees.RDONLY, 0, true);
        int fd = r < 0 ? r : open(mount, O.O_RDONLY);
        Sys.close(mount);
        return fd;
    }

    private static int open(int probe, int flags) {
        return Sys.openat(Sys.AT_FDCWD, "/proc/self/fd/" + probe, flags | O.O_NOCTTY, 0);
    }

    private int tree(String path, MountFlags f) {
        int fd = HostTrees.open(Sys.AT_FDCWD, path, f.recursive);
        if (fd == -Errno.EINVAL && !f.recursive) {
            fd = HostTrees.open(Sys.AT_FDCWD, path, true); // a user's namespace may not uncover what lies below mounts
        }
        if (fd == -Errno.EPERM || fd == -Errno.ENOSYS) {
            if (!plain) {
                plain = true;
                log.warning("mounts cannot be cloned (" + Errno.name(-fd)
                        + "): directories are given as they are, read-only ones are kept so by the kernel alone");
            }
            return HostTrees.plain(Sys.AT_FDCWD, path);
        }
        if (fd < 0) {
            return fd;
        }
        int r = HostTrees.attributes(fd, f.setAll, f.clearAll, true);
        if (r == -Errno.EPERM && f.clearAll != 0) {
            r = HostTrees.attributes(fd, f.setAll, 0, true); // locked by the namespace that the caller lives in
        }
        if (r == 0 && f.set != f.setAll) {
            r = HostTrees.attributes(fd, f.set, 0, false);
        }
        if (r < 0) {
            Sys.close(fd);
            return r;
        }
        return fd;
    }

    /** The container's own groups, to be looked at: its /sys/fs/cgroup, if it has one, and /proc/meminfo. */
    void cgroupViews(List<Cgroups.Group> groups) {
        MountFlags f = MountFlags.of("bind", List.of("ro", "noexec"));
        for (int i = 0; i < groups.size(); i++) {
            int fd = Cgroups.viewed(groups.get(i)) ? tree(Cgroups.guests(groups.get(i)), f) : -1;
            if (fd >= 0) {
                gifts.add("cgview:" + groups.get(i).controller(), fd);
            }
        }
    }
}
