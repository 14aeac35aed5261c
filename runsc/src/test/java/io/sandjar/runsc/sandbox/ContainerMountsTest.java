// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.sandbox;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sandjar.host.Sys;
import io.sandjar.kernel.ContainerTree;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.task.Container;
import io.sandjar.kernel.task.Kernel;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.FileOps;
import io.sandjar.kernel.vfs.FileSystem;
import io.sandjar.kernel.vfs.KernelIo;
import io.sandjar.kernel.vfs.Mount;
import io.sandjar.kernel.vfs.MountNamespace;
import io.sandjar.kernel.vfs.Opener;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.PathWalk;
import io.sandjar.oci.SpecReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trees of containers as engines ask for them. */
class ContainerMountsTest {
    private static final String DOCKER = """
            {"destination":"/proc","type":"proc","source":"proc","options":["nosuid","noexec","nodev"]},
            {"destination":"/dev","type":"tmpfs","source":"tmpfs","options":["nosuid","strictatime","mode=755","size=65536k"]},
            {"destination":"/dev/pts","type":"devpts","source":"devpts",
             "options":["nosuid","noexec","newinstance","ptmxmode=0666","mode=0620","gid=5"]},
            {"destination":"/sys","type":"sysfs","source":"sysfs","options":["nosuid","noexec","nodev","ro"]},
            {"destination":"/sys/fs/cgroup","type":"cgroup","source":"cgroup","options":["ro","nosuid","noexec","nodev"]},
            {"destination":"/dev/mqueue","type":"mqueue","source":"mqueue","options":["nosuid","noexec","nodev"]},
            {"destination":"/dev/shm","type":"tmpfs","source":"shm",
             "options":["nosuid","noexec","nodev","mode=1777","size=67108864"]}""";

    @TempDir
    java.nio.file.Path dir;

    private final Kernel kernel = new Kernel();
    private final Container container = kernel.containers().create("c", null);
    private final Donated donated = new Donated();
    private java.nio.file.Path rootfs;
    private String root = "\"path\":\"rootfs\"";
    private String linux = "";
    private String overlay = "none";

    @BeforeEach
    void makeRoot() throws IOException {
        rootfs = Files.createDirectory(dir.resolve("rootfs"));
        give("root", rootfs, O_PATH | O_DIRECTORY);
    }

    private void give(String label, java.nio.file.Path path, int flags) {
        int fd = Sys.openat(Sys.AT_FDCWD, path.toString(), flags, 0);
        assertTrue(fd >= 0, label);
        donated.add(List.of(label), new int[] {fd}, 1);
    }

    private Map<String, String> podSysctl = Map.of();

    private ContainerTree build(String mounts) {
        String text = """
                {"ociVersion":"1.0.2","process":{"user":{"uid":0,"gid":0},"args":["sh"],"cwd":"/"},
                "root":{%s},"mounts":[%s],"linux":{"namespaces":[{"type":"uts"},{"type":"network"}]%s}}""".formatted(root, mounts, linux);
        ContainerMounts.Options o = new ContainerMounts.Options(overlay, 0, false, "none", podSysctl);
        return ContainerMounts.build(
                kernel, container, SpecReader.read(text.getBytes(StandardCharsets.UTF_8)), donated, o);
    }

    private static Path at(ContainerTree t, String path) {
        Ref<Path> p = new Ref<>();
        assertEquals(0, new PathWalk(t.caller(), t.namespace().rootPath()).walk(PathWalk.AT_ROOT, path, 0, p), path);
        return p.get();
    }

    private static int open(ContainerTree t, String path, int flags, Ref<FileDescription> out) {
        return Opener.open(t.caller(), PathWalk.AT_ROOT, path, flags, 0644, 0, out);
    }

    private static int open(ContainerTree t, String path, int flags) {
        return open(t, path, flags, new Ref<>());
    }

