// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.volumes;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EmptyDirVolumeSource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.sandjar.abi.Errno;
import io.sandjar.abi.Nr;
import io.sandjar.host.Mounts;
import io.sandjar.host.Sys;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Volumes as directories of this machine: ROOT-DIR/pods/UID/volumes/NAME. */
public final class LocalVolumes implements Volumes {
    static final String VOLUMES = "volumes";
    static final String SUBPATHS = "volume-subpaths";

    private static final long TMPFS_FLAGS = Mounts.MS_NOSUID | Mounts.MS_NODEV;

    private final Path pods;
    private final ConfigSource source;
    private final boolean mounts;
    private final SubPaths subPaths;
    private final Map<String, Object> locks = new ConcurrentHashMap<>();

    /** With mounts where this process may make them: as root. */
    public LocalVolumes(Path rootDir, ConfigSource source) {
        this(rootDir, source, mayMount(rootDir));
    }

    LocalVolumes(Path rootDir, ConfigSource source, boolean mounts) {
        this.pods = rootDir.toAbsolutePath().normalize().resolve("pods");
        this.source = source;
        this.mounts = mounts;
        this.subPaths = new SubPaths(mounts);
    }

    private static boolean mayMount(Path rootDir) {
        if (Sys.call(Nr.geteuid, 0) != 0) {
            return false;
        }
        Path probe = rootDir.resolve("mount-probe"); // root of a container may not
        try {
            Files.createDirectories(probe);
            boolean may = Mounts.mount("none", GuestTree.bytes(probe), "tmpfs", TMPFS_FLAGS, "size=4k") == 0;
            if (may) {
                Mounts.unmount(GuestTree.bytes(probe), Mounts.NOFOLLOW | Mounts.DETACH);
            }
            Files.deleteIfExists(probe);
            return may;
        } catch (IOException e) {
            return false;
        }
    }

    private Path pod(String uid) throws VolumeException {
        if (uid.isEmpty() || uid.startsWith(".") || uid.indexOf('/') >= 0) {
            throw new VolumeException("FailedMount", false, "\"" + uid + "\" is not a pod's uid");
        }
        return pods.resolve(uid);
    }

    private Object lock(String uid) {
        return locks.computeIfAbsent(uid, u -> new Object());
    }

    private static VolumeException failed(Volume v, boolean retry, String why) {
        return new VolumeException(
                "FailedMount", retry, "MountVolume.SetUp failed for volume \"" + v.getName() + "\" : " + why);
    }

    private static long group(Pod pod) {
        var s = pod.getSpec().getSecurityContext();
        return s == null || s.getFsGroup() == null ? -1 : s.getFsGroup();
    }

    @Override
    public MountedVolumes mount(Pod pod) throws VolumeException {
        String uid = pod.getMetadata().getUid();
        Path dir = pod(uid);
        check(pod);
        synchronized (lock(uid)) {
            for (Volume v : pod.getSpec().getVolumes()) {
                Path at = dir.resolve(VOLUMES).resolve(name(v));
                try {
                    Files.createDirectories(at.getParent());
                    make(pod, v, at);
                } catch (IOException | RuntimeException e) {
                    throw failed(v, true, message(e));
                }
            }
        }
        return new Mounted(pod, dir);
    }

    private static String message(Exception e) {
        String m = e.getMessage();
        return e instanceof java.nio.file.FileSystemException || m == null ? e.toString() : m;
    }

    /** A volume's name is a DNS label, checked when the pod was made; here once more, because it becomes a path. */
    private static String name(Volume v) throws VolumeException {
        String n = v.getName();
        if (n == null || n.isEmpty() || n.startsWith(".") || n.indexOf('/') >= 0) {
            throw failed(v, false, "\"" + n + "\" is not a volume's name");
        }
        return n;
    }

    private static void check(Pod pod) throws VolumeException {
        for (Volume v : pod.getSpec().getVolumes()) {
            String refusal = Kinds.refusal(v);
            if (refusal != null) {
                throw failed(v, false, refusal);
            }
        }
        for (Container c : Resources.containers(pod)) {
            String refusal = Kinds.refusal(c);
            if (refusal != null) {
                throw new VolumeException("FailedMount", false, refusal);
            }
        }
    }

