// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.volumes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalVolumesTest {
    @SuppressWarnings("NullAway.Init")
    private Fixture f;

    @BeforeEach
    void make() throws Exception {
        f = new Fixture();
    }

    @AfterEach
    void clean() throws Exception {
        f.clean();
    }

    static Volume configMap(String name, String of) {
        return new VolumeBuilder()
                .withName(name)
                .withNewConfigMap()
                .withName(of)
                .endConfigMap()
                .build();
    }

    static Volume emptyDir(String name) {
        return new VolumeBuilder()
                .withName(name)
                .withNewEmptyDir()
                .endEmptyDir()
                .build();
    }

    private static String permissions(Path p) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(p));
    }

    private static VolumeException refused(LocalVolumes v, Pod p) {
        return assertThrows(VolumeException.class, () -> v.mount(p));
    }

    @Test
    void configMapsChangeAllAtOnce() throws Exception {
        LocalVolumes v = f.volumes();
        Pod pod = Fixture.pod(configMap("conf", "m"));
        VolumeException e = refused(v, pod);
        assertTrue(e.retry());
        assertEquals("FailedMount", e.reason());
        assertEquals("MountVolume.SetUp failed for volume \"conf\" : configmap \"m\" not found", e.getMessage());
        f.map("m", "a", "1", "b", "2");
        v.mount(pod);
        Path dir = f.volume("conf");
        assertEquals("1", Files.readString(dir.resolve("a")));
        assertEquals("..data/a", Files.readSymbolicLink(dir.resolve("a")).toString());
        assertEquals("rw-r--r--", permissions(dir.resolve("a")));
        Path state = Files.readSymbolicLink(dir.resolve("..data"));
        v.refresh(pod);
        assertEquals(state, Files.readSymbolicLink(dir.resolve("..data")), "nothing changed: nothing is written");
        f.map("m", "a", "3", "c", "4");
        v.refresh(pod);
        assertEquals("3", Files.readString(dir.resolve("a")));
        assertEquals("4", Files.readString(dir.resolve("c")));
        assertFalse(Files.exists(dir.resolve("b"), LinkOption.NOFOLLOW_LINKS));
        assertFalse(Files.exists(dir.resolve(state.toString())), "the old state is gone");
        f.maps.clear();
        assertThrows(VolumeException.class, () -> v.refresh(pod));
        assertEquals("3", Files.readString(dir.resolve("a")), "the files of a map that is gone stay");
        assertEquals(
                List.of("rbind", "rprivate", "ro"),
                mounts(v, pod).getFirst().options(),
                "configMaps are read-only for containers");
    }

    private List<VolumeMount> mounts(LocalVolumes v, Pod pod) throws Exception {
        if (f.maps.isEmpty()) {
            f.map("m", "a", "3");
        }
        return v.mount(pod).forContainer(pod.getSpec().getContainers().getFirst(), Map.of());
    }

    @Test
    void itemsAndModes() throws Exception {
        f.map("m", "a", "1", "b", "2");
        Volume v = new VolumeBuilder()
                .withName("conf")
                .withNewConfigMap()
                .withName("m")
                .withDefaultMode(0400)
                .addNewItem("a", null, "x/y/a", null)
                .addNewItem("b", 0755, "b", null)
                .endConfigMap()
                .build();
        f.volumes().mount(Fixture.pod(v));
        Path dir = f.volume("conf");
        assertEquals("1", Files.readString(dir.resolve("x/y/a")));
        assertEquals("r--------", permissions(dir.resolve("x/y/a")));
        assertEquals("rwxr-xr-x", permissions(dir.resolve("b")));
        Volume missing = new VolumeBuilder(v)
                .editConfigMap()
                .addNewItem("zz", null, "zz", null)
                .endConfigMap()
                .build();
        assertEquals(
                "MountVolume.SetUp failed for volume \"conf\" : references non-existent config key: zz",
                refused(f.volumes(), Fixture.pod(missing)).getMessage());
        f.volumes()
                .mount(Fixture.pod(new VolumeBuilder(missing)
                        .editConfigMap()
                        .withOptional(true)
                        .endConfigMap()
                        .build()));
        assertFalse(Files.exists(dir.resolve("zz")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"../x", "..", "..x", "a/../../x", "/etc/x", "a//b", "a/./b", ""})
    void pathsThatLeadOut(String path) throws Exception {
        f.map("m", "a", "1", path, "evil");
        Volume byItem = new VolumeBuilder()
                .withName("conf")
                .withNewConfigMap()
                .withName("m")
                .addNewItem("a", null, path, null)
                .endConfigMap()
                .build();
        assertTrue(String.valueOf(refused(f.volumes(), Fixture.pod(byItem)).getMessage())
                .contains("cannot be the path"));
        assertTrue(String.valueOf(refused(f.volumes(), Fixture.pod(configMap("conf", "m")))
                        .getMessage())
                .contains("cannot be the path"));
        assertFalse(Files.exists(f.root.resolve("pods/uid-1/volumes/x")));
    }

    @Test
    void secretsAreInMemory() throws Exception {
        f.secret("s", "k", "geheim");
        Volume v = new VolumeBuilder()
                .withName("sec")
                .withNewSecret()
                .withSecretName("s")
                .withDefaultMode(0400)
                .endSecret()
                .build();
        Pod pod = new PodBuilder(Fixture.pod(v))
                .editSpec()
                .withNewSecurityContext()
                .withFsGroup(1234L)
                .endSecurityContext()
                .endSpec()
                .build();
        if (!Fixture.isRoot()) {
            pod = Fixture.pod(v);
        }
        f.volumes().mount(pod);
        assertEquals("geheim", Files.readString(f.volume("sec").resolve("k")));
        if (Fixture.isRoot()) {
            assertEquals("tmpfs", Files.getFileStore(f.volume("sec")).type());
            assertEquals("r--r-----", permissions(f.volume("sec").resolve("k")), "readable for fsGroup");
            assertEquals(1234, Files.getAttribute(f.volume("sec").resolve("k"), "unix:gid"));
            Path state = Files.readSymbolicLink(f.volume("sec").resolve("..data"));
            f.volumes().refresh(pod);
            assertEquals(state, Files.readSymbolicLink(f.volume("sec").resolve("..data")));
        }
        f.volumes().unmount("uid-1");
        assertFalse(Files.exists(f.volume("sec")));
    }

    @Test
    void projectedAndDownward() throws Exception {
        f.map("m", "a", "1");
        f.secret("s", "k", "geheim");
        Volume v = new VolumeBuilder()
                .withName("all")
                .withNewProjected()
                .addNewSource()
                .withNewConfigMap()
                .withName("m")
                .endConfigMap()
                .endSource()
                .addNewSource()
                .withNewSecret()
                .withName("s")
                .addNewItem("k", 0440, "deep/k", null)
                .endSecret()
                .endSource()
                .addNewSource()
                .withNewDownwardAPI()
                .addNewItem()
                .withPath("labels")
                .withNewFieldRef("v1", "metadata.labels")
                .endItem()
                .addNewItem()
                .withPath("app")
                .withNewFieldRef("v1", "metadata.labels['app']")
                .endItem()
                .addNewItem()
                .withPath("mem")
                .withNewResourceFieldRef()
                .withContainerName("c")
                .withDivisor(new Quantity("1Mi"))
                .withResource("limits.memory")
                .endResourceFieldRef()
                .endItem()
                .endDownwardAPI()
                .endSource()
                .endProjected()
                .build();
        Pod pod = new PodBuilder(Fixture.pod(v))
                .editSpec()
                .editFirstContainer()
                .withNewResources()
                .addToLimits("memory", new Quantity("65Mi"))
                .endResources()
                .endContainer()
                .endSpec()
                .build();
        f.volumes().mount(pod);
        Path dir = f.volume("all");
        assertEquals("1", Files.readString(dir.resolve("a")));
        assertEquals("geheim", Files.readString(dir.resolve("deep/k")));
        assertEquals("app=\"a \\\"b\\\"\"", Files.readString(dir.resolve("labels")));
        assertEquals("a \"b\"", Files.readString(dir.resolve("app")));
        assertEquals("65", Files.readString(dir.resolve("mem")));
        Volume token = new VolumeBuilder()
                .withName("t")
                .withNewProjected()
                .addNewSource()
                .withNewServiceAccountToken()
                .withPath("token")
                .endServiceAccountToken()
                .endSource()
                .endProjected()
                .build();
        VolumeException e = refused(f.volumes(), Fixture.pod(token));
        assertFalse(e.retry());
        assertTrue(String.valueOf(e.getMessage()).contains("serviceAccountToken"));
    }

    @Test
    void emptyDirs() throws Exception {
        Volume disk = emptyDir("disk");
        Volume memory = new VolumeBuilder()
                .withName("mem")
                .withNewEmptyDir()
                .withMedium("Memory")
                .withSizeLimit(new Quantity("1Mi"))
                .endEmptyDir()
                .build();
        LocalVolumes v = f.volumes();
        v.mount(Fixture.pod(disk, memory));
        assertEquals("rwxrwxrwx", permissions(f.volume("disk")));
        Files.writeString(f.volume("disk").resolve("x"), "kept");
        f.volumes().mount(Fixture.pod(disk, memory));
        assertEquals("kept", Files.readString(f.volume("disk").resolve("x")));
        if (Fixture.isRoot()) {
            assertEquals("rwxrwxrwx", permissions(f.volume("mem")));
            assertEquals(1 << 20, Files.getFileStore(f.volume("mem")).getTotalSpace());
            assertThrows(
                    java.io.IOException.class, () -> Files.write(f.volume("mem").resolve("big"), new byte[2 << 20]));
        }
        f.volumes().adopt(Set.of("uid-1"));
        assertTrue(Files.exists(f.volume("disk")));
        f.volumes().adopt(Set.of());
        assertFalse(Files.exists(f.volume("disk")));
        assertEquals(List.of(), GuestTree.mountsBelow(f.root));
    }

    @Test
    void fsGroupOwnsEmptyDirs() throws Exception {
        assumeTrue(Fixture.isRoot(), "needs root: groups of files");
        Pod pod = new PodBuilder(Fixture.pod(emptyDir("e")))
                .editSpec()
                .withNewSecurityContext()
                .withFsGroup(4711L)
                .endSecurityContext()
                .endSpec()
                .build();
        f.volumes().mount(pod);
        assertEquals(4711, Files.getAttribute(f.volume("e"), "unix:gid"));
        assertEquals(02777, (Integer) Files.getAttribute(f.volume("e"), "unix:mode") & 07777);
    }

    @Test
    void hostPaths() throws Exception {
        Path dir = f.root.resolve("host/dir");
        Path file = f.root.resolve("host/file");
        assertEquals(
                "MountVolume.SetUp failed for volume \"h\" : hostPath type check failed: " + dir
                        + " is not a directory",
                refused(f.volumes(), host(dir, "Directory")).getMessage());
        f.volumes().mount(host(dir, "DirectoryOrCreate"));
        f.volumes().mount(host(dir, "Directory"));
        refused(f.volumes(), host(dir, "File"));
        refused(f.volumes(), host(dir, "FileOrCreate"));
        f.volumes().mount(host(file, "FileOrCreate"));
        f.volumes().mount(host(file, "File"));
        refused(f.volumes(), host(file, "Socket"));
        refused(f.volumes(), host(file, "BlockDevice"));
        f.volumes().mount(host(Path.of("/dev/null"), "CharDevice"));
        refused(f.volumes(), host(Path.of("/etc/../etc"), ""));
        Files.writeString(dir.resolve("x"), "mine");
        List<VolumeMount> m = f.volumes()
                .mount(host(dir, ""))
                .forContainer(host(dir, "").getSpec().getContainers().getFirst(), Map.of());
        assertEquals(
                new VolumeMount("/mnt/h", "bind", dir.toString(), List.of("rbind", "rprivate", "rw")), m.getFirst());
        f.volumes().unmount("uid-1");
        assertEquals("mine", Files.readString(dir.resolve("x")), "nothing of the host's is removed");
    }

    private static Pod host(Path p, String type) {
        return Fixture.pod(new VolumeBuilder()
                .withName("h")
                .withNewHostPath(p.toString(), type)
                .build());
    }

    @Test
    void whatIsNotServedIsSaid() {
        Volume pvc = new VolumeBuilder()
                .withName("data")
                .withNewPersistentVolumeClaim("claim", false)
                .build();
        VolumeException e = refused(f.volumes(), Fixture.pod(pvc));
        assertFalse(e.retry());
        assertTrue(String.valueOf(e.getMessage()).contains("take hostPath"), e.getMessage());
        Volume nfs =
                new VolumeBuilder().withName("n").withNewNfs("/x", false, "s").build();
        assertTrue(String.valueOf(refused(f.volumes(), Fixture.pod(nfs)).getMessage())
                .contains("nfs volumes"));
        Pod propagation = new PodBuilder(Fixture.pod(emptyDir("e")))
                .editSpec()
                .editFirstContainer()
                .editFirstVolumeMount()
                .withMountPropagation("Bidirectional")
                .endVolumeMount()
                .endContainer()
                .endSpec()
                .build();
        assertTrue(
                String.valueOf(refused(f.volumes(), propagation).getMessage()).contains("mountPropagation"));
    }

    @Test
    void anAgentThatDiesInTheMiddle() throws Exception {
        f.map("m", "a", "1");
        Pod pod = Fixture.pod(configMap("conf", "m"));
        f.volumes().mount(pod);
        Path dir = f.volume("conf");
        // a state that was written but not yet shown, links of it, and the link for the rename
        Files.createDirectory(dir.resolve("..v0123"));
        Files.createSymbolicLink(dir.resolve("..data_tmp"), Path.of("..v0123"));
        Files.delete(dir.resolve("a"));
        Files.createSymbolicLink(dir.resolve("stale"), Path.of("..data/stale"));
        Files.createDirectory(dir.resolveSibling(".next.new"));
        f.map("m", "a", "2");
        f.volumes().mount(pod);
        assertEquals("2", Files.readString(dir.resolve("a")));
        try (var all = Files.list(dir)) {
            assertArrayEquals(
                    new Object[] {"..data", "..v", "a"},
                    all.map(p -> p.getFileName().toString())
                            .map(n -> n.startsWith("..v") ? "..v" : n)
                            .sorted()
                            .toArray());
        }
    }
}