    private static String read(ContainerTree t, String path) {
        Ref<FileDescription> d = new Ref<>();
        assertEquals(0, open(t, path, O_RDONLY, d), path);
        byte[] data = new byte[4096];
        long n = d.get().read(t.caller(), new KernelIo(data, 0, data.length));
        d.get().release();
        return new String(data, 0, (int) n, StandardCharsets.ISO_8859_1);
    }

    private static long write(ContainerTree t, String path, byte[] data) {
        Ref<FileDescription> d = new Ref<>();
        assertEquals(0, open(t, path, O_WRONLY | O_CREAT, d), path);
        long n = d.get().write(t.caller(), new KernelIo(data, 0, data.length));
        d.get().release();
        return n;
    }

    @Test
    void settingsOfThePod() throws IOException {
        podSysctl = Map.of("net.ipv4.ip_unprivileged_port_start", "80", "kernel.shm_rmid_forced", "1");
        ContainerTree t = build(DOCKER);
        assertEquals(80, container.firstFreePort);
        assertEquals("1\n", read(t, "/proc/sys/kernel/shm_rmid_forced"));
        t.close();
    }

    @Test
    void devicesOfAPrivilegedContainer() {
        String devices = ",\"devices\":[{\"path\":\"/dev/kvm\",\"type\":\"c\",\"major\":10,\"minor\":232}]";
        linux = devices;
        Refusal named = assertThrows(Refusal.class, () -> build(DOCKER));
        assertTrue(named.text().contains("/dev/kvm"));
        linux = devices + ",\"resources\":{\"devices\":[{\"allow\":true,\"access\":\"rwm\"}]}";
        makeRootAgain();
        ContainerTree t = build(DOCKER);
        assertEquals(-ENOENT, open(t, "/dev/kvm", O_RDONLY));
        t.close();
    }

    private void makeRootAgain() {
        give("root", rootfs, O_PATH | O_DIRECTORY);
    }

    @Test
    void whatDockerAsksFor() throws IOException {
        java.nio.file.Path hosts = Files.writeString(dir.resolve("hosts"), "127.0.0.1 localhost\n");
        give("file:7", hosts, O_RDWR);
        linux = """
                ,"maskedPaths":["/proc/kcore","/proc/keys","/proc/slabinfo","/sys/firmware","/no/such"],
                "readonlyPaths":["/proc/bus","/proc/sys","/proc/none"],
                "sysctl":{"net.ipv4.ip_unprivileged_port_start":"0","kernel.domainname":"example.org",
                "net.ipv4.ip_forward":"1"}""";
        ContainerTree t = build(
                DOCKER
                        + ",{\"destination\":\"/etc/hosts\",\"type\":\"bind\",\"source\":\"/x\",\"options\":[\"rbind\",\"rprivate\"]}");
        ArrayList<String> found = new ArrayList<>();
        for (Mount m : t.namespace().mounts()) {
            found.add(MountNamespace.text(m.rootPath(), t.namespace().rootPath()) + " "
                    + (m.fs().type().equals(t.namespace().root().fs().type()) ? "host" : m.fs().type()));
        }
        assertEquals(
                List.of(
                        "/ host",
                        "/proc proc",
                        "/dev tmpfs",
                        "/dev/pts devpts",
                        "/sys sysfs",
                        "/sys/fs/cgroup cgroup2",
                        "/dev/mqueue mqueue",
                        "/dev/shm tmpfs",
                        "/etc/hosts host"),
                found.stream()
                        .filter(s -> !s.startsWith("/proc/") && !s.startsWith("/sys/firmware"))
                        .toList());
        assertEquals("127.0.0.1 localhost\n", read(t, "/etc/hosts"));
        assertEquals(0, container.firstFreePort);
        assertTrue(container.kernel().net.forwarding());
        assertFalse(container.kernel().net.forwarding6());
        assertEquals("example.org", container.uts().domainname);
        assertEquals(-EROFS, open(t, "/proc/sys/kernel/domainname", O_WRONLY));
        assertEquals("", read(t, "/proc/slabinfo"));
        assertEquals(S_IFCHR, at(t, "/proc/slabinfo").inode().mode() & S_IFMT);
        assertEquals(5, write(t, "/dev/null", "12345".getBytes(StandardCharsets.ISO_8859_1)));
        assertEquals(01777, at(t, "/dev/shm").inode().mode() & 07777);
        assertEquals(-EROFS, FileOps.mkdir(t.caller(), PathWalk.AT_ROOT, "/sys/firmware/x", 0755));
        assertTrue(Files.isRegularFile(rootfs.resolve("etc/hosts")), "the mount point was made");
        assertEquals(
                "gid=5,mode=620,ptmxmode=666", at(t, "/dev/pts").mount().fs().options());
        assertEquals(-ENOENT, open(t, "/dev/console", O_RDWR));
    }