    private void make(Pod pod, Volume v, Path at) throws IOException, VolumeException {
        if (v.getHostPath() != null) {
            HostPaths.check(v.getHostPath().getPath(), v.getHostPath().getType());
            return;
        }
        long group = group(pod);
        if (Kinds.files(v)) {
            Map<String, AtomicFiles.Content> files = Contents.of(source, pod, v);
            directory(at, 0755, -1);
            if (mounts && Kinds.secret(v)) {
                tmpfs(at, "mode=0755", "secret");
            }
            new AtomicFiles(at, group).write(files == null ? Map.of() : files);
            return;
        }
        EmptyDirVolumeSource e = v.getEmptyDir();
        if (e != null && "Memory".equals(e.getMedium()) && mounts) {
            directory(at, 0755, -1);
            StringBuilder data = new StringBuilder("mode=" + Integer.toOctalString(mode(e, group)));
            if (group >= 0) {
                data.append(",gid=").append(group);
            }
            BigDecimal size = memorySize(pod, e.getSizeLimit());
            if (size != null) {
                data.append(",size=").append(size.toBigInteger());
            }
            tmpfs(at, data.toString(), "emptyDir");
            return;
        }
        directory(at, mode(e, group), group);
    }

    private static int mode(@Nullable EmptyDirVolumeSource e, long group) {
        int mode = e == null || e.getMode() == null ? 0777 : e.getMode() & 01777;
        return group >= 0 ? mode | 02770 : mode;
    }

    /** The size of a volume in memory: its own limit, or what all containers together may have. */
    private static @Nullable BigDecimal memorySize(Pod pod, @Nullable Quantity limit) {
        BigDecimal size = limit == null ? null : limit.getNumericalAmount();
        if (size != null && size.signum() == 0) {
            size = null;
        }
        BigDecimal total = BigDecimal.ZERO;
        for (Container c : pod.getSpec().getContainers()) {
            BigDecimal l = Resources.limit(c, "memory");
            if (l == null) {
                return size;
            }
            total = total.add(l);
        }
        return size == null || size.compareTo(total) > 0 ? total : size;
    }

