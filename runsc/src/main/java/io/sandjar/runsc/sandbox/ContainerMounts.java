// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.sandbox;

import io.sandjar.abi.Errno;
import io.sandjar.abi.Nr;
import io.sandjar.abi.O;
import io.sandjar.host.Scratch;
import io.sandjar.host.Sys;
import io.sandjar.kernel.ContainerTree;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.TreeCopy;
import io.sandjar.kernel.fs.dev.DevTree;
import io.sandjar.kernel.fs.devpts.DevPts;
import io.sandjar.kernel.fs.hostdir.FixedFs;
import io.sandjar.kernel.fs.hostdir.HostDirFs;
import io.sandjar.kernel.fs.hostdir.SpecialFs;
import io.sandjar.kernel.fs.memfd.FileStore;
import io.sandjar.kernel.fs.memfd.PageQuota;
import io.sandjar.kernel.fs.mqueue.MqueueFs;
import io.sandjar.kernel.fs.overlay.OverlayFs;
import io.sandjar.kernel.fs.proc.ProcFs;
import io.sandjar.kernel.fs.sys.CgroupView;
import io.sandjar.kernel.fs.sys.SysFs;
import io.sandjar.kernel.fs.tmpfs.TmpFs;
import io.sandjar.kernel.fs.tmpfs.TmpfsOptions;
import io.sandjar.kernel.mm.MemoryRoom;
import io.sandjar.kernel.net.NetSettings;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.task.CgroupMoves;
import io.sandjar.kernel.task.Container;
import io.sandjar.kernel.task.Kernel;
import io.sandjar.kernel.vfs.FileSystem;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.Stat;
import io.sandjar.oci.Linux;
import io.sandjar.oci.Mount;
import io.sandjar.oci.Resources;
import io.sandjar.oci.Spec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.StringTokenizer;

/**
 * A container's tree of files from its config.json. What lies on the host comes as descriptors that were opened outside;
 * no path of the configuration ever goes to the host.
 */
public final class ContainerMounts {
    private static final int DEFAULT_DEVICE_MODE = 0666;
    private static final String NO_DEVICE =
            ": a sandbox has no such device; it has null, zero, full, random, urandom, tty, console, ptmx";

    private final Kernel kernel;
    private final Container container;
    private final Spec spec;
    private final Donated donated;
    private final Options options;
    private final ContainerTree tree;
    private final long memory = totalMemory();

    /**
     * What is not in the configuration.
     *
     * @param overlay where what the container changes in its root goes: none (to the root itself), memory, self or dir
     * @param overlaySize most bytes of such changes, 0 for no limit
     * @param overlayOwners whether the root's files have their owners in attributes
     * @param hostUds whether sockets of the host may be connected to: none, open, create or all
     * @param sysctl what the pod's sandbox was given, whose namespaces its containers share
     */
    public record Options(
            String overlay, long overlaySize, boolean overlayOwners, String hostUds, Map<String, String> sysctl) {}

    private ContainerMounts(Kernel kernel, Container container, Spec spec, Donated donated, Options options) {
        this.kernel = kernel;
        this.container = container;
        this.spec = spec;
        this.donated = donated;
        this.options = options;
        container.hostSockets = options.hostUds.equals("open") || options.hostUds.equals("all");
        FileSystem root = root();
        this.tree = new ContainerTree(container, root, source(root));
    }

    /**
     * Builds it. The container's namespace stays as it was: that is for the caller to set.
     *
     * @param donated gives up root, upper, and the mount, file, special and cgview descriptors
     * @throws Refusal when it cannot be built as the configuration says
     */
    public static ContainerTree build(Kernel kernel, Container container, Spec spec, Donated donated, Options options) {
        ContainerMounts m = new ContainerMounts(kernel, container, spec, donated, options);
        try {
            m.groups();
            m.memoryRoom();
            m.mounts();
            m.devices();
            m.hide();
            return m.tree;
        } catch (RuntimeException e) {
            m.tree.close();
            throw e;
        }
    }

    // ---- root ----

    private FileSystem root() {
        int fd = donated.take("root");
        if (fd < 0) {
            throw new Refusal("root: no descriptor of the root file system");
        }
        boolean through = options.overlay.equals("none");
        Ref<HostDirFs> host = new Ref<>();
        check("root.path", HostDirFs.of(fd, through ? HostDirFs.Mode.READ_WRITE : HostDirFs.Mode.LOWER, host));
        if (through) {
            return host.get();
        }
        if (options.overlayOwners) {
            host.get().storedOwners();
        }
        long pages = options.overlaySize == 0 ? Long.MAX_VALUE : options.overlaySize + 4095 >>> 12;
        OverlayFs fs = new OverlayFs(host.get(), store(), pages);
        if (options.overlaySize != 0) {
            fs.meter(new PageQuota(pages));
        }
        return fs;
    }