    @Test
    void aRootThatIsReadOnlyStillGetsItsMountPoints() {
        root += ",\"readonly\":true";
        ContainerTree t = build(DOCKER + ",{\"destination\":\"/tmp\",\"type\":\"tmpfs\",\"source\":\"tmpfs\"}");
        assertEquals(-EROFS, open(t, "/x", O_WRONLY | O_CREAT));
        assertEquals(0, open(t, "/tmp/x", O_WRONLY | O_CREAT));
        assertTrue(Files.isDirectory(rootfs.resolve("tmp")));
    }

    @Test
    void bindsOfDirectories() throws IOException {
        java.nio.file.Path data = Files.createDirectory(dir.resolve("data"));
        give("mount:0", data, O_PATH | O_DIRECTORY);
        give("mount:1", data, O_PATH | O_DIRECTORY);
        ContainerTree t = build("""
                {"destination":"/rw","type":"bind","source":"/d","options":["rbind"]},
                {"destination":"/ro","type":"none","source":"/d","options":["bind","ro","nosuid"]}""");
        assertEquals(1, write(t, "/rw/file", new byte[] {'x'}));
        assertEquals("x", read(t, "/ro/file"));
        assertEquals(-EROFS, open(t, "/ro/file", O_RDWR));
        assertEquals("x", Files.readString(data.resolve("file")));
        assertEquals(Mount.RDONLY | Mount.NOSUID, at(t, "/ro").mount().flags());
    }

    @Test
    void aLinkInTheImageDoesNotLeadOut() throws IOException {
        java.nio.file.Path outside = Files.createDirectory(dir.resolve("outside"));
        Files.createSymbolicLink(rootfs.resolve("dev"), outside);
        Files.createSymbolicLink(rootfs.resolve("proc"), java.nio.file.Path.of("../outside"));
        build(DOCKER);
        try (var all = Files.list(outside)) {
            assertEquals(0, all.count());
        }
    }

    @Test
    void limitsOfATmpfs() {
        ContainerTree t = build("""
                {"destination":"/t","type":"tmpfs","source":"tmpfs","options":["size=8k","uid=7","gid=8","mode=0750"]}""");
        assertEquals(8192, write(t, "/t/a", new byte[10000]));
        assertEquals(-ENOSPC, write(t, "/t/b", new byte[1]));
        assertEquals(0750, at(t, "/t").inode().mode() & 07777);
        assertEquals(7, at(t, "/t").inode().uid());
        assertEquals(8, at(t, "/t").inode().gid());
    }

    @Test
    void aTmpfsMayBeginAsACopy() throws IOException {
        Files.createDirectories(rootfs.resolve("run/sub"));
        Files.writeString(rootfs.resolve("run/sub/file"), "text");
        Files.createSymbolicLink(rootfs.resolve("run/link"), java.nio.file.Path.of("sub/file"));
        ContainerTree t =
                build("{\"destination\":\"/run\",\"type\":\"tmpfs\",\"source\":\"tmpfs\",\"options\":[\"tmpcopyup\"]}");
        assertEquals("text", read(t, "/run/link"));
        assertEquals(1, write(t, "/run/sub/file", new byte[] {'T'}));
        assertEquals("text", Files.readString(rootfs.resolve("run/sub/file")));
    }

