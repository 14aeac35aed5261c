// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.volumes;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.sandjar.abi.Nr;
import io.sandjar.host.Sys;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Objects and directories for tests of volumes. */
final class Fixture implements ConfigSource {
    final Path root;
    final Map<String, ConfigMap> maps = new HashMap<>();
    final Map<String, Secret> secrets = new HashMap<>();

    Fixture() throws Exception {
        root = Files.createTempDirectory("sjvol").toRealPath();
    }

    static boolean isRoot() {
        return Sys.call(Nr.geteuid, 0) == 0;
    }

    LocalVolumes volumes() {
        return new LocalVolumes(root, this);
    }

    LocalVolumes withoutMounts() {
        return new LocalVolumes(root, this, false);
    }

    @Override
    public @Nullable ConfigMap configMap(String namespace, String name) {
        return maps.get(namespace + "/" + name);
    }

    @Override
    public @Nullable Secret secret(String namespace, String name) {
        return secrets.get(namespace + "/" + name);
    }

    void map(String name, String... data) {
        ConfigMapBuilder b =
                new ConfigMapBuilder().withNewMetadata().withName(name).endMetadata();
        for (int i = 0; i < data.length; i += 2) {
            b.addToData(data[i], data[i + 1]);
        }
        maps.put("default/" + name, b.build());
    }

    void secret(String name, String key, String value) {
        String base64 = Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8));
        secrets.put(
                "default/" + name, new SecretBuilder().addToData(key, base64).build());
    }

    static Pod pod(Volume... volumes) {
        ContainerBuilder c = new ContainerBuilder().withName("c").withImage("i");
        for (Volume v : volumes) {
            c.addToVolumeMounts(new VolumeMountBuilder()
                    .withName(v.getName())
                    .withMountPath("/mnt/" + v.getName())
                    .build());
        }
        return new PodBuilder()
                .withNewMetadata()
                .withName("p")
                .withNamespace("default")
                .withUid("uid-1")
                .addToLabels("app", "a \"b\"")
                .endMetadata()
                .withNewSpec()
                .withVolumes(volumes)
                .withContainers(c.build())
                .endSpec()
                .build();
    }

    Path volume(String name) {
        return root.resolve("pods/uid-1/volumes/" + name);
    }

    void clean() throws Exception {
        GuestTree.unmountBelow(root);
        GuestTree.delete(root);
    }
}