    private FileStore store() {
        switch (options.overlay) {
            case "memory" -> {
                return kernel.files;
            }
            case "self", "dir" -> {
                int dir = donated.take("upper");
                if (dir < 0) {
                    throw new Refusal("--overlay2: no descriptor of the directory for changes");
                }
                return new FileStore(dir);
            }
            default -> throw new Refusal("--overlay2: \"" + options.overlay + "\" is none of none, memory, self, dir");
        }
    }

    /** The first field of /proc/mounts for what lies on the host, whose own names are not the guest's business. */
    private static String source(FileSystem fs) {
        return switch (fs.type()) {
            case "overlay", "tmpfs" -> fs.type();
            default -> "/dev/root";
        };
    }

    /** The host's groups that /sys/fs/cgroup tells of. */
    private void groups() {
        List<String> labels = donated.beginningWith("cgview:");
        if (labels.isEmpty()) {
            return;
        }
        String[] controllers = new String[labels.size()];
        int[] directories = new int[labels.size()];
        for (int i = 0; i < controllers.length; i++) {
            controllers[i] = labels.get(i).substring(labels.get(i).indexOf(':') + 1);
            directories[i] = donated.take(labels.get(i));
        }
        container.groups = new CgroupView(controllers, directories);
    }

    /** The files by which the kernel knows when its guests have little memory left. */
    private void memoryRoom() {
        ArrayList<Integer> pairs = new ArrayList<>();
        while (donated.has("memory")) {
            pairs.add(donated.take("memory"));
        }
        if (!pairs.isEmpty()) {
            container.memoryRoom = MemoryRoom.ofPairs(pairs);
        }
    }

    // ---- mounts ----

    private void mounts() {
        List<Mount> mounts = spec.mounts();
        boolean dev = false;
        for (int i = 0; i < mounts.size(); i++) {
            dev |= clean(mounts.get(i).destination()).equals("/dev");
        }
        if (!dev) {
            TmpfsOptions o = TmpfsOptions.parse("size=64m,mode=755", memory);
            dev(o, io.sandjar.kernel.vfs.Mount.NOSUID, "tmpfs", "/dev"); // a host's directory cannot have our devices
        }
        for (int i = 0; i < mounts.size(); i++) {
            mount(mounts.get(i), i);
        }
        if (spec.root().readonly()) {
            tree.readOnlyRoot();
        }
    }

    private void mount(Mount m, int i) {
        String at = clean(m.destination());
        String what = "mounts[" + i + "]: " + m.destination();
        if (at.equals("/")) {
            throw new Refusal(what + ": the root cannot be mounted over");
        }
        MountWords words = new MountWords(m.options());
        if (words.bind || m.type().equals("bind")) {
            bind(i, words, at, what);
            return;
        }
        String source = m.source().isEmpty() ? m.type() : bytes(m.source());
        switch (m.type()) {
            case "tmpfs", "ramfs" -> tmpfs(words, source, at, what);
            case "proc" -> check(what, tree.mount(proc(), source, words.flags, at));
            case "sysfs" -> check(what, tree.mount(new SysFs(kernel.net), source, words.flags, at));
            case "devpts" -> devpts(words, source, at, what);
            case "mqueue" -> check(what, tree.mount(new MqueueFs(kernel.ipc.queues), source, words.flags, at));
            case "cgroup", "cgroup2" -> {
                int flags = words.flags | io.sandjar.kernel.vfs.Mount.RDONLY;
                check(what, tree.mount(CgroupMoves.fileSystem(container, container.cgroups), source, flags, at));
            }
            default ->
                throw new Refusal(
                        what + ": a file system of type \"" + m.type()
                                + "\" cannot be mounted in a sandbox; there are bind, tmpfs, proc, sysfs, devpts, mqueue, cgroup");
        }
    }

    private ProcFs proc() {
        ProcFs p = new ProcFs(container.pids());
        options.sysctl.forEach((key, value) -> sysctl(p, key, value));
        spec.linux().sysctl().forEach((key, value) -> sysctl(p, key, value));
        return p;
    }

