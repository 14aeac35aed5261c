// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Secret;
import io.sandjar.imagestore.ImageStore;
import io.sandjar.node.EventRecorder;
import io.sandjar.node.cgroups.PodCgroups;
import io.sandjar.node.model.Admission.Capacity;
import io.sandjar.node.network.PodNetwork;
import io.sandjar.node.runtime.LogRotation;
import io.sandjar.node.runtime.RuntimeDriver;
import io.sandjar.node.store.Kind;
import io.sandjar.node.store.ObjectStore;
import io.sandjar.node.volumes.ConfigSource;
import io.sandjar.node.volumes.DiskUsage;
import io.sandjar.node.volumes.Volumes;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What pod workers have around them.
 *
 * @param drivers by handler
 * @param defaultHandler of pods without a runtimeClassName (--runtime)
 * @param root the agent's directory: pods/UID, logs
 * @param pauseRoot root file system of pod sandboxes: a directory with the program /pause
 * @param capacity what all pods together may ask for
 * @param rootless whether the agent is an ordinary user's
 */
public record Node(
        ObjectStore store,
        EventRecorder events,
        ImageStore images,
        Volumes volumes,
        DiskUsage disk,
        PodNetwork network,
        PodCgroups cgroups,
        Map<String, RuntimeDriver> drivers,
        String defaultHandler,
        Path root,
        Path pauseRoot,
        String nodeName,
        boolean rootless,
        Set<String> insecureRegistries,
        LogRotation rotation,
        Capacity capacity) {

    Path podDir(String uid) {
        return root.resolve("pods").resolve(uid);
    }

    Path logDir(String namespace, String name, String uid) {
        return root.resolve("logs").resolve(namespace + "_" + name + "_" + uid);
    }

    /** ConfigMaps and Secrets of the store. */
    ConfigSource configSource() {
        return new ConfigSource() {
            @Override
            public @Nullable ConfigMap configMap(String namespace, String name) {
                return store.get(Kind.CONFIG_MAP, namespace, name);
            }

            @Override
            public @Nullable Secret secret(String namespace, String name) {
                return store.get(Kind.SECRET, namespace, name);
            }
        };
    }
}