    @Test
    void devices() {
        linux = """
                ,"devices":[{"path":"/dev/null2","type":"c","major":1,"minor":3,"fileMode":384,"uid":5,"gid":6}]""";
        ContainerTree t = build("");
        assertEquals(S_IFCHR | 0600, at(t, "/dev/null2").inode().mode());
        assertEquals(5, at(t, "/dev/null2").inode().uid());
        assertEquals("", read(t, "/dev/null2"));
    }

    @Test
    void whatCannotBe() {
        assertEquals(
                "mounts[0]: /x: a file system of type \"ext4\" cannot be mounted in a sandbox; "
                        + "there are bind, tmpfs, proc, sysfs, devpts, mqueue, cgroup",
                refused("{\"destination\":\"/x\",\"type\":\"ext4\",\"source\":\"/dev/sda\"}"));
        assertTrue(refused("{\"destination\":\"/x\",\"type\":\"bind\",\"source\":\"/y\"}")
                .contains("no descriptor"));
        assertTrue(refused("{\"destination\":\"/x\",\"type\":\"tmpfs\",\"options\":[\"size=much\"]}")
                .contains("size=much"));
        linux = ",\"devices\":[{\"path\":\"/dev/fuse\",\"type\":\"c\",\"major\":10,\"minor\":229}]";
        assertTrue(refused("").contains("/dev/fuse (c 10:229)"));
    }

    private String refused(String mounts) {
        if (!donated.has("root")) {
            give("root", rootfs, O_PATH | O_DIRECTORY);
        }
        return assertThrows(Refusal.class, () -> build(mounts)).text();
    }

    @Test
    void changesAboveTheRoot() throws IOException {
        Files.writeString(rootfs.resolve("file"), "below");
        overlay = "memory";
        ContainerTree t = build("");
        write(t, "/file", "ABOVE".getBytes(StandardCharsets.ISO_8859_1));
        assertEquals("ABOVE", read(t, "/file"));
        assertEquals("below", Files.readString(rootfs.resolve("file")));
    }

    @Test
    void changesInADirectoryOfTheHost() throws IOException {
        overlay = "dir";
        give("upper", Files.createDirectory(dir.resolve("upper")), O_PATH | O_DIRECTORY);
        ContainerTree t = build("");
        byte[] large = new byte[3 << 20];
        assertEquals(large.length, write(t, "/large", large));
        write(t, "/small", "small".getBytes(StandardCharsets.ISO_8859_1));
        assertEquals("small", read(t, "/small"));
        FileSystem.StatFs s = new FileSystem.StatFs();
        t.namespace().root().fs().statfs(s);
        assertTrue(s.bsize > 0);
        try (var all = Files.list(rootfs)) {
            assertEquals(0, all.count());
        }
    }

    @Test
    void nodesOfTheHost() {
        give("special:0", java.nio.file.Path.of("/dev/zero"), O_PATH);
        ContainerTree t =
                build("{\"destination\":\"/z\",\"type\":\"bind\",\"source\":\"/dev/zero\",\"options\":[\"bind\"]}");
        assertEquals("\0\0\0\0", read(t, "/z").substring(0, 4));
        give("special:0", java.nio.file.Path.of("/dev/kmsg"), O_PATH);
        assertTrue(refused("{\"destination\":\"/k\",\"type\":\"bind\",\"source\":\"/dev/kmsg\"}")
                .contains("no such device"));
    }

    @Test
    void whatIsInMemoryGoesWithTheContainer() {
        ContainerTree t = build(DOCKER);
        FileOps.mkdir(t.caller(), PathWalk.AT_ROOT, "/dev/shm/d", 0755);
        write(t, "/dev/shm/d/file", new byte[100_000]);
        FileSystem shm = at(t, "/dev/shm").mount().fs();
        FileSystem.StatFs s = new FileSystem.StatFs();
        shm.statfs(s);
        long full = s.bfree;
        t.close();
        shm.statfs(s);
        assertTrue(s.bfree >= full + 24, s.bfree + " after " + full);
    }
}