    private void sysctl(ProcFs p, String key, String value) {
        NetStack net = container.kernel().net;
        switch (key.replace('/', '.')) {
            case "kernel.hostname" -> container.uts().hostname = bytes(value);
            case "kernel.domainname" -> container.uts().domainname = bytes(value);
            case "net.ipv4.ip_unprivileged_port_start" -> container.firstFreePort = number(key, value, 65536, "a port");
            case "net.ipv4.ip_forward", "net.ipv4.conf.all.forwarding" ->
                net.setForwarding(number(key, value, Integer.MAX_VALUE, "a number") != 0, net.forwarding6());
            case "net.ipv6.conf.all.forwarding" ->
                net.setForwarding(net.forwarding(), number(key, value, Integer.MAX_VALUE, "a number") != 0);
            case "net.core.somaxconn" -> network(NetSettings.SOMAXCONN, key, value);
            case "net.ipv4.ip_local_port_range" -> network(NetSettings.PORT_RANGE, key, value);
            case "net.ipv4.ping_group_range" -> pingGroups(key, value);
            default -> p.setSysctl(bytes(key), bytes(value));
        }
    }

    private void network(String name, String key, String value) {
        if (container.kernel().net.settings().set(name, value) < 0) {
            throw new Refusal("linux.sysctl: " + key + ": \"" + value + "\" is no value for it");
        }
    }

    private void pingGroups(String key, String value) {
        StringTokenizer words = new StringTokenizer(value);
        try {
            int first = Integer.parseInt(words.nextToken());
            int last = Integer.parseInt(words.nextToken());
            container.kernel().net.setPingGroups(first, last);
        } catch (NumberFormatException | NoSuchElementException e) {
            throw new Refusal("linux.sysctl: " + key + ": \"" + value + "\" is not two groups");
        }
    }