    /** Makes a directory with its permissions before anybody can see it. One that is there stays as its users made it. */
    private static void directory(Path at, int mode, long group) throws IOException {
        if (Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Path fresh = at.resolveSibling("." + at.getFileName() + ".new");
        GuestTree.delete(fresh);
        Files.createDirectory(fresh);
        if (group >= 0) {
            Files.setAttribute(fresh, "unix:gid", (int) group, LinkOption.NOFOLLOW_LINKS);
        }
        Sys.callWithPath(Nr.chmod, 0, GuestTree.bytes(fresh), mode, 0, 0, 0, 0);
        try {
            Files.move(fresh, at);
        } catch (FileAlreadyExistsException e) {
            throw new IOException(at + " is in the way", e);
        }
    }

    private static void tmpfs(Path at, String data, String name) throws IOException {
        if (!GuestTree.mountsBelow(at).isEmpty()) {
            return;
        }
        int r = Mounts.mount(name, GuestTree.bytes(at), "tmpfs", TMPFS_FLAGS, data);
        if (r < 0) {
            throw new IOException("cannot mount a tmpfs (" + data + "): " + Errno.name(-r));
        }
    }

    @Override
    public void refresh(Pod pod) throws VolumeException {
        String uid = pod.getMetadata().getUid();
        Path dir = pod(uid).resolve(VOLUMES);
        VolumeException first = null;
        synchronized (lock(uid)) {
            for (Volume v : pod.getSpec().getVolumes()) {
                Path at = dir.resolve(name(v));
                if (!Kinds.files(v) || !Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) {
                    continue;
                }
                try {
                    Map<String, AtomicFiles.Content> files = Contents.of(source, pod, v);
                    new AtomicFiles(at, group(pod)).write(files == null ? Map.of() : files);
                } catch (IOException e) {
                    first = first != null ? first : failed(v, true, message(e));
                } catch (VolumeException e) {
                    first = first != null ? first : e;
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    @Override
    public void unmount(String podUid) throws VolumeException {
        Path dir = pod(podUid);
        synchronized (lock(podUid)) {
            if (!Files.isDirectory(dir, LinkOption.NOFOLLOW_LINKS)) {
                return;
            }
            try {
                List<Path> ours = new ArrayList<>();
                try (DirectoryStream<Path> all = Files.newDirectoryStream(dir)) {
                    for (Path p : all) { // volumes.deep0 too: left by a removal that was broken off
                        String n = p.getFileName().toString();
                        if (n.startsWith(VOLUMES) || n.startsWith(SUBPATHS)) {
                            ours.add(p);
                        }
                    }
                }
                for (Path p : ours) { // places of subPaths first: they show parts of volumes
                    GuestTree.unmountBelow(p);
                }
                for (Path p : ours) {
                    GuestTree.delete(p);
                }
            } catch (IOException e) {
                throw new VolumeException("FailedUnmount", true, "volumes of the pod cannot be removed: " + message(e));
            }
        }
        locks.remove(podUid);
    }

    @Override
    public void adopt(Set<String> livingPodUids) {
        List<String> gone = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(pods)) {
            for (Path p : all) {
                String uid = p.getFileName().toString();
                if (!livingPodUids.contains(uid)) {
                    gone.add(uid);
                }
            }
        } catch (IOException e) {
            return; // nothing was ever made
        }
        for (String uid : gone) {
            try {
                unmount(uid);
            } catch (VolumeException e) {
                // the worker of a pod that is still being deleted tries again; a dead one's directory stays
            }
        }
    }

    /** The volumes of one pod as they are. */
    private final class Mounted implements MountedVolumes {
        private final Pod pod;
        private final Path dir;

        Mounted(Pod pod, Path dir) {
            this.pod = pod;
            this.dir = dir;
        }

        @Override
        public List<VolumeMount> forContainer(Container container, Map<String, String> env) throws VolumeException {
            List<VolumeMount> out = new ArrayList<>();
            int index = 0;
            for (io.fabric8.kubernetes.api.model.VolumeMount m : container.getVolumeMounts()) {
                out.add(one(container, m, env, index++));
            }
            return out;
        }

        private VolumeMount one(
                Container c, io.fabric8.kubernetes.api.model.VolumeMount m, Map<String, String> env, int index)
                throws VolumeException {
            Volume v = null;
            for (Volume each : pod.getSpec().getVolumes()) {
                v = each.getName().equals(m.getName()) ? each : v;
            }
            if (v == null) {
                throw new VolumeException(
                        "FailedMount",
                        false,
                        "container " + c.getName() + ": there is no volume \"" + m.getName() + "\"");
            }
            Path base = v.getHostPath() != null
                    ? Path.of(v.getHostPath().getPath())
                    : dir.resolve(VOLUMES).resolve(name(v));
            String sub = m.getSubPath() == null ? "" : m.getSubPath();
            if (m.getSubPathExpr() != null && !m.getSubPathExpr().isEmpty()) {
                sub = Expansion.strict(m.getSubPathExpr(), env);
            }
            Path shown = base;
            if (!sub.isEmpty()) {
                shown = part(c, v, base, sub, index);
            }
            boolean ro = Boolean.TRUE.equals(m.getReadOnly()) || Kinds.files(v);
            return new VolumeMount(
                    m.getMountPath(), "bind", shown.toString(), List.of("rbind", "rprivate", ro ? "ro" : "rw"));
        }

        private Path part(Container c, Volume v, Path base, String sub, int index) throws VolumeException {
            if (!SubPaths.safe(sub)) {
                throw new VolumeException(
                        "CreateContainerConfigError",
                        false,
                        "subPath \"" + sub + "\" must be relative and must not contain \"..\"");
            }
            if (!mounts && !Kinds.files(v) && (v.getHostPath() != null || Kinds.shared(pod, c, v))) {
                throw new VolumeException(
                        "CreateContainerConfigError",
                        false,
                        "subPath of the volume \"" + v.getName()
                                + "\": without root this is safe only for a volume that no other"
                                + " container writes to, and not for hostPath. Mount the whole volume, or run the agent as root");
            }
            Path place = dir.resolve(SUBPATHS).resolve(c.getName()).resolve(Integer.toString(index));
            try {
                return subPaths.open(base, sub, place, group(pod));
            } catch (IOException e) {
                throw new VolumeException(
                        "CreateContainerConfigError",
                        true,
                        "failed to prepare subPath for volumeMount \"" + v.getName() + "\" of container \""
                                + c.getName() + "\": " + message(e));
            }
        }

        @Override
        public void release(String containerName) {
            try {
                subPaths.release(dir.resolve(SUBPATHS).resolve(containerName));
            } catch (IOException e) {
                // unmount of the pod does it, or says why not
            }
        }
    }
}
