// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.volumes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LocalDiskUsageTest {
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

    @Test
    void emptyDirOverItsLimit() throws Exception {
        Volume v = new VolumeBuilder()
                .withName("e")
                .withNewEmptyDir()
                .withSizeLimit(new Quantity("1Mi"))
                .endEmptyDir()
                .build();
        Pod pod = Fixture.pod(v);
        DiskUsage d = new LocalDiskUsage(f.root);
        assertFalse(d.hasLimits(Fixture.pod(LocalVolumesTest.emptyDir("e"))));
        assertTrue(d.hasLimits(pod));
        f.volumes().mount(pod);
        assertNull(d.exceeded(pod, Map.of()));
        Files.write(f.volume("e").resolve("x"), new byte[2 << 20]);
        assertEquals("Usage of EmptyDir volume \"e\" exceeds the limit \"1Mi\". ", d.exceeded(pod, Map.of()));
    }

    @Test
    void containersOverTheirLimit() throws Exception {
        Pod pod = new PodBuilder(Fixture.pod(LocalVolumesTest.emptyDir("e")))
                .editSpec()
                .editFirstContainer()
                .withNewResources()
                .addToLimits("ephemeral-storage", new Quantity("1Mi"))
                .endResources()
                .endContainer()
                .endSpec()
                .build();
        DiskUsage d = new LocalDiskUsage(f.root);
        assertTrue(d.hasLimits(pod));
        f.volumes().mount(pod);
        Path layer = Files.createDirectory(f.root.resolve("layer"));
        Path log = Files.write(f.root.resolve("log"), new byte[512 << 10]);
        Map<String, DiskUsage.ContainerDisk> disks =
                Map.of("c", new DiskUsage.ContainerDisk(List.of(log), () -> GuestTree.usage(layer)));
        assertNull(d.exceeded(pod, disks));
        Files.write(f.volume("e").resolve("x"), new byte[768 << 10]);
        assertEquals(
                "Pod ephemeral local storage usage exceeds the total limit of containers 1Mi. ",
                d.exceeded(pod, disks));
        Files.write(layer.resolve("y"), new byte[768 << 10]);
        assertEquals("Container c exceeded its local ephemeral storage limit \"1Mi\". ", d.exceeded(pod, disks));
    }
}