    private static int number(String key, String value, int most, String what) {
        try {
            int n = Integer.parseInt(value.strip());
            if (n >= 0 && n <= most) {
                return n;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new Refusal("linux.sysctl: " + key + ": \"" + value + "\" is not " + what);
    }

    /** A file or directory of the host, known by a descriptor alone. */
    private void bind(int i, MountWords words, String at, String what) {
        boolean readOnly = (words.flags & io.sandjar.kernel.vfs.Mount.RDONLY) != 0;
        FileSystem fs;
        int fd = donated.take("mount:" + i);
        if (fd >= 0) {
            Ref<HostDirFs> dir = new Ref<>();
            int r = readOnly
                    ? HostDirFs.of(fd, HostDirFs.Mode.READ_ONLY, dir)
                    : kernel.hostDirs.open(fd, words.recursive, dir);
            check(what, r);
            fs = dir.get();
        } else if ((fd = donated.take("file:" + i)) >= 0) {
            Ref<FixedFs> file = new Ref<>();
            check(what, FixedFs.of(fd, file));
            fs = file.get();
        } else if ((fd = donated.take("special:" + i)) >= 0) {
            Ref<SpecialFs> special = new Ref<>();
            check(what, SpecialFs.of(fd, kernel.net.poller(), special));
            fs = special.get();
            Inode node = fs.root();
            if ((node.mode() & O.S_IFMT) == O.S_IFCHR && !tree.devices().has(node.rdev())) {
                fs.close();
                throw new Refusal(what + NO_DEVICE);
            }
        } else {
            throw new Refusal(what + ": no descriptor of its source");
        }
        int r = tree.mount(fs, source(fs), words.flags, at);
        if (r == -Errno.ENOTDIR || r == -Errno.EISDIR) {
            throw new Refusal(what + ": one of source and destination is a directory and the other is not");
        }
        check(what, r);
    }

    private void tmpfs(MountWords words, String source, String at, String what) {
        TmpfsOptions o = TmpfsOptions.parse(words.data, memory);
        if (o.wrong != null) {
            throw new Refusal(what + ": \"" + o.wrong + "\" is no option of a tmpfs");
        }
        if (at.equals("/dev")) {
            dev(o, words.flags, source, what);
            return;
        }
        Ref<Path> below = new Ref<>();
        boolean there = tree.find(at, true, false, below) == 0;
        if (there && o.mode < 0) {
            o.mode = below.get().inode().mode() & 07777;
        }
        TmpFs fs = o.make(kernel.files);
        if (there && words.copyUp && below.get().inode().isDir()) {
            check(what, new TreeCopy(tree.caller()).copy(below.get(), fs.root()));
        }
        check(what, tree.mount(fs, source, words.flags, at));
    }

    /** /dev with the nodes that every container has. */
    private void dev(TmpfsOptions o, int flags, String source, String what) {
        TmpFs fs = o.make(kernel.files);
        check(what, tree.mount(fs, source, flags, "/dev"));
        DevTree.fillContainer(tree.caller(), fs.root(), spec.process().terminal());
    }

    private void devpts(MountWords words, String source, String at, String what) {
        int gid = words.number("gid", 10, 0);
        int mode = words.number("mode", 8, 0600);
        int ptmx = words.number("ptmxmode", 8, 0);
        if (gid == -2 || mode < 0 || ptmx < 0) {
            throw new Refusal(what + ": \"" + words.data + "\" are no options of a devpts");
        }
        DevPts terminals = tree.terminals();
        terminals.setModes(gid, mode, ptmx);
        check(what, tree.mount(terminals, source, words.flags, at));
    }

    // ---- devices ----

    private void devices() {
        List<Linux.Device> devices = spec.linux().devices();
        for (int i = 0; i < devices.size(); i++) {
            Linux.Device d = devices.get(i);
            String path = clean(d.path());
            if (path.equals("/dev/ptmx")) {
                continue; // leads to the container's own terminals, as with other runtimes
            }
            String what = "linux.devices[" + i + "]: " + d.path();
            int mode = d.fileMode() < 0 ? DEFAULT_DEVICE_MODE : d.fileMode() & 07777;
            Integer uid = d.uid();
            Integer gid = d.gid();
            boolean character = d.type().equals("c") || d.type().equals("u");
            int r = character
                    ? tree.device(
                            bytes(path),
                            Stat.makedev((int) d.major(), (int) d.minor()),
                            mode,
                            uid == null ? 0 : uid,
                            gid == null ? 0 : gid)
                    : -Errno.ENXIO;
            if (r == -Errno.ENXIO && everyDevice()) {
                continue;
            }
            if (r == -Errno.ENXIO) {
                throw new Refusal(what + " (" + d.type() + " " + d.major() + ":" + d.minor() + ")" + NO_DEVICE);
            }
            check(what, r);
        }
    }

    /** A privileged container: nobody asked for this device by name, the engine lists all that the host has. */
    private boolean everyDevice() {
        Resources r = spec.linux().resources();
        if (r == null) {
            return false;
        }
        boolean all = false;
        for (Resources.DeviceRule d : r.devices()) {
            boolean any = d.type().isEmpty() || d.type().equals("a");
            if (any && d.major() == null && d.minor() == null) {
                all = d.allow();
            }
        }
        return all;
    }

    // ---- what is hidden ----

    private void hide() {
        List<String> readOnly = spec.linux().readonlyPaths();
        for (int i = 0; i < readOnly.size(); i++) {
            String path = readOnly.get(i);
            check("linux.readonlyPaths[" + i + "]: " + path, tree.readOnly(clean(path)));
        }
        List<String> masked = spec.linux().maskedPaths();
        for (int i = 0; i < masked.size(); i++) {
            String path = masked.get(i);
            check("linux.maskedPaths[" + i + "]: " + path, tree.mask(clean(path)));
        }
    }

    // ---- helpers ----

    private static void check(String what, int r) {
        if (r < 0) {
            throw new Refusal(what + ": " + Errno.name(-r));
        }
    }

    /** Bytes of a text of the configuration, as the kernel keeps paths. */
    private static String bytes(String s) {
        return new String(s.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /** An absolute path in the kernel's form without repeated slashes, dots and steps back. */
    static String clean(String path) {
        StringBuilder b = new StringBuilder(path.length() + 1);
        String s = bytes(path);
        for (int from = 0; from < s.length(); ) {
            int slash = s.indexOf('/', from);
            int end = slash < 0 ? s.length() : slash;
            String name = s.substring(from, end);
            if (name.equals("..")) {
                b.setLength(Math.max(0, b.lastIndexOf("/")));
            } else if (!name.isEmpty() && !name.equals(".")) {
                b.append('/').append(name);
            }
            from = end + 1;
        }
        return b.isEmpty() ? "/" : b.toString();
    }

    /** Bytes of memory that the machine has. */
    private static long totalMemory() {
        Scratch s = Scratch.take();
        try {
            Sys.call(Nr.sysinfo, s.address);
            return s.buf.getLong(32) * s.buf.getInt(104); // totalram, mem_unit
        } finally {
            s.give();
        }
    }
}
